// Tables that keep C++ objects alive for JavaScript wrappers, which hold a small integer in place of a pointer.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace torch_ts {

template <typename T>
class HandleTable {
 public:
  // Ids start at 1; 0 means "none" or "disposed of".
  int32_t add(T value) {
    if (free_.empty()) {
      slots_.push_back(std::move(value));
      return static_cast<int32_t>(slots_.size() - 1);
    }
    const int32_t id = free_.back();
    free_.pop_back();
    slots_[id] = std::move(value);
    return id;
  }

  // Null if the id names nothing. The pointer lives until the next add.
  T* find(int32_t id) {
    if (id <= 0 || static_cast<size_t>(id) >= slots_.size() || !slots_[id].defined()) return nullptr;
    return &slots_[id];
  }

  // Drops the object but keeps the id, which the wrapper's finalizer gives back later.
  void reset(int32_t id) {
    if (find(id) != nullptr) T(std::move(slots_[id]));
  }

  // The object is moved out first: its destructor may run code that uses this table.
  void release(int32_t id) {
    T dropped(std::move(slots_[id]));
    slots_[id] = T();
    free_.push_back(id);
  }

  size_t live() const { return slots_.size() - 1 - free_.size(); }

 private:
  std::vector<T> slots_ = std::vector<T>(1);
  std::vector<int32_t> free_;
};

} // namespace torch_ts
