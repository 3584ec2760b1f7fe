// What surrounds a checkpointed function and must be the same when it runs again: random states and autocast.
import { is_tensor } from '../_dispatch'
import { autocast } from '../amp/autocast_mode'
import { get_autocast_dtype, is_autocast_available, is_autocast_cache_enabled, is_autocast_enabled } from '../amp/_state'
import type { Device } from '../device'
import { type Generator, default_for, default_generator, fork_rng } from '../random'
import type { Tensor } from '../tensor'

type Around = (run: () => void) => void

// The devices of the tensors among the arguments, other than the CPU.
function devices_of(value: unknown, found: Device[] = []): Device[] {
  if (is_tensor(value)) {
    const { device } = value as Tensor
    if (device.type !== 'cpu' && device.type !== 'meta') found.push(device)
  } else if (Array.isArray(value)) {
    for (const one of value) devices_of(one, found)
  } else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    for (const one of Object.values(value)) devices_of(one, found)
  }
  return found
}

function same_random_numbers(devices: readonly Device[]): Around {
  const states = [default_generator, ...devices.map(device => default_for(String(device)))]
    .map(generator => [generator, generator.get_state()] as [Generator, Tensor])
  return run => {
    fork_rng({ devices: devices.map(device => device.index ?? 0) }, () => {
      for (const [generator, state] of states) generator.set_state(state)
      run()
    })
  }
}

function same_autocast(device_type: string): Around {
  const options = {
    enabled: is_autocast_enabled(device_type), dtype: get_autocast_dtype(device_type), cache_enabled: is_autocast_cache_enabled(),
  }
  return run => { autocast(device_type, options, run) }
}

/** Notes what there is now, and gives a function that runs another under the same. */
export function surroundings(args: readonly unknown[], preserve_rng_state: boolean): Around {
  const devices = devices_of(args)
  const types = new Set(['cpu', ...devices.map(device => device.type)].filter(is_autocast_available))
  const all = [...types].map(same_autocast)
  if (preserve_rng_state) all.push(same_random_numbers(devices))
  return run => { all.reduce<() => void>((inner, around) => () => { around(inner) }, run)() }
}
