// Whether attention takes the fused way outside training: torch.backends.mha.
let enabled = true

/** Whether MultiheadAttention and TransformerEncoderLayer may take the fused way. Default: true. @see torch.backends.mha.get_fastpath_enabled */
export function get_fastpath_enabled(): boolean {
  return enabled
}

/** Allows or forbids the fused way. @see torch.backends.mha.set_fastpath_enabled */
export function set_fastpath_enabled(value: boolean): void {
  enabled = value
}
