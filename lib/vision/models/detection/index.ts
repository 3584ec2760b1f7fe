// Models that find objects: torchvision.models.detection.
export {
  RetinaNet, RetinaNet_ResNet50_FPN_V2_Weights, RetinaNet_ResNet50_FPN_Weights, retinanet_resnet50_fpn, retinanet_resnet50_fpn_v2,
} from './retinanet'
export type { DetectionOptions, Detections, RetinaNetLosses, RetinaNetOptions } from './retinanet'
export type { ImageList, Target } from './transform'
export * as anchor_utils from './anchor_utils'
export * as backbone_utils from './backbone_utils'
export * as retinanet from './retinanet'
export * as transform from './transform'
