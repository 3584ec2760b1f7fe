// autocast and GradScaler by the device's namespace: torch.cuda.amp and torch.cpu.amp.
import { type Args, bind } from '../_args'
import type { StateGuard } from '../_thread_state'
import { warn } from '../_warnings'
import type { dtype } from '../dtype'
import { autocast } from './autocast_mode'
import { GradScaler } from './grad_scaler'

const autocast_names = ['enabled', 'dtype', 'cache_enabled'] as const
const scaler_names = ['init_scale', 'growth_factor', 'backoff_factor', 'growth_interval', 'enabled'] as const

type AutocastArgs = Args<[enabled?: boolean, dtype?: dtype, cache_enabled?: boolean], typeof autocast_names>
type ScalerArgs = Args<[init_scale?: number, growth_factor?: number, backoff_factor?: number, growth_interval?: number, enabled?: boolean],
  typeof scaler_names>

function deprecated(device_type: string, name: string): void {
  warn(`\`torch.${device_type}.amp.${name}(args...)\` is deprecated. Please use \`torch.amp.${name}('${device_type}', args...)\` instead.`, 'FutureWarning')
}

/** torch.cuda.amp.autocast or torch.cpu.amp.autocast. */
export function autocast_of(device_type: string, fast_dtype: dtype): (...args: AutocastArgs) => StateGuard {
  return (...args) => {
    deprecated(device_type, 'autocast')
    const given = bind<{ enabled?: boolean; dtype?: dtype; cache_enabled?: boolean }>('autocast', autocast_names, 0, args)
    return autocast(device_type, { enabled: true, dtype: fast_dtype, cache_enabled: true, ...given })
  }
}

/** torch.cuda.amp.GradScaler or torch.cpu.amp.GradScaler. */
export function scaler_of(device_type: string): new (...args: ScalerArgs) => GradScaler {
  return class extends GradScaler {
    constructor(...args: ScalerArgs) {
      deprecated(device_type, 'GradScaler')
      super({ device: device_type, ...bind('GradScaler', scaler_names, 0, args) })
    }
  }
}
