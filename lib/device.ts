// Devices: torch.device.
import { binding } from './_C'
import { set_constant_maker } from './_dispatch'
import { RuntimeError } from './_errors'
import { Tag, TapeValue } from './_tape'

/** Where a tensor lies: a type, such as 'cpu' or 'cuda', and an index or null. Made by {@link device}. */
export class Device extends TapeValue {
  readonly type: string
  readonly index: number | null

  /** @internal */
  constructor(code: number) {
    super(Tag.Device, code)
    const [type, index] = binding.device_name(code).split(':') as [string, string?]
    this.type = type
    this.index = index === undefined ? null : Number(index)
  }

  /** Same type and index. */
  equals(other: unknown): boolean {
    return other instanceof Device && other.code === this.code
  }

  /** 'cuda:0' or 'cpu', as Python's str(). */
  override toString(): string {
    return this.index === null ? this.type : `${this.type}:${this.index}`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const index = this.index === null ? '' : `, index=${this.index}`
    return `device(type='${this.type}'${index})`
  }
}

/** What names a device: a Device, a string such as 'cuda:1', or the index of an accelerator. */
export type DeviceLike = Device | string | number

const devices = new Map<number, Device>()

/** The device of a code on the tape. */
export function device_of_code(code: number): Device {
  let found = devices.get(code)
  if (!found) devices.set(code, found = new Device(code))
  return found
}

set_constant_maker(Tag.Device, device_of_code)

/**
 * A device: `torch.device('cuda:0')`, `torch.device('cuda', 0)`, `torch.device(1)` (the accelerator's second).
 *
 * @throws {RuntimeError} for a string that names no device, or an index given twice.
 * @see torch.device
 */
export function device(type: DeviceLike, index?: number): Device {
  if (type instanceof Device) return type
  if (typeof type === 'number') return device_of_code(binding.accelerator(type))
  if (typeof type !== 'string') throw new TypeError(`device(): argument 'type' must be str, not ${typeof type}`)
  if (index === undefined) return device_of_code(binding.parse_device(type))
  if (type.includes(':')) throw new RuntimeError(`type (string) must not include an index because index was passed explicitly: ${type}`)
  return device_of_code(binding.parse_device(`${type}:${index}`))
}

/** The type of what {@link device} gives, so that `torch.device` is a type too. */
export type device = Device
