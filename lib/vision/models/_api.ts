// Pre-trained weights, and models by name: torchvision.models._api.
import { type Args, arrange, with_keywords } from '../../_args'
import { is_kwargs } from '../../_dispatch'
import { KeyError, ValueError } from '../../_errors'
import { type_name } from '../../_typename'
import { warn } from '../../_warnings'
import { load_state_dict_from_url } from '../../hub'
import type { Module } from '../../nn'
import type { Tensor } from '../../tensor'
import { _IMAGENET_CATEGORIES } from './_meta'
import { type Preset, ImageClassification } from './_presets'
import { _ovewrite_named_param } from './_utils'
import { BASE_URL, WEIGHTS } from './_weights_table'

// ---- weights ----

/** What is known of a set of weights. */
export interface WeightsMeta {
  readonly num_params: number
  /** The smallest image that the model takes. */
  readonly min_size: readonly [number, number]
  /** The classes' names, in the order of the outputs; null if the weights have no classifier. */
  readonly categories: readonly string[] | null
  readonly license?: string
  readonly _metrics: { readonly 'ImageNet-1K': { readonly 'acc@1': number, readonly 'acc@5': number } }
  /** Thousand millions of multiplications for one image. */
  readonly _ops: number
  /** In MB. */
  readonly _file_size: number
}

/** Where weights are, how images are prepared for them, and what is known of them. @see torchvision.models.Weights */
export class Weights {
  constructor(readonly url: string, readonly transforms: () => ImageClassification, readonly meta: WeightsMeta) {}
}

/** A member of an enum of weights, such as ResNet18_Weights.IMAGENET1K_V1. @see torchvision.models.WeightsEnum */
export class WeightsMember<Name extends string = string> {
  /** @internal */
  constructor(readonly enum_name: string, readonly name: Name, readonly value: Weights) {}

  get url(): string {
    return this.value.url
  }

  /** Makes the function that prepares images: `weights.transforms()(image)`. */
  get transforms(): () => ImageClassification {
    return this.value.transforms
  }

  get meta(): WeightsMeta {
    return this.value.meta
  }

  /** Downloads the weights, unless they are in the folder of torch.hub, and loads them. */
  get_state_dict(options: { progress?: boolean, check_hash?: boolean } = {}): Record<string, Tensor> {
    return load_state_dict_from_url<Record<string, Tensor>>(this.url, { ...options })
  }

  toString(): string {
    return `${this.enum_name}.${this.name}`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** The weights that there are for one model. */
export interface WeightsSet<Name extends string = string> extends Iterable<WeightsMember<Name>> {
  readonly __name__: string
  /** A member by itself, its name or its full name; null stays null. @throws {KeyError} if there is none. */
  verify(obj: unknown): WeightsMember<Name> | null
}

/** The weights that there are for one model, by name; DEFAULT is the best of them. */
export type WeightsEnum<Name extends string> = WeightsSet<Name> & { readonly [name in Name]: WeightsMember<Name> }

type Table = typeof WEIGHTS
type EnumName = keyof Table
interface Row extends Preset {
  readonly file: string
  readonly num_params: number
  readonly min_size: readonly [number, number]
  readonly acc1: number | null
  readonly acc5: number | null
  readonly ops: number
  readonly size: number
  readonly headless?: true
  readonly license?: string
}

function weights_of(row: Row): Weights {
  const { file, num_params, min_size, acc1, acc5, ops, size, headless, license, ...preset } = row
  return new Weights(BASE_URL + file, () => new ImageClassification(preset), {
    num_params, min_size, categories: headless ? null : _IMAGENET_CATEGORIES, ...license !== undefined && { license },
    _metrics: { 'ImageNet-1K': { 'acc@1': acc1 ?? NaN, 'acc@5': acc5 ?? NaN } }, _ops: ops, _file_size: size,
  })
}

const enums = new Map<string, WeightsSet>()

/** Makes the enum of a model's weights from the table. @internal */
export function weights_enum<Name extends EnumName>(name: Name): WeightsEnum<Extract<keyof Table[Name], string>> {
  const { DEFAULT = null, ...rows } = WEIGHTS[name] as { DEFAULT?: string }
  const members = Object.fromEntries(Object.entries(rows as Record<string, Row>).map(([member, row]) => [member, weights_of(row)]))
  return make_enum(name, members, DEFAULT) as unknown as WeightsEnum<Extract<keyof Table[Name], string>>
}

/** Makes an enum of weights. @internal */
export function make_enum<Name extends string>(name: string, entries: Readonly<Record<Name, Weights>>, DEFAULT: Name | null): WeightsEnum<Name | 'DEFAULT'> {
  const members = new Map(Object.entries<Weights>(entries).map(([member, weights]) => [member, new WeightsMember(name, member, weights)]))
  const verify = (obj: unknown): WeightsMember | null => {
    if (obj == null) return null
    if (typeof obj === 'string') {
      const short = obj.replaceAll(`${name}.`, '')
      const found = members.get(short === 'DEFAULT' && DEFAULT !== null ? DEFAULT : short)
      if (!found) throw new KeyError(`'${short}'`)
      return found
    }
    if (![...members.values()].includes(obj as WeightsMember)) {
      const given = obj instanceof WeightsMember ? obj.enum_name : type_name(obj)
      throw new TypeError(`Invalid Weight class provided; expected ${name} but received ${given}.`)
    }
    return obj as WeightsMember
  }
  const made = {
    ...Object.fromEntries(members), ...DEFAULT !== null && { DEFAULT: members.get(DEFAULT) },
    __name__: name, verify, [Symbol.iterator]: () => members.values(),
  } as unknown as WeightsEnum<Name | 'DEFAULT'>
  enums.set(name, made)
  return made
}

/**
 * Weights by their full name.
 *
 * @example get_weight('ResNet50_Weights.IMAGENET1K_V2')
 * @throws {ValueError} if there is no such enum; {KeyError} if it has no such member.
 * @see torchvision.models.get_weight
 */
export function get_weight(name: string): WeightsMember {
  const parts = name.split('.')
  if (parts.length !== 2) throw new ValueError(`Invalid weight name provided: '${name}'.`)
  const found = enums.get(parts[0]!)
  if (!found) throw new ValueError(`The weight enum '${parts[0]}' for the specific method couldn't be retrieved.`)
  return found.verify(parts[1])!
}

// ---- builders ----

/** Which weights a model gets. */
export interface Pretrained {
  /** A member of the model's weights, or its name, such as 'DEFAULT' or 'IMAGENET1K_V1'. Default: null, random weights. */
  weights?: WeightsMember | string | null
  /** Show a bar while weights are downloaded. Default: true. */
  progress?: boolean
  /** @deprecated in favour of `weights`: true takes the first weights of the model, with a warning */
  pretrained?: boolean
}

/** Makes a model, with the constructor's arguments by name. */
export interface ModelBuilder<Options extends object = Record<string, unknown>, M extends Module = Module> {
  (kwargs?: Options & Pretrained): M
  /** The weights that there are. */
  readonly weights: WeightsSet
}

/** What a builder does. @internal */
export interface Recipe<Options extends object, M extends Module> {
  weights: WeightsSet
  /** Changes the keywords when there are weights. Default: num_classes is that of the weights. */
  adapt?: (kwargs: Record<string, unknown>, weights: WeightsMember) => void
  make: (kwargs: Options) => M
  /** Puts weights into the model. Default: load_state_dict. */
  load?: (model: M, weights: WeightsMember, progress: boolean) => void
  /** After the weights are loaded, with the keywords as they were given. */
  finish?: (model: M, given: Options) => void
}

const BUILTIN_MODELS = new Map<string, ModelBuilder>()

/** The number of classes is that of the weights. @internal */
export function adapt_classes(kwargs: Record<string, unknown>, weights: WeightsMember): void {
  if (weights.meta.categories !== null) _ovewrite_named_param(kwargs, 'num_classes', weights.meta.categories.length)
}

function load_weights(model: Module, weights: WeightsMember, progress: boolean): void {
  model.load_state_dict(weights.get_state_dict({ progress, check_hash: true }))
}

/** The weights that the old `pretrained` means. @throws {ValueError} if the model has none */
function legacy_weights(name: string, members: WeightsSet, pretrained: unknown): WeightsMember | null {
  const first = ['IMAGENET1K_V1', 'COCO_WITH_VOC_LABELS_V1', 'COCO_V1'].map(one => (members as unknown as Record<string, WeightsMember | undefined>)[one])
  const found = pretrained ? first.find(one => one !== undefined) ?? null : null
  if (pretrained && found === null) throw new ValueError(`No weights available for model ${name}`)
  warn("The parameter 'pretrained' is deprecated since 0.13 and may be removed in the future, please use 'weights' instead.")
  const text = found === null ? 'None' : String(found)
  const latest = found === null ? '' : ` You can also use \`weights=${found.enum_name}.DEFAULT\` to get the most up-to-date weights.`
  warn("Arguments other than a weight enum or `None` for 'weights' are deprecated since 0.13 and may be removed in the future. " +
    `The current behavior is equivalent to passing \`weights=${text}\`.${latest}`)
  return found
}

/** Makes a builder and registers it under its name. @internal */
export function register_model<Options extends object, M extends Module>(name: string, recipe: Recipe<Options, M>): ModelBuilder<Options, M> {
  const { weights: members, adapt = adapt_classes, make, load = load_weights, finish } = recipe
  const builder = (...args: unknown[]): M => {
    const [options = {}] = args
    if (!is_kwargs(options) || args.length > 1) throw new TypeError(`${name}() takes 0 positional arguments but ${args.length} ${args.length === 1 ? 'was' : 'were'} given`)
    const { weights: named, progress = true, pretrained, ...rest } = options as Pretrained
    const given = named === undefined && pretrained !== undefined ? legacy_weights(name, members, pretrained) : named
    const kwargs: Record<string, unknown> = { ...rest }
    const weights = members.verify(given)
    if (weights !== null) adapt(kwargs, weights)
    const model = make(kwargs as Options)
    if (weights !== null) {
      load(model, weights, progress)
      finish?.(model, rest as Options)
    }
    return model
  }
  Object.defineProperty(builder, 'name', { value: name })
  const made = Object.assign(builder, { weights: members })
  BUILTIN_MODELS.set(name, made as unknown as ModelBuilder)
  return made as ModelBuilder<Options, M>
}

/** The weights that there are for a model, given by its name or builder. @see torchvision.models.get_model_weights */
export function get_model_weights(name: string | { readonly weights: WeightsSet }): WeightsSet {
  const builder = typeof name === 'string' ? get_model_builder(name) : name
  if ((builder.weights as unknown) === undefined) throw new ValueError("The method is missing the 'weights' argument.")
  return builder.weights
}

// Python's fnmatch: * ? [abc] [!abc].
function matcher(pattern: string): RegExp {
  const source = pattern.replace(/\[(!?)([^\]]+)\]|[*?]|[\\^$.|+(){}[\]/]/g, (found, not: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\^]/g, '\\$&')}]`
    return found === '*' ? '.*' : found === '?' ? '.' : `\\${found}`
  })
  return new RegExp(`^${source}$`, 's')
}

type Filter = Iterable<string> | string | null
const list_names = ['module', 'include', 'exclude'] as const
type ListArgs = [module?: Readonly<Record<string, unknown>> | null, include?: Filter, exclude?: Filter]

function any_of(filter: Filter | undefined): ((name: string) => boolean) | null {
  const patterns = (typeof filter === 'string' ? [filter] : [...filter ?? []]).filter(pattern => pattern !== '').map(matcher)
  return patterns.length === 0 ? null : name => patterns.some(pattern => pattern.test(name))
}

/**
 * The names of the models, sorted.
 *
 * @param module - only those whose builder is in this namespace
 * @param include - only those that match one of these patterns, of `*`, `?` and `[...]`
 * @param exclude - but none that matches one of these
 * @example list_models({ include: 'resnet*', exclude: ['*101', '*152'] })
 * @see torchvision.models.list_models
 */
export function list_models(...args: Args<ListArgs, typeof list_names>): string[] {
  // A namespace as the only argument looks like an object of keywords.
  const [first, ...others] = args
  const is_namespace = typeof first === 'object' && first !== null && [...BUILTIN_MODELS.values()].some(one => Object.values(first).includes(one))
  const [given, include, exclude] = arrange<ListArgs>('list_models', list_names, 0, is_namespace ? [null, ...others] : args)
  const module = is_namespace ? first : given
  const included = any_of(include)
  const excluded = any_of(exclude)
  return [...BUILTIN_MODELS].filter(([name, builder]) => (module == null || Object.values(module).includes(builder))
    && (included === null || included(name)) && !excluded?.(name)).map(([name]) => name).sort()
}

/** The function that makes a model, by the model's name. @throws {ValueError} if there is none. @see torchvision.models.get_model_builder */
export const get_model_builder = with_keywords('get_model_builder', ['name'], (name: string): ModelBuilder => {
  const found = BUILTIN_MODELS.get(name.toLowerCase())
  if (!found) throw new ValueError(`Unknown model ${name.toLowerCase()}`)
  return found
})

/**
 * Makes a model by its name.
 *
 * @param config - the builder's keywords
 * @example get_model('resnet18', { weights: 'DEFAULT' })
 * @see torchvision.models.get_model
 */
export function get_model(name: string, config: Record<string, unknown> & Pretrained = {}): Module {
  return get_model_builder(name)(config)
}
