// Mixed precision on the CPU by its older names: torch.cpu.amp.
import { autocast_of, scaler_of } from '../amp/_deprecated'
import { bfloat16 } from '../dtype'

/** @deprecated Use `torch.amp.autocast('cpu', ...)`. @see torch.cpu.amp.autocast */
export const autocast = autocast_of('cpu', bfloat16)

/** @deprecated Use `torch.amp.GradScaler('cpu', ...)`. @see torch.cpu.amp.GradScaler */
export const GradScaler = scaler_of('cpu')
