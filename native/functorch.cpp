// The levels of torch.func's transforms: pushing and popping them, and wrapping tensors for them. What torch._C._functorch offers.
#include "functorch.h"
#include "values.h"

#include <ATen/FuncTorchTLS.h>
#include <ATen/FunctionalTensorWrapper.h>
#include <ATen/Functions.h>
#include <ATen/LegacyVmapMode.h>
#include <ATen/SavedTensorHooks.h>
#include <ATen/WrapDimUtils.h>
#include <ATen/core/grad_mode.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>
#include <ATen/functorch/TensorWrapper.h>
#include <c10/core/AutogradState.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

#include <algorithm>

namespace torch_ts {
namespace {

namespace functorch = at::functorch;
using functorch::TransformType;

// The same numbers stand in lib/func/_levels.ts.
enum class Wrapper : int32_t { None, Batched, GradTracking, Functional };
constexpr int32_t kDead = -2;

// Layers that `lower` took off this thread's stack, until `restore` puts them back.
thread_local std::vector<functorch::DynamicLayer> lowered;

// New tensors of inference mode could not take part in autograd, so a level switches its flag off, and nothing else of it.
void set_inference_flag(bool on) {
  auto state = c10::AutogradState::get_tls_state();
  state.set_inference_mode(on);
  c10::AutogradState::set_tls_state(state);
}

// A level of grad or jvp leaves inference mode, since libtorch 2.13: a level notes what was before.
template <typename Flag>
int64_t push_derivative_level(TransformType kind, std::optional<bool> grad_mode, std::optional<bool> forward_mode, Flag inference) {
  const std::optional<c10::SymInt> no_size;
  const std::optional<functorch::RandomnessType> no_randomness;
  const std::optional<bool> no_views;
  if constexpr (requires { functorch::initAndPushDynamicLayer(kind, no_size, no_randomness, grad_mode, forward_mode, no_views, inference); }) {
    if (inference) set_inference_flag(false);
    return functorch::initAndPushDynamicLayer(kind, no_size, no_randomness, grad_mode, forward_mode, no_views, inference);
  } else {
    return functorch::initAndPushDynamicLayer(kind, no_size, no_randomness, grad_mode, forward_mode, no_views);
  }
}

template <typename Meta>
bool left_inference_mode(const Meta* meta) {
  if constexpr (requires { meta->prevInferenceMode_; }) return meta != nullptr && meta->prevInferenceMode_;
  return false;
}

// push_level(kind, batch_size, randomness): the new level. The arguments after `kind` are those of Vmap.
napi_value push_level(Runtime& runtime, Arguments arguments) {
  const auto kind = static_cast<TransformType>(int32_of(runtime, arguments[0], "kind"));
  int64_t level = 0;
  if (kind == TransformType::Vmap) {
    const auto batch_size = static_cast<int64_t>(number_of(runtime, arguments[1], "batch_size"));
    const int32_t randomness = int32_of(runtime, arguments[2], "randomness");
    if (batch_size < 0 || randomness < 0 || randomness > 2) throw value_error("no such vmap");
    level = functorch::initAndPushDynamicLayer(
        kind, c10::SymInt(batch_size), static_cast<functorch::RandomnessType>(randomness));
  } else if (kind == TransformType::Grad) {
    level = push_derivative_level(kind, at::GradMode::is_enabled(), {}, c10::InferenceMode::is_enabled());
  } else if (kind == TransformType::Jvp) {
    level = push_derivative_level(kind, {}, c10::AutogradState::get_tls_state().get_fw_grad_mode(), c10::InferenceMode::is_enabled());
  } else {
    throw value_error("no such transform");
  }
  return to_js(runtime, static_cast<int32_t>(level));
}

napi_value pop_level(Runtime& runtime, Arguments) {
  const auto layer = functorch::popDynamicLayerAndDeleteMetadata();
  const auto& meta = layer.interpreter().meta();
  const bool inference = left_inference_mode(std::get_if<functorch::GradInterpreterMeta>(&meta))
      || left_inference_mode(std::get_if<functorch::JvpInterpreterMeta>(&meta));
  if (inference) set_inference_flag(true);
  return nullptr;
}

// top_level(): kind, level, batch size, randomness and the mode before it, onto the tape; nothing without a level.
napi_value top_level(Runtime& runtime, Arguments) {
  const auto& stack = functorch::getDynamicLayerStack();
  std::vector<int64_t> values;
  if (!stack.empty()) {
    const auto& top = stack.back();
    const auto& meta = top.interpreter().meta();
    values = {static_cast<int64_t>(top.key()), top.layerId(), 0, 0, 1};
    if (const auto* vmap = std::get_if<functorch::VmapInterpreterMeta>(&meta)) {
      values[2] = vmap->batchSize_.expect_int();
      values[3] = static_cast<int64_t>(vmap->randomness_);
    } else if (const auto* grad = std::get_if<functorch::GradInterpreterMeta>(&meta)) {
      values[4] = grad->prevGradMode_;
    } else if (const auto* jvp = std::get_if<functorch::JvpInterpreterMeta>(&meta)) {
      values[4] = jvp->prevFwdGradMode_;
    }
  }
  write_ints(runtime, values);
  return nullptr;
}

// lower_level(): takes the innermost level off the stack until restore_level().
napi_value lower_level(Runtime&, Arguments) {
  if (functorch::getDynamicLayerStack().empty()) throw runtime_error("there is no level to leave");
  lowered.push_back(functorch::popDynamicLayer());
  return nullptr;
}

napi_value restore_level(Runtime&, Arguments) {
  if (lowered.empty()) throw runtime_error("no level was left");
  functorch::DynamicLayer layer = std::move(lowered.back());
  lowered.pop_back();
  functorch::pushDynamicLayer(std::move(layer));
  return nullptr;
}

// wrap_for_grad(out, tensor, level)
napi_value wrap_for_grad(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[1]);
  const int32_t level = int32_of(runtime, arguments[2], "level");
  return to_js(runtime, runtime.attach(arguments[0], functorch::makeTensorWrapper(tensor, level)));
}

// unwrap_for_grad(out, tensor, level): 0 if it is not wrapped for that level.
napi_value unwrap_for_grad(Runtime& runtime, Arguments arguments) {
  const auto* wrapper = functorch::maybeGetTensorWrapper(tensor_of(runtime, arguments[1]));
  if (wrapper == nullptr || wrapper->level() != int32_of(runtime, arguments[2], "level")) return to_js(runtime, 0);
  return to_js(runtime, runtime.attach(arguments[0], wrapper->value()));
}

// unwrap_dead(out, tensor): 0 if it is alive, or no wrapper.
napi_value unwrap_dead(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[1]);
  if (!functorch::isDeadTensorWrapper(tensor)) return to_js(runtime, 0);
  return to_js(runtime, runtime.attach(arguments[0], functorch::unwrapIfDead(tensor)));
}

const functorch::BatchedTensorImpl* batched_at(const at::Tensor& tensor, int64_t level) {
  const auto* batched = functorch::maybeGetBatchedImpl(tensor);
  return batched != nullptr && batched->level() == level ? batched : nullptr;
}

// add_batch_dim(out, tensor, dim, level)
napi_value add_batch_dim(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[1]);
  const int32_t dim = int32_of(runtime, arguments[2], "dim"), level = int32_of(runtime, arguments[3], "level");
  return to_js(runtime, runtime.attach(arguments[0], functorch::addBatchDim(tensor, dim, level)));
}

// remove_batch_dim(out, tensor, level, batch_size, out_dim): a tensor that is not batched at the level is expanded.
napi_value remove_batch_dim(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[1]);
  const int32_t level = int32_of(runtime, arguments[2], "level"), out_dim = int32_of(runtime, arguments[4], "out_dim");
  const auto* batched = functorch::maybeGetBatchedImpl(tensor);
  if (batched == nullptr || batched->level() < level) {
    auto sizes = tensor.sizes().vec();
    const int64_t place = at::maybe_wrap_dim(out_dim, tensor.dim() + 1);
    sizes.insert(sizes.begin() + place, static_cast<int64_t>(number_of(runtime, arguments[3], "batch_size")));
    return to_js(runtime, runtime.attach(arguments[0], tensor.expand(sizes)));
  }
  if (batched->level() != level) throw runtime_error("a tensor of an inner vmap has escaped from it");
  return to_js(runtime, runtime.attach(arguments[0], batched->value().movedim(batched->bdim(), out_dim)));
}

// batch_dim(tensor, level): -1 if it is not batched at that level.
napi_value batch_dim(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[0]);
  const auto* batched = batched_at(tensor, int32_of(runtime, arguments[1], "level"));
  return to_js(runtime, batched == nullptr ? -1 : static_cast<int32_t>(batched->bdim()));
}

struct Wrapped {
  Wrapper kind = Wrapper::None;
  int64_t level = 0, dim = -1;
  at::Tensor value;
};

Wrapped wrapped(const at::Tensor& tensor) {
  if (const auto* batched = functorch::maybeGetBatchedImpl(tensor))
    return {Wrapper::Batched, batched->level(), batched->bdim(), batched->value()};
  if (const auto* wrapper = functorch::maybeGetTensorWrapper(tensor))
    return {Wrapper::GradTracking, wrapper->level().value_or(kDead), -1, wrapper->value()};
  if (at::functionalization::impl::isFunctionalTensor(tensor)) {
    const auto* functional = at::functionalization::impl::unsafeGetFunctionalWrapper(tensor);
    return {Wrapper::Functional, functional->level(), -1, functional->value()};
  }
  return {};
}

// wrapper(tensor): kind, level and batch dimension onto the tape; the kind is 0 for a plain tensor.
napi_value wrapper(Runtime& runtime, Arguments arguments) {
  const Wrapped found = wrapped(tensor_of(runtime, arguments[0]));
  write_ints(runtime, {static_cast<int64_t>(found.kind), found.level, found.dim});
  return nullptr;
}

// wrapped_value(out, tensor): 0 for a plain tensor.
napi_value wrapped_value(Runtime& runtime, Arguments arguments) {
  Wrapped found = wrapped(tensor_of(runtime, arguments[1]));
  if (found.kind == Wrapper::None) return to_js(runtime, 0);
  return to_js(runtime, runtime.attach(arguments[0], std::move(found.value)));
}

const c10::DispatchKeySet kLevelKeys({c10::DispatchKey::FuncTorchDynamicLayerBackMode, c10::DispatchKey::FuncTorchDynamicLayerFrontMode});

// disable_levels(on): whether they were disabled before. Operators then see wrappers as plain tensors: for printing.
napi_value disable_levels(Runtime& runtime, Arguments arguments) {
  auto keys = c10::impl::tls_local_dispatch_key_set();
  const bool before = keys.excluded_.has_all(kLevelKeys);
  keys.excluded_ = bool_of(runtime, arguments[0]) ? keys.excluded_ | kLevelKeys : keys.excluded_ - kLevelKeys;
  c10::impl::_force_tls_local_dispatch_key_set(keys);
  return to_js(runtime, before);
}

// allow_requires_grad(on): whether requires_grad_ may be called under a level; what it was before.
napi_value allow_requires_grad(Runtime& runtime, Arguments arguments) {
  const bool before = functorch::getInplaceRequiresGradAllowed();
  functorch::setInplaceRequiresGradAllowed(bool_of(runtime, arguments[0]));
  return to_js(runtime, before);
}

// check_requires_grad(): throws under a level that does not allow requires_grad_.
napi_value check_requires_grad(Runtime&, Arguments) {
  if (const auto& levels = functorch::functorchTLSAccessor()) levels->checkSupportsInplaceRequiresGrad();
  return nullptr;
}

napi_value check_retain_grad(Runtime&, Arguments) {
  if (const auto& levels = functorch::functorchTLSAccessor()) levels->checkSupportsRetainGrad();
  return nullptr;
}

// disable_saved_tensors_hooks(message): the message before. An empty one enables them.
napi_value disable_saved_tensors_hooks(Runtime& runtime, Arguments arguments) {
  const auto& current = at::SavedTensorDefaultHooks::get_disabled_error_message();
  const std::string before = current.value_or("");
  const std::string message = string_of(runtime, arguments[0], "message");
  if (message.empty()) at::SavedTensorDefaultHooks::enable();
  else at::SavedTensorDefaultHooks::disable(message);
  return to_js(runtime, before);
}

// change_vmap_mode(by): enters (1) or leaves (-1) a level of the older vmap, which is_grads_batched uses; gives the level.
napi_value change_vmap_mode(Runtime& runtime, Arguments arguments) {
  const bool enter = int32_of(runtime, arguments[0], "by") > 0;
  if (!enter && at::impl::VmapMode::current_vmap_level() == 0) throw runtime_error("there is no level to leave");
  const int64_t level = enter ? at::impl::VmapMode::increment_nesting() : at::impl::VmapMode::decrement_nesting();
  return to_js(runtime, static_cast<int32_t>(level));
}

} // namespace

at::Tensor without_grad_levels(at::Tensor tensor) {
  while (const auto* wrapper = functorch::maybeGetTensorWrapper(tensor)) {
    at::Tensor value = wrapper->value();
    tensor = std::move(value);
  }
  return tensor;
}

at::Tensor lifted(const std::function<at::Tensor()>& make) {
  if (!c10::impl::tls_local_dispatch_key_set().included_.has(c10::DispatchKey::FuncTorchDynamicLayerFrontMode)) return make();
  at::Tensor tensor;
  {
    const c10::impl::ExcludeDispatchKeyGuard guard(kLevelKeys);
    tensor = make();
  }
  return at::lift_fresh(tensor);
}

bool is_wrapped(const at::Tensor& tensor) { return wrapped(tensor).kind != Wrapper::None; }

std::vector<Entry> functorch_entries() {
  return {
      {"push_level", guarded<push_level>},
      {"pop_level", guarded<pop_level>},
      {"top_level", guarded<top_level>},
      {"lower_level", guarded<lower_level>},
      {"restore_level", guarded<restore_level>},
      {"wrap_for_grad", guarded<wrap_for_grad>},
      {"unwrap_for_grad", guarded<unwrap_for_grad>},
      {"unwrap_dead", guarded<unwrap_dead>},
      {"add_batch_dim", guarded<add_batch_dim>},
      {"remove_batch_dim", guarded<remove_batch_dim>},
      {"batch_dim", guarded<batch_dim>},
      {"wrapper", guarded<wrapper>},
      {"wrapped_value", guarded<wrapped_value>},
      {"disable_levels", guarded<disable_levels>},
      {"allow_requires_grad", guarded<allow_requires_grad>},
      {"check_requires_grad", guarded<check_requires_grad>},
      {"check_retain_grad", guarded<check_retain_grad>},
      {"disable_saved_tensors_hooks", guarded<disable_saved_tensors_hooks>},
      {"change_vmap_mode", guarded<change_vmap_mode>},
  };
}

} // namespace torch_ts
