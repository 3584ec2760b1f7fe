// Invertible transforms: torch.distributions.transforms.
export { ComposeTransform, IndependentTransform, ReshapeTransform, Transform, identity_transform } from './_transforms/transform'
export {
  AbsTransform, AffineTransform, CumulativeDistributionTransform, ExpTransform, PowerTransform, SigmoidTransform, SoftplusTransform, TanhTransform,
} from './_transforms/elementwise'
export {
  CorrCholeskyTransform, LowerCholeskyTransform, PositiveDefiniteTransform, SoftmaxTransform, StickBreakingTransform,
} from './_transforms/vectors'
export { CatTransform, StackTransform } from './_transforms/sequences'
