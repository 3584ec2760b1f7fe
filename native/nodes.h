// Nodes of the autograd graph. libtorch held them by shared_ptr, and holds them by intrusive_ptr since 2.13.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

#include <memory>
#include <mutex>
#include <type_traits>

namespace torch_ts {

using NodePtr = std::decay_t<decltype(std::declval<const at::Tensor&>().grad_fn())>;

// A node in a handle table.
struct NodeHandle {
  NodePtr node;
  bool defined() const { return static_cast<bool>(node); }
};

// A new node of class T, owned as this libtorch owns nodes. A graph is freed by deleteNode, which does not recurse.
template <typename T, typename... Arguments>
NodePtr make_node(Arguments&&... arguments) {
  if constexpr (std::is_same_v<NodePtr, std::shared_ptr<torch::autograd::Node>>) {
    return NodePtr(new T(std::forward<Arguments>(arguments)...), [](auto* node) { deleteNode(node); });
  } else {
    return c10::make_intrusive<T>(std::forward<Arguments>(arguments)...);
  }
}

// A way to a node that does not keep it alive. The node's destructor ends it.
struct WayToNode {
  std::mutex mutex;
  torch::autograd::Node* node = nullptr;
};

// An owner of the node, unless nobody owns it any more. Call under the mutex of the way to it.
template <typename Node>
NodePtr alive(Node* node) {
  if (node == nullptr) return NodePtr();
  if constexpr (std::is_same_v<NodePtr, std::shared_ptr<Node>>) {
    return node->weak_from_this().lock();
  } else {
    auto weak = c10::weak_intrusive_ptr<Node>::reclaim(node);
    NodePtr strong = weak.lock();
    weak.release();
    return strong;
  }
}

} // namespace torch_ts
