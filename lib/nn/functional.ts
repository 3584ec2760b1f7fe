// Functions of neural networks: torch.nn.functional. They are in files by family; this one names them all.
export {
  conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d, conv_tbc, bilinear, channel_shuffle, native_channel_shuffle,
  pixel_shuffle, pixel_unshuffle, cosine_similarity, pairwise_distance, pdist,
} from '../generated/torch_functions'
export { linear, one_hot, pad, scaled_dot_product_attention } from '../generated/nn_functions'
export * from './_functional/activation'
export * from './_functional/dropout'
export * from './_functional/pooling'
export * from './_functional/normalization'
export { embedding, embedding_bag } from './_functional/sparse'
export * from './_functional/vision'
export * from './_functional/loss'
