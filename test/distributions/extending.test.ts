// What the golden cases of distributions.test.ts cannot say: keyword arguments, classes of one's own, caches, gradients, warnings.
import torch, { distributions as D } from 'torch-ts'
import type { Constraint } from '../../lib/distributions/constraints'
import { captured_warnings } from '../helpers/warnings'

const { constraints } = D

/** The triangular distribution on [0, width]. */
class Triangular extends D.Distribution {
  static override arg_constraints = { width: constraints.positive }
  static override has_rsample = true
  declare width: torch.Tensor

  constructor(width: torch.Tensor, validate_args?: boolean) {
    super()
    this.width = width
    this._init(width.shape, [], validate_args)
  }

  override get support(): Constraint {
    return constraints.interval(0, this.width)
  }

  override expand(batch_shape: readonly number[], instance?: this): this {
    const made = this._get_checked_instance(Triangular, instance)
    made.width = this.width.expand(batch_shape)
    return this._expanded(made, batch_shape)
  }

  override rsample(sample_shape = {}): torch.Tensor {
    return torch.rand(this._extended_shape(sample_shape)).sqrt().mul(this.width)
  }

  override log_prob(value: torch.Tensor): torch.Tensor {
    if (this._validate_args) this._validate_sample(value)
    return value.mul(2).div(this.width.pow(2)).log()
  }
}

describe('arguments', () => {
  it('come by position or keyword', () => {
    const texts = [new D.Normal(0, 2), new D.Normal(0, { scale: 2 }), new D.Normal({ loc: 0, scale: 2, validate_args: true })].map(String)
    expect(texts).toEqual(Array.from({ length: 3 }, () => 'Normal(loc: 0.0, scale: 2.0)'))
    expect(new D.Normal(0, -1, false).scale.item()).toBe(-1)
    expect(new D.Normal({ loc: 0, scale: -1, validate_args: false }).scale.item()).toBe(-1)
    expect(() => new D.Normal(0 as never)).toThrow(new TypeError("Normal.__init__() missing 1 required positional argument: 'scale'"))
    expect(() => new D.Normal(0, 1, { scales: 1 } as never)).toThrow(new TypeError("Normal.__init__() got an unexpected keyword argument 'scales'"))
    expect(() => new D.Normal(0, 1).sample(5 as never)).toThrow(new TypeError("'int' object is not iterable"))
  })

  it('are shown by console.log', () => {
    expect(require('node:util').inspect([new D.Bernoulli(0.5), new D.ExpTransform(), constraints.real])).toBe(
      '[ Bernoulli(probs: 0.5), ExpTransform(), Real() ]')
  })

  it('are checked unless the default says no', () => {
    D.Distribution.set_default_validate_args(false)
    try {
      expect(new D.Normal(0, -1).scale.item()).toBe(-1)
      expect(() => new D.Normal(0, -1, true)).toThrow(torch.ValueError)
    } finally {
      D.Distribution.set_default_validate_args(true)
    }
    expect(() => new D.Normal(0, -1)).toThrow(torch.ValueError)
  })
})

describe('a distribution of one\'s own', () => {
  it('has the shapes, checks and text of the others', () => {
    const d = new Triangular(torch.tensor([1, 2]))
    expect([d.batch_shape, d.event_shape, d.has_rsample, String(d)]).toEqual([[2], [], true, 'Triangular(width: torch.Size([2]))'])
    expect(d.sample([3]).shape).toEqual([3, 2])
    expect(d.expand([4, 2]).sample([3]).shape).toEqual([3, 4, 2])
    expect(() => new Triangular(torch.tensor(-1))).toThrow(new torch.ValueError('Expected parameter width (Tensor of shape ()) of distribution '
      + 'Triangular(width: -1.0) to satisfy the constraint GreaterThan(lower_bound=0.0), but found invalid values:\n-1.0'))
    expect(() => d.log_prob(torch.tensor(1.5))).toThrow(new torch.ValueError('Expected value argument (Tensor of shape ()) to be within the support '
      + '(Interval(lower_bound=0, upper_bound=tensor([1., 2.]))) of the distribution Triangular(width: torch.Size([2])), but found invalid values:\n1.5'))
    expect(() => new Triangular(torch.tensor(-1), false)).not.toThrow()
    expect(() => d.entropy()).toThrow(torch.NotImplementedError)
  })

  it('must expand itself if it has a constructor of its own', () => {
    class Unit extends D.Normal {
      constructor() {
        super(0, 1)
      }
    }
    class Plain extends D.Normal {}
    expect(() => new Unit().expand([2])).toThrow(new torch.NotImplementedError(
      'Subclass Unit of Normal that defines a custom __init__ method must also define a custom .expand() method.'))
    expect(String(new Plain(0, 1).expand([2]))).toBe('Plain(loc: torch.Size([2]), scale: torch.Size([2]))')
  })

  it('is warned where it does not say its constraints', async () => {
    class Silent extends D.Distribution {
      override log_prob(value: torch.Tensor): torch.Tensor {
        this._validate_sample(value)
        return value
      }
    }
    const warnings = await captured_warnings(() => new Silent().log_prob(torch.zeros([])))
    expect(warnings).toEqual([
      "UserWarning: <class 'Silent'> does not define `arg_constraints`. Please set `arg_constraints = {}` or initialize the distribution "
      + 'with `validate_args=False` to turn off validation.',
      "UserWarning: <class 'Silent'> does not define `support` to enable sample validation. Please initialize the distribution with "
      + '`validate_args=False` to turn off validation.',
    ])
  })
})

describe('samples', () => {
  it('carry gradients only by rsample', () => {
    const loc = torch.tensor([0, 1], { requires_grad: true })
    expect([new D.Normal(loc, 1).sample().requires_grad, new D.Normal(loc, 1).rsample().requires_grad]).toEqual([false, true])
  })

  it('may be asked for by their number, with a warning', async () => {
    const warnings = await captured_warnings(() => expect(new D.Normal(0, 1).sample_n(3).shape).toEqual([3]))
    expect(warnings).toEqual(['FutureWarning: `sample_n(n)` will be deprecated. Use `sample((n,))` instead.'])
  })

  it('of Wishart distributions warn as in Python', async () => {
    const warnings = await captured_warnings(() => new D.Wishart(torch.tensor(1.5), torch.eye(2)))
    expect(warnings).toEqual(['UserWarning: Low df values detected. Singular samples are highly likely to occur for ndim - 1 < df < ndim.'])
  })
})

describe('lazy parameters', () => {
  it('keep their gradients where none are recorded, and are computed once', () => {
    const d = new D.Bernoulli({ logits: torch.tensor([0.5], { requires_grad: true }) })
    const probs = torch.no_grad(() => d.probs)
    expect([probs.requires_grad, d.probs === probs, Object.hasOwn(d, 'probs')]).toEqual([true, true, true])
  })
})

describe('transforms', () => {
  it('keep the last pair with a cache, so that the inverse of y is x itself', () => {
    const x = torch.tensor([1, 2])
    for (const t of [new D.ExpTransform(1), new D.ExpTransform({ cache_size: 1 }), new D.ExpTransform().with_cache(), new D.ExpTransform(1).inv]) {
      const y = t(x)
      expect([t.inv(y) === x, t(x) === y, t.inv.inv === t]).toEqual([true, true, true])
    }
    const plain = new D.ExpTransform()
    expect(plain.inv(plain(x)) === x).toBe(false)
    const composed = new D.ComposeTransform([new D.ExpTransform(), new D.AffineTransform(1, 2)], { cache_size: 1 })
    expect(composed.inv(composed(x)) === x).toBe(true)
  })

  it('of one\'s own work with TransformedDistribution', () => {
    class Cube extends D.Transform {
      static override domain = constraints.real
      static override codomain = constraints.real
      static override bijective = true
      static override sign = 1

      override _call(x: torch.Tensor): torch.Tensor {
        return x.pow(3)
      }

      override _inverse(y: torch.Tensor): torch.Tensor {
        return y.sign().mul(y.abs().pow(1 / 3))
      }

      override log_abs_det_jacobian(x: torch.Tensor, _y: torch.Tensor): torch.Tensor {
        return x.pow(2).mul(3).log()
      }
    }
    const d = new D.TransformedDistribution(new D.Normal(0, 1), new Cube())
    expect(d.log_prob(torch.tensor(8)).item()).toBeCloseTo(-2.9189385 - Math.log(12), 5)
    expect(d.cdf(torch.tensor(8)).item()).toBeCloseTo(0.9772499, 5)
    expect(new Cube().with_cache()).toBeInstanceOf(Cube)
  })

  it('are found for constraints of one\'s own', () => {
    class _Even extends constraints.Constraint {}
    expect(() => D.biject_to(new _Even())).toThrow(new torch.NotImplementedError('Cannot transform _Even constraints'))
    D.biject_to.register(_Even, () => new D.AffineTransform(0, 2))
    expect(D.biject_to(new _Even())(torch.tensor(3)).item()).toBe(6)
    const factory = D.transform_to.register(new _Even())(() => new D.AffineTransform(0, 4))
    expect([D.transform_to(new _Even())(torch.tensor(3)).item(), typeof factory, String(new _Even())]).toEqual([12, 'function', 'Even()'])
  })
})

describe('register_kl', () => {
  class BaseP extends D.Normal {}
  class DerivedP extends BaseP {}
  class BaseQ extends D.Normal {}
  class DerivedQ extends BaseQ {}

  it('chooses the most special pair, and warns if there are two', async () => {
    const value = (x: number) => (): torch.Tensor => torch.tensor(x)
    expect(D.kl_divergence(new DerivedP(0, 1), new DerivedQ(0, 1)).item()).toBe(0)
    D.register_kl(BaseP, DerivedQ)(value(1))
    D.register_kl(DerivedP, BaseQ)(value(2))
    expect(D.kl_divergence(new BaseP(0, 1), new DerivedQ(0, 1)).item()).toBe(1)
    const warnings = await captured_warnings(() => expect(D.kl_divergence(new DerivedP(0, 1), new DerivedQ(0, 1)).item()).toBe(2))
    expect(warnings).toEqual(['RuntimeWarning: Ambiguous kl_divergence(DerivedP, DerivedQ). Please register_kl(DerivedP, DerivedQ)'])
    D.register_kl(DerivedP, DerivedQ)(value(3))
    expect(D.kl_divergence(new DerivedP(0, 1), new DerivedQ(0, 1)).item()).toBe(3)
  })

  it('takes distributions only', () => {
    expect(() => D.register_kl(Map as never, BaseQ)).toThrow(new TypeError('Expected type_p to be a Distribution subclass but got Map'))
  })
})
