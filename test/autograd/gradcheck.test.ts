// gradcheck and gradgradcheck find wrong gradients, in Python's words.
import torch from 'torch-ts'

const { gradcheck, gradgradcheck, Function } = torch.autograd
const x = torch.tensor([1, 2], { dtype: torch.float64, requires_grad: true })
const z = torch.tensor([new torch.Complex(1, 2), new torch.Complex(2, -1)], { dtype: torch.complex128, requires_grad: true })

const wrong = (a: torch.Tensor) => a.detach().mul(a) // its gradient is half of what it should be

describe('gradcheck', () => {
  it('takes functions with several outputs, and complex ones', () => {
    expect(gradcheck((a: torch.Tensor) => [a.sin(), a.prod()], [x])).toBe(true)
    expect(gradcheck((a: torch.Tensor) => a.mul(a.conj()), z)).toBe(true)
    expect(gradcheck((a: torch.Tensor) => a.abs(), z)).toBe(true)
    expect(gradcheck((a: torch.Tensor) => torch.complex(a, a.mul(2)), x)).toBe(true)
    expect(gradcheck((a: torch.Tensor) => a.detach().sign(), x)).toBe(true)
  })

  it('says where Jacobians differ', () => {
    expect(() => gradcheck(wrong, x)).toThrow(new torch.autograd.GradcheckError(
      'Jacobian mismatch for output 0 with respect to input 0,\nnumerical:tensor([[2.0000, 0.0000],\n        [0.0000, 4.0000]], dtype=torch.float64)\n'
      + 'analytical:tensor([[1., 0.],\n        [0., 2.]], dtype=torch.float64)\n'))
    expect(() => gradcheck(wrong, z)).toThrow(/^While considering the imaginary part of complex outputs only, Jacobian mismatch/)
    expect(gradcheck(wrong, x, { raise_exception: false })).toBe(false)
  })

  it('finds a function whose outputs move without a gradient', () => {
    expect(() => gradcheck((a: torch.Tensor) => a.detach().sin(), x)).toThrow('Numerical gradient for function expected to be zero')
  })

  it('finds a backward that differs from run to run', () => {
    let runs = 0
    class Unsteady extends Function {
      static override forward(_ctx: torch.autograd.FunctionCtx, a: torch.Tensor): torch.Tensor {
        return a.clone()
      }

      static override backward(_ctx: torch.autograd.FunctionCtx, grad: torch.Tensor): torch.Tensor {
        return grad.mul(1 + 1e-7 * runs++)
      }
    }
    expect(() => gradcheck((a: torch.Tensor) => Unsteady.apply(a), x)).toThrow(/^Backward is not reentrant/)
    expect(gradcheck((a: torch.Tensor) => Unsteady.apply(a), x, { nondet_tol: 1e-3 })).toBe(true)
  })

  it('refuses inputs that it cannot check', () => {
    expect(() => gradcheck((a: torch.Tensor) => a.sin(), x.detach())).toThrow(
      'gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True.')
    const expanded = torch.ones(1, { dtype: torch.float64 }).expand(2).requires_grad_()
    expect(() => gradcheck((a: torch.Tensor) => a.sin(), expanded)).toThrow(/^The 0th input has a dimension with stride 0\./)
    expect(() => gradcheck((a: torch.Tensor) => a.sin(), x, { check_batched_forward_grad: true }))
      .toThrow('Setting check_batched_forward_grad=True requires check_forward_ad to be True')
  })

  it('compares derivatives of forward mode and batches', () => {
    const all = { check_forward_ad: true, check_batched_grad: true, check_batched_forward_grad: true }
    expect(gradcheck((a: torch.Tensor) => [a.sin(), a.prod()], [x], all)).toBe(true)
    expect(gradcheck((a: torch.Tensor) => a.mul(a.conj()).mul(2), z, { check_forward_ad: true, check_batched_grad: true })).toBe(true)
    expect(gradgradcheck((a: torch.Tensor) => a.pow(3), x, null, { check_batched_grad: true })).toBe(true)
    class Slow extends Function {
      static override forward(_ctx: torch.autograd.FunctionCtx, a: torch.Tensor): torch.Tensor {
        return a.mul(2)
      }

      static override backward(_ctx: torch.autograd.FunctionCtx, grad: torch.Tensor): torch.Tensor {
        return grad.mul(2)
      }

      static jvp(_ctx: torch.autograd.FunctionCtx, tangent: torch.Tensor): torch.Tensor {
        return tangent
      }
    }
    const slow = (a: torch.Tensor): torch.Tensor => Slow.apply(a)
    expect(gradcheck(slow, x)).toBe(true)
    expect(() => gradcheck(slow, x, all)).toThrow('Jacobian computed with forward mode mismatch for output 0 with respect to input 0,\n'
      + 'numerical:tensor([[2.0000, 0.0000],\n        [0.0000, 2.0000]], dtype=torch.float64)\n'
      + 'analytical:tensor([[1., 0.],\n        [0., 1.]], dtype=torch.float64)\n')
    expect(() => gradcheck(slow, z, all)).toThrow(/^While considering the imaginary part of complex inputs only, Jacobian computed with forward mode/)
  })

  it('leaves the inputs as they were', () => {
    const before = x.detach().clone()
    gradcheck((a: torch.Tensor) => a.exp(), x)
    expect(x.detach().equal(before)).toBe(true)
  })
})

describe('gradgradcheck', () => {
  it('checks gradients of gradients', () => {
    expect(gradgradcheck((a: torch.Tensor) => a.sin().mul(a), x)).toBe(true)
    expect(gradgradcheck((a: torch.Tensor) => a.pow(3), [x], torch.ones(2, { dtype: torch.float64, requires_grad: true }))).toBe(true)
  })

  it('finds a backward whose own gradient is wrong', () => {
    class Cube extends Function {
      static override forward(ctx: torch.autograd.FunctionCtx, a: torch.Tensor): torch.Tensor {
        ctx.save_for_backward(a)
        return a.pow(3)
      }

      static override backward(ctx: torch.autograd.FunctionCtx, grad: torch.Tensor): torch.Tensor {
        const [a] = ctx.saved_tensors as [torch.Tensor]
        return grad.mul(a.detach().pow(2).mul(3))
      }
    }
    const cube = (a: torch.Tensor): unknown => Cube.apply(a)
    expect(gradcheck(cube, x)).toBe(true)
    expect(gradgradcheck(cube, x, null, { raise_exception: false })).toBe(false)
  })
})
