// Writes a zip archive of deflated files.
import zlib from 'node:zlib'

function u16(...values: number[]): Buffer {
  return Buffer.from(Uint16Array.from(values).buffer)
}

function u32(...values: number[]): Buffer {
  return Buffer.from(Uint32Array.from(values).buffer)
}

/** Fields that a test can falsify. */
export interface Lies {
  method?: number
  flags?: number
  crc?: number
  size?: number
}

/** A zip archive of these files (name → contents), with `comment` at its end. */
export function make_zip(files: Record<string, Uint8Array>, lies: Lies = {}, comment = ''): Buffer {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const [text, data] of Object.entries(files)) {
    const name = Buffer.from(text)
    const method = lies.method ?? 8
    const packed = method === 8 ? zlib.deflateRawSync(data) : Buffer.from(data)
    const sizes = u32(lies.crc ?? zlib.crc32(data), packed.length, lies.size ?? data.length)
    const common = Buffer.concat([u16(20, lies.flags ?? 0, method, 0, 0), sizes, u16(name.length, 0)])
    locals.push(u32(0x04034b50), common, name, packed)
    central.push(u32(0x02014b50), u16(20), common, u16(0, 0, 0), u32(0, offset), name)
    offset += 30 + name.length + packed.length
  }
  const directory = Buffer.concat(central)
  const count = Object.keys(files).length
  const end = [u32(0x06054b50), u16(0, 0, count, count), u32(directory.length, offset), u16(comment.length), Buffer.from(comment)]
  return Buffer.concat([...locals, directory, ...end])
}
