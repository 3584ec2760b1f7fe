// Automatic mixed precision: torch.amp.
export { autocast, custom_bwd, custom_fwd, type AutocastOptions, type CustomForwardOptions, type MethodDecorator } from './autocast_mode'
export { GradScaler, type GradScalerState, type Outputs } from './grad_scaler'
export { is_autocast_available } from './_state'
