// torchvision's models: what they consist of, their first weights and what they compute. The fixture is made by scripts/goldens/vision_models.py.
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import * as torch from '../../lib'
import { Image, models } from '../../lib/vision'
import { repository } from '../helpers/clone'
import { Loopback } from '../helpers/loopback'
import { type Form, expect_form, expect_sums, sums, without_values } from '../helpers/model_golden'
import { temporary_folder } from '../helpers/temporary'
import { captured_warnings } from '../helpers/warnings'
import '../helpers/typescript_children'

interface Golden extends Form {
  size?: number
  options: Record<string, unknown>
  init: number[]
  eval: number[]
  train: number[]
}

const { nn } = torch
const goldens = JSON.parse(fs.readFileSync(path.join(repository, 'test/fixtures/vision_models.json'), 'utf8')) as Record<string, Golden>

beforeAll(() => {
  torch.set_num_threads(1)
  process.removeAllListeners('warning') // GoogLeNet warns of its initialisation, as in torchvision
})

/** A model by its builder, or a small one by its class. */
function make(name: string, options: Record<string, unknown>): torch.nn.Module {
  if (named.includes(name)) return models.get_model(name, options)
  const v2 = name === 'SwinTransformerV2' && { block: models.SwinTransformerBlockV2, downsample_layer: models.PatchMergingV2 }
  const setting = options.block_setting as [number, number | null, number][] | undefined
  const blocks = setting && { block_setting: setting.map(row => new models.CNBlockConfig(...row)) }
  const classes = { ...models, SwinTransformerV2: models.SwinTransformer } as unknown as Record<string, new (options: object) => torch.nn.Module>
  return new classes[name]!({ ...options, ...v2, ...blocks })
}

const named = Object.keys(goldens).filter(name => name === name.toLowerCase())
const ran = Object.entries(goldens).filter(([, { size }]) => size !== undefined)

describe('models.densenet', () => {
  it('computes bottlenecks again where memory_efficient', () => {
    const sizes = { growth_rate: 4, block_config: [2, 2, 1, 1], num_init_features: 8, num_classes: 3 } as const
    const [kept, again] = [false, true].map(memory_efficient => {
      torch.manual_seed(0)
      const model = new models.DenseNet({ ...sizes, memory_efficient })
      const x = torch.linspace(-1, 1, 2 * 3 * 64 * 64).reshape(2, 3, 64, 64).requires_grad_()
      const out = model(x)
      out.square().sum().backward()
      return [out, x.grad!, ...[...model.parameters()].map(parameter => parameter.grad!)]
    }) as [torch.Tensor[], torch.Tensor[]]
    expect(kept.every((tensor, i) => tensor.equal(again[i]!))).toBe(true)
  })
})

describe('models', () => {
  it('take the old word for weights, with a warning', async () => {
    const warnings = await captured_warnings(() => {
      expect(models.squeezenet1_1({ pretrained: false, num_classes: 2 })).toBeInstanceOf(models.SqueezeNet)
      expect(() => models.vit_h_14({ pretrained: true })).toThrow(new torch.ValueError('No weights available for model vit_h_14'))
    })
    expect(warnings).toEqual([
      "UserWarning: The parameter 'pretrained' is deprecated since 0.13 and may be removed in the future, please use 'weights' instead.",
      "UserWarning: Arguments other than a weight enum or `None` for 'weights' are deprecated since 0.13 and may be removed in the future. " +
        'The current behavior is equivalent to passing `weights=None`.',
    ])
  })

  it('are those of torchvision', () => {
    expect(models.list_models({ module: models })).toEqual(named.sort())
  })

  it.each(named)('%s has the names, shapes and repr of torchvision', name => {
    const golden = goldens[name]!
    const model = without_values(() => models.get_model(name))
    expect_form(model, golden)
    const weights = [...models.get_model_weights(name)]
    for (const { meta } of weights.filter(({ meta }) => meta.num_params === golden.num_params)) expect(meta.min_size).toHaveLength(2)
    expect(weights.length).toBeGreaterThan(0)
  })

  // Sums and not bits, since other processors round otherwise. Training is compared more loosely: batches of two make the norms touchy.
  it.each(ran)('%s begins with the same weights and computes the same', (name, { size, options, init, eval: evaluated, train }) => {
    torch.manual_seed(0)
    const model = make(name, options)
    expect_sums(sums(Object.values(model.state_dict())), init, 1e-6)
    if (model instanceof models.VisionTransformer) { // its classifier begins with zeros
      const head = (model.heads as torch.nn.Module as torch.nn.Module & { head: torch.nn.Linear }).head.weight
      head.data = torch.arange(head.numel(), { dtype: torch.float32 }).sin().reshape(head.shape)
    }
    const image = torch.linspace(-1, 1, 2 * 3 * size! * size!).reshape(2, 3, size!, size!).mul(50).sin()
    torch.no_grad(() => {
      expect_sums(sums([model.eval()(image) as torch.Tensor]), evaluated, 1e-4)
      torch.manual_seed(1)
      const trained = model.train()(image) as torch.Tensor | Iterable<torch.Tensor>
      expect_sums(sums(trained instanceof torch.Tensor ? [trained] : [...trained]), train, 2e-2)
    })
  })
})

describe('outputs of GoogLeNet and Inception3', () => {
  it('are named in training, and logits alone in evaluation', () => {
    const model = models.googlenet({ init_weights: false, num_classes: 7 })
    const image = torch.rand(2, 3, 64, 64)
    const outputs = model(image) as models.GoogLeNetOutputs
    expect(outputs).toBeInstanceOf(models.GoogLeNetOutputs)
    expect([...outputs.logits.shape]).toEqual([2, 7])
    expect(outputs.aux_logits1).toBe(outputs[2])
    const [logits, aux2] = outputs
    expect(logits).toBe(outputs.logits)
    expect(aux2).toBe(outputs.aux_logits2)
    expect(model.eval()(image)).toBeInstanceOf(torch.Tensor)
  })

  it('say the names in their text', () => {
    expect(String(new models.InceptionOutputs([torch.ones(1), null]))).toBe('InceptionOutputs(logits=tensor([1.]), aux_logits=None)')
  })
})

describe('weights', () => {
  it('are members of an enum, by name and in order', () => {
    const { ResNet50_Weights } = models
    expect([...ResNet50_Weights].map(String)).toEqual(['ResNet50_Weights.IMAGENET1K_V1', 'ResNet50_Weights.IMAGENET1K_V2'])
    expect(ResNet50_Weights.DEFAULT).toBe(ResNet50_Weights.IMAGENET1K_V2)
    expect(ResNet50_Weights.IMAGENET1K_V1.url).toBe('https://download.pytorch.org/models/resnet50-0676ba61.pth')
    const { meta } = ResNet50_Weights.IMAGENET1K_V1
    expect(meta.num_params).toBe(25557032)
    expect(meta.categories!.slice(0, 2)).toEqual(['tench', 'goldfish'])
    expect(meta.categories).toHaveLength(1000)
    expect(meta._metrics['ImageNet-1K']).toEqual({ 'acc@1': 76.13, 'acc@5': 92.862 })
  })

  it('are found by their full name, and by that of their model', () => {
    expect(models.get_weight('ResNet18_Weights.IMAGENET1K_V1')).toBe(models.ResNet18_Weights.IMAGENET1K_V1)
    expect(models.get_model_weights('vit_b_16')).toBe(models.ViT_B_16_Weights)
    expect(models.get_model_weights(models.alexnet)).toBe(models.AlexNet_Weights)
    expect(() => models.get_weight('ResNet18')).toThrow("Invalid weight name provided: 'ResNet18'.")
    expect(() => models.get_weight('Nothing_Weights.A')).toThrow("The weight enum 'Nothing_Weights' for the specific method couldn't be retrieved.")
    expect(() => models.get_weight('ResNet18_Weights.V9')).toThrow("'V9'")
  })

  it('of another model are refused, and a number of classes that differs', () => {
    expect(() => models.resnet18({ weights: models.ResNet34_Weights.DEFAULT }))
      .toThrow(new TypeError('Invalid Weight class provided; expected ResNet18_Weights but received ResNet34_Weights.'))
    expect(() => models.resnet18({ weights: 'DEFAULT', num_classes: 10 }))
      .toThrow("The parameter 'num_classes' expected value 1000 but got 10 instead.")
  })
})

describe('weights of a file', () => {
  const file = temporary_folder()
  const folder = torch.hub.get_dir()

  beforeEach(() => {
    jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
    torch.hub.set_dir(file('hub'))
    fs.mkdirSync(file('hub/checkpoints'), { recursive: true })
  })

  afterEach(() => {
    torch.hub.set_dir(folder)
    jest.restoreAllMocks()
  })

  it('are loaded from the folder of torch.hub if they are there', () => {
    const model = models.squeezenet1_1()
    torch.save(model.state_dict(), file(`hub/checkpoints/${path.basename(models.SqueezeNet1_1_Weights.DEFAULT.url)}`))
    const loaded = models.get_model('squeezenet1_1', { weights: 'DEFAULT' }) as models.SqueezeNet
    expect(loaded.get_parameter('classifier.1.weight').equal(model.get_parameter('classifier.1.weight'))).toBe(true)
  })

  it('are loaded into DenseNet under their old names', () => {
    const state = without_values(() => models.densenet121()).state_dict()
    const old = Object.entries(state).filter(([name]) => !name.endsWith('num_batches_tracked')).map(([name, tensor]) => (
      [name.replace(/(denselayer\d+\.(?:norm|relu|conv))([12]\.)/, '$1.$2'), torch.zeros_like(tensor, { device: 'cpu' })] as const))
    expect(old.some(([name]) => name.includes('denselayer1.norm.1.weight'))).toBe(true)
    torch.save(Object.fromEntries(old), file('hub/checkpoints/densenet121-a639ec97.pth'))
    const loaded = models.densenet121({ weights: models.DenseNet121_Weights.IMAGENET1K_V1 })
    expect(loaded.get_parameter('features.denseblock1.denselayer1.norm1.weight').sum().item()).toBe(0)
  })

  it('are downloaded once, and checked by the sum in the name', async () => {
    const bytes = torch.save({ weight: torch.ones(3) })
    const digest = crypto.createHash('sha256').update(bytes).digest('hex').slice(0, 8)
    const server = await Loopback.start({ [`/net-${digest}.pth`]: { body: bytes }, '/net-00000000.pth': { body: bytes } })
    const { transforms, meta } = models.AlexNet_Weights.DEFAULT
    const member = (name: string): models.WeightsMember => new models.WeightsMember('Net_Weights', 'V1', new models.Weights(server.url + name, transforms, meta))
    try {
      const options = { progress: false, check_hash: true }
      expect(member(`net-${digest}.pth`).get_state_dict(options).weight!.tolist()).toEqual([1, 1, 1])
      expect(() => member('net-00000000.pth').get_state_dict(options)).toThrow('invalid hash value (expected "00000000"')
      expect(fs.readdirSync(file('hub/checkpoints'))).toContain(`net-${digest}.pth`)
    } finally {
      await server.stop()
    }
  })
})

describe('transforms of weights', () => {
  it('resize, crop and normalise', () => {
    const preprocess = models.ResNet18_Weights.DEFAULT.transforms()
    expect(String(preprocess)).toBe(`ImageClassification(
    crop_size=[224]
    resize_size=[256]
    mean=[0.485, 0.456, 0.406]
    std=[0.229, 0.224, 0.225]
    interpolation=InterpolationMode.BILINEAR
)`)
    const grey = torch.full([2, 3, 40, 60], 51, { dtype: torch.uint8 })
    const found = preprocess(grey)
    expect([...found.shape]).toEqual([2, 3, 224, 224])
    expect(found.at(0, 0, 0, 0).item()).toBeCloseTo((0.2 - 0.485) / 0.229, 5)
    const image = new Image(torch.full([300, 260, 3], 255, { dtype: torch.uint8 }))
    expect([...preprocess(image).shape]).toEqual([3, 224, 224])
    const { categories } = models.ResNet18_Weights.DEFAULT.meta
    expect(categories![281]).toBe('tabby')
  })
})

describe('list_models', () => {
  it('filters by patterns, and by namespace', () => {
    expect(models.list_models({ include: 'resnet*', exclude: ['*101', 'resnet1[58]*'] })).toEqual(['resnet34', 'resnet50'])
    expect(models.list_models(models, ['vit_?_16', 'alexnet'])).toEqual(['alexnet', 'vit_b_16', 'vit_l_16'])
    expect(models.list_models({ module: {} })).toEqual([])
  })
})

describe('get_model', () => {
  it('makes a model by its name, whatever its case', () => {
    const model = without_values(() => models.get_model('ResNet18', { num_classes: 3 })) as models.ResNet
    expect(model.fc.out_features).toBe(3)
    expect(() => models.get_model('resnet19')).toThrow('Unknown model resnet19')
    expect(models.get_model_builder('resnet18')).toBe(models.resnet18)
  })
})

describe('models.MaxVit', () => {
  it('says which sizes windows do not fill', () => {
    expect(() => models.maxvit_t({ input_size: [200, 224] })).toThrow(new torch.ValueError(
      'Input size (50, 56) of block 0 is not divisible by partition size 7. Consider changing the partition size or the input size.\n' +
      'Current configuration yields the following block input sizes: [(50, 56), (25, 28), (13, 14), (7, 7)].'))
  })
})

describe('builders', () => {
  it('take keywords only, and only those of the class', () => {
    expect(() => (models.resnet18 as unknown as (x: boolean) => void)(true)).toThrow('resnet18() takes 0 positional arguments but 1 was given')
    expect(() => models.get_model('resnet18', { classes: 3 })).toThrow("ResNet.__init__() got an unexpected keyword argument 'classes'")
  })

  it('fix what the name says', () => {
    expect(() => models.resnext50_32x4d({ groups: 3 })).toThrow("The parameter 'groups' expected value 32 but got 3 instead.")
  })

  it('check their arguments as torchvision does', () => {
    expect(() => models.resnet18({ replace_stride_with_dilation: [true] }))
      .toThrow('replace_stride_with_dilation should be None or a 3-element tuple, got [True]')
    expect(() => without_values(() => models.resnet18({ replace_stride_with_dilation: [false, false, true] }))).toThrow('Dilation > 1 not supported in BasicBlock')
    expect(() => models.mobilenet_v2({ inverted_residual_setting: [[1, 2]] }))
      .toThrow('inverted_residual_setting should be non-empty or a 4-element list, got [[1, 2]]')
    expect(() => new models.SqueezeNet('2_0' as '1_0')).toThrow('Unsupported SqueezeNet version 2_0: 1_0 or 1_1 expected')
    expect(() => new models.MNASNet(0)).toThrow('alpha should be greater than 0.0 instead of 0')
    expect(() => models.vit_b_16({ image_size: 50 })).toThrow('Input shape indivisible by patch size!')
  })
})

describe('norm_layer', () => {
  it('is a class or a function that makes a layer', () => {
    const norm_layer = (channels: number): torch.nn.Module => new nn.GroupNorm(2, channels)
    const options = { norm_layer, replace_stride_with_dilation: [false, true, true], zero_init_residual: true }
    const model = new models.ResNet(models.Bottleneck, [1, 1, 1, 2], options)
    expect(String(model.bn1)).toBe('GroupNorm(2, 64, eps=1e-05, affine=True, bias=True)')
    expect((model.layer4.at(1) as models.Bottleneck).conv2.dilation).toEqual([4, 4])
    expect((model.layer1.at(0) as models.Bottleneck).bn3.get_parameter('weight').abs().sum().item()).toBe(0)
    const found = model.layer4(model.layer3(model.layer2(model.layer1(model.maxpool(model.conv1(torch.rand(1, 3, 64, 64)))))))
    expect([...found.shape]).toEqual([1, 2048, 8, 8])
  })
})

describe('IntermediateLayerGetter', () => {
  it('gives what the named children make', () => {
    const model = new models.ResNet(models.BasicBlock, [1, 1, 1, 1])
    const getter = new models._utils.IntermediateLayerGetter(model, { layer1: 'feat1', layer3: 'feat2' })
    const image = torch.rand(1, 3, 64, 64)
    const found = Object.entries(getter(image)).map(([name, tensor]) => [name, [...tensor.shape]])
    expect(found).toEqual([['feat1', [1, 64, 16, 16]], ['feat2', [1, 256, 4, 4]]])
    expect(getter.contains('layer4')).toBe(false)
    expect(() => new models._utils.IntermediateLayerGetter(model, { nothing: 'x' })).toThrow('return_layers are not present in model')
  })
})

describe('feature_extraction', () => {
  const { create_feature_extractor, get_graph_node_names } = models.feature_extraction

  it('gives what modules inside of a model give, and shares its weights', () => {
    const model = new models.ResNet(models.BasicBlock, [1, 1, 1, 1]).eval()
    const extractor = create_feature_extractor(model, { 'layer1.0.bn1': 'inner', 'layer1.0.relu_1': 'block', 'layer4': 'high' })
    const image = torch.rand(1, 3, 64, 64)
    const found = extractor(image) as Record<string, torch.Tensor>
    expect(Object.entries(found).map(([name, tensor]) => [name, [...tensor.shape]])).toEqual(
      [['inner', [1, 64, 16, 16]], ['block', [1, 64, 16, 16]], ['high', [1, 512, 2, 2]]])
    const stem = model.maxpool(model.relu(model.bn1(model.conv1(image))))
    expect(found.block!.equal(model.layer1(stem))).toBe(true)
    expect(Object.keys(extractor.state_dict())).toEqual(Object.keys(model.state_dict()))
    expect(extractor.get_parameter('fc.weight')).toBe(model.fc.weight)
    expect(Object.keys(create_feature_extractor(model, ['layer2'])(image))).toEqual(['layer2'])
  })

  it('names the modules, and says which is not there', () => {
    const model = new models.ResNet(models.BasicBlock, [1, 1, 1, 1])
    expect(get_graph_node_names(model)[0].slice(0, 7)).toEqual(['conv1', 'bn1', 'relu', 'maxpool', 'layer1', 'layer1.0', 'layer1.0.conv1'])
    expect(() => create_feature_extractor(model, ['layer9'])).toThrow("node: 'layer9' is not present in model.")
    expect(() => create_feature_extractor(model, ['fc_3'])(torch.rand(2, 3, 32, 32)) as unknown).toThrow("node: 'fc_3' was not reached")
  })
})

describe('interpolate_embeddings', () => {
  it('resizes the embedding of positions for another image size', () => {
    const state = { 'encoder.pos_embedding': torch.arange(5 * 2, { dtype: torch.float32 }).reshape(1, 5, 2), 'heads.head.weight': torch.ones(1) }
    const resized = models.interpolate_embeddings(48, 16, state, 'bicubic', true)
    expect(Object.keys(resized)).toEqual(['encoder.pos_embedding'])
    const embedding = resized['encoder.pos_embedding']!
    expect([...embedding.shape]).toEqual([1, 10, 2])
    expect(embedding.at(0, 0).tolist()).toEqual([0, 1])
    expect(embedding.at(0, 1).tolist()).toEqual([2, 3])
    expect(embedding.at(0, 9).tolist()).toEqual([8, 9])
    expect(models.interpolate_embeddings(48, 16, resized)).toBe(resized)
  })
})
