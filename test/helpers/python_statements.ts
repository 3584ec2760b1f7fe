// Runs the small Python programs in golden cases, such as `a = torch.zeros(2); a[0] = 5.0`, with torch-ts.
import torch from 'torch-ts'
import { evaluate } from './python_expression'

type Scope = Record<string, unknown>

/** Parts of a program or target, split outside of brackets and quotes. */
function split(source: string, separator: string): string[] {
  const parts: string[] = []
  let [depth, quote, start] = [0, '', 0]
  for (let i = 0; i < source.length; i++) {
    const char = source[i]
    if (quote !== '') quote = char === quote ? '' : quote
    else if (char === '\'' || char === '"') quote = char
    else if ('([{'.includes(char)) depth++
    else if (')]}'.includes(char)) depth--
    else if (depth === 0 && source.startsWith(separator, i)) {
      parts.push(source.slice(start, i))
      start = i + separator.length
      i = start - 1
    }
  }
  return [...parts, source.slice(start)].map(part => part.trim()).filter(part => part !== '')
}

function assign(target: string, value: unknown, scope: Scope): void {
  const item = /^(.+)\[(.+)\]$/.exec(target)
  const attribute = /^(.+)\.(\w+)$/.exec(target)
  if (/^\w+$/.test(target)) scope[target] = value
  else if (item) (evaluate(item[1], scope) as torch.Tensor).set_at(evaluate(`[${item[2]}]`, scope) as torch.IndexPart[], value as number)
  else if (attribute) (evaluate(attribute[1], scope) as Scope)[attribute[2]] = value
  else throw new SyntaxError(`no target of an assignment: ${target}`)
}

function import_all(module: string, scope: Scope): void {
  const found = module.split('.').reduce<unknown>((value, name) => (value as Scope | undefined)?.[name], { torch })
  Object.assign(scope, found)
}

function run(statement: string, scope: Scope): unknown {
  const star = /^from ([\w.]+) import \*$/.exec(statement)
  if (star) return import_all(star[1], scope)
  const named = /^import ([\w.]+) as (\w+)$/.exec(statement)
  if (named) return scope[named[2]] = evaluate(named[1], scope)
  const [target, value] = split(statement, ' = ')
  return value === undefined ? evaluate(statement, scope) : assign(target, evaluate(value, scope), scope)
}

/** Runs statements, and gives the value of the last one. `scope` holds the variables. */
export function execute(source: string, scope: Scope): unknown {
  const block = /^([^]*)\nwith torch\.(\w+)\(\):\n\s+(.*)$/.exec(source)
  if (block) {
    execute(block[1], scope)
    const mode = (torch as unknown as Record<string, (body: () => void) => void>)[block[2]]
    return mode(() => void execute(block[3], scope))
  }
  return split(source, ';').reduce<unknown>((_, statement) => run(statement, scope), undefined)
}
