// Gradients of convolutions as functions of their own: torch.nn.grad.
import { aten } from '../_operators'
import type { Tensor } from '../tensor'
import { with_keywords } from '../_args'
import type { Sizes } from './_types'
import { pair, single, triple } from './modules/utils'

const convolution_backward = aten('convolution_backward')

type Expand = (sizes: Sizes) => number[]

function gradient(
  input: Tensor, weight: Tensor, grad_output: Tensor, [stride, padding, dilation]: number[][], groups: number, of_input: boolean,
): Tensor {
  const mask = [of_input, !of_input, false]
  const found = convolution_backward([grad_output, input, weight, null, stride, padding, dilation, false, [0], groups, mask]) as (Tensor | null)[]
  return found[of_input ? 0 : 1]!
}

// A tensor of a shape without memory of its own: only the shape counts.
const shaped = (like: Tensor, shape: readonly number[]): Tensor => like.new_empty(1).expand(shape)

function input_gradient(name: string, expand: Expand) {
  return with_keywords(name, ['input_size', 'weight', 'grad_output', 'stride', 'padding', 'dilation', 'groups'], (
    input_size: readonly number[], weight: Tensor, grad_output: Tensor, stride: Sizes = 1, padding: Sizes = 0, dilation: Sizes = 1,
    groups: number = 1,
  ): Tensor => gradient(shaped(grad_output, input_size), weight, grad_output, [stride, padding, dilation].map(expand), groups, true))
}

function weight_gradient(name: string, expand: Expand) {
  return with_keywords(name, ['input', 'weight_size', 'grad_output', 'stride', 'padding', 'dilation', 'groups'], (
    input: Tensor, weight_size: readonly number[], grad_output: Tensor, stride: Sizes = 1, padding: Sizes = 0, dilation: Sizes = 1,
    groups: number = 1,
  ): Tensor => gradient(input, shaped(grad_output, weight_size), grad_output, [stride, padding, dilation].map(expand), groups, false))
}

/** The gradient of conv1d's input, whose shape is `input_size`. @see torch.nn.grad.conv1d_input */
export const conv1d_input = input_gradient('conv1d_input', single)
/** The gradient of conv1d's weight, whose shape is `weight_size`. @see torch.nn.grad.conv1d_weight */
export const conv1d_weight = weight_gradient('conv1d_weight', single)
/** The gradient of conv2d's input, whose shape is `input_size`. @see torch.nn.grad.conv2d_input */
export const conv2d_input = input_gradient('conv2d_input', pair)
/** The gradient of conv2d's weight, whose shape is `weight_size`. @see torch.nn.grad.conv2d_weight */
export const conv2d_weight = weight_gradient('conv2d_weight', pair)
/** The gradient of conv3d's input, whose shape is `input_size`. @see torch.nn.grad.conv3d_input */
export const conv3d_input = input_gradient('conv3d_input', triple)
/** The gradient of conv3d's weight, whose shape is `weight_size`. @see torch.nn.grad.conv3d_weight */
export const conv3d_weight = weight_gradient('conv3d_weight', triple)
