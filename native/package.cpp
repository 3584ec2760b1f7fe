// Programs that AOTInductor compiled: loading a .pt2 package, running it, and its weights. torch._inductor.aoti_load_package's part.
#include "script.h"
#include "values.h"

#include <torch/csrc/inductor/aoti_package/model_package_loader.h>
#include <torch/custom_class.h>

#include <cstdlib>

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

// Compiled code trusts the shapes and dtypes of its inputs, and a wrong one reads past the end of memory, unless this asks it to look.
void check_inputs() {
  static const bool done = [] {
    if (std::getenv("AOTI_RUNTIME_CHECK_INPUTS") != nullptr) return true;
#ifdef _WIN32
    _putenv_s("AOTI_RUNTIME_CHECK_INPUTS", "1");
#else
    setenv("AOTI_RUNTIME_CHECK_INPUTS", "1", 0);
#endif
    return true;
  }();
  static_cast<void>(done);
}

// package_load(out, path, model_name, run_single_threaded, num_runners, device_index)
napi_value package_load(Runtime& runtime, Arguments arguments) {
  check_inputs();
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

// package_load_constants(package, names, tensors, check_full_update)
napi_value package_load_constants(Runtime& runtime, Arguments arguments) {
  const auto script = script_of(runtime, arguments[0]);
  auto& loader = loader_of(script);
  const auto names = lines_of(runtime, arguments[1], "constants_map");
  const auto tensors = tensors_of(runtime, arguments[2]);
  const auto present = loader.get_runner()->extract_constants_map(false);
  const at::NoGradGuard no_grad;
  std::unordered_map<std::string, at::Tensor> constants;
  for (size_t i = 0; i < names.size() && i < tensors.size(); ++i) {
    const auto found = present.find(names[i]);
    if (found == present.end()) throw runtime_error("the constant '" + names[i] + "' cannot be replaced");
    const at::Tensor& now = found->second;
    if (now.sizes() != tensors[i].sizes() || now.scalar_type() != tensors[i].scalar_type())
      throw runtime_error(c10::str("the constant '", names[i], "' is of shape ", now.sizes(), " and dtype ", now.scalar_type(), ", but got ",
          tensors[i].sizes(), " and ", tensors[i].scalar_type()));
    // The container copies all of a tensor's storage, unchecked: it gets one that is just as large as the constant.
    constants.emplace(names[i], at::empty_strided(now.sizes(), now.strides(), now.options()).copy_(tensors[i]));
  }
  loader.load_constants(constants, false, bool_of(runtime, arguments[3]));
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
