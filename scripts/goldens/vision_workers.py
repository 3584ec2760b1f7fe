"""Random transforms of v2 in two workers of a DataLoader. Writes test/fixtures/vision_workers.json."""
import json, os
import torch
from torchvision import tv_tensors as tv
from torchvision.transforms import v2


class Pictures(torch.utils.data.Dataset):
    def __init__(self):
        self.transform = v2.Compose([
            v2.RandomResizedCrop(4, antialias=False), v2.RandomHorizontalFlip(), v2.RandomApply([v2.ColorJitter(0.4, 0.3)], p=0.6), v2.RandomErasing(0.5),
            v2.ToDtype(torch.float32, scale=True), v2.ClampBoundingBoxes()])

    def __len__(self): return 8

    def __getitem__(self, i):
        image = tv.Image(((torch.arange(3 * 6 * 7) * 37 + i * 11) % 256).to(torch.uint8).view(3, 6, 7))
        boxes = tv.BoundingBoxes(torch.tensor([[1., 1., 5., 4.]]), format='XYXY', canvas_size=(6, 7))
        image, boxes = self.transform(image, boxes)
        return image, boxes


if __name__ == '__main__':
    torch.set_num_threads(1)
    torch.manual_seed(5)
    loader = torch.utils.data.DataLoader(Pictures(), batch_size=2, shuffle=True, num_workers=2)
    epochs = [[[image.flatten().double().sum().item(), image[:, :, 1, 2].flatten().tolist(), boxes.tolist()] for image, boxes in loader] for _ in range(2)]
    with open(os.path.join(os.path.dirname(__file__), '..', '..', 'test', 'fixtures', 'vision_workers.json'), 'w') as out:
        json.dump(epochs, out, separators=(',', ':'))
        out.write('\n')
