#include "callback.h"

#include "values.h"

namespace torch_ts {

// What touches handles and the tape runs on JavaScript's thread, as the function itself.
at::Tensor JsCallback::call(CallbackKind kind, const at::Tensor& argument) const {
  at::Tensor result;
  runtime_->on_own_thread([&] {
    const int32_t handle = runtime_->tensors.add(argument);
    const auto id = static_cast<int32_t>(runtime_->call_back(static_cast<int32_t>(kind), id_, handle));
    if (id != 0) result = runtime_->tensor(id);
  });
  return result;
}

std::vector<at::Tensor> JsCallback::call_with(CallbackKind kind, const std::vector<at::Tensor>& arguments) const {
  std::vector<at::Tensor> results;
  runtime_->on_own_thread([&] {
    write_tensors(*runtime_, arguments);
    const auto count = static_cast<size_t>(runtime_->call_back(static_cast<int32_t>(kind), id_, 0));
    for (size_t i = 0; i < count; ++i) {
      const int32_t id = runtime_->tape.int32(Tape::kFirst + 1 + i);
      results.push_back(id == 0 ? at::Tensor() : runtime_->tensor(id));
    }
  });
  return results;
}

} // namespace torch_ts
