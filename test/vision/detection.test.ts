// torchvision's models of detection: what they consist of, their losses and what they find.
import * as torch from '../../lib'
import { Image, models } from '../../lib/vision'
import { LastLevelP6P7 } from '../../lib/vision/ops/feature_pyramid_network'
import golden from '../fixtures/vision_detection.json'
import { expect_form, expect_sums, sums, without_values } from '../helpers/model_golden'
import '../helpers/typescript_children'

const { nn } = torch
const { detection } = models
const without = { weights: null, weights_backbone: null }
type Name = 'retinanet_resnet50_fpn' | 'retinanet_resnet50_fpn_v2'
const names: readonly Name[] = ['retinanet_resnet50_fpn', 'retinanet_resnet50_fpn_v2']

beforeAll(() => { torch.set_num_threads(1) })

const images = ([[40, 60, 50], [70, 50, 90]] as const).map(([h, w, k]) => torch.linspace(-1, 1, 3 * h * w).reshape(3, h, w).mul(k).sin().abs())
const targets = [
  { boxes: torch.tensor([[2, 3, 30, 33], [20, 5, 58, 38]]), labels: torch.tensor([1, 3], { dtype: torch.int64 }) },
  { boxes: torch.zeros(0, 4), labels: torch.zeros([0], { dtype: torch.int64 }) },
]

describe('models.detection', () => {
  it.each(names)('%s has the names, shapes and repr of torchvision', name => {
    expect_form(without_values(() => detection[name](without)), golden[name])
  })

  it.each(['l1', 'giou'] as const)('RetinaNet with the loss %s draws, learns and finds as in torchvision', loss => {
    const row = golden[loss]
    torch.manual_seed(0)
    const body = new nn.Sequential(...[[3, 4], [4, 8], [8, 16], [16, 32]].map(([from, to]) => new nn.Conv2d(from!, to!, 3, 2, 1)))
    const trunk = new detection.backbone_utils.BackboneWithFPN(body, { 1: '0', 2: '1', 3: '2' }, [8, 16, 32], 16, new LastLevelP6P7(16, 16))
    const head = new detection.retinanet.RetinaNetHead(16, 9, 4, loss === 'l1' ? null : (channels: number) => new nn.GroupNorm(4, channels))
    head.regression_head._loss_type = loss
    const model = new detection.RetinaNet(trunk, 4, { head, min_size: [48, 64], max_size: 90, score_thresh: 0.02, detections_per_img: 12 })
    expect_sums(sums(Object.values(model.state_dict())), row.init, 1e-6)
    torch.no_grad(() => {
      const { weight, bias } = model.head.classification_head.cls_logits
      weight.mul_(loss === 'l1' ? 300_000 : 8)
      bias!.add_(1)
    })
    torch.manual_seed(1)
    model.train()
    const losses = model(images, targets) as unknown as models.detection.RetinaNetLosses
    expect(losses.classification.item()).toBeCloseTo(row.losses.classification, 3)
    expect(losses.bbox_regression.item()).toBeCloseTo(row.losses.bbox_regression, 3)
    losses.classification.add(losses.bbox_regression).backward()
    expect_sums(sums([...model.parameters()].map(parameter => parameter.grad!)), row.grad, 1e-3)
    model.eval()
    const found = torch.no_grad(() => model(images) as unknown as models.detection.Detections[])
    found.forEach(({ boxes, scores, labels }, i) => {
      const wanted = row.found[i]!
      expect(labels.tolist()).toEqual(wanted.labels)
      expect(scores.sub(torch.tensor(wanted.scores)).abs().max().item()).toBeLessThan(1e-4)
      expect(boxes.sub(torch.tensor(wanted.boxes)).abs().max().item()).toBeLessThan(1e-2)
    })
  })

  it('checks targets, and has weights with a preparation', () => {
    torch.set_default_device('meta')
    const model = (() => {
      try {
        return detection.retinanet_resnet50_fpn({ ...without, num_classes: 2 })
      } finally {
        torch.set_default_device(null)
      }
    })()
    model.train()
    const call = model as unknown as (...args: unknown[]) => unknown
    expect(() => call(images)).toThrow(new torch.RuntimeError('targets should not be none when in training mode'))
    const wrong = { boxes: torch.tensor([[5, 5, 5, 9]]), labels: torch.tensor([1]) }
    expect(() => call(images.slice(0, 1), [wrong])).toThrow(
      new torch.RuntimeError('All bounding boxes should have positive height and width. Found invalid box [5, 5, 5, 9] for target at index 0.'))
    expect(() => call(images.slice(0, 1), [{ ...wrong, boxes: torch.zeros(1, 5) }])).toThrow('Expected target boxes to be a tensor of shape [N, 4].')
    expect(() => new detection.RetinaNet(new torch.nn.Identity() as never, 2)).toThrow(torch.ValueError)
    expect(models.list_models({ module: detection })).toEqual(names)
    const { DEFAULT } = detection.RetinaNet_ResNet50_FPN_V2_Weights
    expect([String(DEFAULT), DEFAULT.meta.categories!.length]).toEqual(['RetinaNet_ResNet50_FPN_V2_Weights.COCO_V1', 91])
    const prepared = DEFAULT.transforms()(new Image(Uint8Array.of(255, 0, 51), 1, 1, 'RGB'))
    expect(prepared.sub(torch.tensor([1, 0, 0.2]).view(3, 1, 1)).abs().max().item()).toBeLessThan(1e-6)
  })
})
