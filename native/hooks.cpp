// Hooks that are JavaScript functions: on tensors, on nodes of the graph, and after a gradient was accumulated.
#include "callback.h"
#include "nodes.h"
#include "values.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>

namespace torch_ts {
namespace {

using torch::autograd::FunctionPostHook;
using torch::autograd::FunctionPreHook;
using torch::autograd::Node;
using torch::autograd::variable_list;

struct Hook {
  std::shared_ptr<JsCallback> callback;
  std::string name;
  size_t place; // of the tensor among those of the node
};

// libtorch sees one hook for all of ours on a node or tensor: its own lists must not grow while it walks them, ours may, and
// one of ours may be taken away, because each walk has a copy.
using Hooks = std::shared_ptr<std::vector<Hook>>;

template <typename Base>
struct Holder : Base {
  Hooks hooks = std::make_shared<std::vector<Hook>>();
  std::vector<Hook> all() const { return *hooks; }
};

// What a hook returned in place of one gradient.
void check(const at::Tensor& before, const at::Tensor& after, const std::string& name) {
  if (!after.defined()) return;
  if (!before.defined()) throw runtime_error("can't replace a None gradient with a non-None value");
  torch::autograd::check_variable_result(before, after, name);
}

void check(const variable_list& before, const variable_list& after, const std::string& name) {
  if (before.size() != after.size())
    throw runtime_error(c10::str("hook '", name, "' has returned an incorrect number of values (got ", after.size(),
        ", but expected ", before.size(), ")"));
  for (size_t i = 0; i < before.size(); ++i) check(before[i], after[i], name);
}

struct TensorHooks final : Holder<FunctionPreHook> {
  variable_list operator()(const variable_list& gradients) override {
    variable_list results = gradients;
    for (const auto& [callback, name, place] : all()) {
      at::Tensor& gradient = results.at(place);
      const at::Tensor result = callback->call(CallbackKind::TensorHook, gradient);
      check(gradient, result, name);
      if (result.defined()) gradient = result;
    }
    return results;
  }
};

struct PreHooks final : Holder<FunctionPreHook> {
  variable_list operator()(const variable_list& gradients) override {
    variable_list results = gradients;
    for (const auto& [callback, name, place] : all()) {
      auto result = callback->call_with(CallbackKind::NodePreHook, results);
      if (!result) continue;
      check(results, *result, name);
      results = std::move(*result);
    }
    return results;
  }
};

// Gradients with respect to the inputs and the outputs of the operation go over the tape behind one another.
struct PostHooks final : Holder<FunctionPostHook> {
  variable_list operator()(const variable_list& of_inputs, const variable_list& of_outputs) override {
    variable_list results = of_inputs;
    for (const auto& [callback, name, place] : all()) {
      variable_list both = results;
      both.insert(both.end(), of_outputs.begin(), of_outputs.end());
      auto result = callback->call_with(CallbackKind::NodePostHook, both, static_cast<int32_t>(results.size()));
      if (!result) continue;
      check(results, *result, name);
      results = std::move(*result);
    }
    return results;
  }
};

struct PostAccumulateHooks final : Holder<torch::autograd::PostAccumulateGradHook> {
  void operator()(const at::Tensor& tensor) override {
    for (const auto& [callback, name, place] : all()) callback->call(CallbackKind::PostAccumulateGrad, tensor);
  }
};

// The holder of this class in one of libtorch's lists; a new one if there is none.
template <typename T, typename Base>
T& holder_in(std::vector<std::unique_ptr<Base>>& list) {
  for (const auto& one : list)
    if (auto* found = dynamic_cast<T*>(one.get())) return *found;
  list.push_back(std::make_unique<T>());
  return static_cast<T&>(*list.back());
}

// Adds the function, and says how to take it away without keeping anything alive.
void add(Runtime& runtime, const Hooks& hooks, std::shared_ptr<JsCallback> callback, std::string name, size_t place = 0) {
  const int32_t id = callback->id();
  hooks->push_back({std::move(callback), std::move(name), place});
  runtime.removals[id] = [id, weak = std::weak_ptr(hooks)] {
    const Hooks list = weak.lock();
    if (!list) return;
    list->erase(std::remove_if(list->begin(), list->end(), [id](const Hook& hook) { return hook.callback->id() == id; }), list->end());
  };
}

std::shared_ptr<JsCallback> callback_of(Runtime& runtime, napi_value id) {
  return std::make_shared<JsCallback>(runtime, int32_of(runtime, id, "callback"));
}

// register_hook(tensor, callback, name)
napi_value register_hook(Runtime& runtime, Arguments arguments) {
  auto callback = callback_of(runtime, arguments[1]);
  const at::Tensor tensor = tensor_of(runtime, arguments[0]);
  if (!tensor.requires_grad()) throw runtime_error("cannot register a hook on a tensor that doesn't require gradient");
  const NodePtr node = tensor.grad_fn();
  auto& list = node ? node->tensor_pre_hooks() : torch::autograd::impl::materialize_autograd_meta(tensor)->hooks_;
  auto& holder = holder_in<TensorHooks>(list);
  add(runtime, holder.hooks, std::move(callback), string_of(runtime, arguments[2], "name"), node ? tensor.output_nr() : 0);
  return nullptr;
}

// register_post_accumulate_hook(tensor, callback, object): the hook gets this object as long as it lives.
napi_value register_post_accumulate_hook(Runtime& runtime, Arguments arguments) {
  auto callback = callback_of(runtime, arguments[1]);
  const at::Tensor tensor = tensor_of(runtime, arguments[0]);
  if (!tensor.requires_grad()) throw runtime_error("cannot register a hook on a tensor that doesn't require gradient");
  if (tensor.grad_fn()) throw runtime_error("post accumulate grad hooks cannot be registered on non-leaf tensors");
  auto& existing = torch::autograd::impl::post_acc_grad_hooks(tensor);
  auto* holder = dynamic_cast<PostAccumulateHooks*>(existing.get());
  if (holder == nullptr) {
    auto made = std::make_unique<PostAccumulateHooks>();
    holder = made.get();
    torch::autograd::impl::set_post_acc_grad_hooks(tensor, std::move(made));
  }
  napi_create_reference(runtime.env, arguments[2], 0, &runtime.weak_objects[callback->id()]);
  add(runtime, holder->hooks, std::move(callback), "");
  return nullptr;
}

// weak_object(callback): the object that was registered with it, undefined once it is gone.
napi_value weak_object(Runtime& runtime, Arguments arguments) {
  const auto found = runtime.weak_objects.find(int32_of(runtime, arguments[0], "callback"));
  napi_value object = nullptr;
  if (found != runtime.weak_objects.end()) napi_get_reference_value(runtime.env, found->second, &object);
  return object;
}

NodePtr node_of(Runtime& runtime, napi_value value) {
  const NodeHandle* found = runtime.nodes.find(handle_of(runtime, value));
  if (found == nullptr) throw runtime_error("this Node has been disposed of");
  return found->node;
}

// node_prehook(node, callback, name)
napi_value node_prehook(Runtime& runtime, Arguments arguments) {
  auto callback = callback_of(runtime, arguments[1]);
  const NodePtr node = node_of(runtime, arguments[0]);
  add(runtime, holder_in<PreHooks>(node->pre_hooks()).hooks, std::move(callback), string_of(runtime, arguments[2], "name"));
  return nullptr;
}

// node_hook(node, callback, name)
napi_value node_hook(Runtime& runtime, Arguments arguments) {
  auto callback = callback_of(runtime, arguments[1]);
  const NodePtr node = node_of(runtime, arguments[0]);
  add(runtime, holder_in<PostHooks>(node->post_hooks()).hooks, std::move(callback), string_of(runtime, arguments[2], "name"));
  return nullptr;
}

// remove_hook(callback)
napi_value remove_hook(Runtime& runtime, Arguments arguments) {
  const auto found = runtime.removals.find(int32_of(runtime, arguments[0], "callback"));
  if (found == runtime.removals.end()) return nullptr;
  const auto remove = std::move(found->second);
  runtime.removals.erase(found);
  remove();
  runtime.set_flags();
  return nullptr;
}

} // namespace

std::vector<Entry> hook_entries() {
  return {
      {"register_hook", guarded<register_hook>},
      {"register_post_accumulate_hook", guarded<register_post_accumulate_hook>},
      {"weak_object", guarded<weak_object>},
      {"node_prehook", guarded<node_prehook>},
      {"node_hook", guarded<node_hook>},
      {"remove_hook", guarded<remove_hook>},
  };
}

} // namespace torch_ts
