// Memory layouts and memory formats: torch.layout and torch.memory_format.
import { Tag, TapeValue } from './_tape'

abstract class Constant extends TapeValue {
  constructor(tag: number, code: number, readonly name: string) {
    super(tag, code)
  }

  override toString(): string {
    return `torch.${this.name}`
  }
}

/** How a tensor lies in memory, such as `torch.strided`. */
export class layout extends Constant {
  /** @internal */
  constructor(name: string, code: number) {
    super(Tag.Layout, code, name)
  }
}

/** The order of a tensor's dimensions in memory, such as `torch.channels_last`. */
export class memory_format extends Constant {
  /** @internal */
  constructor(name: string, code: number) {
    super(Tag.MemoryFormat, code, name)
  }
}

const layouts = ['strided', 'sparse_coo', 'sparse_csr', '_mkldnn', 'sparse_csc', 'sparse_bsr', 'sparse_bsc', 'jagged']
  .map((name, code) => new layout(name, code))

export const [strided, sparse_coo, sparse_csr, _mkldnn, sparse_csc, sparse_bsr, sparse_bsc, jagged] = layouts as
  [layout, layout, layout, layout, layout, layout, layout, layout]

export const contiguous_format = new memory_format('contiguous_format', 0)
export const preserve_format = new memory_format('preserve_format', 1)
export const channels_last = new memory_format('channels_last', 2)
export const channels_last_3d = new memory_format('channels_last_3d', 3)

const layout_types = ['Strided', 'Sparse', 'SparseCsr', 'Mkldnn', 'SparseCsc', 'SparseBsr', 'SparseBsc', 'Jagged']

/** libtorch's name of a layout, for messages. */
export function layout_type({ code }: layout): string {
  return layout_types[code]!
}

/** The layout of a c10::Layout code. */
export function layout_of_code(code: number): layout {
  const found = layouts[code]
  if (!found) throw new TypeError(`layout ${code} is not known to torch-ts`)
  return found
}
