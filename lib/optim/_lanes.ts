// Arithmetic on lists of tensors that are all treated alike, so that each update rule is written once: tensor by tensor for the
// for-loop form, by aten::_foreach_* for the foreach form. No PyTorch counterpart.
import { aten } from '../_operators'
import type { Tensor } from '../tensor'
import { c_pow } from './_c_math'

/** A number, or one 0-dim tensor for each lane. */
export type Scalar = number | Lanes

interface Family {
  one: ReturnType<typeof aten>
  many: ReturnType<typeof aten>
  list: ReturnType<typeof aten>
  scalar: ReturnType<typeof aten>
}

// Operators are looked up at their first call, so that the overloads which do not exist do no harm.
function family(name: string): Family {
  const foreach = `_foreach_${name}`
  return { one: aten(name), many: aten(foreach), list: aten(`${foreach}.List`), scalar: aten(`${foreach}.Scalar`) }
}

const names = [
  'add', 'add_', 'sub', 'mul', 'mul_', 'div', 'div_', 'neg', 'abs', 'sign', 'sqrt', 'sqrt_', 'reciprocal', 'maximum', 'maximum_',
  'addcmul', 'addcmul_', 'addcdiv_', 'lerp_', 'pow', 'copy_',
] as const
type Name = typeof names[number]
const families = Object.fromEntries(names.map(name => [name, family(name)])) as Record<Name, Family>
const foreach_power = aten('_foreach_pow.ScalarAndTensor')
const power_of_number = aten('pow.Scalar')
const foreach_copy = aten('_foreach_copy_')
// An out= of the tensor itself, as Python calls it: there is no maximum_.
const maximum_out = aten('maximum.out')

/** Tensors to be treated alike. Methods are named after Tensor's, and give the bits of these in float32 and float64. */
export class Lanes {
  /**
   * @param tensors - one for each lane
   * @param foreach - by operators on lists, rather than one by one
   */
  constructor(readonly tensors: readonly Tensor[], readonly foreach: boolean) {}

  /** The result of a function of each tensor. */
  map(one: (tensor: Tensor, lane: number) => Tensor): Lanes {
    return new Lanes(this.tensors.map(one), this.foreach)
  }

  /** A number for each lane: the tensors' values. */
  items(): number[] {
    return this.tensors.map(tensor => tensor.item())
  }

  #unary(name: Name): Lanes {
    const { one, many } = families[name]
    if (this.foreach) return new Lanes(many([this.tensors]) as Tensor[] ?? this.tensors, true)
    return this.map(tensor => one([tensor]) as Tensor)
  }

  #binary(name: Name, other: Scalar, alpha?: Scalar): Lanes {
    const { one, list, scalar } = families[name]
    const factor = typeof alpha === 'object' ? alpha.items() : alpha
    if (this.foreach && !Array.isArray(factor)) {
      const args = [this.tensors, typeof other === 'number' ? other : other.tensors]
      const result = (typeof other === 'number' ? scalar : list)(args, factor === undefined ? null : { alpha: factor })
      return new Lanes(result as Tensor[] | undefined ?? this.tensors, true)
    }
    return this.map((tensor, i) => {
      const kwargs = factor === undefined ? null : { alpha: Array.isArray(factor) ? factor[i] : factor }
      return one([tensor, typeof other === 'number' ? other : other.tensors[i]], kwargs) as Tensor
    })
  }

  #ternary(name: Name, a: Lanes, b: Lanes, value: Scalar): Lanes {
    const { one, scalar } = families[name]
    const factor = typeof value === 'object' ? value.items() : value
    if (this.foreach && !Array.isArray(factor)) {
      return new Lanes(scalar([this.tensors, a.tensors, b.tensors, factor]) as Tensor[] | undefined ?? this.tensors, true)
    }
    return this.map((tensor, i) => {
      return one([tensor, a.tensors[i], b.tensors[i]], { value: Array.isArray(factor) ? factor[i] : factor }) as Tensor
    })
  }

  neg(): Lanes { return this.#unary('neg') }
  abs(): Lanes { return this.#unary('abs') }
  sign(): Lanes { return this.#unary('sign') }
  sqrt(): Lanes { return this.#unary('sqrt') }
  sqrt_(): Lanes { return this.#unary('sqrt_') }
  reciprocal(): Lanes { return this.#unary('reciprocal') }
  add(other: Scalar, alpha?: Scalar): Lanes { return this.#binary('add', other, alpha) }
  add_(other: Scalar, alpha?: Scalar): Lanes { return this.#binary('add_', other, alpha) }
  sub(other: Scalar): Lanes { return this.#binary('sub', other) }
  mul(other: Scalar): Lanes { return this.#binary('mul', other) }
  mul_(other: Scalar): Lanes { return this.#binary('mul_', other) }
  div(other: Scalar): Lanes { return this.#binary('div', other) }
  div_(other: Scalar): Lanes { return this.#binary('div_', other) }
  pow(exponent: Scalar): Lanes { return this.#binary('pow', exponent) }
  maximum(other: Lanes): Lanes { return this.#binary('maximum', other) }
  addcmul(a: Lanes, b: Lanes, value: Scalar = 1): Lanes { return this.#ternary('addcmul', a, b, value) }
  addcmul_(a: Lanes, b: Lanes, value: Scalar = 1): Lanes { return this.#ternary('addcmul_', a, b, value) }
  addcdiv_(a: Lanes, b: Lanes, value: Scalar = 1): Lanes { return this.#ternary('addcdiv_', a, b, value) }

  /** Each tensor or the other's element, whichever is greater, in place. */
  maximum_(other: Lanes): Lanes {
    if (this.foreach) return this.#binary('maximum_', other)
    return this.map((tensor, i) => maximum_out([tensor, other.tensors[i]], { out: tensor }) as Tensor)
  }

  lerp_(end: Lanes, weight: Scalar): Lanes {
    const { one, scalar } = families.lerp_
    if (this.foreach && typeof weight === 'number') scalar([this.tensors, end.tensors, weight])
    else this.tensors.forEach((tensor, i) => one([tensor, end.tensors[i], typeof weight === 'number' ? weight : weight.tensors[i]]))
    return this
  }

  copy_(source: Lanes): Lanes {
    if (this.foreach) foreach_copy([this.tensors, source.tensors])
    else this.tensors.forEach((tensor, i) => tensor.copy_(source.tensors[i]))
    return this
  }

  /** Copies, if the step is recorded: what backward needs must not be overwritten by the next step. */
  saved(differentiable: boolean): Lanes {
    return differentiable ? this.map(tensor => tensor.clone()) : this
  }

  /** `base` to the power of each tensor. */
  static power(base: number, exponents: Lanes): Lanes {
    const { tensors, foreach } = exponents
    if (foreach) return new Lanes(foreach_power([base, tensors]) as Tensor[], true)
    return exponents.map(exponent => power_of_number([base, exponent]) as Tensor)
  }
}

// ---- Python's arithmetic on what is a number or a tensor ----

export function minus(a: Scalar, b: Scalar): Scalar {
  if (typeof a === 'object') return a.sub(b)
  return typeof b === 'number' ? a - b : b.neg().add_(a)
}

export function plus(a: Scalar, b: Scalar): Scalar {
  if (typeof a === 'object') return a.add(b)
  return typeof b === 'number' ? a + b : b.add(a)
}

export function times(a: Scalar, b: Scalar): Scalar {
  if (typeof a === 'object') return a.mul(b)
  return typeof b === 'number' ? a * b : b.mul(a)
}

export function over(a: Scalar, b: Scalar): Scalar {
  if (typeof a === 'object') return a.div(b)
  return typeof b === 'number' ? a / b : b.reciprocal().mul(a)
}

export function negate(a: Scalar): Scalar {
  return typeof a === 'number' ? -a : a.neg()
}

export function power(base: Scalar, exponent: Scalar): Scalar {
  if (typeof base === 'object') return base.pow(exponent)
  return typeof exponent === 'number' ? c_pow(base, exponent) : Lanes.power(base, exponent)
}

export function root(a: Scalar): Scalar {
  return typeof a === 'number' ? c_pow(a, 0.5) : a.sqrt()
}
