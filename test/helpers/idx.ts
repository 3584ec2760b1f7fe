// Writes IDX files.

/** The bytes of an IDX file: type code, shape, and the numbers as they shall stand in the file. */
export function make_idx(type: number, shape: readonly number[], body: Uint8Array): Buffer {
  const header = Buffer.alloc(4 * (shape.length + 1))
  header.set([0, 0, type, shape.length])
  shape.forEach((size, i) => header.writeUInt32BE(size, 4 * (i + 1)))
  return Buffer.concat([header, body])
}

/** `n` different images of uint8. */
export function make_images(n: number, height = 28, width = 28): Buffer {
  return make_idx(8, [n, height, width], Uint8Array.from({ length: n * height * width }, (_, i) => (i * 31 + (i >> 5)) % 256))
}

/** `n` labels from 0 to 9. */
export function make_labels(n: number): Buffer {
  return make_idx(8, [n], Uint8Array.from({ length: n }, (_, i) => (i * 7 + 3) % 10))
}
