// After all tests: ends python_server.py, if one was started.
import { shared } from './setup'

export default function teardown(): void {
  shared.torch_ts_end_python?.()
}
