"""torchvision's transforms of PIL images as far as the benchmarks need them, for where torchvision is not installed."""
import math
import numpy as np
import torch
from PIL import Image


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
