// Transforms to constrained values: torch.distributions.constraint_registry.
import { Callable } from '../_callable'
import { is_tensor } from '../_dispatch'
import { NotImplementedError } from '../_errors'
import type { Tensor } from '../tensor'
import * as constraints from './constraints'
import { Constraint } from './constraints'
import * as transforms from './transforms'
import type { Transform } from './transforms'
import { minus } from './utils'

interface ConstraintClass<C extends Constraint> {
  readonly prototype: C
}
type Factory<C extends Constraint> = (constraint: C) => Transform

// The class that a constraint, or a class of them, stands for.
function class_of(constraint: unknown): unknown {
  if (constraint instanceof Constraint) return constraint.constructor
  const prototype: unknown = typeof constraint === 'function' ? constraint.prototype : null
  return prototype instanceof Constraint ? prototype.constructor : null
}

export interface ConstraintRegistry {
  /**
   * A transform from unconstrained values to those that satisfy the constraint.
   *
   * @throws {NotImplementedError} if there is none.
   */
  // eslint-disable-next-line @typescript-eslint/prefer-function-type -- it adds a call to the class
  (constraint: Constraint): Transform
}

/**
 * Links constraints to transforms.
 *
 * @example biject_to(Normal.support).inv(x); biject_to.register(MyConstraint, constraint => new MyTransform(constraint))
 * @see torch.distributions.constraint_registry.ConstraintRegistry
 */
export class ConstraintRegistry extends Callable {
  private readonly registry = new Map<unknown, Factory<never>>()

  /**
   * Says how to make the transform for a class of constraints, or for that of an instance. Without a factory, gives a function
   * that takes it.
   */
  register<C extends Constraint>(constraint: C | ConstraintClass<C>): (factory: Factory<C>) => Factory<C>
  register<C extends Constraint>(constraint: C | ConstraintClass<C>, factory: Factory<C>): Factory<C>
  register<C extends Constraint>(constraint: C | ConstraintClass<C>, factory?: Factory<C>): unknown {
    if (factory === undefined) return (later: Factory<C>) => this.register(constraint, later)
    const type = class_of(constraint)
    if (type === null) {
      throw new TypeError(`Expected constraint to be either a Constraint subclass or instance, but got ${String(constraint)}`)
    }
    this.registry.set(type, factory as Factory<never>)
    return factory
  }

  protected override __call__(constraint: Constraint): Transform {
    const factory = this.registry.get(constraint.constructor) as Factory<Constraint> | undefined
    if (factory === undefined) throw new NotImplementedError(`Cannot transform ${constraint.constructor.name} constraints`)
    return factory(constraint)
  }
}

/** Bijective transforms to constrained values. @see torch.distributions.biject_to */
export const biject_to = new ConstraintRegistry()
/** Transforms to constrained values that need not be bijective, for optimization. @see torch.distributions.transform_to */
export const transform_to = new ConstraintRegistry()

const { AffineTransform, CatTransform, ComposeTransform, ExpTransform, IndependentTransform, SigmoidTransform, StackTransform } = transforms

function to_interval({ lower_bound, upper_bound }: { lower_bound: constraints.Bound, upper_bound: constraints.Bound }): Transform {
  if (lower_bound === 0 && upper_bound === 1) return new SigmoidTransform()
  const scale = is_tensor(upper_bound) ? (upper_bound as Tensor).sub(lower_bound)
    : is_tensor(lower_bound) ? minus(upper_bound as number, lower_bound as Tensor) : upper_bound as number - (lower_bound as number)
  return new ComposeTransform([new SigmoidTransform(), new AffineTransform(lower_bound, scale)])
}

for (const registry of [biject_to, transform_to]) {
  registry.register(constraints.real, () => transforms.identity_transform)
  registry.register(constraints.independent, one =>
    new IndependentTransform(registry(one.base_constraint), one.reinterpreted_batch_ndims))
  registry.register(constraints.positive, () => new ExpTransform())
  registry.register(constraints.nonnegative, () => new ExpTransform())
  for (const above of [constraints.greater_than, constraints.greater_than_eq]) {
    registry.register(above, one => new ComposeTransform([new ExpTransform(), new AffineTransform(one.lower_bound, 1)]))
  }
  registry.register(constraints.less_than, one => new ComposeTransform([new ExpTransform(), new AffineTransform(one.upper_bound, -1)]))
  registry.register(constraints.interval, to_interval)
  registry.register(constraints.half_open_interval, to_interval)
  registry.register(constraints.corr_cholesky, () => new transforms.CorrCholeskyTransform())
  registry.register(constraints.cat, one => new CatTransform(one.cseq.map(part => registry(part)), one.dim, one.lengths))
  registry.register(constraints.stack, one => new StackTransform(one.cseq.map(part => registry(part)), one.dim))
}

biject_to.register(constraints.simplex, () => new transforms.StickBreakingTransform())
transform_to.register(constraints.simplex, () => new transforms.SoftmaxTransform())
transform_to.register(constraints.lower_cholesky, () => new transforms.LowerCholeskyTransform())
transform_to.register(constraints.positive_definite, () => new transforms.PositiveDefiniteTransform())
transform_to.register(constraints.positive_semidefinite, () => new transforms.PositiveDefiniteTransform())
