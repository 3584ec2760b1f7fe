// Mixed precision on CUDA by its older names: torch.cuda.amp.
import { autocast_of, scaler_of } from '../amp/_deprecated'
import { type MethodDecorator, custom_bwd as bwd_of, custom_fwd as fwd_of } from '../amp/autocast_mode'
import { type dtype, float16 } from '../dtype'

/** @deprecated Use `torch.amp.autocast('cuda', ...)`. @see torch.cuda.amp.autocast */
export const autocast = autocast_of('cuda', float16)

/** @deprecated Use `torch.amp.GradScaler('cuda', ...)`. @see torch.cuda.amp.GradScaler */
export const GradScaler = scaler_of('cuda')

/** @deprecated Use `torch.amp.custom_fwd` with device_type 'cuda'. @see torch.cuda.amp.custom_fwd */
export const custom_fwd = (options: { cast_inputs?: dtype | null } = {}): MethodDecorator => fwd_of({ device_type: 'cuda', ...options })

/** @deprecated Use `torch.amp.custom_bwd` with device_type 'cuda'. @see torch.cuda.amp.custom_bwd */
export const custom_bwd = (): MethodDecorator => bwd_of({ device_type: 'cuda' })
