// Files of TorchScript: torch/jit/_serialization.py.
import fs from 'node:fs'
import { type Args, bind } from '../_args'
import { binding } from '../_C'
import { ValueError } from '../_errors'
import { type_text } from '../_typename'
import { Device, type DeviceLike, device } from '../device'
import { check_archive } from './_check_archive'
import { type ExtraFiles, type ScriptFunction, ScriptModule, script_of } from './_script'
import { save_to_file } from './_files'
import { ScriptObject, script_id } from './_values'

const load_names = ['f', 'map_location', '_extra_files', '_restore_shapes'] as const
const save_names = ['m', 'f', '_extra_files'] as const

/** Names of extra files to read; {@link load} sets each to its content. */
export type WantedFiles = Record<string, string | Uint8Array>

/**
 * Reads a module that {@link save}, Python's torch.jit.save or C++ wrote. Of the file's code only the `__setstate__` of its classes runs before
 * a method is called. Checksums, sizes and nesting are checked before libtorch reads the file.
 *
 * @param f - a path, or the file's bytes.
 * @param map_location - the device for all tensors. Default: those that they were saved from.
 * @param _extra_files - an object whose keys name extra files to read; their contents (Buffers) replace its values.
 * @param _restore_shapes - give the graphs the shapes of the inputs that they were traced with. Default: false.
 * @throws {ValueError} if there is no such file; {RuntimeError} if it is no TorchScript or broken.
 * @example const model = torch.jit.load('model.pt'); model.eval(); model(x)
 * @see torch.jit.load
 */
export function load(
  ...args: Args<[f: string | Uint8Array, map_location?: DeviceLike | null, _extra_files?: WantedFiles | null, _restore_shapes?: boolean],
    typeof load_names>
): ScriptModule {
  const { f, map_location, _extra_files, _restore_shapes } = bind<{
    f: string | Uint8Array, map_location?: DeviceLike | null, _extra_files?: WantedFiles | null, _restore_shapes?: boolean
  }>('load', load_names, 1, args)
  if (typeof f === 'string') {
    const stats = fs.statSync(f, { throwIfNoEntry: false })
    if (stats === undefined) throw new ValueError(`The provided filename ${f} does not exist`)
    if (stats.isDirectory()) throw new ValueError(`The provided filename ${f} is a directory`)
  } else if (!(f instanceof Uint8Array)) {
    throw new TypeError(`load(): argument 'f' must be str or bytes, not ${type_text(f)}`)
  }
  check_archive(f)
  const wanted = Object.keys(_extra_files ?? {})
  const code = map_location == null ? -1 : location(map_location).code
  const script = new ScriptObject(out => binding.script_load(out, f, code, wanted.join('\n'), _restore_shapes === true))
  for (const name of wanted) {
    const content = binding.script_extra_file(script_id(script), name)
    if (content !== undefined) _extra_files![name] = content
  }
  return new ScriptModule(script)
}

function location(value: unknown): Device {
  if (value instanceof Device || typeof value === 'string') return device(value)
  throw new ValueError(`map_location should be either None, string or torch.device, but got type: ${type_text(value)}`)
}

/**
 * Writes a module or function of TorchScript to a file, which Python and C++ read too. A crash leaves the old file or the new one.
 *
 * @param _extra_files - contents by name, to store with it.
 * @see torch.jit.save
 */
export function save(...args: Args<[m: ScriptModule | ScriptFunction, f: string, _extra_files?: ExtraFiles | null], typeof save_names>): void {
  const { m, f, _extra_files } = bind<{ m: unknown, f: string, _extra_files?: ExtraFiles | null }>('save', save_names, 2, args)
  save_to_file(script_of(m, 'save'), f, _extra_files ?? undefined)
}
