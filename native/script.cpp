// TorchScript: files, attributes and texts of modules; compiling source. torch/csrc/jit/python/script_init.cpp's part without Python.
#include "script.h"

#include "device.h"
#include "ivalue.h"
#include "values.h"

#include <c10/util/StringUtil.h>
#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/serialization/export.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/csrc/jit/serialization/python_print.h>

#include <torch/custom_class_detail.h>

#if defined(__linux__) && defined(__x86_64__)
#define TORCH_TS_ONEDNN 1
#include <torch/csrc/jit/codegen/onednn/interface.h>
#endif

#include <algorithm>
#include <sstream>
#include <streambuf>

namespace torch_ts {

namespace jit = torch::jit;

std::shared_ptr<Script> script_of(Runtime& runtime, napi_value id) {
  const ScriptHandle* found = runtime.scripts.find(handle_of(runtime, id));
  if (found == nullptr) throw runtime_error("this TorchScript object has been disposed of");
  return found->script;
}

jit::Module& module_of(const std::shared_ptr<Script>& script) {
  if (!script->module) throw type_error("not a TorchScript module");
  return *script->module;
}

napi_value attach_script(Runtime& runtime, napi_value out, Script script) {
  const int32_t id = runtime.attach(out, ScriptHandle{std::make_shared<Script>(std::move(script))});
  runtime.set_flags();
  return to_js(runtime, id);
}

jit::Function& function_of(const std::shared_ptr<Script>& script, const std::string& name) {
  if (script->function != nullptr) return *script->function;
  jit::Function* method = module_of(script).type()->findMethod(name);
  if (method == nullptr) throw runtime_error(c10::str("Method '", name, "' is not defined."));
  return *method;
}

std::vector<std::string> lines_of(Runtime& runtime, napi_value text, const char* name) {
  std::vector<std::string> lines;
  std::istringstream stream(string_of(runtime, text, name));
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

c10::IValue list_of(const std::vector<std::string>& strings) {
  c10::List<std::string> list;
  for (const auto& string : strings) list.push_back(string);
  return list;
}

namespace {

// ---- files ----

struct Memory final : std::streambuf {
  Memory(char* data, size_t size) { setg(data, data, data + size); }

  pos_type seekoff(off_type offset, std::ios_base::seekdir from, std::ios_base::openmode) override {
    const off_type base = from == std::ios_base::beg ? 0 : from == std::ios_base::cur ? gptr() - eback() : egptr() - eback();
    const off_type to = base + offset;
    if (to < 0 || to > egptr() - eback()) return pos_type(off_type(-1));
    setg(eback(), eback() + to, egptr());
    return pos_type(to);
  }

  pos_type seekpos(pos_type to, std::ios_base::openmode mode) override { return seekoff(to, std::ios_base::beg, mode); }
};

// script_load(out, path or bytes, device or -1, names of extra files, restore_shapes)
napi_value script_load(Runtime& runtime, Arguments arguments) {
  auto unit = std::make_shared<jit::CompilationUnit>();
  const int32_t code = int32_of(runtime, arguments[2], "map_location");
  std::optional<c10::Device> device;
  if (code >= 0) device = checked_device(device_from_code(code));
  jit::ExtraFilesMap extra_files;
  for (const auto& name : lines_of(runtime, arguments[3], "_extra_files")) extra_files[name];
  const bool restore_shapes = bool_of(runtime, arguments[4]);
  bool is_view = false;
  napi_is_typedarray(runtime.env, arguments[1], &is_view);
  jit::Module module;
  if (is_view) {
    napi_typedarray_type type;
    size_t length = 0, offset = 0;
    void* data = nullptr;
    napi_value buffer;
    napi_get_typedarray_info(runtime.env, arguments[1], &type, &length, &data, &buffer, &offset);
    Memory memory(static_cast<char*>(data), length);
    std::istream stream(&memory);
    module = jit::import_ir_module(unit, stream, device, extra_files, true, restore_shapes);
  } else {
    module = jit::import_ir_module(unit, string_of(runtime, arguments[1], "f"), device, extra_files, true, restore_shapes);
  }
  return attach_script(runtime, arguments[0], {std::move(module), std::move(unit), nullptr, {}, std::move(extra_files)});
}

// script_extra_file(script, name): its bytes.
napi_value script_extra_file(Runtime& runtime, Arguments arguments) {
  const auto script = script_of(runtime, arguments[0]);
  const auto found = script->extra_files.find(string_of(runtime, arguments[1], "name"));
  if (found == script->extra_files.end()) return nullptr;
  napi_value result;
  if (napi_create_buffer_copy(runtime.env, found->second.size(), found->second.data(), nullptr, &result) != napi_ok)
    throw Error(ErrorKind::OutOfMemory, "cannot allocate a Buffer");
  return result;
}

// A function alone is saved as the forward of a module without members.
jit::Module saved_module(const std::shared_ptr<Script>& script) {
  if (script->function == nullptr) return module_of(script);
  jit::Module module("__torch__.PlaceholderModule");
  module.register_attribute("training", c10::BoolType::get(), true);
  auto graph = jit::toGraphFunction(*script->function).graph()->copy();
  graph->insertInput(0, "self")->setType(module._ivalue()->type());
  const c10::QualifiedName name(*module.type()->name(), "forward");
  module.type()->addMethod(module._ivalue()->compilation_unit()->create_function(name, graph));
  return module;
}

// Names and contents of extra files, one after the other in an array.
jit::ExtraFilesMap extra_files_of(Runtime& runtime, napi_value array) {
  jit::ExtraFilesMap files;
  uint32_t length = 0;
  if (napi_get_array_length(runtime.env, array, &length) != napi_ok) throw type_error("_extra_files: expected an array");
  for (uint32_t i = 0; i + 1 < length; i += 2) {
    napi_value name, content;
    void* data = nullptr;
    size_t size = 0;
    napi_get_element(runtime.env, array, i, &name);
    napi_get_element(runtime.env, array, i + 1, &content);
    if (napi_get_buffer_info(runtime.env, content, &data, &size) != napi_ok) throw type_error("_extra_files: expected Buffers");
    files[string_of(runtime, name, "_extra_files")] = std::string(static_cast<const char*>(data), size);
  }
  return files;
}

// script_save(script, extra_files): the bytes of the file.
napi_value script_save(Runtime& runtime, Arguments arguments) {
  const jit::Module module = saved_module(script_of(runtime, arguments[0]));
  std::string bytes;
  const auto write = [&](const void* data, size_t size) {
    bytes.append(static_cast<const char*>(data), size);
    return size;
  };
  jit::ExportModule(module, write, extra_files_of(runtime, arguments[1]));
  napi_value result;
  if (napi_create_buffer_copy(runtime.env, bytes.size(), bytes.data(), nullptr, &result) != napi_ok)
    throw Error(ErrorKind::OutOfMemory, "cannot allocate a Buffer");
  return result;
}

// ---- members ----

napi_value adopt_script(Runtime& runtime, Arguments arguments) {
  runtime.adopt_script(arguments[0], int32_of(runtime, arguments[1], "id"));
  return nullptr;
}

// script_info(script): what it is, its type's name, its methods, its attributes and their kinds, onto the tape.
napi_value script_info(Runtime& runtime, Arguments arguments) {
  const auto script = script_of(runtime, arguments[0]);
  std::string kind = script->function != nullptr ? "function" : script->unit != nullptr ? "unit" : "value", name;
  std::vector<std::string> methods, attributes, kinds;
  if (script->module) {
    const auto type = script->module->type();
    kind = type->is_module() ? "module" : "object";
    name = type->name() ? type->name()->name() : "";
    for (const auto* method : type->methods()) methods.push_back(method->name());
    for (size_t i = 0; i < type->numAttributes(); ++i) {
      attributes.push_back(type->getAttributeName(i));
      const auto& value = script->module->_ivalue()->getSlot(i);
      if (!type->is_module()) kinds.push_back("attribute");
      else kinds.push_back(type->is_parameter(i) && value.isTensor()   ? "parameter"
              : type->is_buffer(i) || (type->is_parameter(i))     ? "buffer"
              : type->getAttribute(i)->is_module()                ? "module"
                                                                  : "attribute");
    }
    for (size_t i = 0; i < type->numConstants(); ++i) {
      attributes.push_back(type->getConstantName(i));
      kinds.push_back("constant");
    }
  } else if (script->function != nullptr) {
    name = script->function->name();
  } else if (script->unit != nullptr) {
    for (const auto* function : script->unit->get_functions()) methods.push_back(function->name());
  } else {
    name = script->value.type()->repr_str();
  }
  write_results(runtime, {kind, name, list_of(methods), list_of(attributes), list_of(kinds)});
  return nullptr;
}

// script_attr(script, name): onto the tape.
napi_value script_attr(Runtime& runtime, Arguments arguments) {
  const auto script = script_of(runtime, arguments[0]);
  const c10::IValue value = module_of(script).attr(string_of(runtime, arguments[1], "name"));
  // A parameter that was deleted holds an undefined tensor.
  write_value(runtime, value.isTensor() && !value.toTensor().defined() ? c10::IValue() : value);
  return nullptr;
}

// script_set_attr(script, name): the value is on the tape.
napi_value script_set_attr(Runtime& runtime, Arguments arguments) {
  const auto script = script_of(runtime, arguments[0]);
  auto& module = module_of(script);
  const std::string name = string_of(runtime, arguments[1], "name");
  const auto type = module.type();
  if (type->hasConstant(name))
    throw runtime_error(c10::str("Can't set constant '", name, "' which has value:", type->getConstant(name)));
  const auto expected = type->getAttribute(name);
  size_t slot = Tape::kFirst;
  try {
    module.setattr(name, read_typed(runtime, slot, expected));
  } catch (const CastError& error) {
    throw runtime_error(c10::str("Could not cast attribute '", name, "' to type ", expected->repr_str(), ": ", error.what()));
  }
  return nullptr;
}

// ---- texts ----

std::string printed(const jit::Function& function, std::vector<c10::IValue>& constants) {
  jit::PrintDepsTable dependencies;
  jit::PythonPrint printer(constants, dependencies);
  if (function.num_inputs() > 0 && function.getSchema().arguments()[0].name() == "self") printer.printMethod(function);
  else printer.printFunction(function);
  return printer.str();
}

// Whether a parameter takes an object of JavaScript as a value, rather than as keyword arguments.
bool takes_object(const c10::TypePtr& type) {
  if (const auto optional = type->cast<c10::OptionalType>()) return takes_object(optional->getElementType());
  if (const auto tuple = type->cast<c10::TupleType>()) return tuple->schema() != nullptr;
  return type->kind() == c10::TypeKind::DictType || type->kind() == c10::TypeKind::AnyType;
}

// script_text(script, method, what): its code, graph, inlined graph, schema, or arguments' names, with '?' before those that take objects.
napi_value script_text(Runtime& runtime, Arguments arguments) {
  const auto script = script_of(runtime, arguments[0]);
  auto& function = function_of(script, string_of(runtime, arguments[1], "method"));
  const std::string what = string_of(runtime, arguments[2], "what");
  if (what == "schema") return to_js(runtime, c10::str(function.getSchema()));
  if (what == "arguments") {
    std::string text;
    for (const auto& argument : function.getSchema().arguments()) 
      text += (takes_object(argument.type()) ? "?" : "") + argument.name() + "\n";
    return to_js(runtime, text);
  }
  if (what == "graph") return to_js(runtime, jit::toGraphFunction(function).graph()->toString());
  if (what == "inlined_graph") {
    const auto graph = jit::toGraphFunction(function).graph()->copy();
    jit::Inline(*graph);
    return to_js(runtime, graph->toString());
  }
  std::vector<c10::IValue> constants;
  const std::string code = printed(function, constants);
  return to_js(runtime, code);
}

// script_constants(script, method): those that its code names, onto the tape.
napi_value script_constants(Runtime& runtime, Arguments arguments) {
  const auto script = script_of(runtime, arguments[0]);
  std::vector<c10::IValue> constants;
  printed(function_of(script, string_of(runtime, arguments[1], "method")), constants);
  write_results(runtime, constants);
  return nullptr;
}

// ---- new ones ----

// script_compile(out, source): a unit with the functions that the source defines.
napi_value script_compile(Runtime& runtime, Arguments arguments) {
  auto unit = std::make_shared<jit::CompilationUnit>(string_of(runtime, arguments[1], "lang"));
  return attach_script(runtime, arguments[0], {{}, std::move(unit), nullptr, {}, {}});
}

// script_define(unit, source): adds functions.
napi_value script_define(Runtime& runtime, Arguments arguments) {
  const auto unit = script_of(runtime, arguments[0])->unit;
  if (unit == nullptr) throw type_error("not a CompilationUnit");
  unit->define(std::nullopt, string_of(runtime, arguments[1], "src"), jit::nativeResolver(), nullptr);
  return nullptr;
}

// script_function(out, unit, name): 0 if the unit has none.
napi_value script_function(Runtime& runtime, Arguments arguments) {
  const auto unit = script_of(runtime, arguments[1])->unit;
  if (unit == nullptr) throw type_error("not a CompilationUnit");
  jit::Function* function = unit->find_function(c10::QualifiedName(string_of(runtime, arguments[2], "name")));
  if (function == nullptr) return to_js(runtime, 0);
  return attach_script(runtime, arguments[0], {{}, unit, function, {}, {}});
}

// script_freeze(out, module, names to preserve, optimize_numerics)
napi_value script_freeze(Runtime& runtime, Arguments arguments) {
  const auto script = script_of(runtime, arguments[1]);
  const auto names = lines_of(runtime, arguments[2], "preserved_attrs");
  jit::Module frozen = jit::freeze(module_of(script), names, bool_of(runtime, arguments[3]));
  return attach_script(runtime, arguments[0], {std::move(frozen), {}, nullptr, {}, {}});
}

// script_optimize(out, module, other methods)
napi_value script_optimize(Runtime& runtime, Arguments arguments) {
  const auto script = script_of(runtime, arguments[1]);
  jit::Module optimized = jit::optimize_for_inference(module_of(script), lines_of(runtime, arguments[2], "other_methods"));
  return attach_script(runtime, arguments[0], {std::move(optimized), {}, nullptr, {}, {}});
}

// script_class(out, name): an object of a class that a library registered, by its whole name; the constructor's arguments are on the
// tape. 0 if there is no such class.
napi_value script_class(Runtime& runtime, Arguments arguments) {
  const c10::ClassTypePtr type = torch::getCustomClass(string_of(runtime, arguments[1], "name"));
  if (type == nullptr) return to_js(runtime, 0);
  jit::Function* constructor = type->findMethod("__init__");
  if (constructor == nullptr) throw runtime_error(c10::str("the class ", type->name()->name(), " cannot be constructed"));
  const auto object = c10::ivalue::Object::create(c10::StrongTypePtr(std::shared_ptr<jit::CompilationUnit>(), type), 1);
  auto stack = read_call(runtime, constructor->getSchema(), c10::IValue(object));
  constructor->run(stack);
  return attach_script(runtime, arguments[0], {jit::Module(object), {}, nullptr, {}, {}});
}

// script_copy(out, module, deep)
napi_value script_copy(Runtime& runtime, Arguments arguments) {
  const auto& module = module_of(script_of(runtime, arguments[1]));
  return attach_script(runtime, arguments[0], {bool_of(runtime, arguments[2]) ? module.deepcopy() : module.copy(), {}, nullptr, {}, {}});
}

// set_fusion_strategy(static or not, depths): pairs in one array; gives those before, onto the tape.
napi_value set_fusion_strategy(Runtime& runtime, Arguments arguments) {
  jit::FusionStrategy strategy;
  uint32_t length = 0;
  if (napi_get_array_length(runtime.env, arguments[0], &length) != napi_ok) throw type_error("expected an array");
  for (uint32_t i = 0; i + 1 < length; i += 2) {
    napi_value is_static, depth;
    napi_get_element(runtime.env, arguments[0], i, &is_static);
    napi_get_element(runtime.env, arguments[0], i + 1, &depth);
    strategy.emplace_back(bool_of(runtime, is_static) ? jit::FusionBehavior::STATIC : jit::FusionBehavior::DYNAMIC,
        static_cast<size_t>(std::max(0, int32_of(runtime, depth, "depth"))));
  }
  std::vector<c10::IValue> before;
  for (const auto& [behavior, depth] : jit::setFusionStrategy(strategy)) {
    before.emplace_back(behavior == jit::FusionBehavior::STATIC);
    before.emplace_back(static_cast<int64_t>(depth));
  }
  write_results(runtime, before);
  return nullptr;
}

// onednn_fusion(what to set it to, or nothing): whether oneDNN's graphs are used.
napi_value onednn_fusion(Runtime& runtime, Arguments arguments) {
#ifdef TORCH_TS_ONEDNN
  napi_valuetype type;
  napi_typeof(runtime.env, arguments[0], &type);
  if (type == napi_boolean) jit::RegisterLlgaFuseGraph::setEnabled(bool_of(runtime, arguments[0]));
  return to_js(runtime, jit::RegisterLlgaFuseGraph::isEnabled());
#else
  throw runtime_error("oneDNN's fusion is not part of this libtorch");
#endif
}

} // namespace

std::vector<Entry> script_entries() {
  return {
      {"script_load", guarded<script_load>},
      {"script_extra_file", guarded<script_extra_file>},
      {"script_save", guarded<script_save>},
      {"adopt_script", guarded<adopt_script>},
      {"script_info", guarded<script_info>},
      {"script_attr", guarded<script_attr>},
      {"script_set_attr", guarded<script_set_attr>},
      {"script_text", guarded<script_text>},
      {"script_constants", guarded<script_constants>},
      {"script_compile", guarded<script_compile>},
      {"script_define", guarded<script_define>},
      {"script_function", guarded<script_function>},
      {"script_freeze", guarded<script_freeze>},
      {"script_optimize", guarded<script_optimize>},
      {"script_copy", guarded<script_copy>},
      {"script_class", guarded<script_class>},
      {"onednn_fusion", guarded<onednn_fusion>},
      {"set_fusion_strategy", guarded<set_fusion_strategy>},
  };
}

} // namespace torch_ts
