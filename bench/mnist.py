"""The main job as a Python script: its epoch in seconds, the cost of one training step in ms, and the peak RSS in MB.
`mnist.py FOLDER THREADS [STEPS]`: with STEPS it stops after as many, and gives every loss.

Samples are transformed one by one, as torchvision's ToTensor and Normalize do. With TORCH_TS_BENCH_PIL=1 each sample is a
PIL image first, as in torchvision (needs numpy and Pillow); without, it is a tensor, which costs less."""
import json, os, resource, statistics, sys, time
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim
from torch.utils.data import DataLoader, Dataset

with_pil = os.environ.get('TORCH_TS_BENCH_PIL') == '1'
if with_pil:
    import numpy as np
    from PIL import Image

torch.set_num_threads(int(sys.argv[2]))
torch.manual_seed(0)


def idx(folder, file, header):
    with open(os.path.join(folder, file), 'rb') as f:
        return torch.frombuffer(bytearray(f.read()), dtype=torch.uint8)[header:]


class MNIST(Dataset):
    def __init__(self, folder, train):
        name, n = ('train', 60000) if train else ('t10k', 10000)
        self.data = idx(folder, name + '-images-idx3-ubyte', 16).view(n, 28, 28)
        self.targets = idx(folder, name + '-labels-idx1-ubyte', 8).long()
        self.mean, self.std = torch.tensor([0.1307]).view(-1, 1, 1), torch.tensor([0.3081]).view(-1, 1, 1)

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, i):
        if with_pil:
            pixels = np.array(Image.fromarray(self.data[i].numpy(), mode='L'), np.uint8, copy=True)
            image = torch.from_numpy(pixels).view(28, 28, 1).permute((2, 0, 1)).contiguous().to(torch.float32).div(255)
        else:
            image = self.data[i].unsqueeze(0).to(torch.float32).div(255)
        return image.clone().sub_(self.mean).div_(self.std), int(self.targets[i])


class SimpleCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 6, 5)
        self.fc1 = nn.Linear(96, 50)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc1(x.view(-1, 96)))
        return F.log_softmax(self.fc2(x), dim=1)


def step(data, target):
    loss = F.nll_loss(model(data), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


start = time.perf_counter()
loader = DataLoader(MNIST(sys.argv[1], True), batch_size=64, shuffle=True)
test_loader = DataLoader(MNIST(sys.argv[1], False), batch_size=1000, shuffle=True)
model = SimpleCNN()
optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.5)
losses = []
limit = int(sys.argv[3]) if len(sys.argv) > 3 else -1
every = 100 if limit < 0 else 1
model.train()
for i, (data, target) in enumerate(loader):
    if i == limit:
        break
    loss = step(data, target)
    if i % every == 0:
        losses.append(loss.item())
model.eval()
correct, test_loss = 0, 0.0
with torch.no_grad():
    for data, target in test_loader:
        output = model(data)
        test_loss += F.nll_loss(output, target, reduction='sum').item()
        correct += output.max(1, keepdim=True)[1].eq(target.view_as(output.max(1, keepdim=True)[1])).sum().item()
epoch = time.perf_counter() - start

model.train()
times = []
for _ in range(200):
    t = time.perf_counter()
    step(data[:64], target[:64])
    times.append(time.perf_counter() - t)
print(json.dumps({'epoch': epoch, 'step': statistics.median(times) * 1e3, 'rss': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                  'losses': losses, 'test_loss': test_loss / 10000, 'correct': correct}))
