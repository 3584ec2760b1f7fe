// Handles of hooks: torch.utils.hooks.RemovableHandle. They know a number only, so a hook that removes itself keeps nothing alive.
import { binding } from '../_C'
import { keep } from '../_memory'
import { type_name } from '../_typename'
import type { RemovableHandle } from '../tensor'

/** What takes a hook away again. */
export function removable(remove: () => void): RemovableHandle {
  return { remove, [Symbol.dispose]: remove }
}

/** Keeps a function for C++ and registers it there under its number. */
export function add_hook(method: string, hook: unknown, register: (id: number, name: string) => void): RemovableHandle {
  if (typeof hook !== 'function') throw new TypeError(`${method}(): argument 'hook' must be a function, not ${type_name(hook)}`)
  const id = keep(hook)
  register(id, hook.name === '' ? '<lambda>' : hook.name)
  return removable(() => { binding.remove_hook(id) })
}
