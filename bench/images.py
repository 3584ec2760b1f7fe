"""Seconds that passes over a folder of JPEGs take: `images.py FOLDER WORKERS THREADS`, RandomResizedCrop, a flip, ToTensor, Normalize, batches
of 32. By torchvision where it is installed, else by the same steps with PIL."""
import json, math, os, sys, time
import torch
from torch.utils.data import DataLoader, Dataset

folder, workers, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)

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

        class RandomResizedCrop:
            def __init__(self, size): self.size = (size, size)

            def box(self, width, height):
                area, ratios = width * height, torch.log(torch.tensor((3 / 4, 4 / 3)))
                for _ in range(10):
                    target = area * torch.empty(1).uniform_(0.08, 1).item()
                    ratio = torch.exp(torch.empty(1).uniform_(ratios[0], ratios[1])).item()
                    w, h = int(round(math.sqrt(target * ratio))), int(round(math.sqrt(target / ratio)))
                    if 0 < w <= width and 0 < h <= height:
                        top = torch.randint(0, height - h + 1, size=(1,)).item()
                        left = torch.randint(0, width - w + 1, size=(1,)).item()
                        return left, top, left + w, top + h
                return 0, 0, width, height

            def __call__(self, image): return image.crop(self.box(*image.size)).resize(self.size, Image.BILINEAR)

        class RandomHorizontalFlip:
            def __call__(self, image): return image.transpose(Image.FLIP_LEFT_RIGHT) if torch.rand(1) < 0.5 else image

        class ToTensor:
            def __call__(self, image):
                pixels = torch.from_numpy(np.array(image, np.uint8, copy=True)).permute((2, 0, 1)).contiguous()
                return pixels.to(dtype=torch.get_default_dtype()).div(255)

        class Normalize:
            def __init__(self, mean, std): self.mean, self.std = mean, std

            def __call__(self, x):
                mean = torch.as_tensor(self.mean, dtype=x.dtype, device=x.device)
                std = torch.as_tensor(self.std, dtype=x.dtype, device=x.device)
                if (std == 0).any(): raise ValueError('std evaluated to zero')
                return x.clone().sub_(mean.view(-1, 1, 1)).div_(std.view(-1, 1, 1))

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
