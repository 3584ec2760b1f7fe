// Reads the signatures in native_functions.yaml: `name.overload(Type name=default, *, ...) -> Type`.

/**
 * @typedef {object} Param
 * @property {string} type without alias annotation and `?`
 * @property {string[]} [others] types that it takes beside that one
 * @property {string} name
 * @property {string | undefined} default
 * @property {boolean} optional takes None
 * @property {boolean} keyword
 * @property {boolean} out
 */

/**
 * Splits at commas outside of brackets.
 * @param {string} text
 */
function split(text) {
  const parts = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if ('([{'.includes(text[i])) depth++
    else if (')]}'.includes(text[i])) depth--
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim())
      start = i + 1
    }
  }
  const last = text.slice(start).trim()
  return last ? [...parts, last] : parts
}

/** @param {string} text */
function parse_type(text) {
  const annotation = /\(([a-z]!?)[^)]*\)/.exec(text)
  const bare = text.replace(/\([a-z]!?( -> [^)]*)?\)/g, '')
  const optional = bare.endsWith('?')
  return { type: optional ? bare.slice(0, -1) : bare, optional, writes: annotation !== null && annotation[1].includes('!') }
}

/**
 * @param {string} func
 */
export function parse_schema(func) {
  const open = func.indexOf('(')
  const arrow = func.lastIndexOf(') -> ')
  const [name, overload = ''] = func.slice(0, open).split('.')
  /** @type {Param[]} */
  const params = []
  let keyword = false
  for (const part of split(func.slice(open + 1, arrow))) {
    if (part === '*') {
      keyword = true
      continue
    }
    const match = /^(.*\S)\s+(\w+)(?:=(.*))?$/.exec(part)
    if (!match) throw new Error(`cannot read '${part}' in ${func}`)
    const { type, optional, writes } = parse_type(match[1])
    params.push({ type, name: match[2], default: match[3], optional, keyword, out: keyword && writes })
  }
  const result = func.slice(arrow + 5).trim()
  const returns = split(result.startsWith('(') ? result.slice(1, -1) : result).map(part => {
    const match = /^(\S+?(?:\([^)]*\))?(?:\[\])?)(?:\s+(\w+))?$/.exec(part)
    if (!match) throw new Error(`cannot read the result '${part}' in ${func}`)
    return { ...parse_type(match[1]), name: match[2] ?? '' }
  })
  return { name, overload, params, returns, func }
}
