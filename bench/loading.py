"""Seconds that a pass over MNIST's training set takes in batches of 64, shuffled, without any training: `loading.py FOLDER THREADS`.
Samples are PIL images first, and transformed one by one as torchvision does it: by torchvision itself where it is installed."""
import json, os, sys, time
import torch
from torch.utils.data import DataLoader, Dataset

torch.set_num_threads(int(sys.argv[2]))

try:
    from torchvision import datasets, transforms
except ImportError:
    from PIL import Image

    import pil_transforms as transforms

    class datasets:
        class MNIST(Dataset):
            def __init__(self, root, transform):
                def idx(file, header):
                    with open(os.path.join(root, 'MNIST', 'raw', file), 'rb') as f:
                        return torch.frombuffer(bytearray(f.read()), dtype=torch.uint8)[header:]
                self.data = idx('train-images-idx3-ubyte', 16).view(-1, 28, 28)
                self.targets = idx('train-labels-idx1-ubyte', 8).long()
                self.transform = transform

            def __len__(self): return len(self.data)

            def __getitem__(self, i):
                return self.transform(Image.fromarray(self.data[i].numpy(), mode='L')), int(self.targets[i])


def measure(transform):
    torch.manual_seed(0)
    loader = DataLoader(datasets.MNIST(sys.argv[1], transform=transform), batch_size=64, shuffle=True)
    start = time.perf_counter()
    for images, _ in loader: pass
    return {'seconds': time.perf_counter() - start, 'sum': images.double().sum().item()}


print(json.dumps({
    'normalize': measure(transforms.Compose([transforms.ToTensor(), transforms.Normalize([0.1307], [0.3081])])),
    'lambda': measure(transforms.Compose([transforms.ToTensor(), transforms.Lambda(lambda x: x.sub(0.5))])),
}))
