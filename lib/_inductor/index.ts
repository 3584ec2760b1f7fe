// Programs that AOTInductor compiled: torch._inductor.
export { aoti_load_package, AOTICompiledModel, type PackageOptions } from './_package'
