// Checkpoints without reentrant backward: what a run saved, and how a second run brings it back.
import { binding } from '../_C'
import { is_tensor } from '../_dispatch'
import { AssertionError, RuntimeError, ValueError } from '../_errors'
import { SavedTensor } from '../autograd/_saved'
import { enable_grad, no_grad } from '../autograd/grad_mode'
import { saved_tensors_hooks } from '../autograd/graph'
import type { Tensor } from '../tensor'

/** The second run of a checkpointed function differs from the first. @see torch.utils.checkpoint.CheckpointError */
export class CheckpointError extends RuntimeError {
  constructor(message?: string) {
    super(message)
    Object.defineProperty(this, 'name', { value: 'CheckpointError', configurable: true, writable: true })
  }
}

export type DeterminismCheck = 'default' | 'none'
type Metadata = (tensor: Tensor) => string

const checks: Record<DeterminismCheck, Metadata> = {
  default: ({ shape, dtype, device }) => `{'shape': ${shape}, 'dtype': ${dtype}, 'device': device(type='${device.type}'`
    + `${device.index === null ? '' : `, index=${device.index}`})}`,
  none: () => 'None',
}

/** What is compared of the tensors of both runs. */
export function metadata_of(check: DeterminismCheck): Metadata {
  if (Object.hasOwn(checks, check)) return checks[check]
  throw new ValueError(`determinism_check should be one of ['default', 'none'], but got ${String(check)}`)
}

// One run of backward, or one unpacking outside of any, which gets a number of its own.
type RunId = number
let outside_runs = -1

// A tensor that the first run saved: for each backward the same tensor of the second run; null once it was given out.
type Holder = Map<RunId, Tensor | null>

// Ends a second run when backward has all that it needs.
class Stop extends Error {}

function check(condition: boolean): void {
  if (!condition) {
    throw new AssertionError('Something went unexpectedly wrong in activation checkpoint. Please report this bug by filing an issue to PyTorch.')
  }
}

/** One call of checkpoint. The graph of its first run holds it. */
export class Frame {
  readonly holders: Holder[] = []
  readonly metadata: string[] = []
  readonly counts = new Map<RunId, number>()
  readonly recomputed = new Set<RunId>()
  forward_completed = false
  ignore_saved_mismatch = false
  readonly #args: readonly unknown[]

  constructor(
    private readonly recompute: (args: readonly unknown[]) => void, args: readonly unknown[], readonly early_stop: boolean,
    readonly metadata_fn: Metadata,
  ) {
    this.#args = args.map(arg => (is_tensor(arg) ? new SavedTensor(arg as Tensor) : arg))
  }

  /** Runs the function again, its saved tensors going to the holders. */
  run_again(id: RunId): void {
    const args = this.#args.map(arg => (arg instanceof SavedTensor ? arg.unpack() : arg))
    try {
      saved_tensors_hooks(x => take_again(this, id, x), (x: Tensor) => x, () => enable_grad(() => { this.recompute(args) }))
    } catch (error) {
      if (!(error instanceof Stop)) throw error
    }
    this.recomputed.add(id)
    this.#compare(id)
  }

  #compare(id: RunId): void {
    if (this.ignore_saved_mismatch) return
    const count = this.counts.get(id) ?? 0
    if (count !== this.holders.length) {
      throw new CheckpointError('torch.utils.checkpoint: A different number of tensors was saved during the original forward and recomputation.\n'
        + `Number of tensors saved during forward: ${this.holders.length}\nNumber of tensors saved during recomputation: ${count}.`)
    }
    const different = this.holders.flatMap((holder, i) => {
      const [saved, again] = [this.metadata[i]!, this.metadata_fn(holder.get(id)!)]
      return saved === again ? [] : [`tensor at position ${i}:\nsaved metadata: ${saved}\nrecomputed metadata: ${again}\n`]
    })
    if (different.length > 0) {
      throw new CheckpointError('torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than during the '
        + `forward pass.\n${different.join('')}.`)
    }
  }
}

function take_again(frame: Frame, id: RunId, x: Tensor): Tensor {
  const tensor = x.requires_grad ? x.detach() : x
  const place = frame.counts.get(id) ?? 0
  frame.counts.set(id, place + 1)
  const holder = frame.holders[place]
  if (holder === undefined) {
    if (!frame.forward_completed) { // backward inside the checkpointed function, without early stop
      frame.ignore_saved_mismatch = true
      return tensor
    }
    throw new CheckpointError('torch.utils.checkpoint: trying to save more tensors during recomputation than during the original forward pass.')
  }
  check(!holder.has(id))
  holder.set(id, tensor)
  if (frame.early_stop && place + 1 === frame.holders.length) throw new Stop()
  return tensor
}

function unpack(frame: Frame, holder: Holder): Tensor {
  const running = binding.graph_task_id()
  const id = running === -1 ? --outside_runs : running
  if (!frame.recomputed.has(id)) frame.run_again(id)
  const tensor = holder.get(id)
  check(tensor !== undefined)
  if (tensor === null) {
    throw new CheckpointError('torch.utils.checkpoint: Unpack is being triggered for a tensor that was already unpacked once. If you are calling '
      + 'ctx.saved_tensors in backward, make sure to do so only once. Otherwise please open an issue with details on your use case.')
  }
  holder.set(id, null)
  return tensor!
}

/** Runs the function for the first time: of each tensor that it saves only the metadata is kept. */
export function record(frame: Frame, run: () => void): void {
  const pack = (x: Tensor): Holder => {
    const holder: Holder = new Map()
    frame.holders.push(holder)
    frame.metadata.push(no_grad(() => frame.metadata_fn(x)))
    return holder
  }
  saved_tensors_hooks(pack, holder => unpack(frame, holder), run)
}
