// torch.utils: re-exports only.
export * as data from './data'
export { tqdm } from './tqdm'
