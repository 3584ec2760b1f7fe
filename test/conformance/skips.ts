// The golden cases that are not compared, each with its reason. A pattern matches `${case.id} ${part}`, where the part of an
// operator's case is a spelling ('torch.add', 'Tensor.add_', 'out=') or 'grads' or 'wgrads'.
import { lookup } from './values'

export interface Skip { pattern: RegExp, reason: string }

const skips: Record<string, Skip[]> = {
  ops: [
    { pattern: /^ops\/bernoulli\/\w+\/\d+ /, reason: 'random numbers that were drawn without a seed' },
    // Python gives these numbers for about half of all seeds.
    { pattern: /^ops\/nn\.functional\.fractional_max_pool3d\/float32\/[25] /, reason: 'random numbers that were drawn without a seed' },
  ],
  extra_ops: [
    { pattern: /^extra_ops\/torch\.range\//, reason: 'torch.range is Python\'s range here (docs/differences.md)' },
  ],
  op_errors: [
    { pattern: /^op_errors\/(linspace|logspace)\/1 /, reason: 'the error is that steps is 1.0 and not 1: JavaScript has one of them only' },
    { pattern: /^op_errors\/__rdiv__\/0 /, reason: 'the call is a method of a number' },
  ],
  errors: [
    { pattern: /^errors\/(module\/22|argument\/6) /, reason: 'JavaScript gives undefined for a property that is not there' },
    { pattern: /^errors\/file\/3 /, reason: 'the file is written by Python: test/serialization/refusals.test.ts reads it' },
    { pattern: /^errors\/scalar\/7 /, reason: 'int(x) has no form here: item() gives a number, also NaN' },
  ],
}

/** Why a part of a case is not compared, or null if it is. `source` names the functions that it calls. */
export function skip_reason(file: string, id: string, part: string, source: string): string | null {
  const found = skips[file]?.find(({ pattern }) => pattern.test(`${id} ${part}`))
  if (found) return found.reason
  const missing = [...source.matchAll(/\btorch\.(?:nn|optim|utils|distributions|load|save)\b[\w.]*/g)].find(([name]) => lookup(name) === undefined)
  return missing ? `torch-ts has no ${missing[0]} yet` : null
}
