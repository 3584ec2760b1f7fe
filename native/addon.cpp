// The addon's entry: `create` makes a runtime for one copy of the TypeScript layer.
#include "allocator.h"
#include "engine.h"
#include "runtime.h"
#include "warnings.h"

#include <ATen/CPUGeneratorImpl.h>

namespace torch_ts {
namespace {

void finalize_function(node_api_basic_env, void* runtime, void*) { static_cast<Runtime*>(runtime)->release(); }

napi_value fail(napi_env env, const char* message) {
  napi_throw_error(env, nullptr, message);
  return nullptr;
}

// create(error_classes, callback, is_worker): an object with every entry as a function of its own runtime.
napi_value create(napi_env env, napi_callback_info info) {
  napi_value arguments[3], exports;
  size_t count = 3;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  auto* runtime = new Runtime(env);
  runtime->retain();
  set_runtime_of_thread(runtime);
  collect_warnings();
  bool is_worker = false;
  napi_get_value_bool(env, arguments[2], &is_worker);
  if (is_worker) runtime->own_generator = at::make_generator<at::CPUGeneratorImpl>(c10::detail::getNonDeterministicRandom());
  try {
    runtime->tape.open(env, 1024);
  } catch (const std::exception& error) {
    return fail(env, error.what());
  }
  uint32_t classes = 0;
  if (napi_get_array_length(env, arguments[0], &classes) != napi_ok) return fail(env, "create(error_classes, callback)");
  for (uint32_t i = 0; i < classes; ++i) {
    napi_value element;
    napi_ref reference;
    napi_get_element(env, arguments[0], i, &element);
    if (napi_create_reference(env, element, 0, &reference) != napi_ok) return fail(env, "create(error_classes, callback)");
    runtime->error_classes.push_back(reference);
  }
  if (napi_create_reference(env, arguments[1], 0, &runtime->callback) != napi_ok)
    return fail(env, "create(error_classes, callback)");
  napi_create_object(env, &exports);
  for (const auto& entries : {operator_entries(), tensor_entries(), autograd_entries(), engine_entries(), hook_entries(),
           saved_entries(), random_entries(), device_entries(),
           memory_entries(), share_entries(), warning_entries(), node_entries(), context_entries(),
           functorch_entries(), forward_ad_entries(), autocast_entries(), storage_entries(),
           checksum_entries(), script_entries(), script_call_entries(), trace_entries(), package_entries(),
           image_resample_entries(), image_move_entries(), image_colour_entries(), vips_entries()}) {
    for (const Entry& entry : entries) {
      napi_value function;
      napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.callback, runtime, &function);
      napi_add_finalizer(env, function, runtime, finalize_function, nullptr, nullptr);
      runtime->retain();
      napi_set_named_property(env, exports, entry.name, function);
    }
  }
  runtime->release();
  return exports;
}

napi_value init(napi_env env, napi_value exports) {
  install_cpu_allocator();
  install_engine();
  napi_value function;
  napi_create_function(env, "create", NAPI_AUTO_LENGTH, create, nullptr, &function);
  napi_set_named_property(env, exports, "create", function);
  return exports;
}

} // namespace

} // namespace torch_ts

NAPI_MODULE_INIT() { return torch_ts::init(env, exports); }
