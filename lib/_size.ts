// torch.Size: the shape of a tensor.

/**
 * The sizes of a tensor's dimensions: an array of numbers that prints as Python's torch.Size.
 *
 * @example new torch.Size([2, 3])
 */
export class Size extends Array<number> {
  constructor(sizes: readonly number[] | number = 0) {
    if (typeof sizes === 'number') {
      super(sizes) // as Array does: so many places
      return
    }
    super(sizes.length)
    for (let i = 0; i < sizes.length; i++) this[i] = sizes[i]!
  }

  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  /** A Size of a list, whatever its length. */
  static of_list(sizes: readonly number[]): Size {
    const size = new Size(sizes.length)
    for (let i = 0; i < sizes.length; i++) size[i] = sizes[i]!
    return size
  }

  /** The number of elements of a tensor of this size. */
  numel(): number {
    return this.reduce((product, size) => product * size, 1)
  }

  override toString(): string {
    return `torch.Size([${this.join(', ')}])`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
