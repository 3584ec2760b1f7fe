#include "device.h"

#include "values.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <torch/version.h>

#ifndef _WIN32
#include <dlfcn.h>
#endif

namespace torch_ts {

c10::Device device_from_code(int32_t code) {
  const int32_t type = code >> 8, index = (code & 255) - 1;
  if (type < 0 || type >= static_cast<int32_t>(c10::DeviceType::COMPILE_TIME_MAX_DEVICE_TYPES) || index > 127)
    throw runtime_error("no such device");
  return {static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index)};
}

c10::Device accelerator_device(int32_t index) {
  const auto accelerator = at::accelerator::getAccelerator();
  if (!accelerator) throw runtime_error("Cannot access accelerator device when none is available.");
  if (index < 0 || index > 127) throw value_error("Device index must be between 0 and 127");
  return {*accelerator, static_cast<c10::DeviceIndex>(index)};
}

bool accelerator_is_there() {
  static const bool there = [] {
    const auto accelerator = at::accelerator::getAccelerator(false);
    return accelerator && at::globalContext().getAcceleratorHooksInterface(*accelerator).isAvailable();
  }();
  return there;
}

c10::Device checked_device(c10::Device device) {
  if (device.is_cpu() || device.is_meta()) return device;
  if (device.is_cuda()) {
    if (!at::Context::hasCUDA()) throw Error(ErrorKind::Assertion, "Torch not compiled with CUDA enabled");
    at::globalContext().lazyInitDevice(c10::DeviceType::CUDA);
  }
  return device;
}

c10::Device checked_device(const std::string& name) { return checked_device(c10::Device(name)); }

namespace {

napi_value parse_device(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, device_code(c10::Device(string_of(runtime, arguments[0], "device"))));
}

napi_value device_name(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, device_from_code(int32_of(runtime, arguments[0], "device")).str());
}

// The code of the device that `device(3)` means.
napi_value accelerator(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, device_code(accelerator_device(int32_of(runtime, arguments[0], "index"))));
}

napi_value has_cuda(Runtime& runtime, Arguments) { return to_js(runtime, at::Context::hasCUDA()); }

napi_value cuda_device_count(Runtime& runtime, Arguments) {
  return to_js(runtime, at::Context::hasCUDA() ? static_cast<int32_t>(at::detail::getCUDAHooks().deviceCount()) : 0);
}

c10::DeviceIndex cuda_index(Runtime& runtime, napi_value value) {
  checked_device(c10::Device(c10::DeviceType::CUDA));
  const int32_t index = int32_of(runtime, value, "device");
  if (index < 0) return at::accelerator::getDeviceIndex();
  if (index >= static_cast<int32_t>(at::accelerator::deviceCount()))
    throw runtime_error("CUDA error: invalid device ordinal");
  return static_cast<c10::DeviceIndex>(index);
}

napi_value cuda_init(Runtime& runtime, Arguments) {
  checked_device(c10::Device(c10::DeviceType::CUDA));
  return to_js(runtime, true);
}

napi_value cuda_synchronize(Runtime& runtime, Arguments arguments) {
  at::accelerator::synchronizeDevice(cuda_index(runtime, arguments[0]));
  return to_js(runtime, true);
}

napi_value cuda_current_device(Runtime& runtime, Arguments) {
  checked_device(c10::Device(c10::DeviceType::CUDA));
  return to_js(runtime, static_cast<int32_t>(at::accelerator::getDeviceIndex()));
}

napi_value cuda_set_device(Runtime& runtime, Arguments arguments) {
  at::accelerator::setDeviceIndex(cuda_index(runtime, arguments[0]));
  return to_js(runtime, true);
}

napi_value get_num_threads(Runtime& runtime, Arguments) { return to_js(runtime, at::get_num_threads()); }

// OpenMP counts for each thread, but at::set_num_threads also sets the count of new threads and of MKL for the process: of a
// worker it sets what concerns the worker alone. libtorch brings both libraries, and their functions have no header here.
void set_threads(Runtime& runtime, int32_t threads) {
  if (!runtime.own_generator.defined()) return at::set_num_threads(threads);
#ifndef _WIN32
  at::get_num_threads(); // a thread's first call sets it up, and would undo what comes before
  for (const char* name : {"omp_set_num_threads", "MKL_Set_Num_Threads_Local"}) {
    const auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, name));
    if (set != nullptr) set(threads);
  }
#endif
}

napi_value set_num_threads(Runtime& runtime, Arguments arguments) {
  const int32_t threads = int32_of(runtime, arguments[0], "int");
  if (threads <= 0) throw runtime_error("set_num_threads expects a positive integer");
  set_threads(runtime, threads);
  return to_js(runtime, true);
}

napi_value get_num_interop_threads(Runtime& runtime, Arguments) {
  return to_js(runtime, static_cast<int32_t>(at::get_num_interop_threads()));
}

napi_value set_num_interop_threads(Runtime& runtime, Arguments arguments) {
  const int32_t threads = int32_of(runtime, arguments[0], "int");
  if (threads <= 0) throw runtime_error("set_num_interop_threads expects a positive integer");
  at::set_num_interop_threads(threads);
  return to_js(runtime, true);
}

napi_value libtorch_version(Runtime& runtime, Arguments) { return to_js(runtime, std::string(TORCH_VERSION)); }
napi_value show_config(Runtime& runtime, Arguments) { return to_js(runtime, at::show_config()); }
napi_value parallel_info(Runtime& runtime, Arguments) { return to_js(runtime, at::get_parallel_info()); }
napi_value cpu_capability(Runtime& runtime, Arguments) { return to_js(runtime, at::get_cpu_capability()); }

} // namespace

std::vector<Entry> device_entries() {
  return {
      {"parse_device", guarded<parse_device>},
      {"device_name", guarded<device_name>},
      {"accelerator", guarded<accelerator>},
      {"has_cuda", guarded<has_cuda>},
      {"cuda_device_count", guarded<cuda_device_count>},
      {"cuda_init", guarded<cuda_init>},
      {"cuda_synchronize", guarded<cuda_synchronize>},
      {"cuda_current_device", guarded<cuda_current_device>},
      {"cuda_set_device", guarded<cuda_set_device>},
      {"get_num_threads", guarded<get_num_threads>},
      {"set_num_threads", guarded<set_num_threads>},
      {"get_num_interop_threads", guarded<get_num_interop_threads>},
      {"set_num_interop_threads", guarded<set_num_interop_threads>},
      {"libtorch_version", guarded<libtorch_version>},
      {"show_config", guarded<show_config>},
      {"parallel_info", guarded<parallel_info>},
      {"cpu_capability", guarded<cpu_capability>},
  };
}

} // namespace torch_ts
