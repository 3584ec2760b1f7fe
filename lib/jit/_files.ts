// TorchScript's bytes into files.
import { binding } from '../_C'
import { write_file } from '../_files'
import { type ScriptObject, script_id } from './_values'

function extra_pairs(extra_files: Record<string, string | Uint8Array> = {}): (string | Uint8Array)[] {
  return Object.entries(extra_files).flatMap(([name, content]) => {
    if (typeof content !== 'string' && !(content instanceof Uint8Array)) {
      throw new TypeError(`_extra_files: the content of '${name}' must be str or bytes`)
    }
    return [name, Buffer.from(content as Uint8Array)]
  })
}

export function save_to_buffer(script: ScriptObject, extra_files?: Record<string, string | Uint8Array>): Buffer {
  return binding.script_save(script_id(script), extra_pairs(extra_files))
}

export function save_to_file(script: ScriptObject, file: string, extra_files?: Record<string, string | Uint8Array>): void {
  if (typeof file !== 'string') throw new TypeError(`save(): argument 'f' must be str, not ${typeof file}`)
  const bytes = save_to_buffer(script, extra_files)
  write_file(file, sink => { sink.write(bytes) })
}
