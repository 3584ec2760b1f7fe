// Settings of the libraries below libtorch: torch.backends.
export * as mha from './mha'
