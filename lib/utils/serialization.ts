// torch.utils.serialization: re-exports only.
export { config } from '../_serialization/config'
