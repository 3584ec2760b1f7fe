// Autograd: gradients, backward, hooks that call JavaScript, and the modes that switch recording on and off.
#include "bridge.h"
#include "callback.h"
#include "device.h"
#include "values.h"
#include "warnings.h"

#include <ATen/ThreadLocalState.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/AutogradState.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <c10/util/StringUtil.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

#include <cstdlib>

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
  if (gradient.scalar_type() != tensor.scalar_type())
    throw runtime_error(c10::str("attempting to assign a gradient with dtype '", gradient.dtype().name(),
        "' to a tensor with grad_dtype '", tensor.scalar_type(), "'. The gradient must match the tensor's grad_dtype (defaults to the "
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

// ---- hooks ----

// register_hook(tensor, callback): a handle for remove_hook.
napi_value register_hook(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[0]);
  if (!tensor.requires_grad())
    throw runtime_error("cannot register a hook on a tensor that doesn't require gradient");
  auto callback = std::make_shared<JsCallback>(runtime, int32_of(runtime, arguments[1], "callback"));
  const unsigned handle = tensor.register_hook([callback](const at::Tensor& gradient) {
    return callback->call(CallbackKind::TensorHook, gradient);
  });
  return to_js(runtime, static_cast<int32_t>(handle));
}

napi_value remove_hook(Runtime& runtime, Arguments arguments) {
  const int32_t handle = int32_of(runtime, arguments[1], "handle");
  tensor_of(runtime, arguments[0]).remove_hook(static_cast<unsigned>(handle));
  return nullptr;
}

// ---- backward ----

// With an accelerator the engine may call hooks on threads of its own while this one waits: then this one serves them.
void run_engine(Runtime& runtime, const std::function<void()>& work) {
  static const bool forced = std::getenv("TORCH_TS_BACKWARD_THREAD") != nullptr; // so that machines without one can test it
  if (!forced && !accelerator_is_there()) return work();
  Bridge bridge;
  Bridge* const outer = std::exchange(runtime.bridge, &bridge);
  struct Restore {
    Runtime& runtime;
    Bridge* outer;
    ~Restore() { runtime.bridge = outer; }
  } restore{runtime, outer};
  const at::ThreadLocalState state;
  std::vector<std::string> warnings;
  bridge.serve([&] {
    const at::ThreadLocalStateGuard guard(state);
    collect_warnings();
    work();
    warnings = take_warnings();
  });
  add_warnings(std::move(warnings));
}

std::optional<bool> optional_bool(Runtime& runtime, napi_value value) {
  bool flag = false;
  if (napi_get_value_bool(runtime.env, value, &flag) != napi_ok) return std::nullopt;
  return flag;
}

// backward(tensors, gradients, retain_graph, create_graph, inputs)
napi_value backward(Runtime& runtime, Arguments arguments) {
  const auto tensors = tensors_of(runtime, arguments[0]);
  const auto gradients = tensors_of(runtime, arguments[1]);
  const auto retain_graph = optional_bool(runtime, arguments[2]);
  const bool create_graph = bool_of(runtime, arguments[3]);
  const auto inputs = tensors_of(runtime, arguments[4]);
  run_engine(runtime, [&] { torch::autograd::backward(tensors, gradients, retain_graph, create_graph, inputs); });
  runtime.set_flags();
  return nullptr;
}

// gradients(outputs, inputs, grad_outputs, retain_graph, create_graph, allow_unused): onto the tape.
napi_value gradients(Runtime& runtime, Arguments arguments) {
  const auto outputs = tensors_of(runtime, arguments[0]);
  const auto inputs = tensors_of(runtime, arguments[1]);
  const auto grad_outputs = tensors_of(runtime, arguments[2]);
  const auto retain_graph = optional_bool(runtime, arguments[3]);
  const bool create_graph = bool_of(runtime, arguments[4]), allow_unused = bool_of(runtime, arguments[5]);
  std::vector<at::Tensor> result;
  run_engine(runtime, [&] {
    result = torch::autograd::grad(outputs, inputs, grad_outputs, retain_graph, create_graph, allow_unused);
  });
  write_tensors(runtime, result);
  runtime.set_flags();
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
      {"retain_grad", guarded<retain_grad>},
      {"retains_grad", guarded<retains_grad>},
      {"variable_data", guarded<variable_data>},
      {"set_data", guarded<set_data>},
      {"register_hook", guarded<register_hook>},
      {"remove_hook", guarded<remove_hook>},
      {"backward", guarded<backward>},
      {"gradients", guarded<gradients>},
      {"mode", guarded<mode>},
      {"set_mode", guarded<set_mode>},
  };
}

} // namespace torch_ts
