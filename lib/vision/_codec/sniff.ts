// The format of an encoded image by its first bytes, never by its name.

/** Formats that can be read. */
export type Format = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'bmp' | 'pnm'

/** What the header of an image says before any pixel is decoded. */
export interface Header {
  format: Format
  /** Values per pixel as they are stored, where the header says so. */
  channels?: number
  /** Bits per value, where the header says so. */
  depth?: number
  /** A PNG with a palette. */
  palette?: boolean
}

const png_channels: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

function text(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to))
}

/** Values per pixel of a JPEG: the frame header comes after segments that say how long they are. */
function jpeg_channels(bytes: Uint8Array): number | undefined {
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1]!
    if (marker === 0xff) at++
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return bytes[at + 9]
    else at += 2 + (bytes[at + 2]! << 8 | bytes[at + 3]!)
  }
  return undefined
}

/** The header of an image, or null if the bytes are of no known format. */
export function sniff(bytes: Uint8Array): Header | null {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return { format: 'jpeg', channels: jpeg_channels(bytes), depth: 8 }
  const head = text(bytes, 0, 16)
  if (head.startsWith('\x89PNG\r\n\x1a\n')) {
    return { format: 'png', channels: png_channels[bytes[25]!], depth: bytes[24], palette: bytes[25] === 3 }
  }
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return { format: 'gif' }
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return { format: 'webp' }
  if (head.startsWith('II*\0') || head.startsWith('MM\0*')) return { format: 'tiff' }
  if (head.slice(4, 8) === 'ftyp' && /^(avif|avis|mif1)/.test(head.slice(8))) return { format: 'avif' }
  if (head.startsWith('BM')) return { format: 'bmp' }
  return /^P[56]\s/.test(head) ? { format: 'pnm' } : null
}
