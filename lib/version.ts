// Which libtorch is loaded: torch.version.
import { binding } from './_C'
import { __version__ } from './_config'

/** The CUDA version of a libtorch built for CUDA, such as '13.0'; null of one for the CPU. */
export const cuda: string | null = /CUDA_VERSION=([\d.]+)/.exec(binding.show_config())?.[1] ?? null
export const hip: string | null = null
export const xpu: string | null = null
export const debug = false
export { __version__ }
