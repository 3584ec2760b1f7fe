// Programs that AOTInductor compiled: loading a .pt2 package, running it, and its weights. torch._inductor.aoti_load_package's part.
#include "script.h"
#include "values.h"

#include <torch/csrc/inductor/aoti_package/model_package_loader.h>
#include <torch/custom_class.h>

namespace torch_ts {
namespace {

using torch::inductor::AOTIModelPackageLoader;

struct Package : torch::CustomClassHolder {
  Package(const std::string& path, const std::string& name, bool single_threaded, size_t runners, int32_t device)
      : loader(path, name, single_threaded, runners, static_cast<c10::DeviceIndex>(device)) {}
  AOTIModelPackageLoader loader;
};

// A package lives in the table of scripts, as a capsule that no script reads.
AOTIModelPackageLoader& loader_of(const std::shared_ptr<Script>& script) {
  if (!script->value.isCapsule()) throw type_error("not a package of AOTInductor");
  return static_cast<Package*>(script->value.toCapsule().get())->loader;
}

// package_load(out, path, model_name, run_single_threaded, num_runners, device_index)
napi_value package_load(Runtime& runtime, Arguments arguments) {
  auto package = c10::make_intrusive<Package>(string_of(runtime, arguments[1], "path"), string_of(runtime, arguments[2], "model_name"),
      bool_of(runtime, arguments[3]), static_cast<size_t>(std::max(1, int32_of(runtime, arguments[4], "num_runners"))),
      int32_of(runtime, arguments[5], "device_index"));
  c10::IValue value = c10::IValue::make_capsule(std::move(package));
  return attach_script(runtime, arguments[0], {{}, {}, nullptr, std::move(value), {}});
}

// package_run(package, inputs): the outputs, onto the tape.
napi_value package_run(Runtime& runtime, Arguments arguments) {
  const auto script = script_of(runtime, arguments[0]);
  write_tensors(runtime, loader_of(script).run(tensors_of(runtime, arguments[1])));
  runtime.set_flags();
  return nullptr;
}

// package_info(package, what): pairs of metadata, names of constants, or the specification of inputs and outputs; onto the tape.
napi_value package_info(Runtime& runtime, Arguments arguments) {
  const auto script = script_of(runtime, arguments[0]);
  auto& loader = loader_of(script);
  const std::string what = string_of(runtime, arguments[1], "what");
  std::vector<std::string> texts;
  if (what == "metadata") {
    for (const auto& [key, value] : loader.get_metadata()) {
      texts.push_back(key);
      texts.push_back(value);
    }
  } else {
    texts = what == "constants" ? loader.get_constant_fqns() : loader.get_call_spec();
  }
  write_results(runtime, {list_of(texts)});
  return nullptr;
}

// package_load_constants(package, names, tensors, check_full_update, user_managed)
napi_value package_load_constants(Runtime& runtime, Arguments arguments) {
  const auto script = script_of(runtime, arguments[0]);
  const auto names = lines_of(runtime, arguments[1], "constants_map");
  const auto tensors = tensors_of(runtime, arguments[2]);
  std::unordered_map<std::string, at::Tensor> constants;
  for (size_t i = 0; i < names.size() && i < tensors.size(); ++i) constants.emplace(names[i], tensors[i]);
  loader_of(script).load_constants(constants, false, bool_of(runtime, arguments[3]), bool_of(runtime, arguments[4]));
  return nullptr;
}

} // namespace

std::vector<Entry> package_entries() {
  return {
      {"package_load", guarded<package_load>},
      {"package_run", guarded<package_run>},
      {"package_info", guarded<package_info>},
      {"package_load_constants", guarded<package_load_constants>},
  };
}

} // namespace torch_ts
