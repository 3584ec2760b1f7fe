// Runs the autograd engine: backward and gradients, anomaly mode, and what hooks ask about the backward that calls them.
#include "engine.h"

#include "callback.h"
#include "device.h"
#include "saved.h"
#include "values.h"
#include "warnings.h"

#include <ATen/ThreadLocalState.h>
#include <c10/core/AutogradState.h>
#include <c10/util/StringUtil.h>
#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/csrc/autograd/engine.h>
#include <torch/csrc/autograd/functions/basic_ops.h>
#include <torch/csrc/autograd/variable.h>

#include <cstdlib>

namespace torch_ts {

using torch::autograd::AnomalyMode;
using torch::autograd::Edge;
using torch::autograd::edge_list;
using torch::autograd::Engine;
using torch::autograd::Node;

namespace {

// What a node remembers for anomaly mode: where in TypeScript it was made, and the node in whose backward it was made.
struct Anomaly final : torch::autograd::AnomalyMetadata {
  // A node made on a thread without JavaScript has no place in it.
  void store_stack() override {
    Runtime* const runtime = runtime_of_thread();
    if (runtime != nullptr) stack = runtime->text_from(static_cast<int32_t>(CallbackKind::Stack));
    known = runtime != nullptr;
  }

  void assign_parent(const NodePtr& node) override { parent = node; }

  void print_stack(const std::string& name) override {
    warn(name, "", "Traceback of forward call that caused the error:\n");
    for (NodePtr node = parent; node;) {
      const auto& of_parent = static_cast<Anomaly&>(*node->metadata());
      of_parent.warn(node->name(), "\n\nPrevious calculation was induced by ", "Traceback of forward call that induced the previous calculation:\n");
      node = of_parent.parent;
    }
  }

  void warn(const std::string& name, const std::string& start, const char* heading) const {
    if (!known) {
      TORCH_WARN("Error detected in ", name, ". No forward pass information available. Enable detect anomaly during forward pass for "
                 "more information.");
      return;
    }
    TORCH_WARN(start.empty() ? "Error detected in " : start, name, ". ", heading, stack);
  }

  std::string stack;
  bool known = false;
  NodePtr parent;
  std::unique_ptr<Kept> dict; // Node.metadata
};

class JsEngine final : public Engine {
 public:
  std::unique_ptr<torch::autograd::AnomalyMetadata> make_anomaly_metadata() override { return std::make_unique<Anomaly>(); }
  std::unique_ptr<torch::autograd::SavedVariableHooks> get_default_saved_variable_hooks() override { return default_saved_hooks(); }
};

// ---- backward ----

// With an accelerator the engine may call hooks on threads of its own while this one waits: then this one serves them.
void run_engine(Runtime& runtime, const std::function<void()>& work) {
  static const bool forced = std::getenv("TORCH_TS_BACKWARD_THREAD") != nullptr; // so that machines without one can test it
  if (!forced && !accelerator_is_there()) return work();
  const at::ThreadLocalState state;
  std::vector<std::string> warnings;
  struct Hand {
    std::vector<std::string>& warnings;
    ~Hand() { add_warnings(std::move(warnings)); }
  } hand{warnings};
  runtime.bridge.serve([&] {
    const at::ThreadLocalStateGuard guard(state);
    collect_warnings();
    struct Take {
      std::vector<std::string>& warnings;
      ~Take() { warnings = take_warnings(); }
    } take{warnings};
    work();
  });
}

// A tensor, or an edge of the graph: a pair of numbers, which is (handle, -1) for a tensor and (node, its input) for an edge.
struct Place {
  at::Tensor tensor;
  Edge edge;
};

std::vector<Place> places_of(Runtime& runtime, napi_value value) {
  const auto numbers = ints_of(runtime, value);
  std::vector<Place> places;
  for (size_t i = 0; i + 1 < numbers.size(); i += 2) {
    Place place;
    if (numbers[i + 1] < 0) {
      place.tensor = runtime.tensor(numbers[i]);
    } else {
      const NodeHandle* node = runtime.nodes.find(numbers[i]);
      if (node == nullptr) throw runtime_error("this Node has been disposed of");
      place.edge = Edge(node->node, static_cast<uint32_t>(numbers[i + 1]));
    }
    places.push_back(std::move(place));
  }
  return places;
}

edge_list root_edges(const std::vector<Place>& roots, const std::vector<at::Tensor>& gradients) {
  edge_list edges;
  for (size_t i = 0; i < roots.size(); ++i) {
    const auto& [tensor, edge] = roots[i];
    edges.push_back(tensor.defined() ? torch::autograd::impl::gradient_edge(tensor) : edge);
    if (!edges.back().function)
      throw runtime_error(c10::str("element ", i, " of tensors does not require grad and does not have a grad_fn"));
    if (gradients.size() <= i || !gradients[i].defined())
      throw runtime_error(c10::str("element ", i, " of gradients tuple is None, but the corresponding Tensor requires grad"));
  }
  return edges;
}

edge_list input_edges(const std::vector<Place>& inputs, bool accumulate) {
  edge_list edges;
  for (const auto& [tensor, edge] : inputs) {
    if (!tensor.defined()) {
      edges.push_back(edge);
      continue;
    }
    if (accumulate) tensor.retain_grad();
    if (!tensor.requires_grad()) throw runtime_error("One of the differentiated Tensors does not require grad");
    NodePtr node = tensor.grad_fn();
    if (!node) node = torch::autograd::impl::try_get_grad_accumulator(tensor);
    // A leaf that no operation used has no node: a new one that nothing reaches stands for it.
    if (node) edges.emplace_back(node, tensor.output_nr());
    else edges.emplace_back(make_node<torch::autograd::Identity>(), 0);
  }
  return edges;
}

// run_backward(roots, gradients, retain_graph, create_graph, inputs, accumulate): the inputs' gradients on the tape, unless they
// are accumulated.
napi_value run_backward(Runtime& runtime, Arguments arguments) {
  const auto roots = places_of(runtime, arguments[0]);
  const auto gradients = tensors_of(runtime, arguments[1]);
  const bool retain_graph = bool_of(runtime, arguments[2]), create_graph = bool_of(runtime, arguments[3]);
  const auto inputs = places_of(runtime, arguments[4]);
  const bool accumulate = bool_of(runtime, arguments[5]);
  const auto from = root_edges(roots, gradients), to = input_edges(inputs, accumulate);
  std::vector<at::Tensor> results;
  run_engine(runtime, [&] {
    results = Engine::get_default_engine().execute(from, gradients, retain_graph, create_graph, accumulate, to);
  });
  if (!accumulate) write_tensors(runtime, results);
  runtime.set_flags();
  return nullptr;
}

// edge_like(out, node, input): a tensor without memory of its own, with the shape, dtype and device that the edge's gradient has.
napi_value edge_like(Runtime& runtime, Arguments arguments) {
  const NodeHandle* found = runtime.nodes.find(handle_of(runtime, arguments[1]));
  const auto input = static_cast<size_t>(int32_of(runtime, arguments[2], "output_nr"));
  if (found == nullptr || input >= found->node->num_inputs())
    throw runtime_error("GradientEdge: output_nr is out of range for its node");
  const auto& metadata = found->node->input_metadata(input);
  const auto sizes = C10_AS_INTARRAYREF_SLOW(metadata.shape_as_dim_vector());
  return to_js(runtime, runtime.attach(arguments[0], at::zeros({}, metadata.options()).expand(sizes)));
}

// ---- questions of hooks ----

const GraphTaskView task_of(Runtime& runtime) { return runtime.graph_task != nullptr ? *runtime.graph_task : current_graph_task(); }

napi_value graph_task_id(Runtime& runtime, Arguments) { return to_js(runtime, task_of(runtime).id); }

napi_value is_checkpoint_valid(Runtime& runtime, Arguments) { return to_js(runtime, task_of(runtime).checkpoint_valid); }

// Whether the running backward comes by this node.
bool will_execute(const GraphTaskView& task, Node* node) {
  const auto entry = task.exec_info->find(node);
  if (entry == task.exec_info->end()) return task.exec_info->empty() && task.nodes != nullptr && task.nodes->count(node) != 0;
  if (!entry->second.should_execute()) return false;
  if (node->topological_nr() == 0 && entry->second.captures_)
    throw runtime_error("A leaf node was passed to _will_engine_execute_node but we are currently running autograd.grad(). This is "
                        "currently not supported.");
  return true;
}

// Tensors whose nodes a hook asks for. It keeps neither alive: the hook hangs on them. In a table of nodes because it lives like one.
struct Watch final : Node {
  explicit Watch(const std::vector<at::Tensor>& tensors) : Node(0) {
    for (const auto& tensor : tensors) {
      const NodePtr node = tensor.grad_fn();
      if (!node && !tensor.requires_grad()) throw Error(ErrorKind::Assertion, "Expected gradient function to be set");
      if (node) nodes.emplace_back(node.get(), node->sequence_nr());
      else leaves.emplace_back(tensor.getIntrusivePtr());
    }
  }

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override { return std::move(gradients); }

  // A leaf's node comes and goes with its uses. Another node at the place of one that is gone has another number.
  int32_t count(const GraphTaskView& task) const {
    int32_t number = 0;
    for (const auto& leaf : leaves) {
      const auto impl = leaf.lock();
      const NodePtr node = impl ? torch::autograd::impl::try_get_grad_accumulator(at::Tensor(impl)) : NodePtr();
      if (node && will_execute(task, node.get())) ++number;
    }
    for (const auto& [node, sequence_nr] : nodes) {
      const bool known = task.exec_info->count(node) != 0 || (task.nodes != nullptr && task.nodes->count(node) != 0);
      if (known && node->sequence_nr() == sequence_nr && will_execute(task, node)) ++number;
    }
    return number;
  }

  std::vector<c10::weak_intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>> leaves;
  std::vector<std::pair<Node*, uint64_t>> nodes;
};

// watch(out, tensors)
napi_value watch(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, runtime.attach(arguments[0], NodeHandle{make_node<Watch>(tensors_of(runtime, arguments[1]))}));
}

// watched(watch): how many of its nodes the running backward comes by.
napi_value watched(Runtime& runtime, Arguments arguments) {
  const NodeHandle* found = runtime.nodes.find(handle_of(runtime, arguments[0]));
  const auto* watch = found == nullptr ? nullptr : dynamic_cast<Watch*>(found->node.get());
  if (watch == nullptr) throw type_error("not a watch");
  const GraphTaskView task = task_of(runtime);
  if (task.exec_info == nullptr)
    throw runtime_error("_get_should_execute_nodes should only be called during the backward pass");
  return to_js(runtime, watch->count(task));
}

// ---- modes ----

constexpr int32_t kAnomaly = 1, kCheckNan = 2;

napi_value anomaly_mode(Runtime& runtime, Arguments) {
  return to_js(runtime, (AnomalyMode::is_enabled() ? kAnomaly : 0) | (AnomalyMode::should_check_nan() ? kCheckNan : 0));
}

napi_value set_anomaly_mode(Runtime& runtime, Arguments arguments) {
  const int32_t bits = int32_of(runtime, arguments[0], "mode");
  AnomalyMode::set_enabled((bits & kAnomaly) != 0, (bits & kCheckNan) != 0);
  set_runtime_of_thread(&runtime); // whose stacks are recorded
  return nullptr;
}

// node_metadata(node): the number of its dictionary, 0 without one.
napi_value node_metadata(Runtime& runtime, Arguments arguments) {
  const NodeHandle* found = runtime.nodes.find(handle_of(runtime, arguments[0]));
  if (found == nullptr) throw runtime_error("this Node has been disposed of");
  const auto& dict = static_cast<Anomaly&>(*found->node->metadata()).dict;
  return to_js(runtime, dict && dict->belongs_to(runtime) ? dict->id() : 0);
}

// set_node_metadata(node, id): the text of the stack where the node was made, for the dictionary.
napi_value set_node_metadata(Runtime& runtime, Arguments arguments) {
  const NodeHandle* found = runtime.nodes.find(handle_of(runtime, arguments[0]));
  if (found == nullptr) throw runtime_error("this Node has been disposed of");
  auto& anomaly = static_cast<Anomaly&>(*found->node->metadata());
  anomaly.dict = std::make_unique<Kept>(runtime, int32_of(runtime, arguments[1], "id"));
  return to_js(runtime, anomaly.stack);
}

napi_value multithreading(Runtime& runtime, Arguments) {
  return to_js(runtime, c10::AutogradState::get_tls_state().get_multithreading_enabled());
}

napi_value set_multithreading(Runtime& runtime, Arguments arguments) {
  c10::AutogradState::get_tls_state().set_multithreading_enabled(bool_of(runtime, arguments[0]));
  return nullptr;
}

} // namespace

GraphTaskView current_graph_task() {
  GraphTaskView view;
  view.id = torch::autograd::get_current_graph_task_id();
  view.exec_info = torch::autograd::get_current_graph_task_exec_info();
  view.nodes = torch::autograd::get_current_graph_task_nodes_in_graph();
  view.checkpoint_valid = Engine::get_default_engine().is_checkpoint_valid();
  return view;
}

// Never deleted: threads of the engine may outlive every runtime.
void install_engine() {
  torch::autograd::set_default_engine_stub([]() -> Engine& {
    static auto* const engine = new JsEngine();
    return *engine;
  });
}

std::vector<Entry> engine_entries() {
  return {
      {"run_backward", guarded<run_backward>},
      {"edge_like", guarded<edge_like>},
      {"graph_task_id", guarded<graph_task_id>},
      {"is_checkpoint_valid", guarded<is_checkpoint_valid>},
      {"watch", guarded<watch>},
      {"watched", guarded<watched>},
      {"anomaly_mode", guarded<anomaly_mode>},
      {"set_anomaly_mode", guarded<set_anomaly_mode>},
      {"node_metadata", guarded<node_metadata>},
      {"set_node_metadata", guarded<set_node_metadata>},
      {"multithreading", guarded<multithreading>},
      {"set_multithreading", guarded<set_multithreading>},
  };
}

} // namespace torch_ts
