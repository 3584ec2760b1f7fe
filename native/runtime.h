// What one loaded copy of the TypeScript layer owns on this side: its handles, its tape and its error classes. A worker
// thread has one of its own, and so has each of jest's test files: nothing in the addon is global but libtorch itself.
#pragma once

#include "bridge.h"
#include "errors.h"
#include "handles.h"
#include "nodes.h"
#include "tape.h"

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace torch_ts {

struct Operator;

// What the engine knows on the thread that runs a node; see current_graph_task.
struct GraphTaskView;
struct Script;

// A TorchScript module, function or value in a handle table (native/script.h).
struct ScriptHandle {
  std::shared_ptr<Script> script;
  bool defined() const { return static_cast<bool>(script); }
};

// Ids of JavaScript callbacks that no C++ object holds any more. Filled on any thread, emptied by JavaScript.
struct ReleasedCallbacks {
  std::mutex mutex;
  std::vector<int32_t> ids;
  std::atomic<bool> any{false};
  std::atomic<bool> closed{false}; // the runtime is gone
  void push(int32_t id);
  std::vector<int32_t> take();
};

struct Runtime {
  explicit Runtime(napi_env env);
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Objects in JavaScript that can still call or finalize into this runtime; it is deleted after the last of them.
  void retain() { ++references_; }
  void release();

  at::Tensor tensor(int32_t id); // throws if it was disposed of
  // Ties a new handle to a JavaScript object: it is released when that object is collected.
  int32_t attach(napi_value object, at::Tensor tensor);
  int32_t attach(napi_value object, at::Generator generator);
  int32_t attach(napi_value object, NodeHandle node);
  int32_t attach(napi_value object, ScriptHandle script);
  // Tie a handle that add() made earlier.
  void adopt_tensor(napi_value object, int32_t id);
  void adopt_script(napi_value object, int32_t id);

  // Runs `work` on this runtime's own thread, from whichever thread this is.
  void on_own_thread(const std::function<void()>& work);
  // Calls lib's callback with numbers. On the own thread only.
  double call_back(int32_t kind, int32_t id, int32_t argument);
  // The same, for an answer that is text.
  std::string text_from(int32_t kind);
  // The JavaScript error of a C++ exception, in an array: what an entry returns in place of a result. lib/_C.ts throws it. It is
  // not thrown from here, because Node 20 aborts if a finalizer of ours runs while it passes on an exception of ours.
  napi_value failure(const std::exception_ptr& error) noexcept;
  // What JavaScript has to see to after this call: garbage to collect, callbacks to let go.
  void set_flags();

  const napi_env env;
  const std::thread::id thread = std::this_thread::get_id();
  Tape tape;
  HandleTable<at::Tensor> tensors;
  HandleTable<at::Generator> generators;
  HandleTable<NodeHandle> nodes;
  HandleTable<ScriptHandle> scripts;
  std::vector<const Operator*> operators;
  std::vector<c10::IValue> spare_stack;
  std::unordered_map<std::string, int32_t> operator_ids;
  std::shared_ptr<ReleasedCallbacks> released = std::make_shared<ReleasedCallbacks>();
  // Weak: the TypeScript layer holds them, and a strong reference would keep jest's contexts alive.
  std::vector<napi_ref> error_classes;
  napi_ref callback = nullptr;
  std::unordered_map<int32_t, napi_ref> pending_errors; // by JsException::id
  int64_t collect_after = int64_t{8} << 20;
  // A worker thread's default generator; undefined on the main thread, whose is the process's.
  at::Generator own_generator;
  Bridge bridge; // serves callbacks while other threads run backward
  const GraphTaskView* graph_task = nullptr; // of the engine's thread that waits for this one
  // How to take a hook away, by the number of its function. Entries of hooks that died go when their numbers are taken.
  std::unordered_map<int32_t, std::function<void()>> removals;
  // The nodes of Functions, by the numbers of their backwards.
  std::unordered_map<int32_t, std::shared_ptr<WayToNode>> function_nodes;
  // Objects that are known to C++ without being kept alive: lib asks for them by number.
  std::unordered_map<int32_t, napi_ref> weak_objects;

 private:
  ~Runtime() = default;
  napi_value call_function(int32_t kind, int32_t id, int32_t argument);
  int32_t keep_exception();
  int32_t last_error_ = 0;
  int32_t references_ = 0;
};

using Arguments = const napi_value*;
using Function = napi_value (*)(Runtime&, Arguments);

struct Entry {
  const char* name;
  napi_callback callback;
};

constexpr size_t kMaxArguments = 8;

// The runtime that was made last on this thread, or null.
Runtime* runtime_of_thread();
void set_runtime_of_thread(Runtime* runtime);

// The only way from JavaScript into C++.
template <Function function>
napi_value guarded(napi_env env, napi_callback_info info) {
  napi_value arguments[kMaxArguments];
  size_t count = kMaxArguments;
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, arguments, nullptr, &data);
  auto& runtime = *static_cast<Runtime*>(data);
  try {
    return function(runtime, arguments);
  } catch (...) {
    return runtime.failure(std::current_exception());
  }
}

// Every source file that JavaScript calls offers its entries.
std::vector<Entry> operator_entries();
std::vector<Entry> tensor_entries();
std::vector<Entry> autograd_entries();
std::vector<Entry> engine_entries();
std::vector<Entry> hook_entries();
std::vector<Entry> saved_entries();
std::vector<Entry> random_entries();
std::vector<Entry> device_entries();
std::vector<Entry> memory_entries();
std::vector<Entry> share_entries();
std::vector<Entry> warning_entries();
std::vector<Entry> node_entries();
std::vector<Entry> context_entries();
std::vector<Entry> functorch_entries();
std::vector<Entry> forward_ad_entries();
std::vector<Entry> autocast_entries();
std::vector<Entry> storage_entries();
std::vector<Entry> checksum_entries();
std::vector<Entry> script_entries();
std::vector<Entry> script_call_entries();
std::vector<Entry> trace_entries();
std::vector<Entry> package_entries();
std::vector<Entry> image_resample_entries();
std::vector<Entry> image_move_entries();
std::vector<Entry> image_colour_entries();
std::vector<Entry> vips_entries();

} // namespace torch_ts
