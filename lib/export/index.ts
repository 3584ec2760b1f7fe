// Programs of torch.export, as data: torch.export.
export { load, type LoadOptions } from './_load'
export { type ArgumentSpec, ExportedProgram, type ExportGraph, ExportGraphSignature } from './_program'
