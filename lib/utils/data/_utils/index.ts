// torch.utils.data._utils: re-exports only.
export * as collate from './collate'
export * as fetch from './fetch'
export * as worker from './worker'
