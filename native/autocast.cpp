// Autocast: whether operators of a device choose their own precision on this thread, and which: torch.amp.
#include "device.h"
#include "values.h"

#include <ATen/autocast_mode.h>

namespace torch_ts {
namespace {

c10::DeviceType type_of(Runtime& runtime, napi_value name) { return c10::Device(string_of(runtime, name, "device_type")).type(); }

napi_value autocast_enabled(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, at::autocast::is_autocast_enabled(type_of(runtime, arguments[0])));
}

// set_autocast_enabled(device_type, enabled)
napi_value set_autocast_enabled(Runtime& runtime, Arguments arguments) {
  at::autocast::set_autocast_enabled(type_of(runtime, arguments[0]), bool_of(runtime, arguments[1]));
  return nullptr;
}

// autocast_dtype(device_type): the dtype's code.
napi_value autocast_dtype(Runtime& runtime, Arguments arguments) {
  const auto dtype = at::autocast::get_autocast_dtype(type_of(runtime, arguments[0]));
  if (dtype == c10::ScalarType::Undefined) throw runtime_error("unsupported scalarType");
  return to_js(runtime, static_cast<int32_t>(dtype));
}

// set_autocast_dtype(device_type, dtype's code)
napi_value set_autocast_dtype(Runtime& runtime, Arguments arguments) {
  const int32_t dtype = int32_of(runtime, arguments[1], "dtype");
  if (dtype < 0 || dtype >= static_cast<int32_t>(c10::ScalarType::NumOptions)) throw type_error("no such dtype");
  at::autocast::set_autocast_dtype(type_of(runtime, arguments[0]), static_cast<c10::ScalarType>(dtype));
  return nullptr;
}

napi_value autocast_available(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, at::autocast::is_autocast_available(type_of(runtime, arguments[0])));
}

napi_value autocast_cache(Runtime& runtime, Arguments) { return to_js(runtime, at::autocast::is_autocast_cache_enabled()); }

napi_value set_autocast_cache(Runtime& runtime, Arguments arguments) {
  at::autocast::set_autocast_cache_enabled(bool_of(runtime, arguments[0]));
  return nullptr;
}

napi_value clear_autocast_cache(Runtime&, Arguments) {
  at::autocast::clear_cache();
  return nullptr;
}

// nest_autocast(deeper): how many regions are open on this thread now.
napi_value nest_autocast(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, int32_t{bool_of(runtime, arguments[0]) ? at::autocast::increment_nesting() : at::autocast::decrement_nesting()});
}

} // namespace

std::vector<Entry> autocast_entries() {
  return {{"autocast_enabled", guarded<autocast_enabled>}, {"set_autocast_enabled", guarded<set_autocast_enabled>},
      {"autocast_dtype", guarded<autocast_dtype>}, {"set_autocast_dtype", guarded<set_autocast_dtype>},
      {"autocast_available", guarded<autocast_available>}, {"autocast_cache", guarded<autocast_cache>},
      {"set_autocast_cache", guarded<set_autocast_cache>}, {"clear_autocast_cache", guarded<clear_autocast_cache>},
      {"nest_autocast", guarded<nest_autocast>}};
}

} // namespace torch_ts
