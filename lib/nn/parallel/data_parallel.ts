// A module over several devices: torch.nn.parallel.data_parallel.
import { type Args, arrange } from '../../_args'
import { NotImplementedError } from '../../_errors'
import { device_count } from '../../cuda/_device'
import { type DeviceLike, device as to_device } from '../../device'
import { type ForwardArgs, type ForwardResult, Module } from '../modules/module'

const names = ['module', 'device_ids', 'output_device', 'dim'] as const
type Arguments<M> = [module: M, device_ids?: readonly DeviceLike[] | null, output_device?: DeviceLike | null, dim?: number]

function index_of(device: DeviceLike): number {
  return typeof device === 'number' ? device : to_device(device).index ?? 0
}

/**
 * Runs a module on a GPU, or as it is where there is none. Its parameters are named `module.*`.
 *
 * @param device_ids - Default: all GPUs.
 * @throws {NotImplementedError} for more than one GPU: a process for each, with torch.distributed, is what PyTorch recommends.
 * @see torch.nn.DataParallel
 */
export class DataParallel<M extends Module = Module> extends Module {
  declare module: M
  device_ids: number[]
  dim: number

  constructor(...args: Args<Arguments<M>, typeof names>) {
    super()
    const [module, device_ids, , dim = 0] = arrange<Arguments<M>>('DataParallel.__init__', names, 1, args)
    this.module = module
    this.dim = dim
    const there = Array.from({ length: device_count() }, (_, i) => i)
    this.device_ids = there.length === 0 ? [] : (device_ids ?? there).map(index_of)
    if (this.device_ids.length > 1) throw new NotImplementedError('DataParallel works with one device here: pass device_ids with one index')
    if (this.device_ids.length === 1) module.to(`cuda:${this.device_ids[0]}`)
  }

  forward(...inputs: ForwardArgs<M>): ForwardResult<M> {
    return (this.module as unknown as (...all: unknown[]) => ForwardResult<M>)(...inputs)
  }
}
