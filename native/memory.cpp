// Memory: what is in use, for JavaScript's decision when to collect garbage and for torch.memory_stats().
#include "allocator.h"
#include "device.h"
#include "values.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>

namespace torch_ts {
namespace {

using Stat = c10::CachingAllocator::StatType;

// Bytes in tensors on an accelerator's current device; libtorch's caching allocator counts them.
int64_t accelerator_bytes() {
  if (!accelerator_is_there()) return 0;
  const auto stats = at::accelerator::getDeviceStats(at::accelerator::getDeviceIndex());
  return stats.allocated_bytes[static_cast<size_t>(Stat::AGGREGATE)].current;
}

// collected(): called after a collection. Starts the count of allocated bytes anew and gives the live ones.
napi_value collected(Runtime& runtime, Arguments) {
  allocated_on_this_thread() = 0;
  runtime.set_flags();
  return to_js(runtime, static_cast<double>(cpu_memory_stats().live_bytes + accelerator_bytes()));
}

napi_value collect_after(Runtime& runtime, Arguments arguments) {
  runtime.collect_after = static_cast<int64_t>(number_of(runtime, arguments[0], "bytes"));
  return nullptr;
}

// released(): the ids of callbacks to let go, onto the tape.
napi_value released(Runtime& runtime, Arguments) {
  const auto ids = runtime.released->take();
  for (const int32_t id : ids) {
    runtime.removals.erase(id);
    runtime.function_nodes.erase(id);
    const auto weak = runtime.weak_objects.find(id);
    if (weak == runtime.weak_objects.end()) continue;
    napi_delete_reference(runtime.env, weak->second);
    runtime.weak_objects.erase(weak);
  }
  write_ints(runtime, std::vector<int64_t>(ids.begin(), ids.end()));
  runtime.set_flags();
  return nullptr;
}

napi_value cpu_stats(Runtime& runtime, Arguments) {
  const MemoryStats stats = cpu_memory_stats();
  write_ints(runtime, {stats.live_bytes, stats.peak_bytes, stats.cached_bytes, stats.allocations});
  return nullptr;
}

napi_value reset_peak(Runtime&, Arguments) {
  reset_peak_cpu_memory();
  return nullptr;
}

// cuda_stats(index): allocated, its peak, reserved, its peak.
napi_value cuda_stats(Runtime& runtime, Arguments arguments) {
  const int32_t index = int32_of(runtime, arguments[0], "device");
  const auto stats = at::accelerator::getDeviceStats(
      index < 0 ? at::accelerator::getDeviceIndex() : static_cast<c10::DeviceIndex>(index));
  const auto& allocated = stats.allocated_bytes[static_cast<size_t>(Stat::AGGREGATE)];
  const auto& reserved = stats.reserved_bytes[static_cast<size_t>(Stat::AGGREGATE)];
  write_ints(runtime, {allocated.current, allocated.peak, reserved.current, reserved.peak});
  return nullptr;
}

napi_value empty_cache(Runtime&, Arguments) {
  empty_cpu_cache();
  if (accelerator_is_there()) at::accelerator::emptyCache();
  return nullptr;
}

} // namespace

std::vector<Entry> memory_entries() {
  return {
      {"collected", guarded<collected>},
      {"collect_after", guarded<collect_after>},
      {"released", guarded<released>},
      {"cpu_stats", guarded<cpu_stats>},
      {"reset_peak", guarded<reset_peak>},
      {"cuda_stats", guarded<cuda_stats>},
      {"empty_cache", guarded<empty_cache>},
  };
}

} // namespace torch_ts
