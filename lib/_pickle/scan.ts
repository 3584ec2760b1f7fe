// The globals that a pickle names, found without making anything of it: get_globals_in_pkl in torch/_weights_only_unpickler.py.
import { UnpicklingError } from './errors'
import { decode_text } from './text'

// Bytes that follow an opcode; a negative number is the size of the length that comes first, 'lines' are two lines.
const operands: Record<number, number | 'lines'> = {
  0x80: 1, 0x95: 8, 0x4a: 4, 0x4b: 1, 0x4d: 2, 0x8a: -1, 0x8b: -4, 0x47: 8, 0x58: -4, 0x8c: -1, 0x8d: -8, 0x55: -1, 0x54: -4, 0x43: -1, 0x42: -4,
  0x8e: -8, 0x96: -8, 0x68: 1, 0x6a: 4, 0x71: 1, 0x72: 4, 0x63: 'lines',
}

const STOP = 0x2e
const STACK_GLOBAL = 0x93
const texts = new Set([0x58, 0x8c, 0x8d])
const without_operand = new Set('N\x88\x89()t]ae}suR\x81bQ02\x85\x86\x87\x8f\x90\x91\x94'.split('').map(char => char.charCodeAt(0)))

/** Calls `found` with the module and the name of each global of a pickle. */
export function scan_globals(bytes: Uint8Array, found: (module: string, name: string) => void): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const truncated = new UnpicklingError('pickle data was truncated')
  let at = 0
  let recent: string[] = []
  const line = (): string => {
    const end = bytes.indexOf(10, at)
    if (end < 0) throw truncated
    const text = decode_text(bytes.subarray(at, end))
    at = end + 1
    return text
  }
  for (;;) {
    if (at >= bytes.length) throw truncated
    const op = bytes[at++]!
    if (op === STOP) return
    if (op === STACK_GLOBAL) {
      const [module, name] = recent.slice(-2)
      if (name === undefined) throw new UnpicklingError('STACK_GLOBAL requires str')
      found(module!, name)
      continue
    }
    const operand = operands[op]
    if (operand === undefined && !without_operand.has(op)) throw new UnpicklingError(`Unsupported operand ${op}`)
    if (operand === 'lines') {
      found(line(), line())
      continue
    }
    let length = operand ?? 0
    if (length < 0) {
      const width = -length
      if (at + width > bytes.length) throw truncated
      length = width === 8 ? Number(view.getBigUint64(at, true)) : width === 4 ? view.getUint32(at, true) : bytes[at]!
      at += width
    }
    if (length > bytes.length - at) throw truncated
    if (texts.has(op)) recent = [...recent.slice(-1), decode_text(bytes.subarray(at, at + length))]
    at += length
  }
}
