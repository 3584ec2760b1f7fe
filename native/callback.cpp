#include "callback.h"

#include "values.h"

namespace torch_ts {

Runtime& Kept::runtime() const {
  if (released_->closed) throw runtime_error("the JavaScript function of a hook is gone: its thread has ended");
  return *runtime_;
}

// What touches handles and the tape runs on JavaScript's thread, as the function itself.
at::Tensor JsCallback::call(CallbackKind kind, const at::Tensor& argument) const {
  at::Tensor result;
  Runtime& owner = runtime();
  owner.on_own_thread([&] {
    const int32_t handle = argument.defined() ? owner.tensors.add(argument) : 0;
    const auto answer = static_cast<int32_t>(owner.call_back(static_cast<int32_t>(kind), id(), handle));
    if (answer != 0) result = owner.tensor(answer);
  });
  return result;
}

std::unique_ptr<Kept> JsCallback::kept_of(CallbackKind kind, const at::Tensor& argument) const {
  std::unique_ptr<Kept> result;
  Runtime& owner = runtime();
  owner.on_own_thread([&] {
    const double number = owner.call_back(static_cast<int32_t>(kind), id(), owner.tensors.add(argument));
    result = std::make_unique<Kept>(owner, static_cast<int32_t>(number));
  });
  return result;
}

at::Tensor JsCallback::tensor_of(CallbackKind kind, int32_t argument) const {
  at::Tensor result;
  Runtime& owner = runtime();
  owner.on_own_thread([&] {
    result = owner.tensor(static_cast<int32_t>(owner.call_back(static_cast<int32_t>(kind), id(), argument)));
  });
  return result;
}

std::optional<std::vector<at::Tensor>> JsCallback::call_with(
    CallbackKind kind, const std::vector<at::Tensor>& arguments, int32_t number) const {
  std::optional<std::vector<at::Tensor>> results;
  Runtime& owner = runtime();
  owner.on_own_thread([&] {
    write_tensors(owner, arguments);
    const auto count = static_cast<int32_t>(owner.call_back(static_cast<int32_t>(kind), id(), number));
    if (count < 0) return;
    results.emplace();
    for (int32_t i = 0; i < count; ++i) {
      const int32_t handle = owner.tape.int32(Tape::kFirst + 1 + static_cast<size_t>(i));
      results->push_back(handle == 0 ? at::Tensor() : owner.tensor(handle));
    }
  });
  return results;
}

} // namespace torch_ts
