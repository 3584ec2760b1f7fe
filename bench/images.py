"""Seconds that passes over a folder of JPEGs take: `images.py FOLDER WORKERS THREADS`, RandomResizedCrop, a flip, ToTensor, Normalize, batches
of 32. By torchvision where it is installed, else by the same steps with PIL."""
import json, os, sys, time
import torch
from torch.utils.data import DataLoader, Dataset

folder, workers, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)

try:
    from torchvision import datasets, transforms
except ImportError:
    from PIL import Image

    import pil_transforms as transforms

    class datasets:
        class ImageFolder(Dataset):
            def __init__(self, root, transform):
                classes = sorted(os.listdir(root))
                self.samples = [(os.path.join(root, name, file), i) for i, name in enumerate(classes) for file in sorted(os.listdir(os.path.join(root, name)))]
                self.transform = transform

            def __len__(self): return len(self.samples)

            def __getitem__(self, i):
                path, target = self.samples[i]
                with open(path, 'rb') as f: return self.transform(Image.open(f).convert('RGB')), target


def main():
    transform = transforms.Compose([
        transforms.RandomResizedCrop(224), transforms.RandomHorizontalFlip(), transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ])
    torch.manual_seed(0)
    loader = DataLoader(datasets.ImageFolder(folder, transform=transform), batch_size=32, shuffle=True, num_workers=workers, persistent_workers=workers > 0)
    seconds, total = [], 0.0
    for _ in range(3):
        start = time.perf_counter()
        for images, _ in loader: total += images.sum(dtype=torch.float64).item()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({'first': seconds[0], 'later': min(seconds[1:]), 'sum': total}))


if __name__ == '__main__': main()
