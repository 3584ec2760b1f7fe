// JavaScript values that libtorch holds: numbers under which lib keeps them until the number is released.
#pragma once

#include "runtime.h"

#include <optional>

namespace torch_ts {

// What lib/autograd's answer to a callback expects; the same numbers stand there.
enum class CallbackKind : int32_t {
  TensorHook = 1,
  Backward = 2,
  PostAccumulateGrad = 3,
  NodePreHook = 4,
  NodePostHook = 5,
  Pack = 6,
  Unpack = 7,
  Stack = 8,
  Trace = 9,
};

// A value that JavaScript keeps for us under a number; released on whichever thread this dies.
class Kept {
 public:
  Kept(Runtime& runtime, int32_t id) : runtime_(&runtime), released_(runtime.released), id_(id) {}
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  ~Kept() { released_->push(id_); }

  int32_t id() const { return id_; }
  bool belongs_to(const Runtime& runtime) const { return runtime_ == &runtime; }

 protected:
  Runtime& runtime() const; // throws when JavaScript's side is gone

 private:
  Runtime* runtime_;
  std::shared_ptr<ReleasedCallbacks> released_;
  int32_t id_;
};

// A JavaScript function. Each call goes to JavaScript's thread, from whichever thread it is made.
class JsCallback : public Kept {
 public:
  using Kept::Kept;

  // Calls with one tensor or none; gives the tensor that came back, or an undefined one.
  at::Tensor call(CallbackKind kind, const at::Tensor& argument) const;
  // Calls with one tensor; gives the value that JavaScript keeps from it.
  std::unique_ptr<Kept> kept_of(CallbackKind kind, const at::Tensor& argument) const;
  // Calls with a number; gives the tensor that came back.
  at::Tensor tensor_of(CallbackKind kind, int32_t argument) const;
  // Calls with tensors on the tape and a number; gives the tensors that came back there, or nothing.
  std::optional<std::vector<at::Tensor>> call_with(
      CallbackKind kind, const std::vector<at::Tensor>& arguments, int32_t number = 0) const;
};

} // namespace torch_ts
