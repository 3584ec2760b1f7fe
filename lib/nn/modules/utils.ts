// Small helpers of the layers: torch.nn.modules.utils.

function ntuple(count: number): <T>(value: T | readonly T[]) => T[] {
  return value => (Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as readonly never[]) : new Array(count).fill(value))
}

/** A list as it is, or a single value as often as there are dimensions. */
export const single = ntuple(1)
export const pair = ntuple(2)
export const triple = ntuple(3)
export const quadruple = ntuple(4)

/** The values in reverse, each `count` times: from a layer's padding to the one of F.pad. */
export function reverse_repeat(values: readonly number[], count: number): number[] {
  return values.toReversed().flatMap(value => new Array<number>(count).fill(value))
}
