// torch.utils: re-exports only.
export * as checkpoint from './checkpoint'
export * as data from './data'
export { tqdm } from './tqdm'
