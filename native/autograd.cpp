// What a tensor knows of autograd, and the modes that switch recording on and off.
#include "values.h"

#include <ATen/core/grad_mode.h>
#include <c10/core/AutogradState.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <c10/util/StringUtil.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

namespace torch_ts {
namespace {

napi_value requires_grad(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, tensor_of(runtime, arguments[0]).requires_grad());
}

napi_value set_requires_grad(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[0]);
  const bool flag = bool_of(runtime, arguments[1]);
  if (!tensor.is_leaf() && !flag)
    throw runtime_error("you can only change requires_grad flags of leaf variables. If you want to use a computed variable "
                        "in a subgraph that doesn't require differentiation use var_no_grad = var.detach().");
  if (flag && !torch::autograd::isDifferentiableType(tensor.scalar_type()))
    throw runtime_error("only Tensors of floating point and complex dtype can require gradients");
  tensor.set_requires_grad(flag);
  return nullptr;
}

napi_value is_leaf(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, tensor_of(runtime, arguments[0]).is_leaf());
}

// grad(out, tensor): the id of the gradient's handle, tied to `out`; 0 if there is none.
napi_value grad(Runtime& runtime, Arguments arguments) {
  const at::Tensor gradient = tensor_of(runtime, arguments[1]).grad();
  return to_js(runtime, gradient.defined() ? runtime.attach(arguments[0], gradient) : 0);
}

napi_value set_grad(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[0]);
  const int32_t id = int32_of(runtime, arguments[1], "grad");
  if (id == 0) {
    tensor.mutable_grad().reset();
    return nullptr;
  }
  const at::Tensor gradient = runtime.tensor(id);
  if (gradient.is_same(tensor)) throw runtime_error("can't assign Variable as its own grad");
  const auto wanted = tensor.grad_dtype();
  if (wanted && gradient.scalar_type() != *wanted)
    throw runtime_error(c10::str("attempting to assign a gradient with dtype '", gradient.dtype().name(),
        "' to a tensor with grad_dtype '", *wanted, "'. The gradient must match the tensor's grad_dtype (defaults to the "
        "tensor's dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow any dtype. Set "
        "grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break downstream systems that assume they match."));
  if (gradient.device() != tensor.device())
    throw runtime_error(c10::str("attempting to assign a gradient located on device '", gradient.device(),
        "' to a tensor located on device '", tensor.device(), "'. Please ensure that the gradient and the tensor are on the same device"));
  if (gradient.sizes() != tensor.sizes())
    throw runtime_error(c10::str("attempting to assign a gradient of size '", gradient.sizes(), "' to a tensor of size '",
        tensor.sizes(), "'. Please ensure that the gradient and the tensor are the same size"));
  tensor.mutable_grad() = gradient;
  return nullptr;
}

napi_value output_nr(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, static_cast<int32_t>(tensor_of(runtime, arguments[0]).output_nr()));
}

napi_value version(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, static_cast<double>(tensor_of(runtime, arguments[0])._version()));
}

// increment_version(tensor): tensors of inference mode have no version.
napi_value increment_version(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[0]);
  if (!tensor.is_inference()) torch::autograd::impl::bump_version(tensor);
  return nullptr;
}

napi_value retain_grad(Runtime& runtime, Arguments arguments) {
  tensor_of(runtime, arguments[0]).retain_grad();
  return nullptr;
}

napi_value retains_grad(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, tensor_of(runtime, arguments[0]).retains_grad());
}

// variable_data(out, tensor): what Python's `tensor.data` gives.
napi_value variable_data(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, runtime.attach(arguments[0], tensor_of(runtime, arguments[1]).variable_data()));
}

napi_value set_data(Runtime& runtime, Arguments arguments) {
  tensor_of(runtime, arguments[0]).set_data(tensor_of(runtime, arguments[1]));
  return nullptr;
}

// ---- modes ----

constexpr int32_t kGradMode = 1, kInferenceMode = 2;

napi_value mode(Runtime& runtime, Arguments) {
  return to_js(runtime, (at::GradMode::is_enabled() ? kGradMode : 0) | (c10::InferenceMode::is_enabled() ? kInferenceMode : 0));
}

// What c10::InferenceMode's constructor and destructor do, without the scope: JavaScript decides when it ends.
void set_inference_mode(bool on) {
  if (on == c10::InferenceMode::is_enabled()) return;
  auto& state = c10::AutogradState::get_tls_state();
  c10::AutogradState::set_tls_state(c10::AutogradState(
      state.get_grad_mode(), on, /*fw_grad_mode=*/!on, state.get_multithreading_enabled()));
  auto keys = c10::impl::tls_local_dispatch_key_set();
  const c10::DispatchKeySet in_place_or_view(c10::DispatchKey::ADInplaceOrView);
  keys.included_ = on ? keys.included_ - in_place_or_view : keys.included_ | in_place_or_view;
  keys.excluded_ = on ? keys.excluded_ | c10::autograd_dispatch_keyset : keys.excluded_ - c10::autograd_dispatch_keyset;
  c10::impl::_force_tls_local_dispatch_key_set(keys);
}

// grad_dtype(tensor): its code, or -1 where any will do.
napi_value grad_dtype(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[0]);
  if (!tensor.is_leaf()) throw runtime_error("grad_dtype can only be accessed on leaf tensors.");
  const auto found = tensor.grad_dtype();
  return to_js(runtime, found ? static_cast<int32_t>(*found) : -1);
}

napi_value set_grad_dtype(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[0]);
  const int32_t code = int32_of(runtime, arguments[1], "grad_dtype");
  if (code >= static_cast<int32_t>(c10::ScalarType::NumOptions)) throw type_error("no such dtype");
  if (!tensor.is_leaf()) throw runtime_error("grad_dtype can only be set on leaf tensors.");
  const at::Tensor gradient = tensor.grad();
  const auto wanted = code < 0 ? std::nullopt : std::optional(static_cast<c10::ScalarType>(code));
  if (wanted && gradient.defined() && gradient.scalar_type() != *wanted)
    throw runtime_error(c10::str("Cannot set grad_dtype to '", *wanted, "' because there is already a gradient with dtype '",
        gradient.dtype().name(), "'. Please clear the gradient (.grad = None) before changing grad_dtype, or ensure the new "
        "grad_dtype matches the existing gradient's dtype."));
  tensor.set_grad_dtype(wanted);
  return nullptr;
}

napi_value set_mode(Runtime& runtime, Arguments arguments) {
  const int32_t bits = int32_of(runtime, arguments[0], "mode");
  set_inference_mode((bits & kInferenceMode) != 0);
  at::GradMode::set_enabled((bits & kGradMode) != 0);
  return nullptr;
}

} // namespace

std::vector<Entry> autograd_entries() {
  return {
      {"requires_grad", guarded<requires_grad>},
      {"set_requires_grad", guarded<set_requires_grad>},
      {"is_leaf", guarded<is_leaf>},
      {"grad", guarded<grad>},
      {"set_grad", guarded<set_grad>},
      {"output_nr", guarded<output_nr>},
      {"version", guarded<version>},
      {"increment_version", guarded<increment_version>},
      {"retain_grad", guarded<retain_grad>},
      {"retains_grad", guarded<retains_grad>},
      {"variable_data", guarded<variable_data>},
      {"set_data", guarded<set_data>},
      {"grad_dtype", guarded<grad_dtype>},
      {"set_grad_dtype", guarded<set_grad_dtype>},
      {"mode", guarded<mode>},
      {"set_mode", guarded<set_mode>},
  };
}

} // namespace torch_ts
