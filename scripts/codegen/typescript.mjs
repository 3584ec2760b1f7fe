// TypeScript signatures for schemas.

/** @typedef {import('./schema.mjs').Param} Param */
/** @typedef {ReturnType<import('./schema.mjs').parse_schema>} Schema */

const scalar_types = new Map(Object.entries({
  Tensor: 'Tensor', int: 'Int', SymInt: 'Int', float: 'number', bool: 'boolean', SymBool: 'boolean', str: 'string', Scalar: 'Scalar',
  ScalarType: 'dtype', Layout: 'layout', MemoryFormat: 'memory_format', Device: 'DeviceLike', Generator: 'Generator',
}))

/** @param {Param} param @returns {string | null} */
function type_of(param) {
  if (!param.others) return type_of_one(param)
  const types = [param, ...param.others.map(type => ({ ...param, type }))].map(one => type_of_one({ ...one, optional: false }))
  if (types.includes(null)) return null
  return [...new Set(types), ...param.optional ? ['null'] : []].join(' | ')
}

/** @param {Param} param */
function type_of_one(param) {
  const list = /^(.*?)(\??)\[(\d*)\]$/.exec(param.type)
  let type
  if (list) {
    const element = scalar_types.get(list[1])
    if (!element) return null
    const item = element === 'Int' ? 'number' : element
    const array = `readonly ${list[2] ? `(${item} | null)` : item}[]`
    type = list[3] && item !== 'boolean' ? `${item} | ${array}` : array
  } else {
    type = scalar_types.get(param.type)
    if (!type) return null
  }
  return param.optional ? `${type} | null` : type
}

const reserved = new Set(['var', 'in', 'new', 'default', 'function', 'delete', 'with', 'case', 'enum', 'this'])

/** A name for a TypeScript parameter. @param {string} name */
function label(name) {
  return name === 'self' ? 'input' : reserved.has(name) ? `${name}_` : name
}

/** @param {Param[]} params */
function fields(params) {
  return params.map(p => `${p.name === 'self' ? 'input' : p.name}${p.default === undefined ? '' : '?'}: ${type_of(p)}`).join(', ')
}

/** @param {Param[]} params */
function positionals(params) {
  return params.map((p, i) => {
    const optional = params.slice(i).every(q => q.default !== undefined)
    return `${label(p.name)}${optional ? '?' : ''}: ${type_of(p)}`
  })
}

const result_types = new Map(Object.entries({
  Tensor: 'Tensor', Scalar: 'Item', int: 'number', SymInt: 'number', float: 'number', bool: 'boolean', SymBool: 'boolean', ScalarType: 'dtype',
  str: 'string', 'Tensor[]': 'Tensor[]', 'int[]': 'number[]', QScheme: 'unknown', Layout: 'layout', Device: 'Device',
}))

/** @param {Schema} schema */
function result(schema) {
  const types = schema.returns.map(r => result_types.get(r.type) ?? 'unknown')
  if (types.length === 0) return 'void'
  if (types.length === 1) return types[0]
  if (schema.returns.every(r => r.name !== '') && types.every(t => t === 'Tensor')) {
    return `Named<${schema.returns.map(r => `'${r.name}'`).join(' | ')}>`
  }
  return `[${types.join(', ')}]`
}

/** @param {Param} param */
const all_types = param => [param.type, ...param.others ?? []]

/** The place of the one parameter in whose type alone two schemas differ, else -1. @param {Schema} a @param {Schema} b */
function only_difference(a, b) {
  const shape = /** @param {Schema} s */ s => JSON.stringify([s.params.map(p => ({ ...p, type: '', others: undefined })), s.returns])
  if (shape(a) !== shape(b)) return -1
  const different = a.params.flatMap((p, i) => (String(all_types(p).sort()) === String(all_types(b.params[i]).sort()) ? [] : [i]))
  return different.length === 1 ? different[0] : -1
}

/**
 * Schemas that differ in the type of one parameter become one, whose parameter takes either: `other: Tensor | Scalar`.
 * @template {Schema} S
 * @param {S[]} schemas
 * @returns {S[]}
 */
export function merge(schemas) {
  for (const [i, first] of schemas.entries()) {
    for (const [j, second] of schemas.entries()) {
      const at = i < j ? only_difference(first, second) : -1
      if (at < 0) continue
      const others = [...new Set([...all_types(first.params[at]), ...all_types(second.params[at])])].slice(1)
      const merged = { ...first, params: first.params.map((p, k) => (k === at ? { ...p, others } : p)) }
      return merge(schemas.map((one, k) => (k === i ? merged : one)).filter((_, k) => k !== j))
    }
  }
  return schemas
}

/**
 * All forms of a call: any prefix of the positional arguments, then the rest as one object.
 * @param {Schema} schema
 * @param {{ method: boolean, out: boolean, factory: boolean }} options
 * @returns {string[] | null} null if an argument has no TypeScript type
 */
export function signatures(schema, { method, out, factory }) {
  const params = schema.params.filter(p => !p.out && !(method && p.name === 'self'))
  if (params.some(p => type_of(p) === null)) return null
  const positional = params.filter(p => !p.keyword)
  const keyword = params.filter(p => p.keyword)
  const extra = []
  if (out) extra.push(schema.returns.length > 1 ? 'out?: readonly Tensor[]' : 'out?: Tensor')
  if (factory) extra.push('requires_grad?: boolean')
  const object = /** @param {Param[]} named */ named => `{ ${[fields(named), ...extra].filter(Boolean).join(', ')} }`
  const returns = result(schema)
  const lines = []
  const options = keyword.length + extra.length > 0
  const required = keyword.some(p => p.default === undefined)
  const full = positionals(positional)
  // A required keyword after optional positionals cannot be typed with all of them given.
  if (options && required) lines.push(`(${[...full.map(f => f.replace('?:', ':')), `kwargs: ${object(keyword)}`].join(', ')}): ${returns}`)
  else lines.push(`(${[...full, ...(options ? [`kwargs?: ${object(keyword)}`] : [])].join(', ')}): ${returns}`)
  for (let k = positional.length - 1; k >= 0; k--) {
    const prefix = positional.slice(0, k).map(p => `${label(p.name)}: ${type_of(p)}`)
    lines.push(`(${[...prefix, `kwargs: ${object([...positional.slice(k), ...keyword])}`].join(', ')}): ${returns}`)
  }
  const sizes = positional.filter(p => p.name !== 'self')
  if (sizes.length === 1 && /^(Sym)?[iI]nt\[\]$/.test(sizes[0].type) && positional.length - sizes.length <= 1) {
    const before = positional.length > 1 ? ['input: Tensor'] : []
    lines.push(`(${[...before, `...${label(sizes[0].name)}: number[]`].join(', ')}): ${returns}`)
    if (options) {
      lines.push(`(...args: [${[...before, `...${label(sizes[0].name)}: number[]`, `kwargs: ${object(keyword)}`].join(', ')}]): ${returns}`)
    }
  }
  return lines
}
