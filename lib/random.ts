// Random number generators and seeds: torch.random, torch.Generator.
import { binding } from './_C'
import { handle, is_tensor, made } from './_dispatch'
import { ValueError } from './_errors'
import { Tag, TapeValue } from './_tape'
import { type Device, type DeviceLike, device, device_of_code } from './device'
import { uint8 } from './dtype'
import type { Tensor } from './tensor'

const BITS = 2n ** 64n

/** A seed as libtorch takes it: negative ones count back from 2^64, as in Python. */
function seed_bits(seed: number | bigint): bigint {
  if (typeof seed !== 'bigint' && typeof seed !== 'number') throw new TypeError(`manual_seed expected a long, but got ${typeof seed}`)
  if (typeof seed === 'number' && !Number.isFinite(seed)) throw new ValueError(`cannot convert float ${seed} to integer`)
  const value = typeof seed === 'bigint' ? seed : BigInt(Math.trunc(seed))
  if (value < -(2n ** 63n) || value >= BITS) throw new ValueError('Overflow when unpacking long long')
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
    if (!is_tensor(state)) throw new TypeError(`expected a torch.ByteTensor, but got ${typeof state}`)
    if (state.dtype !== uint8) throw new TypeError('RNG state must be a torch.ByteTensor')
    binding.set_generator_state(this.code, handle(state))
    return this
  }

  /** Another generator in the same state. */
  clone_state(): Generator {
    return new Generator(this.device).set_state(this.get_state())
  }

  override toString(): string {
    return '<torch.Generator object>'
  }
}

function set_code(generator: Generator, code: number): void {
  Object.defineProperty(generator, 'code', { value: code })
}

/** The generator of a device's random functions when none is given. @internal */
export function default_for(name: string): Generator {
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

/** Keywords of {@link fork_rng}. */
export interface ForkOptions {
  /** Indices of the CUDA devices whose generators are saved beside the CPU's. Default: null, all of them. */
  devices?: readonly number[] | null
  /** false does nothing. Default: true. */
  enabled?: boolean
}

/** Random states to go back to: what `using _ = torch.random.fork_rng()` holds. */
export class ForkedStates implements Disposable {
  #states: [Generator, Tensor][]

  /** @internal */
  constructor(generators: readonly Generator[]) {
    this.#states = generators.map(generator => [generator, generator.get_state()])
  }

  /** Gives the generators their states back; a second call does nothing. */
  [Symbol.dispose](): void {
    for (const [generator, state] of this.#states) generator.set_state(state)
    this.#states = []
  }
}

function fork({ devices = null, enabled = true }: ForkOptions): ForkedStates {
  const indices = devices ?? Array.from({ length: binding.cuda_device_count() }, (_, i) => i)
  return new ForkedStates(enabled ? [default_generator, ...indices.map(index => default_for(`cuda:${index}`))] : [])
}

function is_promise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/**
 * Runs a callback, then sets the default generators back to where they were before. The callback may be an async function.
 * Without a callback the states come back when the result is disposed of: `using _ = torch.random.fork_rng()`.
 *
 * @returns what the callback returns
 * @see torch.random.fork_rng
 */
export function fork_rng(options?: ForkOptions): ForkedStates
export function fork_rng<T>(callback: () => T): T
export function fork_rng<T>(options: ForkOptions, callback: () => T): T
export function fork_rng<T>(options: ForkOptions | (() => T) = {}, callback?: () => T): T | ForkedStates {
  if (typeof options === 'function') return fork_rng({}, options)
  const states = fork(options)
  if (callback === undefined) return states
  let result: T | undefined
  try {
    result = callback()
  } finally {
    if (!is_promise(result)) states[Symbol.dispose]()
  }
  return is_promise(result) ? restored(result, states) as T : result
}

async function restored(promise: PromiseLike<unknown>, states: ForkedStates): Promise<unknown> {
  try {
    return await promise
  } finally {
    states[Symbol.dispose]()
  }
}

/** Seeds the generators of all CUDA devices; does nothing without one. @internal */
export function manual_seed_cuda(seed: number | bigint): void {
  binding.manual_seed_cuda(seed_bits(seed))
}
