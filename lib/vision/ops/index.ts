// Operators of vision: torchvision.ops.
export {
  batched_nms, box_area, box_convert, box_iou, clip_boxes_to_image, complete_box_iou, distance_box_iou, generalized_box_iou, masks_to_boxes, nms,
  remove_small_boxes, type BoxFormat,
} from './boxes'
export { complete_box_iou_loss, distance_box_iou_loss, generalized_box_iou_loss, sigmoid_focal_loss } from './_losses'
export { DropBlock2d, DropBlock3d, drop_block2d, drop_block3d } from './drop_block'
export { Conv2dNormActivation, Conv3dNormActivation, FrozenBatchNorm2d, MLP, Permute, SqueezeExcitation } from './misc'
export { StochasticDepth, stochastic_depth } from './stochastic_depth'
export { PSRoIAlign, PSRoIPool, RoIAlign, RoIPool, ps_roi_align, ps_roi_pool, roi_align, roi_pool } from './roi_align'
export { DeformConv2d, deform_conv2d } from './deform_conv'
export { FeaturePyramidNetwork } from './feature_pyramid_network'
export * as feature_pyramid_network from './feature_pyramid_network'
export { MultiScaleRoIAlign } from './poolers'
