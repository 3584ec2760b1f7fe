// Modules over several devices: torch.nn.parallel.
export { DataParallel } from './data_parallel'
