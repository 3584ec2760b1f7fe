// What GoogLeNet and Inception v3 share: torchvision.models.googlenet and torchvision.models.inception.
import { relu } from '../../nn/_functional/activation'
import { cat } from '../../generated/torch_functions'
import * as nn from '../../nn'
import type { Sizes } from '../../nn/_types'
import type { Tensor } from '../../tensor'

interface ConvOptions {
  kernel_size: Sizes
  stride?: Sizes
  padding?: Sizes
}

/** A convolution without bias, batch normalisation and ReLU. */
export class BasicConv2d extends nn.Module {
  conv: nn.Conv2d
  bn: nn.BatchNorm2d

  constructor(in_channels: number, out_channels: number, options: ConvOptions) {
    super()
    this.conv = new nn.Conv2d(in_channels, out_channels, { bias: false, ...options })
    this.bn = new nn.BatchNorm2d(out_channels, { eps: 0.001 })
  }

  forward(x: Tensor): Tensor {
    return relu(this.bn(this.conv(x)), { inplace: true })
  }
}

/** Images that are normalised as ImageNet's usually are, normalised with mean and standard deviation 0.5. */
export function transform_input(x: Tensor): Tensor {
  const channel = (i: number, mean: number, std: number): Tensor => x.at(':', i).unsqueeze(1).mul(std / 0.5).add((mean - 0.5) / 0.5)
  return cat([channel(0, 0.485, 0.229), channel(1, 0.456, 0.224), channel(2, 0.406, 0.225)], 1)
}

const LONG_INIT = 'will be changed in future releases of torchvision. If you wish to keep the old behavior (which leads to long '
  + 'initialization times due to scipy/scipy#11299), please set init_weights=True.'

/** What is warned of when the initialisation is left to the default. */
export function init_warning(model: string): string {
  return `The default weight initialization of ${model} ${LONG_INIT}`
}

/** Truncated normal weights. @param deviation - of a layer's weights */
export function init_module(module: nn.Module, deviation: (module: nn.Module) => number): void {
  if (module instanceof nn.Conv2d || module instanceof nn.Linear) {
    nn.init.trunc_normal_(module.weight, { mean: 0, std: deviation(module), a: -2, b: 2 })
  } else if (module instanceof nn.BatchNorm2d) {
    nn.init.constant_(module.weight!, 1)
    nn.init.constant_(module.bias!, 0)
  }
}
