// Generators of random numbers.
#include "device.h"
#include "values.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <mutex>

namespace torch_ts {
namespace {

uint64_t seed_of(Runtime& runtime, napi_value value) {
  uint64_t seed = 0;
  bool lossless = false;
  if (napi_get_value_bigint_uint64(runtime.env, value, &seed, &lossless) != napi_ok) throw type_error("seed must be an int");
  return seed;
}

napi_value to_bigint(Runtime& runtime, uint64_t value) {
  napi_value result;
  napi_create_bigint_uint64(runtime.env, value, &result);
  return result;
}

at::Generator generator_of(Runtime& runtime, napi_value value) {
  const at::Generator* generator = runtime.generators.find(int32_of(runtime, value, "generator"));
  if (generator == nullptr) throw runtime_error("this Generator has been disposed of");
  return *generator;
}

at::Generator default_on(c10::Device device) { return at::globalContext().defaultGenerator(checked_device(device)); }

void seed(at::Generator generator, uint64_t value) {
  std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_current_seed(value);
}

// new_generator(out, device code)
napi_value new_generator(Runtime& runtime, Arguments arguments) {
  const c10::Device device = checked_device(device_from_code(int32_of(runtime, arguments[1], "device")));
  at::Generator generator = device.is_cpu()
      ? at::make_generator<at::CPUGeneratorImpl>()
      : at::globalContext().getAcceleratorHooksInterface(device.type()).getNewGenerator(device.index());
  return to_js(runtime, runtime.attach(arguments[0], std::move(generator)));
}

napi_value default_generator(Runtime& runtime, Arguments arguments) {
  const c10::Device device = device_from_code(int32_of(runtime, arguments[1], "device"));
  return to_js(runtime, runtime.attach(arguments[0], default_on(device)));
}

napi_value generator_seed(Runtime& runtime, Arguments arguments) {
  seed(generator_of(runtime, arguments[0]), seed_of(runtime, arguments[1]));
  return nullptr;
}

napi_value generator_initial_seed(Runtime& runtime, Arguments arguments) {
  return to_bigint(runtime, generator_of(runtime, arguments[0]).current_seed());
}

napi_value generator_reseed(Runtime& runtime, Arguments arguments) {
  at::Generator generator = generator_of(runtime, arguments[0]);
  std::lock_guard<std::mutex> lock(generator.mutex());
  return to_bigint(runtime, generator.seed());
}

napi_value generator_device(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, device_code(generator_of(runtime, arguments[0]).device()));
}

// generator_state(out, generator): its state as a tensor of bytes.
napi_value generator_state(Runtime& runtime, Arguments arguments) {
  at::Generator generator = generator_of(runtime, arguments[1]);
  std::lock_guard<std::mutex> lock(generator.mutex());
  return to_js(runtime, runtime.attach(arguments[0], generator.get_state()));
}

napi_value set_generator_state(Runtime& runtime, Arguments arguments) {
  at::Generator generator = generator_of(runtime, arguments[0]);
  const at::Tensor state = tensor_of(runtime, arguments[1]);
  if (state.scalar_type() != at::kByte || !state.is_cpu() || state.layout() != at::kStrided)
    throw type_error("expected a torch.ByteTensor, but got another kind of tensor");
  std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_state(state);
  return nullptr;
}

void seed_cuda(uint64_t value) {
  if (!at::Context::hasCUDA()) return;
  const auto devices = static_cast<int32_t>(at::detail::getCUDAHooks().deviceCount());
  for (int32_t i = 0; i < devices; ++i)
    seed(default_on({c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(i)}), value);
}

// manual_seed(seed): the default generators of all devices, as torch.manual_seed.
napi_value manual_seed(Runtime& runtime, Arguments arguments) {
  const uint64_t value = seed_of(runtime, arguments[0]);
  seed(default_on(c10::Device(c10::DeviceType::CPU)), value);
  seed_cuda(value);
  return nullptr;
}

napi_value manual_seed_cuda(Runtime& runtime, Arguments arguments) {
  seed_cuda(seed_of(runtime, arguments[0]));
  return nullptr;
}

} // namespace

std::vector<Entry> random_entries() {
  return {
      {"new_generator", guarded<new_generator>},
      {"default_generator", guarded<default_generator>},
      {"generator_seed", guarded<generator_seed>},
      {"generator_initial_seed", guarded<generator_initial_seed>},
      {"generator_reseed", guarded<generator_reseed>},
      {"generator_device", guarded<generator_device>},
      {"generator_state", guarded<generator_state>},
      {"set_generator_state", guarded<set_generator_state>},
      {"manual_seed", guarded<manual_seed>},
      {"manual_seed_cuda", guarded<manual_seed_cuda>},
  };
}

} // namespace torch_ts
