// Neural networks: torch.nn.
export { Parameter, Buffer, UninitializedParameter, UninitializedBuffer } from './parameter'
export { Module, type ForwardArgs, type ForwardResult } from './modules/module'
export type { IncompatibleKeys, StateDict, StateDictLike } from './modules/_state_dict'
export { Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict } from './modules/container'
export { Identity, Linear, Bilinear, LazyLinear } from './modules/linear'
export { Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from './modules/conv'
export {
  LazyConv1d, LazyConv2d, LazyConv3d, LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d,
} from './modules/_lazy_conv'
export {
  MaxPool1d, MaxPool2d, MaxPool3d, MaxUnpool1d, MaxUnpool2d, MaxUnpool3d, AvgPool1d, AvgPool2d, AvgPool3d, FractionalMaxPool2d,
  FractionalMaxPool3d, LPPool1d, LPPool2d, LPPool3d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d, AdaptiveAvgPool1d,
  AdaptiveAvgPool2d, AdaptiveAvgPool3d,
} from './modules/pooling'
export * from './modules/activation'
export { MultiheadAttention } from './modules/attention'
export { Transformer, TransformerDecoder, TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer } from './modules/transformer'
export { AdaptiveLogSoftmaxWithLoss } from './modules/adaptive'
export * from './modules/dropout'
export {
  BatchNorm1d, BatchNorm2d, BatchNorm3d, SyncBatchNorm, LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d,
} from './modules/batchnorm'
export {
  InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, LazyInstanceNorm1d, LazyInstanceNorm2d, LazyInstanceNorm3d,
} from './modules/instancenorm'
export * from './modules/normalization'
export * from './modules/padding'
export { RNNBase, RNN, LSTM, GRU, RNNCellBase, RNNCell, LSTMCell, GRUCell } from './modules/rnn'
export * from './modules/sparse'
export * from './modules/flatten'
export * from './modules/fold'
export * from './modules/distance'
export * from './modules/upsampling'
export * from './modules/pixelshuffle'
export * from './modules/channelshuffle'
export {
  L1Loss, NLLLoss, NLLLoss2d, PoissonNLLLoss, GaussianNLLLoss, KLDivLoss, MSELoss, BCELoss, BCEWithLogitsLoss, HingeEmbeddingLoss,
  MultiLabelMarginLoss, SmoothL1Loss, HuberLoss, SoftMarginLoss, CrossEntropyLoss, LinearCrossEntropyLoss, MultiLabelSoftMarginLoss,
  CosineEmbeddingLoss, MarginRankingLoss, MultiMarginLoss, TripletMarginLoss, TripletMarginWithDistanceLoss, CTCLoss,
} from './modules/loss'
export { DataParallel } from './parallel'
export * as functional from './functional'
export * as grad from './grad'
export * as parallel from './parallel'
export * as init from './init'
export * as modules from './modules'
export * as utils from './utils'
export * as parameter from './parameter'
