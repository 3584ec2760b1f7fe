// Plans: what a call of an operator needs to know, compiled once from its schemas. Overloads are chosen by the types of
// the arguments, as PyTorch's Python argument parser does, and its error messages are given where none fits.
#pragma once

#include "runtime.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <optional>
#include <string>
#include <vector>

namespace torch_ts {

enum class Kind : uint8_t {
  Tensor, TensorList, OptionalTensorList, Int, IntList, Float, FloatList, Bool, BoolList, String, StringList, Scalar, ScalarList,
  DType, Layout, MemoryFormat, Device, Generator, Object, Any, Unsupported
};

struct Parameter {
  std::string name;
  int32_t name_id;
  Kind kind;
  bool optional;      // takes None
  bool keyword_only;
  bool is_out;
  int32_t fixed_size; // a lone number stands for a list of that many
  std::optional<c10::IValue> default_value;
};

struct Overload {
  c10::OperatorHandle handle;
  std::string name;
  std::vector<Parameter> parameters;
  size_t positional; // how many may be given by position
  size_t required;
  bool returns_first; // in place: the result is the first argument
  bool writes_out;
  bool returns_dtype; // as an int, which only the schema tells apart
  bool random;        // draws random numbers
  int32_t generator;  // the place of its Generator parameter, or -1
  std::vector<std::string> return_names;
};

struct Operator {
  std::string name;
  std::vector<Overload> overloads; // in the order in which they are tried
  bool numbers_as_tensors;         // a number may stand for a tensor, as in torch.add(x, 2)
  bool random;                     // an overload draws random numbers
};

// A value on the tape.
struct Given {
  Tag tag;
  size_t slot; // of the payload
};

struct Call {
  static constexpr size_t kMaxGiven = 64;
  size_t positional = 0;
  size_t keywords = 0;
  Given values[kMaxGiven];
  int32_t keyword_ids[kMaxGiven];
};

// Null if no operator has that name ("aten::add", or "aten::add.Tensor" for one overload).
const Operator* find_operator(const std::string& name);
// All operators that the loaded libraries have registered: NAMESPACE::NAME.OVERLOAD.
std::vector<std::string> all_operator_names();
// The id of a keyword that some compiled plan knows, or 0.
int32_t keyword_id(const std::string& name);
std::string keyword_name(int32_t id);

// Reads the call on the tape, chooses the overload and pushes its arguments; throws in PyTorch's words.
const Overload& bind(Runtime& runtime, const Operator& op, std::vector<c10::IValue>& stack);

} // namespace torch_ts
