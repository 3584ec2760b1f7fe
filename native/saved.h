// Tensors saved for backward, packed by JavaScript.
#pragma once

#include <torch/csrc/autograd/saved_variable_hooks.h>

#include <memory>

namespace torch_ts {

// The pair of hooks that is in force on this thread, for a tensor that is about to be saved; null without one.
std::unique_ptr<torch::autograd::SavedVariableHooks> default_saved_hooks();

} // namespace torch_ts
