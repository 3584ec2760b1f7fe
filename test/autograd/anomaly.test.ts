// Anomaly mode: errors of backward that point at the forward call.
import torch, { type Tensor } from '../../lib/index'
import { captured_warnings } from '../helpers/warnings'

const { detect_anomaly, set_detect_anomaly, is_anomaly_enabled, is_anomaly_check_nan_enabled } = torch.autograd
const leaf = (...values: number[]): Tensor => torch.tensor(values, { requires_grad: true })

function root_of_negative(x: Tensor): Tensor {
  return x.sqrt()
}

describe('torch.autograd.detect_anomaly', () => {
  it('throws on NaN, and shows where the operation was called', async () => {
    let message = ''
    const warnings = await captured_warnings(() => {
      detect_anomaly(() => {
        const y = root_of_negative(leaf(-1)).mul(2)
        try {
          y.sum().backward()
        } catch (error) {
          message = (error as Error).message
        }
      })
    })
    expect(message).toBe("Function 'SqrtBackward0' returned nan values in its 0th output.")
    const trace = warnings.find(text => text.includes('Error detected in SqrtBackward0'))!
    expect(trace).toMatch(/Error detected in SqrtBackward0\. Traceback of forward call that caused the error:\n +at .*anomaly\.test\.ts:9:\d+\)/)
    expect(trace).not.toContain(`${__dirname.replace(/test.autograd$/, '')}lib`)
  })

  it('does not look for NaN if asked not to', () => {
    const x = leaf(-1)
    detect_anomaly({ check_nan: false }, () => { x.sqrt().sum().backward() })
    expect(x.grad!.item()).toBeNaN()
  })

  it('shows where the operation of a broken Function was called, and the same error comes out', async () => {
    const error = new Error('no way back')
    class Broken extends torch.autograd.Function {
      static override forward(_ctx: torch.autograd.FunctionCtx, x: Tensor): Tensor {
        return x.mul(2)
      }

      static override backward(): never {
        throw error
      }
    }
    let caught: unknown
    const warnings = await captured_warnings(() => {
      detect_anomaly(() => {
        const y = Broken.apply(leaf(1))
        try {
          y.sum().backward()
        } catch (thrown) {
          caught = thrown
        }
      })
    })
    expect(caught).toBe(error)
    expect(warnings.some(text => /Error detected in BrokenBackward\. Traceback of forward call/.test(text))).toBe(true)
  })

  it('tells of a graph made before it that nothing is known', async () => {
    const y = leaf(-2).sqrt()
    const warnings = await captured_warnings(() => {
      expect(() => { detect_anomaly(() => { y.sum().backward() }) }).toThrow("Function 'SqrtBackward0' returned nan values in its 0th output.")
    })
    expect(warnings).toContainEqual(expect.stringContaining('Error detected in SqrtBackward0. No forward pass information available. '
      + 'Enable detect anomaly during forward pass for more information.'))
  })

  it('names the operation that induced the failing one in a higher derivative', async () => {
    const warnings = await captured_warnings(() => {
      detect_anomaly(() => {
        const x = leaf(0)
        const [first] = torch.autograd.grad(x.pow(1.5).sum(), x, { create_graph: true })
        expect(() => torch.autograd.grad(first!.mul(0).sum(), x)).toThrow(/returned nan values/)
      })
    })
    expect(warnings.some(text => text.includes('Previous calculation was induced by PowBackward0. Traceback of forward call that induced the previous calculation:\n'))).toBe(true)
  })

  it('leaves the place in the metadata of a node', () => {
    const y = set_detect_anomaly(true, true, () => leaf(1).exp())
    expect(String(y.grad_fn!.metadata.traceback_)).toContain('anomaly.test.ts')
  })

  it('is on for a callback, a scope or for good', () => {
    expect(is_anomaly_enabled()).toBe(false)
    {
      using _ = detect_anomaly({ check_nan: false })
      expect([is_anomaly_enabled(), is_anomaly_check_nan_enabled()]).toEqual([true, false])
    }
    expect([is_anomaly_enabled(), is_anomaly_check_nan_enabled()]).toEqual([false, true])
    set_detect_anomaly(true)
    expect(is_anomaly_enabled()).toBe(true)
    set_detect_anomaly(false)
    expect(set_detect_anomaly(true, false, () => [is_anomaly_enabled(), is_anomaly_check_nan_enabled()])).toEqual([true, false])
  })
})
