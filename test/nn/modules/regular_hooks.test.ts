// register_backward_hook, which sees one node of the graph, beside Python's.
import torch, { nn } from 'torch-ts'
import { type Value, compare_with_python } from '../../helpers/beside_python'

const shapes = (grads: readonly (torch.Tensor | null)[]): (number[] | null)[] => grads.map(grad => grad && [...grad.shape])

function seen(module: nn.Module, input: torch.Tensor): unknown[] {
  const found: unknown[] = []
  module.register_backward_hook((_, grad_input, grad_output) => { found.push([shapes(grad_input), shapes(grad_output)]) })
  const loss = module(input) as torch.Tensor
  loss.sum().backward()
  return found
}

const SEEN = '(lambda found, m: (m.register_backward_hook(lambda _, i, o: found.append([[g if g is None else list(g.shape) for g in i], '
  + '[g if g is None else list(g.shape) for g in o]])), m($INPUT).sum().backward(), found)[2])([], $MODULE)'
const python = (module: string, input: string): string => SEEN.replace('$MODULE', module).replace('$INPUT', input)

const values: Value[] = [
  [python('nn.Linear(2, 3)', 'torch.ones(4, 2)'), () => seen(new nn.Linear(2, 3), torch.ones(4, 2))],
  [python('nn.ReLU()', 'torch.ones(4, 2, requires_grad=True) * 2'), () => seen(new nn.ReLU(), torch.ones(4, 2, { requires_grad: true }).mul(2))],
  [python('nn.Sequential(nn.Linear(2, 3), nn.Tanh())', 'torch.ones(4, 2)'),
    () => seen(new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh()), torch.ones(4, 2))],
  ['(lambda m: (m.register_full_backward_hook(lambda *a: None), m.register_backward_hook(lambda *a: None)))(nn.ReLU())', () => {
    const module = new nn.ReLU()
    module.register_full_backward_hook(() => {})
    module.register_backward_hook(() => {})
  }],
]

describe('beside Python', () => compare_with_python('regular hooks', [], values))
