// Arguments by position or keyword for functions that are written here: any positional prefix, then one object with the rest.
import { type Kwargs, is_kwargs } from './_dispatch'

type Rest<Names extends readonly string[], Done extends readonly unknown[]> =
  Done extends readonly [unknown, ...infer Later]
    ? Names extends readonly [string, ...infer Others extends readonly string[]] ? Rest<Others, Later> : []
    : Names

type Place<Names extends readonly string[], Name extends string, Count extends unknown[] = []> =
  Names extends readonly [infer First, ...infer Others extends readonly string[]]
    ? First extends Name ? Count['length'] : Place<Others, Name, [...Count, unknown]>
    : never

type Optional<Params extends readonly unknown[], Names extends readonly string[], Name extends string> =
  undefined extends Params[Place<Names, Name> & keyof Params] ? Name : never

type Fields<Params extends readonly unknown[], Names extends readonly string[], Left extends string> =
  { [Name in Left as Optional<Params, Names, Name> extends never ? Name : never]: Params[Place<Names, Name> & keyof Params] }
  & { [Name in Left as Optional<Params, Names, Name>]?: Params[Place<Names, Name> & keyof Params] }

/** Neither a tensor nor an array, whose properties may have the names of keywords. */
export interface NoSequence { readonly [Symbol.iterator]?: never }

type Prefixes<Full extends readonly unknown[], Params extends readonly unknown[], Names extends readonly string[], Keywords> =
  Full extends readonly [...infer Init, unknown]
    ? [...Init, kwargs: Fields<Params, Names, Rest<Names, Init>[number]> & Keywords & NoSequence] | Prefixes<Init, Params, Names, Keywords>
    : never

/**
 * The ways to pass `Params` (a labelled tuple) whose names are `Names`: all by position, or any prefix and then one object
 * with the rest. `Keywords` are names that can only be given in that object.
 *
 * @example
 * constructor(...args: Args<[in_features: number, out_features: number, bias?: boolean], typeof names, { dtype?: dtype }>)
 */
export type Args<Params extends readonly unknown[], Names extends readonly string[], Keywords = unknown> =
  | Params
  | (unknown extends Keywords ? never : [...Required<Params>, kwargs: Keywords & NoSequence])
  | Prefixes<Required<Params>, Params, Names, Keywords>

/** The object with all of `Params` by name. */
export type Keywords<Params extends readonly unknown[], Names extends readonly string[]> = Fields<Params, Names, Names[number]>

/** The arguments of one call by name. */
export type Bound = Record<string, unknown>

/**
 * Gives each argument its name; throws a TypeError in Python's words for an unknown, doubled or missing one.
 *
 * @param name - of the function, for messages
 * @param names - the parameters that may be given by position, in order
 * @param required - how many of them have no default
 * @param keywords - names that can only be given by keyword
 */
export function bind<Result extends object = Bound>(
  name: string, names: readonly string[], required: number, args: readonly unknown[], keywords: readonly string[] = [],
): Result {
  const bound: Bound = {}
  let count = args.length
  let kwargs: Kwargs | null = null
  if (count > 0 && is_kwargs(args[count - 1])) kwargs = args[--count] as Kwargs
  while (count > 0 && args[count - 1] === undefined) count--
  if (count > names.length) {
    const most = names.length === 1 ? '1 positional argument' : `${names.length} positional arguments`
    throw new TypeError(`${name}() takes ${most} but ${count} ${count === 1 ? 'was' : 'were'} given`)
  }
  for (let i = 0; i < count; i++) bound[names[i]!] = args[i]
  if (kwargs !== null) {
    for (const key of Object.keys(kwargs)) {
      const value = kwargs[key]
      if (value === undefined) continue
      const place = names.indexOf(key)
      if (place < 0 && !keywords.includes(key)) throw new TypeError(`${name}() got an unexpected keyword argument '${key}'`)
      if (place >= 0 && place < count) throw new TypeError(`${name}() got multiple values for argument '${key}'`)
      bound[key] = value
    }
  }
  const missing = names.slice(0, required).filter(key => bound[key] === undefined)
  if (missing.length > 0) {
    const list = missing.map(key => `'${key}'`).join(missing.length === 2 ? ' and ' : ', ')
    throw new TypeError(`${name}() missing ${missing.length} required positional argument${missing.length === 1 ? '' : 's'}: ${list}`)
  }
  return bound as Result
}

/**
 * The arguments of one call in their order, whichever way they were given; what was left out is undefined.
 *
 * @param required - how many of `names` have no default
 * @param keywords - names that can only be given by keyword; their values come last
 */
export function arrange<Params extends readonly unknown[]>(
  name: string, names: readonly string[], required: number, args: readonly unknown[], keywords: readonly string[] = [],
): Params {
  const plain = args.length >= required && args.length <= names.length && !is_kwargs(args[args.length - 1]) && !args.includes(undefined)
  if (plain) return args as unknown as Params
  const bound = bind(name, names, required, args, keywords)
  return [...names, ...keywords].map(key => bound[key]) as unknown as Params
}

/**
 * A function that takes its arguments by position or keyword, made of one that takes them by position. Those of its parameters
 * that have a default may be left out.
 */
export function with_keywords<Params extends readonly unknown[], const Names extends readonly string[], Result>(
  name: string, names: Names, implementation: (...args: Params) => Result,
): (...args: Args<Params, Names>) => Result {
  const required = implementation.length
  return (...args) => implementation(...arrange<Params>(name, names, required, args))
}
