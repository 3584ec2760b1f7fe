// Recording what a JavaScript function does to tensors as a TorchScript graph: torch/csrc/jit/python/python_tracer.cpp's part.
#include "callback.h"
#include "ivalue.h"
#include "script.h"
#include "values.h"
#include "warnings.h"

#include <c10/util/StringUtil.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/canonicalize.h>
#include <torch/csrc/jit/passes/erase_number_types.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/shape_analysis.h>

#include <algorithm>

namespace torch_ts {
namespace {

namespace jit = torch::jit;
namespace tracer = torch::jit::tracer;

enum TraceFlag : int32_t { kStrict = 1, kForceOutplace = 2, kStoreInputs = 4 };

// new_script_module(out, unit or 0, qualified name): a module without members, of a class of its own.
napi_value new_script_module(Runtime& runtime, Arguments arguments) {
  auto unit = handle_of(runtime, arguments[1]) == 0 ? std::make_shared<jit::CompilationUnit>() : script_of(runtime, arguments[1])->unit;
  jit::Module module(c10::QualifiedName(string_of(runtime, arguments[2], "name")), unit, true);
  return attach_script(runtime, arguments[0], {std::move(module), std::move(unit), nullptr, {}, {}});
}

// script_register(module, kind, name, handle of a tensor or script, or 0 and 1 for `training`)
napi_value script_register(Runtime& runtime, Arguments arguments) {
  auto& module = module_of(script_of(runtime, arguments[0]));
  const std::string kind = string_of(runtime, arguments[1], "kind"), name = string_of(runtime, arguments[2], "name");
  if (kind == "module") module.register_module(name, module_of(script_of(runtime, arguments[3])));
  else if (kind == "attribute") module.register_attribute(name, c10::BoolType::get(), handle_of(runtime, arguments[3]) != 0);
  else module.register_parameter(name, tensor_of(runtime, arguments[3]), kind == "buffer");
  return nullptr;
}

bool is_traceable(const c10::TypePtr& type) {
  if (type->isSubtypeOf(*c10::TensorType::get())) return true;
  if (const auto list = type->cast<c10::ListType>()) return is_traceable(list->getElementType());
  if (const auto dict = type->cast<c10::DictType>()) return is_traceable(dict->getValueType());
  const auto tuple = type->cast<c10::TupleType>();
  return tuple && std::all_of(tuple->elements().begin(), tuple->elements().end(), is_traceable);
}

// The inputs on the tape, which stand there as one array.
std::vector<c10::IValue> read_inputs(Runtime& runtime) {
  size_t slot = Tape::kFirst;
  const c10::IValue inputs = read_inferred(runtime, slot, Arrays::Tuples);
  if (!is_traceable(inputs.type()))
    throw runtime_error(c10::str("Type '", inputs.type()->repr_str(), "' cannot be traced. Only Tensors and (possibly nested) Lists, "
        "Dicts, and Tuples of Tensors can be traced"));
  return inputs.toTupleRef().elements().vec();
}

// What the traced function gave. An input that it gave back, and a list under strict, are the tracer's concern.
c10::IValue read_output(Runtime& runtime) {
  size_t slot = Tape::kFirst;
  if (runtime.tape.tag(slot) == Tag::None)
    throw runtime_error("The traced function didn't return any values! Side-effects are not captured in traces, so it would be a no-op.");
  try {
    return read_inferred(runtime, slot, Arrays::Tuples);
  } catch (const CastError&) {
    throw runtime_error("Only tensors, lists, tuples of tensors, or dictionary of tensors can be output from traced functions");
  }
}

// script_trace(out, module or 0, method's name, names of its arguments, callback, flags): the inputs are on the tape. Adds a method
// to the module, or gives a function in `out`.
napi_value script_trace(Runtime& runtime, Arguments arguments) {
  const bool is_method = handle_of(runtime, arguments[1]) != 0;
  jit::Module* self = is_method ? &module_of(script_of(runtime, arguments[1])) : nullptr;
  const std::string name = string_of(runtime, arguments[2], "name");
  const auto names = lines_of(runtime, arguments[3], "names");
  const int32_t callback = int32_of(runtime, arguments[4], "callback"), flags = int32_of(runtime, arguments[5], "flags");
  const auto inputs = read_inputs(runtime);
  const auto traced = [&](std::vector<c10::IValue> stack) -> std::vector<c10::IValue> {
    write_results(runtime, stack);
    runtime.call_back(static_cast<int32_t>(CallbackKind::Trace), callback, 0);
    return {read_output(runtime)};
  };
  const auto no_name = [](const at::Tensor&) { return std::string(); };
  const auto graph = tracer::trace(inputs, traced, no_name, (flags & kStrict) != 0, (flags & kForceOutplace) != 0, self, names).first->graph;
  if (!is_method) {
    auto unit = std::make_shared<jit::CompilationUnit>();
    jit::Function* function = unit->create_function(c10::QualifiedName("__torch__." + name), graph);
    return attach_script(runtime, arguments[0], {{}, std::move(unit), function, {}, {}});
  }
  const c10::QualifiedName qualified(*self->type()->name(), name);
  self->type()->addMethod(self->_ivalue()->compilation_unit()->create_function(qualified, graph));
  if ((flags & kStoreInputs) != 0) self->store_traced_inputs(name, inputs);
  runtime.set_flags();
  return to_js(runtime, 0);
}

napi_value is_tracing(Runtime& runtime, Arguments) { return to_js(runtime, tracer::isTracing()); }

napi_value push_scope(Runtime& runtime, Arguments arguments) {
  if (const auto& state = tracer::getTracingState()) state->graph->push_scope(string_of(runtime, arguments[0], "name"));
  return nullptr;
}

napi_value pop_scope(Runtime&, Arguments) {
  if (const auto& state = tracer::getTracingState()) state->graph->pop_scope();
  return nullptr;
}

// tracer_warn(what, 0: because its value is lost; 1: because it is a constant from here on; 2: as it stands)
napi_value tracer_warn(Runtime& runtime, Arguments arguments) {
  const int32_t kind = int32_of(runtime, arguments[1], "kind");
  tracer::warn(string_of(runtime, arguments[0], "what").c_str(),
      kind == 0 ? tracer::WARN_PYTHON_DATAFLOW : kind == 1 ? tracer::WARN_CONSTRUCTOR : nullptr);
  runtime.set_flags();
  return nullptr;
}

// ---- what check_trace compares ----

std::shared_ptr<jit::Graph> canonical(Runtime& runtime, Arguments arguments) {
  const auto script = script_of(runtime, arguments[0]);
  const auto& function = jit::toGraphFunction(function_of(script, string_of(runtime, arguments[1], "method")));
  const auto graph = jit::Canonicalize(function.graph(), true);
  jit::Inline(*graph);
  jit::EraseShapeInformation(graph);
  return graph;
}

napi_value canonical_graph(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, canonical(runtime, arguments)->toString(false));
}

// constant_tensors(script, method): each constant that is a tensor, after the text of its node; onto the tape.
napi_value constant_tensors(Runtime& runtime, Arguments arguments) {
  std::vector<c10::IValue> found;
  const auto graph = canonical(runtime, arguments);
  for (const jit::Node* node : graph->nodes()) {
    const bool has_value = node->kind() == c10::prim::Constant && node->hasAttribute(c10::attr::value);
    if (!has_value || node->kindOf(c10::attr::value) != jit::AttributeKind::t) continue;
    found.emplace_back(c10::str(*node));
    found.emplace_back(node->t(c10::attr::value));
  }
  write_results(runtime, found);
  return nullptr;
}

// nondeterministic_nodes(script, method): their texts, onto the tape.
napi_value nondeterministic_nodes(Runtime& runtime, Arguments arguments) {
  const auto script = script_of(runtime, arguments[0]);
  const auto graph = jit::toGraphFunction(function_of(script, string_of(runtime, arguments[1], "method"))).graph();
  std::vector<std::string> texts;
  for (const jit::Node* node : graph->nodes())
    if (node->isNondeterministic()) texts.push_back(c10::str(*node));
  write_results(runtime, {list_of(texts)});
  return nullptr;
}

} // namespace

std::vector<Entry> trace_entries() {
  // One handler serves the process: it adds to the warnings of the thread that it is called on.
  tracer::setWarn([](const std::string& message) { add_warnings({"TracerWarning: " + message}); });
  return {
      {"new_script_module", guarded<new_script_module>},
      {"script_register", guarded<script_register>},
      {"script_trace", guarded<script_trace>},
      {"is_tracing", guarded<is_tracing>},
      {"push_scope", guarded<push_scope>},
      {"pop_scope", guarded<pop_scope>},
      {"tracer_warn", guarded<tracer_warn>},
      {"canonical_graph", guarded<canonical_graph>},
      {"constant_tensors", guarded<constant_tensors>},
      {"nondeterministic_nodes", guarded<nondeterministic_nodes>},
  };
}

} // namespace torch_ts
