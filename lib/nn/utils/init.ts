// Modules without initialisation: torch.nn.utils.init.
import { type Kwargs, is_kwargs } from '../../_dispatch'
import { RuntimeError } from '../../_errors'
import { type_text } from '../../_typename'
import type { DeviceLike } from '../../device'
import { Module } from '../modules/module'

const NO_DEVICE = "Module must support a 'device' arg to skip initialization"

/**
 * Makes a module whose parameters and buffers have no values yet: no time and no random numbers go into initial ones.
 *
 * @param module_cls - a class whose constructor takes the keyword `device`.
 * @param args - for the constructor; `device` is where the module is in the end. Default: 'cpu'.
 * @throws {RuntimeError} if the class does not take it.
 * @example const fc = nn.utils.skip_init(nn.Linear, 1024, 1024); fc.load_state_dict(weights)
 * @see torch.nn.utils.skip_init
 */
export function skip_init<A extends readonly unknown[], M extends Module>(module_cls: new (...args: A) => M, ...args: A): M {
  if (typeof module_cls !== 'function') throw new TypeError('issubclass() arg 1 must be a class')
  if (!(module_cls.prototype instanceof Module) && module_cls as unknown !== Module) throw new RuntimeError(`Expected a Module; got ${type_text(module_cls)}`)
  const last = args[args.length - 1]
  const [given, { device = 'cpu', ...kwargs }] = is_kwargs(last) ? [args.slice(0, -1), last] : [args, {} as Kwargs]
  return on_meta(module_cls, [...given, { ...kwargs, device: 'meta' }]).to_empty({ device: device as DeviceLike | null })
}

// JavaScript does not tell the names of a constructor's parameters; whether it took the device is seen afterwards.
function on_meta<M extends Module>(module_cls: new (...args: never) => M, args: readonly unknown[]): M {
  let module: M
  try {
    module = Reflect.construct(module_cls, args) as M
  } catch (error) {
    if (error instanceof TypeError && error.message.endsWith("got an unexpected keyword argument 'device'")) throw new RuntimeError(NO_DEVICE)
    throw error
  }
  for (const tensor of [...module.parameters(), ...module.buffers()]) if (!tensor.is_meta) throw new RuntimeError(NO_DEVICE)
  return module
}
