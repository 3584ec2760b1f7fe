// torchvision's models of segmentation: what they consist of, their first weights and what they compute.
import * as torch from '../../lib'
import { Image, models } from '../../lib/vision'
import golden from '../fixtures/vision_segmentation.json'
import { expect_form, expect_sums, sums, without_values } from '../helpers/model_golden'
import '../helpers/typescript_children'

const { transforms: preset, prepared, ...rows } = golden
const { segmentation } = models
const without = { weights: null, weights_backbone: null }

beforeAll(() => { torch.set_num_threads(1) })

const make = (name: string, options: object): torch.nn.Module => models.get_model(name, { ...without, ...options })

describe('models.segmentation', () => {
  it.each(Object.entries(rows))('%s has the names, shapes and repr of torchvision', (name, row) => {
    expect_form(without_values(() => make(name, row.options)), row)
  })

  it.each(Object.entries(rows).filter(([, row]) => 'init' in row))('%s draws and computes as in torchvision', (name, row) => {
    const { options, init, eval: evaluated, train } = row as unknown as { options: object, init: number[], eval: number[], train: number[] }
    torch.manual_seed(0)
    const model = make(name, options) as torch.nn.Module & ((x: torch.Tensor) => models.segmentation.Segmented)
    expect_sums(sums(Object.values(model.state_dict())), init, 1e-4)
    const image = torch.linspace(-1, 1, 2 * 3 * 64 * 64).reshape(2, 3, 64, 64).mul(50).sin()
    model.eval()
    const result = torch.no_grad(() => model(image))
    expect([...result.out.shape]).toEqual([2, 7, 64, 64])
    expect_sums(sums(Object.values(result) as torch.Tensor[]), evaluated, 1e-4)
    torch.manual_seed(1)
    model.train()
    expect_sums(sums(Object.values(model(image)) as torch.Tensor[]), train, 1e-4)
  })

  it('are listed, and have weights with a preparation', () => {
    expect(models.list_models({ module: segmentation })).toEqual(Object.keys(rows).sort())
    const { DEFAULT } = segmentation.FCN_ResNet50_Weights
    expect([String(DEFAULT), String(models.get_weight('FCN_ResNet50_Weights.DEFAULT')), DEFAULT.meta.categories!.length]).toEqual(
      ['FCN_ResNet50_Weights.COCO_WITH_VOC_LABELS_V1', 'FCN_ResNet50_Weights.COCO_WITH_VOC_LABELS_V1', 21])
    expect(String(DEFAULT.transforms())).toBe(preset)
    const pixels = torch.arange(3 * 40 * 50).mul(37).remainder(256).to(torch.uint8).view(3, 40, 50)
    expect_sums(sums([DEFAULT.transforms()(pixels)]), prepared, 1e-4)
    expect([...DEFAULT.transforms()(new Image(pixels.permute(1, 2, 0).contiguous())).shape]).toEqual([3, 520, 650])
    expect(() => segmentation.lraspp_mobilenet_v3_large({ ...without, aux_loss: true })).toThrow(
      new torch.NotImplementedError('This model does not use auxiliary loss'))
  })
})
