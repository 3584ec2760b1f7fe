// The tape: one ArrayBuffer, shared with JavaScript, that carries the arguments and results of a call as tagged numbers.
// JavaScript fills it without a Node-API call for each argument, which costs more than the operator on a small tensor.
// Slot 0 holds flags. lib/_tape.ts has the same layout.
#pragma once

#include "node_api_experimental.h"

#include <cstdint>
#include <string>

namespace torch_ts {

enum class Tag : int32_t {
  None = 0,
  Tensor,       // handle
  Int,          // a number without fraction
  Float,
  Bool,
  BigInt,       // the slot's bits are an int64
  String,       // length in bytes, then the bytes
  List,         // count, then that many tagged values
  Ints,         // count, then that many bare numbers without fraction
  Floats,       // count, then that many bare numbers
  DType,
  Device,       // type * 256 + index + 1
  Layout,
  MemoryFormat,
  Generator,    // handle
  Complex,      // real, imaginary
  Tuple,        // as List
  Dict,         // count, then that many pairs of tagged values
  Object,       // something else, which no operator takes
  Script,       // handle of a TorchScript object
  NamedTuple,   // count, the type's name, the fields' names (bare strings), then that many tagged values; results only
};

enum Flag : int32_t { kCollect = 1, kReleased = 2, kNewTape = 4, kWarned = 8 };

class Tape {
 public:
  static constexpr size_t kFirst = 1;

  void open(napi_env env, size_t slots);
  void close();
  void set_flags(int32_t flags) { data_[0] = flags; }

  // Every read is checked against the end: what JavaScript wrote may be wrong, but never crashes.
  double number(size_t slot) const;
  int64_t int64(size_t slot) const;
  int32_t int32(size_t slot) const;
  Tag tag(size_t slot) const;
  size_t count(size_t slot) const;
  std::string string(size_t slot) const; // slot of the length
  size_t after(size_t slot) const;       // the slot after the tagged value that starts here

  // A write past the end asks JavaScript for a larger tape: see `reserve`.
  void reserve(size_t slots);
  void write(size_t slot, double value) { data_[slot] = value; }
  void write_int64(size_t slot, int64_t value);
  size_t write_string(size_t slot, const std::string& value); // the next slot

  // The buffer for JavaScript, which keeps it alive from here on: a strong reference would keep jest's contexts.
  napi_value hand_over();

  static size_t slots_of_string(size_t bytes) { return 1 + (bytes + 7) / 8; }

  static constexpr int kMaxDepth = 64;

 private:
  void check(size_t slot, size_t slots = 1) const;
  size_t after(size_t slot, int depth) const;
  napi_env env_ = nullptr;
  napi_ref buffer_ = nullptr;
  double* data_ = nullptr;
  size_t slots_ = 0;
  bool strong_ = false;
};

} // namespace torch_ts
