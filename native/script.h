// TorchScript's modules, functions and other objects as JavaScript holds them: one handle for each, whatever it is.
#pragma once

#include "runtime.h"

#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace torch_ts {

// What a ScriptHandle holds: a module or an object of a class, a function of a unit, a unit, or a value that JavaScript has no type for.
struct Script {
  std::optional<torch::jit::Module> module;
  std::shared_ptr<torch::jit::CompilationUnit> unit;
  torch::jit::Function* function = nullptr;
  c10::IValue value;
  torch::jit::ExtraFilesMap extra_files;
};

std::shared_ptr<Script> script_of(Runtime& runtime, napi_value id);
torch::jit::Module& module_of(const std::shared_ptr<Script>& script);
// The handle of a new script, tied to the JavaScript object `out`.
napi_value attach_script(Runtime& runtime, napi_value out, Script script);

// A method of a module or an object by name; the function itself for a function's handle.
torch::jit::Function& function_of(const std::shared_ptr<Script>& script, const std::string& name);

// The lines of a text that JavaScript joined; none for an empty one.
std::vector<std::string> lines_of(Runtime& runtime, napi_value text, const char* name);
// Strings for JavaScript, as a list on the tape.
c10::IValue list_of(const std::vector<std::string>& strings);

} // namespace torch_ts
