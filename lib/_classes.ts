// Classes that libraries register with TorchScript: torch.classes, torch/_classes.py.
import { RuntimeError } from './_errors'
import { lazy, load_library } from './_ops'
import { type ScriptObject, construct } from './jit/_values'

/** Makes an object of a class; `new` may stand before it. Keyword arguments are an object at the end. */
export interface ScriptClass {
  (...args: unknown[]): ScriptObject
  new (...args: unknown[]): ScriptObject
}

/** The type of {@link classes}. */
export type Classes = { load_library: typeof load_library } & Readonly<Record<string, Readonly<Record<string, ScriptClass>>>>

function script_class(space: string, name: string): ScriptClass {
  return function (...args: unknown[]) {
    const object = construct(`__torch__.torch.classes.${space}.${name}`, args)
    if (object === null) throw new RuntimeError(`Class ${space}.${name} not registered!`)
    return object
  } as unknown as ScriptClass
}

/**
 * The classes that libraries register: `torch.classes.my_library.Stack(['a'])`. An object has the class's methods and goes into TorchScript's
 * modules and operators as it is.
 *
 * @throws {RuntimeError} when an object is made, if no library has registered the class.
 * @see torch.classes
 */
export const classes = lazy({ load_library }, space => (space === 'load_library' ? load_library
  : lazy({}, name => script_class(space, name)))) as unknown as Classes
