"""The Python side of round_trip.ts: goes on from its checkpoint, and leaves one for it."""
import argparse
import os

import torch
import torch.nn.functional as F
from torch import nn, optim

parser = argparse.ArgumentParser()
parser.add_argument('--checkpoint', default='run.pt')
parser.add_argument('--until', type=int, default=30)
args = parser.parse_args()

torch.set_num_threads(1)
torch.manual_seed(0)
x = torch.randn(256, 8)
y = x.pow(2).sum(1, True).sqrt()
model = nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 1))
optimizer = optim.AdamW(model.parameters(), lr=0.01)
scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, 30)
step = 0

if os.path.exists(args.checkpoint):
    checkpoint = torch.load(args.checkpoint, weights_only=True)
    model.load_state_dict(checkpoint['model'])
    optimizer.load_state_dict(checkpoint['optimizer'])
    scheduler.load_state_dict(checkpoint['scheduler'])
    torch.set_rng_state(checkpoint['rng'])
    step = checkpoint['step']

while step < args.until:
    batch = torch.randint(256, (32,))
    loss = F.mse_loss(model(x[batch]), y[batch])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    print(f'step {step} loss {loss.item():.9g}')
    step += 1

torch.save({'step': step, 'model': model.state_dict(), 'optimizer': optimizer.state_dict(), 'scheduler': scheduler.state_dict(),
            'rng': torch.get_rng_state()}, args.checkpoint)
