// The order of convolution weights in memory: torch.nn.utils.memory_format.
import type { memory_format } from '../../layout'
import { Conv2d, Conv3d, ConvTranspose2d, ConvTranspose3d } from '../modules/conv'
import type { Module } from '../modules/module'

function convert<M extends Module>(module: M, format: memory_format, matches: (layer: Module) => boolean): M {
  for (const layer of module.modules()) {
    if (!matches(layer)) continue
    const { weight } = layer as Conv2d
    const data = weight.detach().clone({ memory_format: format })
    weight.data = data.resize_([...data.shape], { memory_format: format })
  }
  return module
}

/** Puts the weights of all Conv2d and ConvTranspose2d into a memory format. @see torch.nn.utils.convert_conv2d_weight_memory_format */
export function convert_conv2d_weight_memory_format<M extends Module>(module: M, memory_format: memory_format): M {
  return convert(module, memory_format, layer => layer instanceof Conv2d || layer instanceof ConvTranspose2d)
}

/** Puts the weights of all Conv3d and ConvTranspose3d into a memory format. @see torch.nn.utils.convert_conv3d_weight_memory_format */
export function convert_conv3d_weight_memory_format<M extends Module>(module: M, memory_format: memory_format): M {
  return convert(module, memory_format, layer => layer instanceof Conv3d || layer instanceof ConvTranspose3d)
}
