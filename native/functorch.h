// Tensors that transforms of torch.func have wrapped.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace torch_ts {

// The tensor inside the wrappers of grad and jvp, which hold the same values.
at::Tensor without_grad_levels(at::Tensor tensor);
// Whether it belongs to a level, which belongs to a thread.
bool is_wrapped(const at::Tensor& tensor);
// What `make` gives outside all levels, as a tensor of the innermost one.
at::Tensor lifted(const std::function<at::Tensor()>& make);

} // namespace torch_ts
