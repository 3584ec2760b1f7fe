// Random number generators and seeds: torch.random, torch.Generator.
import { binding } from './_C'
import { handle, made } from './_dispatch'
import { ValueError } from './_errors'
import { Tag, TapeValue } from './_tape'
import { type Device, type DeviceLike, device, device_of_code } from './device'
import type { Tensor } from './tensor'

const BITS = 2n ** 64n

/** A seed as libtorch takes it: negative ones count back from 2^64, as in Python. */
function seed_bits(seed: number | bigint): bigint {
  if (typeof seed !== 'bigint' && typeof seed !== 'number') throw new TypeError(`manual_seed expected a long, but got ${typeof seed}`)
  if (typeof seed === 'number' && !Number.isFinite(seed)) throw new ValueError(`cannot convert float ${seed} to integer`)
  const value = typeof seed === 'bigint' ? seed : BigInt(Math.trunc(seed))
  if (value < -(2n ** 63n) || value >= BITS) throw new RangeError('Overflow when unpacking long long')
  return value < 0n ? value + BITS : value
}

function to_number(seed: bigint): number | bigint {
  return seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed
}

/**
 * A source of random numbers with a state of its own.
 *
 * @param on - the device whose random functions it serves. Default: 'cpu'.
 * @example const g = new torch.Generator().manual_seed(0); torch.randn(2, { generator: g })
 * @see torch.Generator
 */
export class Generator extends TapeValue {
  constructor(on: DeviceLike | { device?: DeviceLike } = 'cpu') {
    super(Tag.Generator, 0)
    const options = typeof on === 'object' && !(on instanceof TapeValue) ? on.device ?? 'cpu' : on
    set_code(this, binding.new_generator(this, device(options).code))
  }

  /** Where its numbers are made. */
  get device(): Device {
    return device_of_code(binding.generator_device(this.code))
  }

  /** Sets the seed and gives the generator itself. */
  manual_seed(seed: number | bigint): this {
    binding.generator_seed(this.code, seed_bits(seed))
    return this
  }

  /** The seed that it started from: a bigint past 2^53. */
  initial_seed(): number | bigint {
    return to_number(binding.generator_initial_seed(this.code))
  }

  /** Takes a seed from the system's entropy and gives it. */
  seed(): number | bigint {
    return to_number(binding.generator_reseed(this.code))
  }

  /** The state as a tensor of bytes. */
  get_state(): Tensor {
    return made(out => binding.generator_state(out, this.code)) as Tensor
  }

  /** Takes a state that {@link get_state} gave. */
  set_state(state: Tensor): this {
    binding.set_generator_state(this.code, handle(state))
    return this
  }
}

function set_code(generator: Generator, code: number): void {
  Object.defineProperty(generator, 'code', { value: code })
}

function default_for(name: string): Generator {
  const generator = Object.create(Generator.prototype) as Generator
  Object.defineProperty(generator, 'tag', { value: Tag.Generator })
  set_code(generator, binding.default_generator(generator, device(name).code))
  return generator
}

/** The generator of the CPU's random functions when none is given. */
export const default_generator = default_for('cpu')

/**
 * Seeds the default generators of all devices.
 *
 * @param seed - an int; negative ones count back from 2^64.
 * @returns the CPU's default generator
 * @see torch.manual_seed
 */
export function manual_seed(seed: number | bigint): Generator {
  binding.manual_seed(seed_bits(seed))
  return default_generator
}

/** Seeds the default generators from the system's entropy, and gives the seed. @see torch.seed */
export function seed(): number | bigint {
  const value = default_generator.seed()
  binding.manual_seed_cuda(seed_bits(value))
  return value
}

/** The seed that the default generator started from. @see torch.initial_seed */
export function initial_seed(): number | bigint {
  return default_generator.initial_seed()
}

/** The default CPU generator's state as a tensor of bytes. @see torch.get_rng_state */
export function get_rng_state(): Tensor {
  return default_generator.get_state()
}

/** Sets the default CPU generator's state. @see torch.set_rng_state */
export function set_rng_state(new_state: Tensor): void {
  default_generator.set_state(new_state)
}

/** Seeds the generators of all CUDA devices; does nothing without one. @internal */
export function manual_seed_cuda(seed: number | bigint): void {
  binding.manual_seed_cuda(seed_bits(seed))
}
