// torch.nn.utils: re-exports only.
export * as rnn from './rnn'
