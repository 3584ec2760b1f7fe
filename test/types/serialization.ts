// Compiled, never run: types of torch.save and torch.load.
import torch, { nn, optim } from 'torch-ts'
import { load_pretrained } from 'torch-ts/huggingface'
import { load_file, safe_open } from 'torch-ts/safetensors'
import type { Readable } from 'node:stream'

declare const model: nn.Linear
declare const optimizer: optim.Adam
declare const stream: Readable

const bytes: Uint8Array = torch.save(model.state_dict())
const nothing: void = torch.save({ optimizer: optimizer.state_dict() }, 'x.pt')
torch.save([1], { write: (chunk: Uint8Array) => chunk.length })
model.load_state_dict(torch.load('x.pt'))
optimizer.load_state_dict(torch.load('x.pt', { map_location: 'cpu', mmap: true }))
const x: torch.Tensor = torch.load<torch.Tensor>(bytes, storage => storage.cpu())
const later: Promise<torch.Tensor> = torch.load<torch.Tensor>(stream)
torch.load({ f: 'x.pt', map_location: { 'cuda:0': 'cpu' }, weights_only: true })
// @ts-expect-error a file that is not read yet has no type
const y: number = torch.load<torch.Tensor>('x.pt')
// @ts-expect-error mmap is a boolean
torch.load('x.pt', { mmap: 1 })
// @ts-expect-error there is no such keyword
torch.load('x.pt', { pickle_module: null })
// @ts-expect-error a number is no place
torch.save([], 3)

model.load_state_dict(load_file('x.safetensors'))
const part: torch.Tensor = safe_open('x.safetensors').get_slice('w').at('0:2')
const missing: string[] = load_pretrained(model, 'folder', { strict: true }).missing_keys
const state = torch.hub.load_state_dict_from_url('https://example.org/x.pth', { check_hash: true })
model.load_state_dict(state)
