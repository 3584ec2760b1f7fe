"""Seconds that a pass over MNIST's training set takes in batches of 64, shuffled, without any training: `loading.py FOLDER THREADS`.
Samples are PIL images first, and transformed one by one as torchvision does it: by torchvision itself where it is installed."""
import json, os, sys, time
import torch
from torch.utils.data import DataLoader, Dataset

torch.set_num_threads(int(sys.argv[2]))

try:
    from torchvision import datasets, transforms
except ImportError:
    import numpy as np
    from PIL import Image

    class transforms:
        class Compose:
            def __init__(self, parts): self.parts = parts

            def __call__(self, x):
                for part in self.parts: x = part(x)
                return x

        class Lambda:
            def __init__(self, lambd): self.lambd = lambd

            def __call__(self, x): return self.lambd(x)

        class ToTensor:
            def __call__(self, image):
                pixels = torch.from_numpy(np.array(image, np.uint8, copy=True))
                pixels = pixels.view(image.size[1], image.size[0], len(image.getbands())).permute((2, 0, 1)).contiguous()
                return pixels.to(dtype=torch.get_default_dtype()).div(255)

        class Normalize:
            def __init__(self, mean, std): self.mean, self.std = mean, std

            def __call__(self, x):
                mean = torch.as_tensor(self.mean, dtype=x.dtype, device=x.device)
                std = torch.as_tensor(self.std, dtype=x.dtype, device=x.device)
                if (std == 0).any(): raise ValueError('std evaluated to zero')
                return x.clone().sub_(mean.view(-1, 1, 1)).div_(std.view(-1, 1, 1))

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
