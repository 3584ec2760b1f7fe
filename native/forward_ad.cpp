// Forward-mode automatic differentiation: its levels, and the derivatives that libtorch takes from Python.
#include "forward_ad.h"

#include "callback.h"
#include "values.h"

#include <ATen/Functions.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/AutogradState.h>
#include <torch/csrc/autograd/forward_grad.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/csrc/jit/runtime/decomposition_registry.h>

#include <mutex>
#include <optional>

namespace torch_ts {
namespace {

// Backward operators without a forward derivative, written with operators that have one. A function's name is its operator's.
constexpr const char* kDecompositions = R"script(
def trace(self: Tensor) -> Tensor:
    return torch.sum(torch.diag(self))

def nll_grad(grad_output: Tensor, self: Tensor, target: Tensor, weight: Optional[Tensor], reduction: int, ignore_index: int,
             total_weight: Tensor) -> Tensor:
    channel = 1
    if self.dim() < 2:
        channel = 0
    grad = grad_output
    if reduction == 1:
        grad = grad / total_weight
    place = target
    if self.dim() == 1 and target.dim() > 0:
        place = target[0]
    place = place.unsqueeze(channel)
    counts = place != ignore_index
    hits = torch.scatter(torch.zeros_like(self), channel, torch.where(counts, place, 0), -1.0)
    if hits.dim() > grad.dim() and grad.dim() > 0:
        grad = grad.unsqueeze(channel)
    if weight is not None:
        shape = [1] * self.dim()
        shape[channel] = weight.size(0)
        grad = grad * weight.reshape(shape)
    return hits * torch.where(counts, grad, 0.0)

def nll_loss_backward(grad_output: Tensor, self: Tensor, target: Tensor, weight: Optional[Tensor], reduction: int, ignore_index: int,
                      total_weight: Tensor) -> Tensor:
    return nll_grad(grad_output, self, target, weight, reduction, ignore_index, total_weight)

def nll_loss2d_backward(grad_output: Tensor, self: Tensor, target: Tensor, weight: Optional[Tensor], reduction: int,
                        ignore_index: int, total_weight: Tensor) -> Tensor:
    return nll_grad(grad_output, self, target, weight, reduction, ignore_index, total_weight)

def _log_softmax_backward_data(grad_output: Tensor, output: Tensor, dim: int, input_dtype: int) -> Tensor:
    return (grad_output - torch.exp(output) * torch.sum(grad_output, [dim], True)).to(input_dtype)

def _softmax_backward_data(grad_output: Tensor, output: Tensor, dim: int, input_dtype: int) -> Tensor:
    scaled = grad_output * output
    return (scaled - output * torch.sum(scaled, [dim], True)).to(input_dtype).contiguous()

def log_sigmoid_forward(self: Tensor) -> Tuple[Tensor, Tensor]:
    small = torch.exp(-torch.abs(self))
    buffer = small
    if self.is_cuda:
        buffer = self.new_zeros((0,))
    return torch.minimum(self.new_zeros(()), self) - torch.log1p(small), buffer

def statistics(input: Tensor, rstd: Tensor, dims: List[int], keepdim: bool) -> Tuple[Tensor, Tensor]:
    variance, mean = torch.var_mean(input, dims, correction=0, keepdim=keepdim)
    eps = (torch.pow(1 / rstd, 2) - variance).detach()
    return mean, torch.rsqrt(variance + eps)

def native_layer_norm_backward(grad_out: Tensor, input: Tensor, normalized_shape: List[int], mean: Tensor, rstd: Tensor,
                               weight: Optional[Tensor], bias: Optional[Tensor],
                               output_mask: List[bool]) -> Tuple[Tensor, Tensor, Tensor]:
    outer = input.dim() - len(normalized_shape)
    outer_dims = list(range(outer))
    inner_dims = list(range(outer, input.dim()))
    if input.numel() == 0:
        return torch.zeros_like(input), input.new_zeros(normalized_shape), input.new_zeros(normalized_shape)
    count = 1
    for size in normalized_shape:
        count *= size
    own_mean, own_rstd = statistics(input, rstd, inner_dims, True)
    normal = (input - own_mean) * own_rstd
    grad = grad_out
    if weight is not None:
        grad = grad * weight
    grad_input = torch.zeros_like(input)
    if output_mask[0]:
        along = normal * torch.sum(grad * normal, inner_dims, True)
        grad_input = (own_rstd / count) * (grad * count - torch.sum(grad, inner_dims, True) - along)
    grad_weight = torch.zeros(())
    if weight is not None:
        grad_weight = torch.zeros_like(weight)
        if output_mask[1]:
            grad_weight = grad_out * normal
            if outer > 0:
                grad_weight = torch.sum(grad_weight, outer_dims, False)
    grad_bias = torch.zeros(())
    if bias is not None:
        grad_bias = torch.zeros_like(bias)
        if output_mask[2]:
            grad_bias = grad_out.clone()
            if outer > 0:
                grad_bias = torch.sum(grad_out, outer_dims, False)
    return grad_input, grad_weight, grad_bias

def native_batch_norm_backward(grad_out: Tensor, input: Tensor, weight: Optional[Tensor], running_mean: Optional[Tensor],
                               running_var: Optional[Tensor], save_mean: Optional[Tensor], save_invstd: Optional[Tensor],
                               train: bool, eps: float, output_mask: List[bool]) -> Tuple[Tensor, Tensor, Tensor]:
    dims = [0] + list(range(2, input.dim()))
    shape = [1] * input.dim()
    shape[1] = input.size(1)
    if train:
        assert save_invstd is not None
        mean, invstd = statistics(input, save_invstd, dims, False)
    else:
        assert running_mean is not None and running_var is not None
        mean = running_mean
        invstd = torch.rsqrt(running_var + eps)
    norm = float(input.size(1)) / float(input.numel())
    centred = input - mean.reshape(shape)
    grad_sum = torch.sum(grad_out, dims)
    dot = torch.sum(grad_out * centred, dims)
    scale = invstd.reshape(shape)
    if weight is not None:
        scale = (invstd * weight).reshape(shape)
    grad_input = grad_out * scale
    if train:
        projection = centred * ((dot * norm) * (invstd * invstd)).reshape(shape)
        grad_input = (grad_out - projection - (grad_sum * norm).reshape(shape)) * scale
    grad_weight = torch.zeros(())
    if output_mask[1]:
        grad_weight = dot * invstd
    elif weight is not None:
        grad_weight = torch.zeros_like(weight)
    grad_bias = grad_sum
    if not output_mask[2]:
        grad_bias = torch.zeros_like(grad_sum)
    return grad_input, grad_weight, grad_bias

def cudnn_batch_norm_backward(input: Tensor, grad_output: Tensor, weight: Tensor, running_mean: Optional[Tensor],
                              running_var: Optional[Tensor], save_mean: Optional[Tensor], save_var: Optional[Tensor],
                              epsilon: float, reserveSpace: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    return native_batch_norm_backward(grad_output, input, weight, running_mean, running_var, save_mean, save_var, True, epsilon,
                                      [True, True, True])

def batch_norm_backward(grad_out: Tensor, input: Tensor, weight: Tensor, running_mean: Optional[Tensor], running_var: Optional[Tensor],
                        save_mean: Optional[Tensor], save_var: Optional[Tensor], update: bool, eps: float, output_mask: List[bool],
                        reserve: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    return native_batch_norm_backward(grad_out, input, weight, running_mean, running_var, save_mean, save_var, update, eps, output_mask)
)script";

constexpr const char* kDecomposed[] = {"trace", "nll_loss_backward", "nll_loss2d_backward", "_log_softmax_backward_data",
    "_softmax_backward_data", "log_sigmoid_forward", "native_layer_norm_backward", "native_batch_norm_backward",
    "cudnn_batch_norm_backward", "batch_norm_backward"};

// Python's torch gives libtorch these when its first dual tensor is made; the graphs stay for the life of the process.
void register_decompositions() {
  static auto* unit = new torch::jit::CompilationUnit();
  unit->define(std::nullopt, kDecompositions, torch::jit::nativeResolver(), nullptr);
  for (const char* name : kDecomposed) {
    const auto found = c10::Dispatcher::singleton().findSchema({std::string("aten::") + name, ""});
    if (found) torch::jit::RegisterDecomposition(found->schema(), torch::jit::toGraphFunction(unit->get_function(name)).graph());
  }
}

struct FunctionJvp {
  std::shared_ptr<JsCallback> callback;
  bool materialize = true;
};

thread_local std::optional<FunctionJvp> next_jvp;

std::vector<at::Tensor> list_of(std::optional<std::vector<at::Tensor>> tensors) { return std::move(tensors).value_or(std::vector<at::Tensor>()); }

// set_function_jvp(callback, materialize): what the next function_outputs calls with the tangents of its inputs on the tape.
napi_value set_function_jvp(Runtime& runtime, Arguments arguments) {
  next_jvp = FunctionJvp{std::make_shared<JsCallback>(runtime, int32_of(runtime, arguments[0], "callback")), bool_of(runtime, arguments[1])};
  return nullptr;
}

napi_value enter_dual_level(Runtime& runtime, Arguments) {
  static std::once_flag once;
  std::call_once(once, register_decompositions);
  return to_js(runtime, static_cast<int32_t>(torch::autograd::ForwardADLevel::get_next_idx()));
}

napi_value exit_dual_level(Runtime& runtime, Arguments arguments) {
  const int32_t level = int32_of(runtime, arguments[0], "level");
  if (level < 0) throw runtime_error("Trying to exit a forward AD level but none is there");
  torch::autograd::ForwardADLevel::release_idx(static_cast<uint64_t>(level));
  return nullptr;
}

napi_value forward_ad_enabled(Runtime& runtime, Arguments) {
  return to_js(runtime, c10::AutogradState::get_tls_state().get_fw_grad_mode());
}

napi_value set_forward_ad_enabled(Runtime& runtime, Arguments arguments) {
  c10::AutogradState::get_tls_state().set_fw_grad_mode(bool_of(runtime, arguments[0]));
  return nullptr;
}

} // namespace

torch::autograd::_jvp_fn_t take_function_jvp() {
  using torch::autograd::variable_list;
  if (!next_jvp) {
    return [](const variable_list&, const variable_list&) -> variable_list {
      throw Error(ErrorKind::NotImplemented, "You must implement the jvp function for custom autograd.Function to use it with forward mode AD.");
    };
  }
  const FunctionJvp jvp = *std::exchange(next_jvp, std::nullopt);
  return [jvp](const variable_list& inputs, variable_list tangents) -> variable_list {
    for (size_t i = 0; jvp.materialize && i < tangents.size(); ++i)
      if (!tangents[i].defined() && torch::autograd::isDifferentiableType(inputs[i].scalar_type())) tangents[i] = at::zeros_like(inputs[i]);
    return list_of(jvp.callback->call_with(CallbackKind::Backward, tangents).value_or(torch::autograd::variable_list()));
  };
}

std::vector<Entry> forward_ad_entries() {
  return {
      {"set_function_jvp", guarded<set_function_jvp>},
      {"enter_dual_level", guarded<enter_dual_level>},
      {"exit_dual_level", guarded<exit_dual_level>},
      {"forward_ad_enabled", guarded<forward_ad_enabled>},
      {"set_forward_ad_enabled", guarded<set_forward_ad_enabled>},
  };
}

} // namespace torch_ts
