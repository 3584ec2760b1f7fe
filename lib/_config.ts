// Threads and versions: torch.get_num_threads, torch.__version__.
import { binding } from './_C'

/** libtorch's version, such as '2.13.0'. */
export const __version__ = binding.libtorch_version()

/** Threads that one operator may use. @see torch.get_num_threads */
export function get_num_threads(): number {
  return binding.get_num_threads()
}

/** Sets them. Equal digits with Python need the same number. @throws {RuntimeError} if not positive. @see torch.set_num_threads */
export function set_num_threads(int: number): void {
  binding.set_num_threads(int)
}

/** Threads for operators that run side by side. @see torch.get_num_interop_threads */
export function get_num_interop_threads(): number {
  return binding.get_num_interop_threads()
}

/** Sets them, before any parallel work. @see torch.set_num_interop_threads */
export function set_num_interop_threads(int: number): void {
  binding.set_num_interop_threads(int)
}
