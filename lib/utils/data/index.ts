// torch.utils.data: re-exports only.
export {
  Dataset, IterableDataset, TensorDataset, StackDataset, ConcatDataset, ChainDataset, Subset, random_split,
  type DatasetLike, type Sized,
} from './dataset'
export {
  Sampler, SequentialSampler, RandomSampler, SubsetRandomSampler, WeightedRandomSampler, BatchSampler,
} from './sampler'
export { DistributedSampler } from './distributed'
export * as distributed from './distributed'
export { DataLoader, type DataLoaderArgs } from './dataloader'
export type { DataLoaderIterator } from './_iterator'
export { default_collate, default_convert, default_collate_fn_map, type CollateMap, type Collated, type Converted } from './_utils/collate'
export * as _utils from './_utils'
export { get_worker_info, type WorkerInfo } from './_utils/worker'
