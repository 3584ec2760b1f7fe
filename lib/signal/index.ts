// Signal processing: torch.signal.
export * as windows from './windows'
