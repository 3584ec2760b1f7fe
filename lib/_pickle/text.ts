// Strings as Python writes them: UTF-8, in which lone surrogates have bytes of their own ('surrogatepass').
import { UnpicklingError } from './errors'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The bytes of a string. */
export function encode_text(text: string): Uint8Array {
  if (!/[\ud800-\udfff]/u.test(text)) return encoder.encode(text)
  const parts: Uint8Array[] = []
  for (const char of text) {
    const code = char.codePointAt(0)!
    const is_lone = code >= 0xd800 && code < 0xe000
    parts.push(is_lone ? Uint8Array.of(0xe0 | code >> 12, 0x80 | code >> 6 & 0x3f, 0x80 | code & 0x3f) : encoder.encode(char))
  }
  return Buffer.concat(parts)
}

// Whether three bytes are a lone surrogate.
function is_surrogate(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xed && bytes[at + 1]! >= 0xa0 && bytes[at + 1]! <= 0xbf && (bytes[at + 2]! & 0xc0) === 0x80
}

/** The string of some bytes. @throws {UnpicklingError} if they are not UTF-8. */
export function decode_text(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    return decode_with_surrogates(bytes)
  }
}

function decode_with_surrogates(bytes: Uint8Array): string {
  let [text, start] = ['', 0]
  try {
    for (let at = 0; at + 2 < bytes.length; at++) {
      if (!is_surrogate(bytes, at)) continue
      text += decoder.decode(bytes.subarray(start, at)) + String.fromCharCode(0xd000 | (bytes[at + 1]! & 0x3f) << 6 | bytes[at + 2]! & 0x3f)
      start = at + 3
      at += 2
    }
    return text + decoder.decode(bytes.subarray(start))
  } catch {
    throw new UnpicklingError("'utf-8' codec can't decode a string of the file")
  }
}
