// Generators of random numbers.
#include "random.h"

#include "device.h"
#include "values.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <mutex>
#include <utility>

namespace torch_ts {
namespace {

const at::Generator& process_default() { return at::detail::getDefaultCPUGenerator(); }

// Exchanges the states of two CPU generators: faster than by get_state, which makes a tensor.
void exchange(at::Generator one, at::Generator other) {
  auto* a = at::check_generator<at::CPUGeneratorImpl>(one);
  auto* b = at::check_generator<at::CPUGeneratorImpl>(other);
  std::scoped_lock lock(one.mutex(), other.mutex());
  const auto engine = a->engine();
  const auto float_sample = a->next_float_normal_sample();
  const auto double_sample = a->next_double_normal_sample();
  a->set_engine(b->engine());
  a->set_next_float_normal_sample(b->next_float_normal_sample());
  a->set_next_double_normal_sample(b->next_double_normal_sample());
  b->set_engine(engine);
  b->set_next_float_normal_sample(float_sample);
  b->set_next_double_normal_sample(double_sample);
}

int lending = 0; // how deep calls with the default generator are nested; guarded by default_generator_mutex

} // namespace

std::recursive_mutex& default_generator_mutex() {
  static auto* mutex = new std::recursive_mutex();
  return *mutex;
}

DefaultGenerator::DefaultGenerator(Runtime& runtime) : lock_(default_generator_mutex()) {
  if (lending++ > 0 || !runtime.own_generator.defined()) return;
  lent_ = runtime.own_generator;
  exchange(process_default(), lent_);
}

DefaultGenerator::~DefaultGenerator() {
  --lending;
  if (lent_.defined()) exchange(process_default(), lent_);
}

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

at::Generator default_on(Runtime& runtime, c10::Device device) {
  if (device.is_cpu() && runtime.own_generator.defined()) return runtime.own_generator;
  return at::globalContext().defaultGenerator(checked_device(device));
}

using Lock = std::lock_guard<std::recursive_mutex>;

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
  return to_js(runtime, runtime.attach(arguments[0], default_on(runtime, device)));
}

napi_value generator_seed(Runtime& runtime, Arguments arguments) {
  Lock all(default_generator_mutex());
  seed(generator_of(runtime, arguments[0]), seed_of(runtime, arguments[1]));
  return nullptr;
}

napi_value generator_initial_seed(Runtime& runtime, Arguments arguments) {
  Lock all(default_generator_mutex());
  return to_bigint(runtime, generator_of(runtime, arguments[0]).current_seed());
}

napi_value generator_reseed(Runtime& runtime, Arguments arguments) {
  Lock all(default_generator_mutex());
  at::Generator generator = generator_of(runtime, arguments[0]);
  std::lock_guard<std::mutex> lock(generator.mutex());
  return to_bigint(runtime, generator.seed());
}

napi_value generator_device(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, device_code(generator_of(runtime, arguments[0]).device()));
}

// generator_state(out, generator): its state as a tensor of bytes.
napi_value generator_state(Runtime& runtime, Arguments arguments) {
  Lock all(default_generator_mutex());
  at::Generator generator = generator_of(runtime, arguments[1]);
  std::lock_guard<std::mutex> lock(generator.mutex());
  return to_js(runtime, runtime.attach(arguments[0], generator.get_state()));
}

napi_value set_generator_state(Runtime& runtime, Arguments arguments) {
  Lock all(default_generator_mutex());
  at::Generator generator = generator_of(runtime, arguments[0]);
  const at::Tensor state = tensor_of(runtime, arguments[1]);
  if (state.scalar_type() != at::kByte || !state.is_cpu() || state.layout() != at::kStrided)
    throw type_error("expected a torch.ByteTensor, but got another kind of tensor");
  std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_state(state);
  return nullptr;
}

void seed_cuda(Runtime& runtime, uint64_t value) {
  if (!at::Context::hasCUDA()) return;
  const auto devices = static_cast<int32_t>(at::detail::getCUDAHooks().deviceCount());
  for (int32_t i = 0; i < devices; ++i)
    seed(default_on(runtime, {c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(i)}), value);
}

// manual_seed(seed): the default generators of all devices, as torch.manual_seed. A worker leaves the devices' to the main
// thread, whose they are.
napi_value manual_seed(Runtime& runtime, Arguments arguments) {
  const uint64_t value = seed_of(runtime, arguments[0]);
  Lock all(default_generator_mutex());
  seed(default_on(runtime, c10::Device(c10::DeviceType::CPU)), value);
  if (!runtime.own_generator.defined()) seed_cuda(runtime, value);
  return nullptr;
}

napi_value manual_seed_cuda(Runtime& runtime, Arguments arguments) {
  seed_cuda(runtime, seed_of(runtime, arguments[0]));
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
