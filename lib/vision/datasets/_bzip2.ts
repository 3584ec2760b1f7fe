// Decompresses bzip2, in which USPS is stored; Python's bz2.
import { RuntimeError } from '../../_errors'

class Bits {
  #at = 0
  #held = 0
  #count = 0

  constructor(readonly bytes: Uint8Array) {}

  read(n: number): number {
    let value = 0
    for (let left = n; left > 0;) {
      if (this.#count === 0) {
        if (this.#at >= this.bytes.length) throw new RuntimeError('it ends early')
        this.#held = this.bytes[this.#at++]!
        this.#count = 8
      }
      const part = Math.min(left, this.#count)
      value = value * 2 ** part + (this.#held >> this.#count - part & (1 << part) - 1)
      this.#count -= part
      left -= part
    }
    return value
  }

  /** Drops the rest of a byte, and says whether bytes are left. */
  align(): boolean {
    this.#count = 0
    return this.#at < this.bytes.length
  }
}

/** A canonical Huffman code: by length the first code, where its symbols begin, and how many there are. */
interface Code {
  symbols: number[]
  counts: number[]
}

function code_of(lengths: readonly number[]): Code {
  const counts = new Array<number>(21).fill(0)
  for (const length of lengths) counts[length]!++
  const symbols = lengths.map((length, symbol) => [length, symbol] as const).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, symbol]) => symbol)
  return { symbols, counts }
}

function decode(bits: Bits, { symbols, counts }: Code): number {
  let [code, first, index] = [0, 0, 0]
  for (let length = 1; length <= 20; length++) {
    code = code * 2 + bits.read(1)
    const count = counts[length]!
    if (code - first < count) return symbols[index + code - first]!
    index += count
    first = (first + count) * 2
  }
  throw new RuntimeError('it has an unknown code')
}

function read_symbols(bits: Bits): number[] {
  const groups = bits.read(16)
  const used: number[] = []
  for (let i = 0; i < 16; i++) {
    if ((groups >> 15 - i & 1) === 0) continue
    const part = bits.read(16)
    for (let j = 0; j < 16; j++) if ((part >> 15 - j & 1) === 1) used.push(i * 16 + j)
  }
  return used
}

function read_codes(bits: Bits, tables: number, size: number): Code[] {
  return Array.from({ length: tables }, () => {
    let length = bits.read(5)
    return code_of(Array.from({ length: size }, () => {
      while (bits.read(1) === 1) length += bits.read(1) === 0 ? 1 : -1
      if (length < 1 || length > 20) throw new RuntimeError('it has a code of another length')
      return length
    }))
  })
}

function to_front(list: number[], at: number): number {
  const [value] = list.splice(at, 1)
  if (value === undefined) throw new RuntimeError('it has an unknown symbol')
  list.unshift(value)
  return value
}

/** The bytes before the Burrows-Wheeler transform is undone. */
function read_sorted(bits: Bits, most: number): number[] {
  const used = read_symbols(bits)
  const [tables, count] = [bits.read(3), bits.read(15)]
  if (tables < 2 || tables > 6 || count < 1 || used.length === 0) throw new RuntimeError('it has other tables')
  const order = Array.from({ length: tables }, (_, i) => i)
  const selectors = Array.from({ length: count }, () => {
    let at = 0
    while (bits.read(1) === 1) at++
    return to_front(order, at)
  })
  const codes = read_codes(bits, tables, used.length + 2)
  const out: number[] = []
  let [run, weight] = [0, 1]
  for (let i = 0; ; i++) {
    const code = codes[selectors[Math.floor(i / 50)] ?? -1]
    if (code === undefined) throw new RuntimeError('it has too few selectors')
    const symbol = decode(bits, code)
    if (symbol < 2) {
      run += weight * (symbol + 1)
      weight *= 2
      if (run > most) throw new RuntimeError('a block is too long')
      continue
    }
    for (; run > 0; run--) out.push(used[0]!)
    weight = 1
    if (symbol === used.length + 1) return out
    out.push(to_front(used, symbol - 1))
    if (out.length > most) throw new RuntimeError('a block is too long')
  }
}

/** Undoes the Burrows-Wheeler transform, then the runs of four and a count. */
function unsorted(sorted: readonly number[], origin: number): Uint8Array[] {
  if (origin >= sorted.length) throw new RuntimeError('it has another origin')
  const starts = new Uint32Array(257)
  for (const byte of sorted) starts[byte + 1]!++
  for (let i = 0; i < 256; i++) starts[i + 1]! += starts[i]!
  const next = new Uint32Array(sorted.length)
  sorted.forEach((byte, i) => { next[starts[byte]!++] = i })
  const parts: Uint8Array[] = []
  const plain = new Uint8Array(sorted.length)
  let [size, repeats, last] = [0, 0, -1]
  let at = next[origin]!
  for (let i = 0; i < sorted.length; i++) {
    const byte = sorted[at]!
    at = next[at]!
    if (repeats === 4) {
      parts.push(plain.slice(0, size), new Uint8Array(byte).fill(last))
      ;[size, repeats, last] = [0, 0, -1]
      continue
    }
    repeats = byte === last ? repeats + 1 : 1
    last = byte
    plain[size++] = byte
  }
  parts.push(plain.slice(0, size))
  return parts
}

/** Decompresses. @param max_bytes - bound of the result @throws {RuntimeError} that names the file if it is damaged, or too large */
export function bunzip2(bytes: Uint8Array, file: string, max_bytes: number): Buffer {
  const bits = new Bits(bytes)
  const parts: Uint8Array[] = []
  let total = 0
  try {
    do {
      if (bits.read(24) !== 0x425a68) throw new RuntimeError('it has another header')
      const most = (bits.read(8) - 0x30) * 100_000
      if (!(most >= 100_000 && most <= 900_000)) throw new RuntimeError('it has another header')
      for (;;) {
        const mark = bits.read(48)
        bits.read(32) // the sum of the block, or of the stream
        if (mark === 0x177245385090) break
        if (mark !== 0x314159265359 || bits.read(1) === 1) throw new RuntimeError('it has an unknown block')
        const origin = bits.read(24)
        for (const part of unsorted(read_sorted(bits, most), origin)) {
          total += part.length
          if (total > max_bytes) throw new RuntimeError(`it is larger than ${max_bytes} bytes`)
          parts.push(part)
        }
      }
    } while (bits.align())
  } catch (error) {
    throw new RuntimeError(`${file} is no bzip2 file: ${(error as Error).message}`)
  }
  return Buffer.concat(parts)
}
