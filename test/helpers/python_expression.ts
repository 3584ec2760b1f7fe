// Evaluates the small Python expressions in golden cases, such as `torch.arange(6.).reshape(2, 3)[:, 1]`, with torch-ts.
import torch from 'torch-ts'

/** A float literal: TypeScript has no 2.0 beside 2, so where it matters a dtype must say it. */
class Float {
  constructor(readonly value: number) {}
}

class Keyword {
  constructor(readonly name: string, readonly value: unknown) {}
}

const TOKEN = /\s*(?:(\d+\.?\d*j)|(\d+\.\d*(?:e[+-]?\d+)?|\.\d+|\d+e[+-]?\d+)|(\d+)|([A-Za-z_]\w*)|'([^']*)'|"([^"]*)"|(\*\*|\/\/|==|!=|<=|>=|\.\.\.|[-+*/%@&|^~<>()[\]{},.:=]))/y

type Token = { kind: 'complex' | 'float' | 'int' | 'name' | 'string' | 'op', text: string }

function tokens_of(source: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (source.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(source)
    if (!match) throw new SyntaxError(`no Python expression of the known kind: ${source.slice(at)}`)
    const [, complex, float, int, name, single, double, op] = match
    const [kind, text] = complex !== undefined ? ['complex', complex] as const : float !== undefined ? ['float', float] as const : int !== undefined ? ['int', int] as const
      : name !== undefined ? ['name', name] as const : op !== undefined ? ['op', op] as const : ['string', single ?? double] as const
    tokens.push({ kind, text })
  }
  return tokens
}

// Python's operators by how tightly they bind, and the methods that they call.
const BINARY: Record<string, string>[] = [
  { '==': 'eq', '!=': 'ne', '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' }, { '|': 'bitwise_or' }, { '^': 'bitwise_xor' },
  { '&': 'bitwise_and' }, { '+': 'add', '-': 'sub' },
  { '*': 'mul', '/': 'div', '//': 'floor_divide', '%': 'remainder', '@': 'matmul' },
]

const on_numbers: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b, '-': (a, b) => a - b, '*': (a, b) => a * b, '/': (a, b) => a / b, '**': (a, b) => a ** b,
}

type Methods = Record<string, (...args: unknown[]) => unknown>

function plain(value: unknown): unknown {
  if (value instanceof Float) return value.value
  return Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype ? value.map(plain) : value
}

// A whole number that is data is an int in Python: a bigint here.
function data(value: unknown): unknown {
  if (Number.isInteger(value)) return BigInt(value as number)
  return Array.isArray(value) ? value.map(data) : plain(value)
}

function contains_float(values: readonly unknown[]): boolean {
  return values.some(value => value instanceof Float || value instanceof Keyword && value.value instanceof Float)
}

/** Where functions take data: by place, and by keyword. */
const DATA: Record<string, number | string> = {
  tensor: 0, as_tensor: 0, full: 1, full_like: 1, scalar_tensor: 0, new_tensor: 0, new_full: 1, fill_value: 'fill_value',
}

function call(owner: unknown, name: string, given: readonly unknown[], own?: unknown): unknown {
  const positional = given.filter(value => !(value instanceof Keyword))
  const keywords = given.filter(value => value instanceof Keyword)
  const args = positional.map((value, i) => (DATA[name] === i ? data(value) : plain(value)))
  const kwargs = Object.fromEntries(keywords.map(one => [one.name, one.name in DATA ? data(one.value) : plain(one.value)]))
  if ((name === 'arange' || name === 'range') && contains_float(given)) kwargs['dtype'] ??= torch.get_default_dtype()
  const method = owner === undefined ? own : (owner as Methods | null)?.[name]
  if (typeof method !== 'function') throw new TypeError(`torch-ts has no ${name}`)
  const all = Object.keys(kwargs).length > 0 ? [...args, kwargs] : args
  const is_class = /^class\b/.test(Function.prototype.toString.call(method))
  return is_class ? Reflect.construct(method, all) : Reflect.apply(method, owner, all)
}

const builtins: Record<string, unknown> = {
  True: true, False: false, None: null, torch,
  float: (value: unknown) => new Float(Number(typeof value === 'string' ? value.replace('inf', 'Infinity') : value)),
  int: (value: unknown) => Math.trunc(Number(value)),
  len: (value: { length: number }) => value.length,
  list: (values: Iterable<unknown>) => [...values],
  range: (stop: number) => [...torch.range(stop)],
  iter: (values: Iterable<unknown>) => values[Symbol.iterator](),
  next: (values: Iterator<unknown>) => values.next().value as unknown,
  object: class {},
}

class Parser {
  private at = 0

  constructor(private readonly tokens: readonly Token[], private readonly scope: Record<string, unknown>) {}

  private peek(...texts: string[]): boolean {
    const token = this.tokens[this.at]
    return token?.kind === 'op' && texts.includes(token.text)
  }

  private take(text: string): boolean {
    if (!this.peek(text)) return false
    this.at++
    return true
  }

  private expect(text: string): void {
    if (!this.take(text)) throw new SyntaxError(`expected ${text}, found ${this.tokens[this.at]?.text ?? 'the end'}`)
  }

  whole(): unknown {
    const value = this.expression()
    if (this.at < this.tokens.length) throw new SyntaxError(`unexpected ${this.tokens[this.at].text}`)
    return value
  }

  private expression(level = 0): unknown {
    if (level === BINARY.length) return this.unary()
    let left = this.expression(level + 1)
    for (;;) {
      const op = Object.keys(BINARY[level]).find(one => this.peek(one))
      if (op === undefined) return left
      this.at++
      left = this.binary(op, BINARY[level][op], left, this.expression(level + 1))
    }
  }

  private binary(op: string, method: string, left: unknown, right: unknown): unknown {
    const [a, b] = [plain(left), plain(right)]
    if (torch.is_tensor(a)) return call(a, method, [b])
    if (torch.is_tensor(b)) {
      if (op === '-') return call(torch, 'rsub', [b, a])
      return op === '/' ? call(call(b, 'reciprocal', []), 'mul', [a]) : call(b, method, [a])
    }
    if (b instanceof torch.Complex) return new torch.Complex(on_numbers[op](a as number, b.real), on_numbers[op](0, b.imag))
    const result = on_numbers[op](a as number, b as number)
    return left instanceof Float || right instanceof Float || op === '/' ? new Float(result) : result
  }

  private unary(): unknown {
    if (this.take('-')) {
      const value = this.unary()
      if (torch.is_tensor(value)) return call(value, 'neg', [])
      return value instanceof Float ? new Float(-value.value) : -(value as number)
    }
    if (this.take('~')) return call(this.unary(), 'bitwise_not', [])
    const base = this.postfix()
    return this.take('**') ? this.binary('**', 'pow', base, this.unary()) : base
  }

  private postfix(): unknown {
    let [owner, value, name] = [undefined as unknown, ...this.atom()] as [unknown, unknown, string]
    for (;;) {
      if (this.take('.')) {
        name = this.tokens[this.at++].text
        owner = value
        value = (owner as Record<string, unknown> | null | undefined)?.[name]
      } else if (this.take('(')) {
        const args = this.list(')', () => this.argument())
        value = call(owner, name, args, value)
        owner = undefined
      } else if (this.take('[')) {
        const parts = this.list(']', () => this.index_part())
        value = torch.is_tensor(value) ? value.at(...parts as torch.IndexPart[])
          : typeof parts[0] === 'string' ? (value as Record<string, unknown>)[parts[0]] : (value as unknown[]).at(parts[0] as number)
        owner = undefined
      } else {
        return value
      }
    }
  }

  private list(end: string, element: () => unknown): unknown[] {
    const elements: unknown[] = []
    while (!this.take(end)) {
      elements.push(element())
      if (!this.peek(end)) this.expect(',')
    }
    return elements
  }

  private argument(): unknown {
    const [token, next] = [this.tokens[this.at], this.tokens[this.at + 1]]
    if (token.kind !== 'name' || next?.text !== '=') return this.expression()
    this.at += 2
    return new Keyword(token.text, this.expression())
  }

  private entry(): [string, unknown] {
    const key = this.expression() as string
    this.expect(':')
    return [key, this.expression()]
  }

  private index_part(): unknown {
    const bound = (): number | null => (this.peek(':', ',', ']') ? null : this.expression() as number)
    const start = bound()
    if (!this.take(':')) return plain(start)
    const stop = bound()
    return torch.slice(start, stop, this.take(':') ? bound() : null)
  }

  private atom(): [value: unknown, name: string] {
    const token = this.tokens[this.at++]
    if (token === undefined) throw new SyntaxError('the expression ends too early')
    if (token.kind === 'int') return [Number(token.text), '']
    if (token.kind === 'complex') return [new torch.Complex(0, Number(token.text.slice(0, -1))), '']
    if (token.kind === 'float') return [new Float(Number(token.text)), '']
    if (token.kind === 'string') return [token.text, '']
    if (token.kind === 'name') return [this.name(token.text), token.text]
    if (token.text === '...') return ['...', '']
    if (token.text === '{') return [Object.fromEntries(this.list('}', () => this.entry()) as [string, unknown][]), '']
    if (token.text === '[') return [this.list(']', () => this.expression()), '']
    if (token.text === '(') {
      const elements = this.list(')', () => this.expression())
      const is_tuple = elements.length !== 1 || this.tokens[this.at - 2].text === ','
      return [is_tuple ? elements : elements[0], '']
    }
    throw new SyntaxError(`unexpected ${token.text}`)
  }

  private name(name: string): unknown {
    if (name in this.scope) return this.scope[name]
    if (name in builtins) return builtins[name]
    throw new ReferenceError(`name '${name}' is not defined`)
  }
}

/** The value of a Python expression; `scope` holds its variables beside `torch`. */
export function evaluate(source: string, scope: Record<string, unknown> = {}): unknown {
  return plain(new Parser(tokens_of(source), scope).whole())
}
