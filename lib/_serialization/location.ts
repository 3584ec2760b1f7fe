// Where the storages of a file go: map_location of torch.load.
import { binding } from '../_C'
import { RuntimeError } from '../_errors'
import { Device, device } from '../device'
import { UntypedStorage } from '../storage'

/**
 * Where to put what a file holds: a device for all of it, a table from the file's places to others, or a function that gets each
 * storage (in CPU memory) with its place and gives the storage to use, or null for the default.
 */
export type MapLocation =
  Device | string | Readonly<Record<string, string | Device>> | ReadonlyMap<string, string | Device>
  | ((storage: UntypedStorage, location: string) => UntypedStorage | null | undefined | void)

/** Puts a storage where a file says that it was. */
export type Restore = (storage: UntypedStorage, location: string) => UntypedStorage

const USE_CPU = 'If you are running on a CPU-only machine, please use torch.load with map_location=torch.device(\'cpu\') to map your storages to the CPU.'

function check_cuda(index: number): void {
  const count = binding.cuda_device_count()
  if (count === 0) throw new RuntimeError(`Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. ${USE_CPU}`)
  if (index >= count) {
    throw new RuntimeError(`Attempting to deserialize object on CUDA device ${index} but torch.cuda.device_count() is ${count}. `
      + 'Please use torch.load with map_location to map your storages to an existing device.')
  }
}

/** The device of a place. @throws {RuntimeError} in PyTorch's words if it is not there. */
function device_at(location: string): Device {
  if (location === 'cpu' || location === 'meta') return device(location)
  const [, type, index] = /^(cuda|xpu|hpu|mtia|mps)(?::?(\d+))?$/.exec(location) ?? []
  if (type === undefined) throw new RuntimeError(`don't know how to restore data location of torch.storage.UntypedStorage (tagged with ${location})`)
  if (type === 'cuda') check_cuda(Number(index ?? 0))
  else throw new RuntimeError(`The ${type.toUpperCase()} device module is not registered. ${USE_CPU}`)
  return device(index === undefined ? type : `${type}:${index}`)
}

const restore_default: Restore = (storage, location) => {
  const target = device_at(location)
  if (target.type === 'cpu') return storage
  return target.type === 'meta' ? new UntypedStorage(storage.nbytes(), { device: 'meta' }) : storage.to({ device: target })
}

/** Whether a whole file goes to the device of no memory, so that nothing of it needs to be read. */
export function is_meta(map_location: MapLocation | null | undefined): boolean {
  return map_location === 'meta' || map_location instanceof Device && map_location.type === 'meta'
}

/** What a `map_location` does to each storage. */
export function restorer(map_location: MapLocation | null | undefined): Restore {
  if (map_location === null || map_location === undefined) return restore_default
  if (typeof map_location === 'string' || map_location instanceof Device) return storage => restore_default(storage, String(map_location))
  if (typeof map_location === 'function') {
    return (storage, location) => {
      const result = map_location(storage, location) ?? restore_default(storage, location)
      if (!(result instanceof UntypedStorage)) throw new TypeError('map_location must return an UntypedStorage or null')
      return result
    }
  }
  if (typeof map_location !== 'object') throw new TypeError(`map_location must be a string, a device, an object or a function, not ${typeof map_location}`)
  const table = map_location instanceof Map ? map_location as ReadonlyMap<string, string | Device> : new Map(Object.entries(map_location))
  return (storage, location) => restore_default(storage, String(table.get(location) ?? location))
}
