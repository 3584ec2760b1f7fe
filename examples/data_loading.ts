// Data sets, transforms, samplers, collation, splits, streams and workers: what torch.utils.data can do, with Python's numbers.
// Run with: node dist/examples/data_loading.js
import { isMainThread } from 'node:worker_threads'
import torch, { enumerate, nn, range } from 'torch-ts'

const {
  BatchSampler, ConcatDataset, DataLoader, Dataset, IterableDataset, RandomSampler, SequentialSampler, Subset, SubsetRandomSampler, TensorDataset,
  WeightedRandomSampler, default_collate, get_worker_info, random_split,
} = torch.utils.data
const F = nn.functional
type Tensor = torch.Tensor

const draw = (low: number, high: number, generator: torch.Generator | null = null): number =>
  torch.randint(low, high, [1], { generator }).item<number>()

// ---- pictures of faces with five marks each, and transforms of both together ----

/** A picture (rows, columns, 3), its marks as (x, y), and its name. */
interface Face {
  image: Tensor
  landmarks: Tensor
  name: string
}

/** A change of a sample. Workers get a copy of it, so it is an object of an exported class. */
export abstract class Step {
  abstract apply(face: Face): Face
}

/** The shorter side gets a length. */
export class Rescale extends Step {
  constructor(readonly length: number) {
    super()
  }

  apply(face: Face): Face {
    const [rows, columns] = face.image.shape
    const [high, wide] = rows > columns
      ? [Math.floor(this.length * rows / columns), this.length]
      : [this.length, Math.floor(this.length * columns / rows)]
    const planes = face.image.permute(2, 0, 1).unsqueeze(0).float().div(255)
    const resized = F.interpolate(planes, { size: [high, wide], mode: 'bilinear', align_corners: false })
    const factors = torch.tensor([wide / columns, high / rows])
    return { ...face, image: resized.squeeze(0).permute(1, 2, 0), landmarks: face.landmarks.mul(factors) }
  }
}

/** A square at a random place. */
export class RandomCrop extends Step {
  constructor(readonly length: number) {
    super()
  }

  apply(face: Face): Face {
    const { length } = this
    const [rows, columns] = face.image.shape
    const [top, left] = [draw(0, rows - length + 1), draw(0, columns - length + 1)]
    const image = face.image.narrow(0, top, length).narrow(1, left, length)
    return { ...face, image, landmarks: face.landmarks.sub(torch.tensor([left, top])) }
  }
}

/** The channels come first. */
export class ChannelsFirst extends Step {
  apply(face: Face): Face {
    return { ...face, image: face.image.permute(2, 0, 1).contiguous() }
  }
}

export class Faces extends Dataset<Face> {
  readonly images: Tensor[]
  readonly marks: Tensor[]

  constructor(count: number, readonly steps: readonly Step[]) {
    super()
    const generator = new torch.Generator().manual_seed(7)
    const sizes = Array.from(range(count), () => [40 + draw(0, 30, generator), 50 + draw(0, 30, generator)] as const)
    this.images = sizes.map(([rows, columns]) => torch.randint(0, 256, [rows, columns, 3], { generator, dtype: torch.uint8 }))
    this.marks = sizes.map(([rows, columns]) => torch.rand(5, 2, { generator }).mul(torch.tensor([columns, rows])))
  }

  override get length(): number {
    return this.images.length
  }

  override __getitem__(i: number): Face {
    const face: Face = { image: this.images[i], landmarks: this.marks[i], name: `img${String(i).padStart(3, '0')}` }
    return this.steps.reduce((result, step) => step.apply(result), face)
  }
}

/** The numbers of a range; each worker gives its share. */
export class Stretch extends IterableDataset<number> {
  constructor(readonly start: number, readonly end: number) {
    super()
  }

  override *[Symbol.iterator](): Generator<number> {
    const { id, num_workers } = get_worker_info() ?? { id: 0, num_workers: 1 }
    const share = Math.ceil((this.end - this.start) / num_workers)
    const first = this.start + id * share
    yield* range(first, Math.min(first + share, this.end))
  }
}

/** What a worker is seeded with, and what it draws. */
export class Seeds extends Dataset<[seed: number, drawn: number]> {
  override get length(): number {
    return 4
  }

  override __getitem__(): [number, number] {
    return [Number(BigInt(torch.initial_seed()) % 1000003n), torch.rand(1).item<number>()]
  }
}

// ---- printing as Python does ----

function print_numbers(title: string, ...values: (number | Tensor)[]) {
  console.log(title, ...values.map(value => Number((typeof value === 'number' ? value : value.item<number>()).toPrecision(9))))
}

/** Lists, tuples (frozen), strings and numbers. */
function py(value: unknown): string {
  if (Array.isArray(value)) return Object.isFrozen(value) ? `(${value.map(py).join(', ')})` : `[${value.map(py).join(', ')}]`
  return typeof value === 'string' ? `'${value}'` : String(value)
}

/** Numbers of which all print as floats. */
function floats(values: unknown): string {
  if (Array.isArray(values)) return `[${values.map(floats).join(', ')}]`
  return Number.isInteger(values) ? `${String(values)}.0` : String(values)
}

const seeded = (seed: number): torch.Generator => new torch.Generator().manual_seed(seed)

// ---- the program ----

function faces() {
  const set = new Faces(20, [new Rescale(36), new RandomCrop(32), new ChannelsFirst()])
  const first = set.at(0) // one sample: its random numbers are drawn once
  const again = set.at(0)
  print_numbers('sample 0', first.image.mean(), ...again.landmarks.at(0))
  for (const [i, { image, landmarks, name }] of enumerate(new DataLoader(set, { batch_size: 4, shuffle: true, num_workers: 0 }))) {
    if (i >= 3) continue
    console.log(i, py(Object.freeze([...image.shape])), String(image.dtype), py(Object.freeze([...landmarks.shape])), py([...name]))
    print_numbers('  ', image.mean(), landmarks.sum())
  }
  for (const num_workers of [0, 2]) { // the order is the same; what workers draw is their own
    torch.manual_seed(5)
    const names: string[] = []
    let sum = 0
    for (const { image, name } of new DataLoader(set, { batch_size: 3, shuffle: true, num_workers, drop_last: true })) {
      names.push(...name)
      sum += image.double().mean().item()
    }
    console.log('workers', num_workers, names.length, names.map(name => name.slice(3)).join(' '))
    print_numbers('  mean', sum)
  }
}

function sets_and_samplers() {
  const pairs = new TensorDataset(torch.arange(10, { dtype: torch.float32 }), torch.arange(10).remainder(3))
  const ordered = new DataLoader(pairs, { batch_size: 4, shuffle: true, generator: seeded(42) })
  console.log('order', floats(Array.from(ordered, ([x]) => x.tolist())))
  const [a, b] = random_split(pairs, [7, 3], { generator: seeded(42) })
  console.log('split', py([...a.indices]), py([...b.indices]))
  const parts = random_split([...range(10)], [0.5, 0.25, 0.25], { generator: seeded(1) })
  console.log('fractions', py(parts.map(part => part.length)))
  const joined = new ConcatDataset([new Subset(pairs, [1, 3]), b])
  console.log('subset/concat', floats(Array.from(range(joined.length), i => joined.at(i)[0].item())))
  const five = [...range(5)]
  const generator = () => seeded(3)
  console.log('samplers', ...[
    new SequentialSampler([...range(4)]), new RandomSampler(five, { generator: generator() }),
    new RandomSampler(five, { replacement: true, num_samples: 7, generator: generator() }),
    new SubsetRandomSampler([4, 5, 6], { generator: generator() }),
    new WeightedRandomSampler([0.1, 0.9, 0.4, 0.7], 6, { replacement: true, generator: generator() }),
    new BatchSampler(new SequentialSampler([...range(7)]), 3, false),
  ].map(sampler => py([...sampler as Iterable<unknown>])))
  const batch_sampler = new BatchSampler(new RandomSampler(pairs, { generator: generator() }), 4, true)
  console.log('batch_sampler', floats(Array.from(new DataLoader(pairs, { batch_sampler }), ([x]) => x.tolist())))
  return pairs
}

/** Sequences of different lengths: padded, with their lengths. */
function padded(batch: readonly (readonly [Tensor, number])[]): [Tensor, Tensor, Tensor] {
  const sequences = batch.map(([sequence]) => sequence)
  return [
    nn.utils.rnn.pad_sequence(sequences, { batch_first: true, padding_value: -1 }),
    torch.tensor(sequences.map(sequence => sequence.length)), torch.tensor(batch.map(([, label]) => label)),
  ]
}

function collation() {
  const sequences = [3, 1, 4, 2, 5].map(n => [torch.arange(n), n % 2] as const)
  for (const parts of new DataLoader(sequences, { batch_size: 3, collate_fn: padded })) {
    console.log('padded', ...parts.map(part => py(part.tolist())))
  }
  const { a, b: [halves, [numbers, texts]] } = default_collate([
    { a: 1, b: [0.5, [1, 'x']] }, { a: 2, b: [1.5, [2, 'y']] },
  ]) as { a: Tensor, b: [Tensor, [Tensor, string[]]] }
  console.log('default_collate', `{'a': ${a}, 'b': [${halves}, [${numbers}, ${py(Object.freeze(texts))}]]}`)
}

function workers(pairs: InstanceType<typeof TensorDataset>) {
  for (const num_workers of [0, 2]) {
    const loader = new DataLoader(new Stretch(3, 10), { batch_size: 2, num_workers })
    console.log('iterable', num_workers, py(Array.from(loader, batch => (batch as unknown as Tensor).tolist())))
  }
  torch.manual_seed(9)
  const seeds = Array.from(new DataLoader(new Seeds(), { batch_size: null, num_workers: 2 }), ([seed, drawn]) =>
    Object.freeze([seed, Number(Number(drawn).toFixed(6))]))
  console.log('worker seeds', py(seeds))
  torch.manual_seed(9)
  const { value: [x, y] } = new DataLoader(pairs, { batch_size: 5, shuffle: true })[Symbol.iterator]().next() as { value: [Tensor, Tensor] }
  console.log('iter/next', floats(x.tolist()), py(y.tolist()), new DataLoader(pairs, { batch_size: 3 }).length)
  print_numbers('main RNG after an epoch', torch.rand(1))
}

if (isMainThread) { // the workers load this file, too
  torch.manual_seed(0)
  torch.set_num_threads(1)
  faces()
  const pairs = sets_and_samplers()
  collation()
  workers(pairs)
}
