// The graph as JavaScript sees it, and nodes whose backward is JavaScript: torch.autograd.Function.
#include "forward_ad.h"
#include "nodes.h"

#include "callback.h"
#include "values.h"

#include <c10/util/StringUtil.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/functions/basic_ops.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/csrc/autograd/variable_info.h>

#include <unordered_set>

namespace torch_ts {
namespace {

using torch::autograd::Node;
using torch::autograd::SavedVariable;
using torch::autograd::VariableInfo;
using torch::autograd::variable_list;

NodePtr node_of(Runtime& runtime, napi_value value) {
  const NodeHandle* found = runtime.nodes.find(handle_of(runtime, value));
  if (found == nullptr) throw runtime_error("this Node has been disposed of");
  return found->node;
}

constexpr uint32_t kNoOutput = UINT32_MAX;

// A node whose backward is a JavaScript function.
struct FunctionNode : Node {
  FunctionNode(Runtime& runtime, int32_t callback, std::string name)
      : callback(runtime, callback), name_(std::move(name)), way_here(std::make_shared<WayToNode>()) {
    way_here->node = this;
    runtime.function_nodes[callback] = way_here;
  }

  ~FunctionNode() override {
    std::lock_guard<std::mutex> lock(way_here->mutex);
    way_here->node = nullptr;
  }

  variable_list apply(variable_list&& gradients) override {
    if (materialize) {
      at::OptionalDeviceGuard guard;
      for (size_t i = 0; i < gradients.size() && i < outputs.size(); ++i)
        if (!gradients[i].defined()) gradients[i] = outputs[i].zeros(guard);
    }
    variable_list result = callback.call_with(CallbackKind::Backward, gradients).value_or(variable_list());
    if (result.size() != num_outputs())
      throw runtime_error(c10::str("function ", name_, " returned an incorrect number of gradients (expected ", num_outputs(),
          ", got ", result.size(), ")"));
    return result;
  }

  void release_variables() override {
    saved.clear();
    freed = true;
  }

  std::string name() const override { return name_; }

  JsCallback callback;
  std::string name_;
  std::vector<SavedVariable> saved;
  std::vector<VariableInfo> outputs;
  std::vector<std::pair<at::Tensor, uint32_t>> held; // outputs that the context holds, without their way back to this node
  std::shared_ptr<WayToNode> way_here;
  bool materialize = true;
  bool freed = false;
};

// tensor_node(out, tensor): the handle of its grad_fn; 0 for a leaf.
napi_value tensor_node(Runtime& runtime, Arguments arguments) {
  const NodePtr node = tensor_of(runtime, arguments[1]).grad_fn();
  return to_js(runtime, node ? runtime.attach(arguments[0], NodeHandle{node}) : 0);
}

napi_value node_name(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, node_of(runtime, arguments[0])->name());
}

// Two references to one node are one node.
napi_value same_node(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, node_of(runtime, arguments[0]).get() == node_of(runtime, arguments[1]).get());
}

napi_value node_edges(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, static_cast<int32_t>(node_of(runtime, arguments[0])->num_outputs()));
}

// next_node(out, node, edge): the handle of the node at the other end; 0 if there is none.
napi_value next_node(Runtime& runtime, Arguments arguments) {
  const NodePtr node = node_of(runtime, arguments[1]);
  const auto edge = static_cast<size_t>(int32_of(runtime, arguments[2], "edge"));
  if (edge >= node->num_outputs()) throw Error(ErrorKind::Index, "edge out of range");
  const NodePtr next = node->next_edge(edge).function;
  return to_js(runtime, next ? runtime.attach(arguments[0], NodeHandle{next}) : 0);
}

napi_value next_input(Runtime& runtime, Arguments arguments) {
  const NodePtr node = node_of(runtime, arguments[0]);
  const auto edge = static_cast<size_t>(int32_of(runtime, arguments[1], "edge"));
  if (edge >= node->num_outputs()) throw Error(ErrorKind::Index, "edge out of range");
  return to_js(runtime, static_cast<int32_t>(node->next_edge(edge).input_nr));
}

// function_node(out, inputs, callback, name): a node over the inputs, or 0 if nothing is recorded.
napi_value function_node(Runtime& runtime, Arguments arguments) {
  const auto inputs = tensors_of(runtime, arguments[1]);
  const int32_t callback = int32_of(runtime, arguments[2], "callback");
  if (!at::GradMode::is_enabled() || !torch::autograd::any_variable_requires_grad(inputs)) {
    runtime.released->push(callback);
    return to_js(runtime, 0);
  }
  const NodePtr node = make_node<FunctionNode>(runtime, callback, string_of(runtime, arguments[3], "name"));
  node->set_next_edges(torch::autograd::collect_next_edges(inputs));
  node->clear_input_metadata();
  return to_js(runtime, runtime.attach(arguments[0], NodeHandle{node}));
}

// The node with this callback: the context of a Function knows it so, without keeping it alive.
NodePtr node_with(Runtime& runtime, napi_value callback) {
  const auto found = runtime.function_nodes.find(int32_of(runtime, callback, "callback"));
  NodePtr node;
  if (found != runtime.function_nodes.end()) {
    std::lock_guard<std::mutex> lock(found->second->mutex);
    node = alive(found->second->node);
  }
  if (!node) throw runtime_error("the graph of this Function's context has been freed");
  return node;
}

FunctionNode& function_of(const NodePtr& node) {
  auto* function = dynamic_cast<FunctionNode*>(node.get());
  if (function == nullptr) throw type_error("not the node of a Function");
  return *function;
}

std::unordered_set<at::TensorImpl*> impls(const std::vector<at::Tensor>& tensors) {
  std::unordered_set<at::TensorImpl*> result;
  for (const auto& tensor : tensors)
    if (tensor.defined()) result.insert(tensor.unsafeGetTensorImpl());
  return result;
}

// _wrap_outputs got another parameter in 2.14: the node that is really attached.
template <typename Pointer, typename... Arguments>
auto wrap_outputs(const Pointer& node, const torch::autograd::_jvp_fn_t& jvp, const variable_list& inputs, Arguments&&... arguments) {
  using torch::autograd::_wrap_outputs;
  const torch::autograd::_view_as_self_fn_t view = [](const at::Tensor& x) { return x.view_as(x); };
  const std::unordered_set<at::TensorImpl*> none;
  if constexpr (requires { _wrap_outputs(inputs, arguments..., node, jvp, none, view, false); }) {
    return _wrap_outputs(inputs, arguments..., node, jvp, none, view, false);
  } else {
    Pointer attached;
    return _wrap_outputs(inputs, arguments..., node, jvp, none, view, false, attached);
  }
}

// function_outputs(node or 0, inputs, outputs, non_differentiable, dirty, saved, materialize, held): connects the outputs to the node; the
// tensors to hand out come on the tape.
napi_value function_outputs(Runtime& runtime, Arguments arguments) {
  const auto jvp = take_function_jvp();
  const int32_t id = handle_of(runtime, arguments[0]);
  const NodePtr node = id == 0 ? NodePtr() : node_of(runtime, arguments[0]);
  const auto inputs = tensors_of(runtime, arguments[1]);
  const auto outputs = tensors_of(runtime, arguments[2]);
  const auto non_differentiable = tensors_of(runtime, arguments[3]), dirty = tensors_of(runtime, arguments[4]);
  const auto saved = tensors_of(runtime, arguments[5]);
  for (const auto& tensor : dirty) tensor.unsafeGetTensorImpl()->bump_version();
  std::vector<std::optional<at::Tensor>> raw;
  for (const auto& output : outputs) raw.push_back(output.defined() ? std::optional(output) : std::nullopt);
  const auto wrapped = wrap_outputs(node, jvp, inputs, impls(non_differentiable), impls(dirty),
      at::ArrayRef<std::optional<at::Tensor>>(raw));
  std::vector<at::Tensor> result;
  for (const auto& tensor : wrapped) result.push_back(tensor.value_or(at::Tensor()));
  if (node) {
    auto& function = function_of(node);
    function.materialize = bool_of(runtime, arguments[6]);
    for (const auto& tensor : result) function.outputs.push_back(tensor.defined() ? VariableInfo(tensor) : VariableInfo());
    for (const auto& tensor : saved) {
      // The output as the graph knows it stands for the one that forward made.
      const auto at = std::find_if(outputs.begin(), outputs.end(), [&](const auto& output) { return output.is_same(tensor); });
      const bool is_output = tensor.defined() && at != outputs.end();
      const at::Tensor& kept = is_output ? result[static_cast<size_t>(at - outputs.begin())] : tensor;
      const bool from_here = is_output && kept.grad_fn().get() == node.get();
      function.saved.emplace_back(kept, from_here);
    }
    const at::NoGradGuard no_grad;
    for (const int32_t place : ints_of(runtime, arguments[7])) {
      const at::Tensor& output = result.at(static_cast<size_t>(place));
      function.held.emplace_back(output.detach(), output.grad_fn().get() == node.get() ? output.output_nr() : kNoOutput);
    }
  }
  write_tensors(runtime, result);
  runtime.set_flags();
  return nullptr;
}

// saved_tensors(callback): onto the tape.
napi_value saved_tensors(Runtime& runtime, Arguments arguments) {
  const NodePtr node = node_with(runtime, arguments[0]);
  const auto& function = function_of(node);
  if (function.freed)
    throw runtime_error("Trying to backward through the graph a second time (or directly access saved tensors after they have "
                        "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
                        "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if "
                        "you need to access saved tensors after calling backward.");
  std::vector<at::Tensor> tensors;
  for (const auto& variable : function.saved) tensors.push_back(variable.unpack(node));
  write_tensors(runtime, tensors);
  return nullptr;
}

// held_output(out, callback, place): an output that the context holds, as it came out of the node. Held itself it would keep the node
// alive, and the node the context: nobody could free either.
napi_value held_output(Runtime& runtime, Arguments arguments) {
  const NodePtr node = node_with(runtime, arguments[1]);
  const auto& [tensor, output] = function_of(node).held.at(static_cast<size_t>(int32_of(runtime, arguments[2], "place")));
  const at::NoGradGuard no_grad;
  at::Tensor result = tensor.detach();
  if (output != kNoOutput) torch::autograd::impl::set_gradient_edge(result, {node, output});
  return to_js(runtime, runtime.attach(arguments[0], std::move(result)));
}

// delayed_error(message, tensors): the tensors as outputs of an operation whose backward throws, onto the tape.
napi_value delayed_error(Runtime& runtime, Arguments arguments) {
  auto tensors = tensors_of(runtime, arguments[1]);
  for (auto& tensor : tensors)
    if (tensor.defined()) tensor = tensor.detach().requires_grad_();
  const NodePtr node = make_node<torch::autograd::DelayedError>(string_of(runtime, arguments[0], "message"), tensors.size());
  write_tensors(runtime, (*node)(std::move(tensors)));
  runtime.set_flags();
  return nullptr;
}

} // namespace

std::vector<Entry> node_entries() {
  return {
      {"tensor_node", guarded<tensor_node>},
      {"node_name", guarded<node_name>},
      {"same_node", guarded<same_node>},
      {"node_edges", guarded<node_edges>},
      {"next_node", guarded<next_node>},
      {"next_input", guarded<next_input>},
      {"function_node", guarded<function_node>},
      {"function_outputs", guarded<function_outputs>},
      {"saved_tensors", guarded<saved_tensors>},
      {"held_output", guarded<held_output>},
      {"delayed_error", guarded<delayed_error>},
  };
}

} // namespace torch_ts
