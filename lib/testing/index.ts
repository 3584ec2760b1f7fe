// Helpers for tests: torch.testing.
export { assert_allclose, assert_close, type CloseOptions } from './_comparison'
export { make_tensor, type MakeOptions } from './_creation'
