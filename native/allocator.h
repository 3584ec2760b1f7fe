// CPU memory: an allocator in front of malloc that counts what tensors hold and keeps freed blocks for reuse. The counts
// drive garbage collection (runtime.h); the reuse spares page faults, which cost more than the arithmetic of small steps.
#pragma once

#include <cstddef>
#include <cstdint>

namespace torch_ts {

struct MemoryStats {
  int64_t live_bytes;     // in blocks that tensors hold
  int64_t peak_bytes;     // the most that live_bytes has been
  int64_t cached_bytes;   // in freed blocks kept for reuse
  int64_t allocations;    // since the start
};

// Puts the allocator in place of libtorch's, once a process.
void install_cpu_allocator();
MemoryStats cpu_memory_stats();
void reset_peak_cpu_memory();
void empty_cpu_cache();

// Bytes that this thread has allocated since it last reset the count.
int64_t& allocated_on_this_thread();

} // namespace torch_ts
