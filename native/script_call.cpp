// Calls of TorchScript's methods and functions, while a trace is recorded too.
#include "ivalue.h"
#include "script.h"
#include "values.h"

#include <ATen/core/ivalue_inl.h>
#include <c10/util/StringUtil.h>
#include <torch/csrc/jit/frontend/schema_matching.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/ir/ir.h>

namespace torch_ts {
namespace {

namespace jit = torch::jit;
namespace tracer = torch::jit::tracer;

// A trace records the call itself, not the operators that it runs.
void run_traced(jit::Function& function, bool is_method, std::vector<c10::IValue>& stack) {
  const auto graph = tracer::getTracingState()->graph;
  std::vector<jit::NamedValue> values;
  for (const auto& value : stack) values.emplace_back(tracer::getValueTrace(value));
  const auto match = jit::matchSchema(function.getSchema(), jit::SourceRange(), *graph, values, {});
  jit::Value* result = is_method ? graph->insertMethodCall(function.qualname().name(), match) : graph->insertFunctionCall(&function, match);
  {
    const auto resume = tracer::pauseTracing();
    struct Resume {
      const std::function<void()>& resume;
      ~Resume() { resume(); }
    } guard{resume};
    function.run(stack);
  }
  tracer::setValueTrace(stack.back(), result);
}

// A future of the interpreter is waited for, since JavaScript's thread has nothing else to do.
c10::IValue settled(c10::IValue value) {
  while (value.isFuture()) {
    const auto future = value.toFuture();
    future->waitAndThrow();
    value = future->value();
  }
  return value;
}

// script_call(script, method): the arguments are on the tape, and the result comes there.
napi_value script_call(Runtime& runtime, Arguments arguments) {
  const auto script = script_of(runtime, arguments[0]);
  auto& function = function_of(script, string_of(runtime, arguments[1], "method"));
  const bool is_method = script->module.has_value();
  std::optional<c10::IValue> self;
  if (is_method) self = script->module->_ivalue();
  auto stack = read_call(runtime, function.getSchema(), self);
  if (tracer::isTracing()) run_traced(function, is_method, stack);
  else function.run(stack);
  const c10::IValue result = settled(std::move(stack.back()));
  stack.clear();
  write_results(runtime, {result});
  runtime.set_flags();
  return nullptr;
}

} // namespace

std::vector<Entry> script_call_entries() { return {{"script_call", guarded<script_call>}}; }

} // namespace torch_ts
