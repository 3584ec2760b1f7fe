"""Saving and loading of a state of 500 MB: seconds and the peak RSS in MB. The same as serialization.ts.
`serialization.py FILE save|load|mmap THREADS`"""
import json, resource, sys, time
import torch

file, job, threads = sys.argv[1:]
torch.set_num_threads(int(threads))


def state():
    large = {f'layers.{i}.weight': torch.full((1024, 1024), float(i)) for i in range(120)}
    return {**large, **{f'layers.{i}.bias': torch.full((1024,), float(i)) for i in range(400)}}


saved = state() if job == 'save' else None
start = time.perf_counter()
if job == 'save':
    torch.save(saved, file)
else:
    loaded = torch.load(file, weights_only=True, mmap=job == 'mmap')
seconds = time.perf_counter() - start
if job != 'save':
    assert loaded['layers.7.weight'].sum().item() == 7 * 1024 * 1024
print(json.dumps({'seconds': seconds, 'rss': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
