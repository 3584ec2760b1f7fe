// The autograd engine as this addon sets it up, and what a function that it calls can ask about the running backward.
#pragma once

#include "nodes.h"

#include <torch/csrc/autograd/graph_task.h>

#include <unordered_set>

namespace torch_ts {

// Makes libtorch use an engine that knows JavaScript's hooks and stacks. Once a process.
void install_engine();

// What a thread of the engine knows about the backward that it runs: read there, asked for on JavaScript's thread.
struct GraphTaskView {
  int id = -1; // -1: no backward is running
  const std::unordered_map<torch::autograd::Node*, torch::autograd::GraphTask::ExecInfo>* exec_info = nullptr;
  const std::unordered_set<torch::autograd::Node*>* nodes = nullptr;
  bool checkpoint_valid = true;
};

GraphTaskView current_graph_task();

} // namespace torch_ts
