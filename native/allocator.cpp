#include "allocator.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <c10/util/Exception.h>

#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <vector>

namespace torch_ts {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kLargestCached = size_t{64} << 20;
constexpr size_t kSmallClasses = 9 + 8 * 4; // up to 8 KB
constexpr size_t kSmallBlocks = 256;
constexpr int64_t kCacheLimit = int64_t{256} << 20;

// Stands in the 64 bytes before the data, so that the data pointer alone is enough to free a block.
struct Header {
  size_t capacity;
  size_t bytes;
};
static_assert(sizeof(Header) <= kAlignment);

Header* header_of(void* data) { return reinterpret_cast<Header*>(static_cast<char*>(data) - kAlignment); }

// Under a sanitizer every block is the system's own and no larger than asked for, so that it sees each wrong access.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kExact = true;
#else
constexpr bool kExact = false;
#endif

// Sizes are rounded up to eight steps between powers of two, so that at most an eighth of a block is unused.
size_t round_up(size_t bytes) {
  if (kExact) return bytes;
  if (bytes <= 8 * kAlignment) return (bytes + kAlignment - 1) & ~(kAlignment - 1);
  const size_t step = std::bit_floor(bytes - 1) >> 3;
  return (bytes + step - 1) / step * step;
}

// An index for each value of round_up up to kLargestCached.
size_t class_of(size_t capacity) {
  if (capacity <= 8 * kAlignment) return capacity / kAlignment;
  const int exponent = std::bit_width(capacity - 1) - 1;
  const size_t step = (size_t{1} << exponent) >> 3;
  return 9 + static_cast<size_t>(exponent - 9) * 8 + (capacity - (size_t{1} << exponent)) / step;
}

class CachingCPUAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    const c10::Device device(c10::DeviceType::CPU);
    if (bytes == 0) return {nullptr, nullptr, &CachingCPUAllocator::release, device};
    void* data = acquire(bytes);
    return {data, data, &CachingCPUAllocator::release, device};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &CachingCPUAllocator::release; }

  void copy_data(void* to, const void* from, size_t count) const override { default_copy_data(to, from, count); }

  MemoryStats stats() const { return {live_, peak_, cached_, allocations_}; }
  void reset_peak() { peak_ = live_.load(); }

  void empty_cache() {
    std::vector<std::vector<void*>> blocks;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      blocks.swap(free_);
      cached_ = 0;
    }
    for (auto& list : blocks)
      for (void* block : list) c10::free_cpu(block);
  }

  static CachingCPUAllocator& instance() {
    static auto* allocator = new CachingCPUAllocator(); // never destroyed: tensors may outlive static destructors
    return *allocator;
  }

 private:
  // Not much above malloc's own overhead for large blocks: their classes would only hold memory back.
  static bool cacheable(size_t capacity) { return !kExact && capacity <= kLargestCached; }

  void* acquire(size_t bytes) {
    TORCH_CHECK_WITH(OutOfMemoryError, bytes < (size_t{1} << 62), out_of_memory(bytes));
    const size_t capacity = round_up(bytes);
    void* block = cacheable(capacity) ? pop(capacity) : nullptr;
    if (block == nullptr) block = fresh(capacity);
    if (block == nullptr) {
      empty_cache();
      block = fresh(capacity);
    }
    TORCH_CHECK_WITH(OutOfMemoryError, block != nullptr, out_of_memory(bytes));
    auto* header = static_cast<Header*>(block);
    header->capacity = capacity;
    header->bytes = bytes;
    const auto size = static_cast<int64_t>(bytes);
    const auto live = live_.fetch_add(size, std::memory_order_relaxed) + size;
    int64_t peak = peak_.load(std::memory_order_relaxed);
    while (live > peak && !peak_.compare_exchange_weak(peak, live, std::memory_order_relaxed)) {
    }
    allocations_.fetch_add(1, std::memory_order_relaxed);
    allocated_on_this_thread() += static_cast<int64_t>(bytes);
    void* data = static_cast<char*>(block) + kAlignment;
    report(data, static_cast<int64_t>(bytes));
    return data;
  }

  static void release(void* data) {
    if (data == nullptr) return;
    auto& self = instance();
    Header* header = header_of(data);
    self.live_.fetch_sub(static_cast<int64_t>(header->bytes), std::memory_order_relaxed);
    self.report(data, -static_cast<int64_t>(header->bytes));
    if (!cacheable(header->capacity) || !self.push(header)) c10::free_cpu(header);
  }

  // A thread's own small blocks, taken and given back without the lock. They go to malloc when the thread ends.
  struct SmallBlocks {
    void* blocks[kSmallClasses][kSmallBlocks];
    uint16_t count[kSmallClasses] = {};
    ~SmallBlocks() {
      for (size_t i = 0; i < kSmallClasses; ++i)
        while (count[i] > 0) {
          void* block = blocks[i][--count[i]];
          instance().cached_ -= static_cast<int64_t>(static_cast<Header*>(block)->capacity);
          c10::free_cpu(block);
        }
      for (auto& full : count) full = kSmallBlocks; // whatever this thread still frees goes to the shared lists
    }
  };

  static SmallBlocks& small_blocks() {
    thread_local SmallBlocks blocks;
    return blocks;
  }

  static void* fresh(size_t capacity) {
    try {
      return c10::alloc_cpu(capacity + kAlignment);
    } catch (const c10::Error&) {
      return nullptr;
    }
  }

  void* pop(size_t capacity) {
    const size_t index = class_of(capacity);
    if (index < kSmallClasses) {
      auto& own = small_blocks();
      if (own.count[index] > 0) {
        cached_.fetch_sub(static_cast<int64_t>(capacity), std::memory_order_relaxed);
        return own.blocks[index][--own.count[index]];
      }
    }
    std::lock_guard<std::mutex> lock(mutex_);
    if (index >= free_.size() || free_[index].empty()) return nullptr;
    void* block = free_[index].back();
    free_[index].pop_back();
    cached_ -= static_cast<int64_t>(capacity);
    return block;
  }

  bool push(Header* header) {
    const size_t index = class_of(header->capacity);
    const auto capacity = static_cast<int64_t>(header->capacity);
    if (index < kSmallClasses) {
      auto& own = small_blocks();
      if (own.count[index] < kSmallBlocks) {
        cached_.fetch_add(capacity, std::memory_order_relaxed);
        own.blocks[index][own.count[index]++] = header;
        return true;
      }
    }
    std::lock_guard<std::mutex> lock(mutex_);
    if (cached_ + capacity > kCacheLimit) return false;
    if (index >= free_.size()) free_.resize(index + 1);
    free_[index].push_back(header);
    cached_ += capacity;
    return true;
  }

  void report(void* data, int64_t bytes) const {
    if (c10::memoryProfilingEnabled())
      c10::reportMemoryUsageToProfiler(
          data, bytes, static_cast<size_t>(live_.load()), 0, c10::Device(c10::DeviceType::CPU));
  }

  static std::string out_of_memory(size_t bytes) {
    return c10::str("DefaultCPUAllocator: can't allocate memory: you tried to allocate ", bytes,
        " bytes. Error code ", ENOMEM, " (", std::strerror(ENOMEM), ")");
  }

  std::mutex mutex_;
  std::vector<std::vector<void*>> free_;
  std::atomic<int64_t> live_{0}, peak_{0}, cached_{0}, allocations_{0};
};

} // namespace

void install_cpu_allocator() {
  static std::once_flag once;
  std::call_once(once, [] { c10::SetAllocator(c10::DeviceType::CPU, &CachingCPUAllocator::instance(), 1); });
}

MemoryStats cpu_memory_stats() { return CachingCPUAllocator::instance().stats(); }
void reset_peak_cpu_memory() { CachingCPUAllocator::instance().reset_peak(); }
void empty_cpu_cache() { CachingCPUAllocator::instance().empty_cache(); }

int64_t& allocated_on_this_thread() {
  thread_local int64_t bytes = 0;
  return bytes;
}

} // namespace torch_ts
