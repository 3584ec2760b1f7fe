#include "tape.h"

#include "errors.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace torch_ts {

void Tape::open(napi_env env, size_t slots) {
  napi_value buffer;
  napi_ref reference = nullptr;
  void* data = nullptr;
  if (napi_create_arraybuffer(env, slots * sizeof(double), &data, &buffer) != napi_ok ||
      napi_create_reference(env, buffer, 1, &reference) != napi_ok)
    throw Error(ErrorKind::OutOfMemory, "cannot allocate the tape");
  if (data_ != nullptr) std::memcpy(data, data_, std::min(slots, slots_) * sizeof(double)); // what was written so far
  close();
  env_ = env;
  buffer_ = reference;
  data_ = static_cast<double*>(data);
  slots_ = slots;
  strong_ = true;
}

void Tape::close() {
  if (buffer_ != nullptr) napi_delete_reference(env_, buffer_);
  buffer_ = nullptr;
}

void Tape::check(size_t slot, size_t slots) const {
  if (slot >= slots_ || slots > slots_ - slot) throw runtime_error("the tape ends before its value");
}

double Tape::number(size_t slot) const {
  check(slot);
  return data_[slot];
}

int64_t Tape::int64(size_t slot) const {
  check(slot);
  int64_t value;
  std::memcpy(&value, data_ + slot, sizeof(value));
  return value;
}

int32_t Tape::int32(size_t slot) const {
  const double value = number(slot);
  return value >= -2147483648.0 && value <= 2147483647.0 ? static_cast<int32_t>(value) : 0;
}

Tag Tape::tag(size_t slot) const { return static_cast<Tag>(int32(slot)); }

size_t Tape::count(size_t slot) const {
  const double value = number(slot);
  if (!(value >= 0) || value > static_cast<double>(slots_) * 8) throw runtime_error("the tape holds a wrong count");
  return static_cast<size_t>(value);
}

std::string Tape::string(size_t slot) const {
  const size_t bytes = count(slot);
  check(slot, slots_of_string(bytes));
  return {reinterpret_cast<const char*>(data_ + slot + 1), bytes};
}

size_t Tape::after(size_t slot) const { return after(slot, 0); }

size_t Tape::after(size_t slot, int depth) const {
  if (depth > kMaxDepth) throw value_error("lists are nested too deeply");
  switch (tag(slot)) {
    case Tag::String:
      return slot + 1 + slots_of_string(count(slot + 1));
    case Tag::Ints:
    case Tag::Floats: {
      const size_t length = count(slot + 1);
      if (length > 0) check(slot + 2, length);
      return slot + 2 + length;
    }
    case Tag::List:
    case Tag::Tuple:
    case Tag::Dict: {
      const size_t length = count(slot + 1) * (tag(slot) == Tag::Dict ? 2 : 1);
      size_t next = slot + 2;
      for (size_t i = 0; i < length; ++i) next = after(next, depth + 1);
      return next;
    }
    case Tag::Complex:
      return slot + 3;
    default:
      return slot + 2;
  }
}

void Tape::reserve(size_t slots) {
  if (slots <= slots_) return;
  data_[0] = kNewTape; // in the old buffer, where JavaScript still looks
  open(env_, slots * 2);
  data_[0] = 0;
}

void Tape::write_int64(size_t slot, int64_t value) { std::memcpy(data_ + slot, &value, sizeof(value)); }

size_t Tape::write_string(size_t slot, const std::string& value) {
  write(slot, static_cast<double>(value.size()));
  std::memcpy(data_ + slot + 1, value.data(), value.size());
  return slot + slots_of_string(value.size());
}

napi_value Tape::hand_over() {
  napi_value value = nullptr;
  uint32_t count = 0;
  napi_get_reference_value(env_, buffer_, &value);
  if (strong_) napi_reference_unref(env_, buffer_, &count);
  strong_ = false;
  return value;
}

} // namespace torch_ts
