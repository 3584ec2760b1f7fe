// Calling any operator of the loaded libraries by name.
#include "plan.h"
#include "random.h"
#include "values.h"

#include <algorithm>

namespace torch_ts {
namespace {

// How a result comes back: a new tensor's handle, an operator's own first argument, or values on the tape.
constexpr int32_t kOnTape = 0;
constexpr int32_t kFirstArgument = -1;

// resolve(name): the id of an operator for `call`, or 0.
napi_value resolve(Runtime& runtime, Arguments arguments) {
  const std::string name = string_of(runtime, arguments[0], "name");
  auto& id = runtime.operator_ids[name];
  if (id == 0) {
    const Operator* op = find_operator(name);
    if (op == nullptr) {
      runtime.operator_ids.erase(name);
      return to_js(runtime, 0);
    }
    runtime.operators.push_back(op);
    id = static_cast<int32_t>(runtime.operators.size());
  }
  return to_js(runtime, id);
}

const Operator& operator_of(Runtime& runtime, napi_value value) {
  const int32_t id = handle_of(runtime, value);
  if (id <= 0 || static_cast<size_t>(id) > runtime.operators.size()) throw type_error("no such operator");
  return *runtime.operators[static_cast<size_t>(id) - 1];
}

void run(Runtime& runtime, const Overload& overload, std::vector<c10::IValue>& stack) {
  if (overload.random && (overload.generator < 0 || stack[static_cast<size_t>(overload.generator)].isNone())) {
    const DefaultGenerator generator(runtime);
    overload.handle.callBoxed(stack);
  } else {
    overload.handle.callBoxed(stack);
  }
}

// call(operator, out): calls with the arguments on the tape; a lone new tensor is tied to the object `out`.
napi_value call(Runtime& runtime, Arguments arguments) {
  const Operator& op = operator_of(runtime, arguments[0]);
  // A call inside a hook inside a call finds the spare stack taken and makes another.
  std::vector<c10::IValue> stack = std::move(runtime.spare_stack);
  stack.clear();
  const Overload& overload = bind(runtime, op, stack);
  run(runtime, overload, stack);
  int32_t result = kOnTape;
  if (overload.returns_first) {
    result = kFirstArgument;
  } else if (stack.size() == 1 && stack[0].isTensor() && stack[0].toTensor().defined()) {
    result = runtime.attach(arguments[1], std::move(stack[0]).toTensor());
  } else if (overload.returns_dtype) {
    write_dtype(runtime, stack[0].toInt());
  } else {
    const size_t number = static_cast<size_t>(&overload - op.overloads.data());
    stack.insert(stack.begin(), c10::IValue(static_cast<int64_t>(number)));
    write_results(runtime, stack);
  }
  stack.clear();
  runtime.spare_stack = std::move(stack);
  runtime.set_flags();
  return to_js(runtime, result);
}

// return_names(operator, overload): the fields of a named tuple, joined by commas; empty without names.
napi_value return_names(Runtime& runtime, Arguments arguments) {
  const Operator& op = operator_of(runtime, arguments[0]);
  const auto overload = static_cast<size_t>(int32_of(runtime, arguments[1], "overload"));
  if (overload >= op.overloads.size()) throw type_error("no such overload");
  std::string joined;
  for (const auto& name : op.overloads[overload].return_names) {
    if (name.empty()) return to_js(runtime, std::string());
    joined += (joined.empty() ? "" : ",") + name;
  }
  return to_js(runtime, joined);
}

napi_value keyword(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, keyword_id(string_of(runtime, arguments[0], "name")));
}

// schemas(operator): the schema of each overload, a line each.
napi_value schemas(Runtime& runtime, Arguments arguments) {
  std::string text;
  for (const auto& overload : operator_of(runtime, arguments[0]).overloads)
    text += (text.empty() ? "" : "\n") + c10::toString(overload.handle.schema());
  return to_js(runtime, text);
}

napi_value operator_names(Runtime& runtime, Arguments) {
  std::string text;
  for (const auto& name : all_operator_names()) text += (text.empty() ? "" : "\n") + name;
  return to_js(runtime, text);
}

// tape(slots): the buffer to use from now on, with at least that much room.
napi_value tape(Runtime& runtime, Arguments arguments) {
  const double slots = number_of(runtime, arguments[0], "slots");
  if (!(slots >= 0 && slots < 1e9)) throw value_error("too many arguments for one call");
  runtime.tape.reserve(static_cast<size_t>(slots));
  return runtime.tape.hand_over();
}

} // namespace

std::vector<Entry> operator_entries() {
  return {
      {"resolve", guarded<resolve>},
      {"call", guarded<call>},
      {"return_names", guarded<return_names>},
      {"keyword", guarded<keyword>},
      {"schemas", guarded<schemas>},
      {"operator_names", guarded<operator_names>},
      {"tape", guarded<tape>},
  };
}

} // namespace torch_ts
