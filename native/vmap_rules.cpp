// Operators that libtorch alone can only run under vmap example by example, written with operators that it can batch. PyTorch
// registers the same ones from Python (torch/_functorch/predispatch.py).
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Reduction.h>
#include <ATen/core/Tensor.h>
#include <torch/library.h>

namespace torch_ts {
namespace {

using at::Tensor;
using OptionalTensor = std::optional<Tensor>;

double mean_factor(const Tensor& input, int64_t reduction) {
  return reduction == at::Reduction::Mean ? 1.0 / static_cast<double>(input.numel()) : 1.0;
}

Tensor mse_loss_backward(const Tensor& grad_output, const Tensor& self, const Tensor& target, int64_t reduction) {
  const double norm = reduction == at::Reduction::Mean ? 2.0 / static_cast<double>(self.numel()) : 2.0;
  return (self - target) * norm * grad_output;
}

Tensor smooth_l1_loss_backward(
    const Tensor& grad_output, const Tensor& self, const Tensor& target, int64_t reduction, double beta) {
  const Tensor x = self - target;
  const Tensor grad = grad_output * mean_factor(self, reduction);
  return at::where(x.abs() < beta, grad * x / beta, grad * x.sign());
}

Tensor huber_loss_backward(
    const Tensor& grad_output, const Tensor& self, const Tensor& target, int64_t reduction, double delta) {
  const double norm = mean_factor(self, reduction);
  const Tensor x = self - target;
  const Tensor limit = grad_output * norm * delta;
  return at::where(x < -delta, -limit, at::where(x > delta, limit, x * norm * grad_output));
}

// The weights of the classes, in the shape that multiplies the input.
Tensor class_weights(const Tensor& weight, const Tensor& self, int64_t channel) {
  std::vector<int64_t> shape(static_cast<size_t>(self.dim()), 1);
  shape[static_cast<size_t>(channel)] = weight.size(0);
  return weight.reshape(shape);
}

std::tuple<Tensor, Tensor> negative_log_likelihood(
    const Tensor& self, const Tensor& target, const OptionalTensor& weight, int64_t reduction, int64_t ignore_index) {
  const int64_t channel = self.dim() < 2 ? 0 : 1;
  const bool weighted = weight.has_value() && weight->defined();
  const Tensor counts = target != ignore_index;
  const Tensor index = at::where(counts, target, 0).unsqueeze(channel);
  const Tensor weights = weighted ? class_weights(*weight, self, channel) : Tensor();
  const Tensor picked = -(weighted ? self * weights : self).gather(channel, index).squeeze(channel);
  Tensor result = at::where(counts, picked, 0);
  if (reduction == at::Reduction::None && self.dim() > 1) return {result, self.new_full({}, 0.0)};
  Tensor total;
  if (weighted) total = at::where(counts, weights.expand(self.sizes()).gather(channel, index).squeeze(channel), 0).sum();
  else total = counts.sum().to(self.scalar_type());
  if (reduction != at::Reduction::None) result = result.sum();
  return {reduction == at::Reduction::Mean ? result / total : result, total};
}

std::tuple<Tensor, Tensor> nll_loss_forward(
    const Tensor& self, const Tensor& target, const OptionalTensor& weight, int64_t reduction, c10::SymInt ignore_index) {
  TORCH_CHECK(self.dim() > 0 && self.dim() <= 2, "input tensor should be 1D or 2D");
  TORCH_CHECK(target.dim() <= 1, "0D or 1D target tensor expected, multi-target not supported");
  TORCH_CHECK((self.dim() == 1 && target.dim() == 0) || self.size(0) == target.size(0),
      "size mismatch (got input: ", self.sizes(), ", target: ", target.sizes(), ")");
  return negative_log_likelihood(self, target, weight, reduction, ignore_index.expect_int());
}

std::tuple<Tensor, Tensor> nll_loss2d_forward(
    const Tensor& self, const Tensor& target, const OptionalTensor& weight, int64_t reduction, c10::SymInt ignore_index) {
  return negative_log_likelihood(self, target, weight, reduction, ignore_index.expect_int());
}

Tensor nll_loss_backward(
    const Tensor& grad_output, const Tensor& self, const Tensor& target, const OptionalTensor& weight, int64_t reduction,
    c10::SymInt ignore_index, const Tensor& total_weight) {
  const int64_t channel = self.dim() < 2 ? 0 : 1;
  const int64_t ignored = ignore_index.expect_int();
  Tensor grad = reduction == at::Reduction::Mean ? grad_output / total_weight : grad_output;
  const Tensor place = (self.dim() == 1 && target.dim() > 0 ? target.select(0, 0) : target).unsqueeze(channel);
  const Tensor counts = place != ignored;
  const Tensor result = at::zeros_like(self).scatter(channel, at::where(counts, place, 0), -1.0);
  if (result.dim() > grad.dim() && grad.dim() > 0) grad = grad.unsqueeze(channel);
  if (weight.has_value() && weight->defined()) grad = grad * class_weights(*weight, self, channel);
  return result * at::where(counts, grad, 0);
}

Tensor addr(const Tensor& self, const Tensor& vec1, const Tensor& vec2, const at::Scalar& beta, const at::Scalar& alpha) {
  TORCH_CHECK(vec1.dim() == 1, "addr: Expected 1-D argument vec1, but got ", vec1.dim(), "-D");
  TORCH_CHECK(vec2.dim() == 1, "addr: Expected 1-D argument vec2, but got ", vec2.dim(), "-D");
  const Tensor input = self.expand({vec1.size(0), vec2.size(0)});
  const Tensor product = vec1.outer(vec2);
  if (input.scalar_type() == at::kBool) {
    const Tensor other = alpha.toBool() ? product : at::zeros_like(product);
    return beta.toBool() ? input.logical_or(other) : other;
  }
  const bool without_self = !beta.isComplex() && beta.toDouble() == 0; // its NaNs are dropped then
  return without_self ? product * alpha : input * beta + product * alpha;
}

} // namespace

TORCH_LIBRARY_IMPL(aten, FuncTorchBatched, library) {
  library.impl("mse_loss_backward", mse_loss_backward);
  library.impl("smooth_l1_loss_backward", smooth_l1_loss_backward);
  library.impl("huber_loss_backward", huber_loss_backward);
  library.impl("nll_loss_forward", nll_loss_forward);
  library.impl("nll_loss2d_forward", nll_loss2d_forward);
  library.impl("nll_loss_backward", nll_loss_backward);
  library.impl("nll_loss2d_backward", nll_loss_backward);
  library.impl("addr", addr);
}

} // namespace torch_ts
