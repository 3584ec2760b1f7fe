// Functions of neural networks: torch.nn.functional. They are in files by family; this one names them all.
export {
  conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d, conv_tbc, bilinear, channel_shuffle, native_channel_shuffle,
  pixel_shuffle, pixel_unshuffle, cosine_similarity, pairwise_distance, pdist,
} from '../generated/torch_functions'
export { linear, one_hot, pad, scaled_dot_product_attention } from '../generated/nn_functions'
export * from './_functional/activation'
export * from './_functional/dropout'
export { multi_head_attention_forward } from './_functional/attention'
export * from './_functional/pooling'
export * from './_functional/normalization'
export { embedding, embedding_bag } from './_functional/sparse'
export * from './_functional/vision'
export {
  binary_cross_entropy, binary_cross_entropy_with_logits, cosine_embedding_loss, cross_entropy, ctc_loss, gaussian_nll_loss, hinge_embedding_loss,
  huber_loss, kl_div, l1_loss, linear_cross_entropy, margin_ranking_loss, mse_loss, multi_margin_loss, multilabel_margin_loss,
  multilabel_soft_margin_loss, nll_loss, poisson_nll_loss, smooth_l1_loss, soft_margin_loss, triplet_margin_loss,
  triplet_margin_with_distance_loss, type DistanceFunction,
} from './_functional/loss'
export { ScalingType, SwizzleType, grouped_mm, scaled_grouped_mm, scaled_mm } from './_functional/scaled'
export * as grad from './grad'
