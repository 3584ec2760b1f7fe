// A JavaScript function that libtorch holds: a number, under which lib keeps the function until the number is released.
#pragma once

#include "runtime.h"

namespace torch_ts {

// What lib/autograd's answer to a callback expects; the same numbers stand there.
enum class CallbackKind : int32_t { TensorHook = 1, Backward = 2, PostAccumulateGrad = 3 };

class JsCallback {
 public:
  JsCallback(Runtime& runtime, int32_t id) : runtime_(&runtime), released_(runtime.released), id_(id) {}
  JsCallback(const JsCallback&) = delete;
  JsCallback& operator=(const JsCallback&) = delete;
  ~JsCallback() { released_->push(id_); }

  // Calls with one tensor; gives the tensor that came back, or an undefined one.
  at::Tensor call(CallbackKind kind, const at::Tensor& argument) const;
  // Calls with tensors and gives those that came back, both on the tape.
  std::vector<at::Tensor> call_with(CallbackKind kind, const std::vector<at::Tensor>& arguments) const;

 private:
  Runtime* runtime_;
  std::shared_ptr<ReleasedCallbacks> released_;
  int32_t id_;
};

} // namespace torch_ts
