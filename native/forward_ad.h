// The derivative by forward mode of a Function written in JavaScript.
#pragma once

#include <torch/csrc/autograd/custom_function.h>

namespace torch_ts {

// What set_function_jvp named for the next Function; one that throws if nothing was named.
torch::autograd::_jvp_fn_t take_function_jvp();

} // namespace torch_ts
