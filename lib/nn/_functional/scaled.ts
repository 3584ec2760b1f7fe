// Products of groups and of scaled matrices, which few devices have: torch.nn.functional.grouped_mm and its kin.
import { type Args, bind, with_keywords } from '../../_args'
import { aten } from '../../_operators'
import { type dtype, bfloat16 } from '../../dtype'
import type { Tensor } from '../../tensor'

const grouped = aten('_grouped_mm')
const scaled = aten('_scaled_mm_v2')
const scaled_grouped = aten('_scaled_grouped_mm_v2')

/** How a matrix was scaled. @see torch.nn.functional.ScalingType */
export const ScalingType = { TensorWise: 0, RowWise: 1, BlockWise1x16: 2, BlockWise1x32: 3, BlockWise1x128: 4, BlockWise128x128: 5 } as const
export type ScalingType = typeof ScalingType[keyof typeof ScalingType]

/** How the scales lie in memory. @see torch.nn.functional.SwizzleType */
export const SwizzleType = { NO_SWIZZLE: 0, SWIZZLE_32_4_4: 1 } as const
export type SwizzleType = typeof SwizzleType[keyof typeof SwizzleType]

const grouped_names = ['mat_a', 'mat_b'] as const
interface GroupedOptions {
  /** The end of each group along the dimension that is cut into groups: int32. */
  offs?: Tensor | null
  bias?: Tensor | null
  out_dtype?: dtype | null
}

/**
 * A matrix product for each group, where a two-dimensional operand holds all groups one after the other.
 *
 * Shape: mat_a (tokens, K) or (groups, M, K), mat_b (groups, K, N) or (K, N).
 * @throws {RuntimeError} for strides that are no multiple of 16 bytes.
 * @see torch.nn.functional.grouped_mm
 */
export function grouped_mm(...args: Args<[mat_a: Tensor, mat_b: Tensor], typeof grouped_names, GroupedOptions>): Tensor {
  const given = bind<{ mat_a: Tensor; mat_b: Tensor } & GroupedOptions>('grouped_mm', grouped_names, 2, args, ['offs', 'bias', 'out_dtype'])
  return grouped([given.mat_a, given.mat_b, given.offs ?? null, given.bias ?? null, given.out_dtype ?? null]) as Tensor
}

type One<T> = T | readonly T[]

function listed<T>(value: One<T> | null): readonly T[] {
  return value === null ? [] : Array.isArray(value) ? value as readonly T[] : [value as T]
}

const scaled_names = [
  'mat_a', 'mat_b', 'scale_a', 'scale_recipe_a', 'scale_b', 'scale_recipe_b', 'swizzle_a', 'swizzle_b', 'bias', 'output_dtype',
  'contraction_dim', 'use_fast_accum',
] as const

/**
 * The product of two matrices of low precision, each with its scales. On devices that have it.
 *
 * @param scale_a - decoding scales of mat_a; `scale_recipe_a` says how they apply.
 * @param output_dtype - Default: bfloat16.
 * @see torch.nn.functional.scaled_mm
 */
export const scaled_mm = with_keywords('scaled_mm', scaled_names, (
  mat_a: Tensor, mat_b: Tensor, scale_a: One<Tensor>, scale_recipe_a: One<ScalingType>, scale_b: One<Tensor>, scale_recipe_b: One<ScalingType>,
  swizzle_a: One<SwizzleType> | null = null, swizzle_b: One<SwizzleType> | null = null, bias: Tensor | null = null,
  output_dtype: dtype | null = bfloat16, contraction_dim: readonly number[] = [], use_fast_accum: boolean = false,
): Tensor => scaled([mat_a, mat_b, listed(scale_a), listed(scale_recipe_a), listed(swizzle_a), listed(scale_b), listed(scale_recipe_b),
  listed(swizzle_b), bias, output_dtype, contraction_dim, use_fast_accum]) as Tensor)

const scaled_grouped_names = [
  'mat_a', 'mat_b', 'scale_a', 'scale_recipe_a', 'scale_b', 'scale_recipe_b', 'swizzle_a', 'swizzle_b', 'bias', 'offs', 'output_dtype',
  'contraction_dim', 'use_fast_accum',
] as const

/** {@link grouped_mm} of matrices with scales, as {@link scaled_mm}. @see torch.nn.functional.scaled_grouped_mm */
export const scaled_grouped_mm = with_keywords('scaled_grouped_mm', scaled_grouped_names, (
  mat_a: Tensor, mat_b: Tensor, scale_a: One<Tensor>, scale_recipe_a: One<ScalingType>, scale_b: One<Tensor>, scale_recipe_b: One<ScalingType>,
  swizzle_a: One<SwizzleType> | null = null, swizzle_b: One<SwizzleType> | null = null, bias: Tensor | null = null, offs: Tensor | null = null,
  output_dtype: dtype | null = bfloat16, contraction_dim: readonly number[] = [], use_fast_accum: boolean = false,
): Tensor => scaled_grouped([mat_a, mat_b, listed(scale_a), listed(scale_recipe_a), listed(swizzle_a), listed(scale_b), listed(scale_recipe_b),
  listed(swizzle_b), offs, bias, output_dtype, contraction_dim, use_fast_accum]) as Tensor)
