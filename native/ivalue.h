// Values of TorchScript's types from the tape: what torch/csrc/jit/python/pybind_utils.h does for Python's objects.
#pragma once

#include "runtime.h"

#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

#include <optional>
#include <string>
#include <vector>

namespace torch_ts {

// A value that does not have the type asked for. The caller says where it stands.
struct CastError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What an array of JavaScript stands for where no type is asked for: a list (a tuple if its elements differ in type), or always a
// tuple, as inputs and outputs of traces are.
enum class Arrays { Lists, Tuples };

// Reads the value at `slot` and moves on to the next. @throws CastError
c10::IValue read_typed(Runtime& runtime, size_t& slot, const c10::TypePtr& type);
c10::IValue read_inferred(Runtime& runtime, size_t& slot, Arrays arrays);

// The stack for a function from the call on the tape: two counts, values by position, then names and values by keyword. Errors have the
// words of PyTorch's.
std::vector<c10::IValue> read_call(Runtime& runtime, const c10::FunctionSchema& schema, const std::optional<c10::IValue>& self);

// Python's names for what stands at a slot.
std::string python_type_at(Runtime& runtime, size_t slot);
std::string python_repr_at(Runtime& runtime, size_t slot);

} // namespace torch_ts
