// torch.utils: re-exports only.
export * as checkpoint from './checkpoint'
export * as data from './data'
export * as serialization from './serialization'
export { tqdm } from './tqdm'
