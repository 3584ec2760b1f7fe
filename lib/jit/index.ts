// TorchScript: torch.jit.
export { CompilationUnit, RecursiveScriptModule, ScriptFunction, ScriptModule, script, type ExtraFiles } from './_script'
export { load, save, type WantedFiles } from './_serialization'
export { ScriptError as Error } from '../_errors'
export { type FusionStrategy, enable_onednn_fusion, freeze, onednn_fusion_enabled, optimize_for_inference, set_fusion_strategy } from './_freeze'
export { type Example, type TraceModuleOptions, type TraceOptions, is_tracing, trace, trace_module } from './_trace'
export { TracingCheckError } from './_check_trace'
export { ScriptObject } from './_values'

/** Whether TorchScript's compiler runs the code, which it never does here. @see torch.jit.is_scripting */
export function is_scripting(): boolean {
  return false
}
