// torch.autograd.graph.saved_tensors_hooks, and single tensors saved as nodes save them.
#include "saved.h"

#include "callback.h"
#include "nodes.h"
#include "values.h"

#include <ATen/SavedTensorHooks.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <mutex>

namespace torch_ts {
namespace {

using torch::autograd::Node;
using torch::autograd::SavedVariable;
using torch::autograd::variable_list;

struct HookPair {
  JsCallback pack, unpack;
};

// libtorch keeps the stack of pairs, thread by thread, and takes it along to its own threads; its elements are Python objects.
// Ours are numbers of this table in their place, which nobody counts: a pair that was popped is not found any more.
struct Pairs {
  std::mutex mutex;
  std::unordered_map<intptr_t, std::shared_ptr<HookPair>> active;
  intptr_t last = 0;
};

Pairs& pairs() {
  static auto* const table = new Pairs();
  return *table;
}

c10::impl::PyInterpreter& no_interpreter() {
  static auto* const interpreter = [] {
    auto* made = new c10::impl::PyInterpreter(nullptr);
    made->disarm();
    return made;
  }();
  return *interpreter;
}

intptr_t number_in(const c10::SafePyObject& object) { return reinterpret_cast<intptr_t>(object.ptr(&no_interpreter())); }

c10::SafePyObject object_of(intptr_t number) { return {reinterpret_cast<PyObject*>(number), &no_interpreter()}; }

// What a saved tensor became. Lives as long as the node that saved it.
class PackedTensor final : public torch::autograd::SavedVariableHooks {
 public:
  explicit PackedTensor(std::shared_ptr<HookPair> hooks) : hooks_(std::move(hooks)) {}

  void call_pack_hook(const at::Tensor& tensor) override {
    packed_ = hooks_->pack.kept_of(CallbackKind::Pack, tensor);
  }

  at::Tensor call_unpack_hook() override { return hooks_->unpack.tensor_of(CallbackKind::Unpack, packed_->id()); }

 private:
  std::shared_ptr<HookPair> hooks_;
  std::unique_ptr<Kept> packed_;
};

// push_saved_hooks(pack, unpack)
napi_value push_saved_hooks(Runtime& runtime, Arguments arguments) {
  std::shared_ptr<HookPair> made(new HookPair{
      {runtime, int32_of(runtime, arguments[0], "pack_hook")}, {runtime, int32_of(runtime, arguments[1], "unpack_hook")}});
  auto& [mutex, active, last] = pairs();
  std::lock_guard<std::mutex> lock(mutex);
  const intptr_t number = ++last;
  at::SavedTensorDefaultHooks::lazy_initialize();
  at::SavedTensorDefaultHooks::push_hooks(object_of(number), object_of(number));
  active.emplace(number, std::move(made));
  return nullptr;
}

napi_value pop_saved_hooks(Runtime&, Arguments) {
  std::shared_ptr<HookPair> dropped;
  const intptr_t number = number_in(at::SavedTensorDefaultHooks::pop_hooks().first);
  auto& [mutex, active, last] = pairs();
  std::lock_guard<std::mutex> lock(mutex);
  const auto found = active.find(number);
  if (found == active.end()) return nullptr;
  dropped = std::move(found->second);
  active.erase(found);
  return nullptr;
}

// saved_hooks_disabled(): the message of disable_saved_tensors_hooks, or undefined.
napi_value saved_hooks_disabled(Runtime& runtime, Arguments) {
  const auto& message = at::SavedTensorDefaultHooks::get_disabled_error_message();
  return message ? to_js(runtime, *message) : nullptr;
}

napi_value disable_saved_hooks(Runtime& runtime, Arguments arguments) {
  const auto before = at::SavedTensorDefaultHooks::get_disabled_error_message();
  try {
    at::SavedTensorDefaultHooks::disable(string_of(runtime, arguments[0], "error_message"));
  } catch (...) { // hooks are in force; libtorch has noted the message all the same
    if (before) at::SavedTensorDefaultHooks::disable(*before, /*fail_if_non_empty=*/false);
    else at::SavedTensorDefaultHooks::enable();
    throw;
  }
  return nullptr;
}

napi_value enable_saved_hooks(Runtime&, Arguments) {
  at::SavedTensorDefaultHooks::enable();
  return nullptr;
}

// A tensor saved outside of any node, in a table of nodes because it lives like one.
struct SavedHolder final : Node {
  explicit SavedHolder(const at::Tensor& tensor) : Node(0), variable(tensor, /*is_output=*/false) {}
  variable_list apply(variable_list&& gradients) override { return std::move(gradients); }
  SavedVariable variable;
};

// save_tensor(out, tensor)
napi_value save_tensor(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, runtime.attach(arguments[0], NodeHandle{make_node<SavedHolder>(tensor_of(runtime, arguments[1]))}));
}

// unpack_tensor(out, saved)
napi_value unpack_tensor(Runtime& runtime, Arguments arguments) {
  const NodeHandle* found = runtime.nodes.find(handle_of(runtime, arguments[1]));
  const NodePtr node = found == nullptr ? NodePtr() : found->node;
  const auto* saved = dynamic_cast<SavedHolder*>(node.get());
  if (saved == nullptr) throw type_error("not a saved tensor");
  return to_js(runtime, runtime.attach(arguments[0], saved->variable.unpack()));
}

} // namespace

std::unique_ptr<torch::autograd::SavedVariableHooks> default_saved_hooks() {
  const auto objects = at::SavedTensorDefaultHooks::get_hooks();
  if (!objects) return nullptr;
  auto& [mutex, active, last] = pairs();
  std::lock_guard<std::mutex> lock(mutex);
  const auto found = active.find(number_in(objects->first));
  return found == active.end() ? nullptr : std::make_unique<PackedTensor>(found->second);
}

std::vector<Entry> saved_entries() {
  return {
      {"push_saved_hooks", guarded<push_saved_hooks>},
      {"pop_saved_hooks", guarded<pop_saved_hooks>},
      {"saved_hooks_disabled", guarded<saved_hooks_disabled>},
      {"disable_saved_hooks", guarded<disable_saved_hooks>},
      {"enable_saved_hooks", guarded<enable_saved_hooks>},
      {"save_tensor", guarded<save_tensor>},
      {"unpack_tensor", guarded<unpack_tensor>},
  };
}

} // namespace torch_ts
