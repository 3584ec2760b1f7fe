#include "runtime.h"

#include "allocator.h"
#include "engine.h"
#include "values.h"
#include "warnings.h"

#include <ATen/ThreadLocalState.h>

#include <cstdint>

namespace torch_ts {
namespace {

void* as_pointer(int32_t id) { return reinterpret_cast<void*>(static_cast<intptr_t>(id)); }
int32_t as_id(void* pointer) { return static_cast<int32_t>(reinterpret_cast<intptr_t>(pointer)); }

// These run inside a garbage collection (basic finalizers): they must not touch JavaScript.
void finalize_tensor(node_api_basic_env, void* id, void* runtime) {
  auto* owner = static_cast<Runtime*>(runtime);
  owner->tensors.release(as_id(id));
  owner->release();
}

void finalize_generator(node_api_basic_env, void* id, void* runtime) {
  auto* owner = static_cast<Runtime*>(runtime);
  owner->generators.release(as_id(id));
  owner->release();
}

// Our allocator counts CPU memory. On an accelerator what a new tensor brings is counted here; views bring nothing.
int64_t device_bytes(const at::Tensor* tensor) {
  if (tensor == nullptr || tensor->is_cpu() || tensor->is_meta() || !tensor->has_storage()) return 0;
  const auto& storage = tensor->storage();
  return storage.use_count() == 1 ? static_cast<int64_t>(storage.nbytes()) : 0;
}

void finalize_node(node_api_basic_env, void* id, void* runtime) {
  auto* owner = static_cast<Runtime*>(runtime);
  owner->nodes.release(as_id(id));
  owner->release();
}

void finalize_script(node_api_basic_env, void* id, void* runtime) {
  auto* owner = static_cast<Runtime*>(runtime);
  owner->scripts.release(as_id(id));
  owner->release();
}

void tie(Runtime& runtime, napi_value object, int32_t id, node_api_basic_finalize finalize) {
  if (napi_add_finalizer(runtime.env, object, as_pointer(id), finalize, &runtime, nullptr) != napi_ok)
    throw type_error("a handle needs an object to live in");
  runtime.retain();
}

// What a tensor counts beside its data. It takes about 512 bytes in both heaps; it counts for more because small tensors are
// made faster from memory that is still in the cache: a collection each 2,000 of them is best (measured: 250 to 16,000).
constexpr int64_t kBytesPerHandle = 4096;

} // namespace

static thread_local Runtime* latest_runtime = nullptr;

Runtime* runtime_of_thread() { return latest_runtime; }

void set_runtime_of_thread(Runtime* runtime) { latest_runtime = runtime; }

void ReleasedCallbacks::push(int32_t id) {
  std::lock_guard<std::mutex> lock(mutex);
  ids.push_back(id);
  any = true;
}

std::vector<int32_t> ReleasedCallbacks::take() {
  std::lock_guard<std::mutex> lock(mutex);
  any = false;
  return std::exchange(ids, {});
}

Runtime::Runtime(napi_env env) : env(env) {}

void Runtime::release() {
  if (--references_ > 0) return;
  // Not here: this may be inside a collection, where references cannot be deleted.
  node_api_post_finalizer(
      env,
      [](napi_env env, void* data, void*) {
        auto* runtime = static_cast<Runtime*>(data);
        for (napi_ref reference : runtime->error_classes) napi_delete_reference(env, reference);
        if (runtime->callback != nullptr) napi_delete_reference(env, runtime->callback);
        for (const auto& [id, reference] : runtime->pending_errors) napi_delete_reference(env, reference);
        for (const auto& [id, reference] : runtime->weak_objects) napi_delete_reference(env, reference);
        runtime->released->closed = true;
        if (runtime_of_thread() == runtime) set_runtime_of_thread(nullptr);
        runtime->tape.close();
        delete runtime;
      },
      this, nullptr);
}

at::Tensor Runtime::tensor(int32_t id) {
  const at::Tensor* found = tensors.find(id);
  if (found == nullptr) throw runtime_error("this Tensor has been disposed of");
  return *found;
}

int32_t Runtime::attach(napi_value object, at::Tensor tensor) {
  const int32_t id = tensors.add(std::move(tensor));
  adopt_tensor(object, id);
  return id;
}

int32_t Runtime::attach(napi_value object, at::Generator generator) {
  const int32_t id = generators.add(std::move(generator));
  tie(*this, object, id, finalize_generator);
  return id;
}

int32_t Runtime::attach(napi_value object, NodeHandle node) {
  const int32_t id = nodes.add(std::move(node));
  tie(*this, object, id, finalize_node);
  return id;
}

int32_t Runtime::attach(napi_value object, ScriptHandle script) {
  const int32_t id = scripts.add(std::move(script));
  adopt_script(object, id);
  return id;
}

void Runtime::adopt_script(napi_value object, int32_t id) {
  tie(*this, object, id, finalize_script);
  allocated_on_this_thread() += kBytesPerHandle;
}

void Runtime::adopt_tensor(napi_value object, int32_t id) {
  tie(*this, object, id, finalize_tensor);
  allocated_on_this_thread() += kBytesPerHandle + device_bytes(tensors.find(id));
}

// The asking thread's modes and its place in the graph come along: what the function records and asks is as if it ran there.
void Runtime::on_own_thread(const std::function<void()>& work) {
  if (std::this_thread::get_id() == thread) return work();
  const at::ThreadLocalState state;
  const GraphTaskView view = current_graph_task();
  bridge.ask([&] {
    const at::ThreadLocalStateGuard guard(state);
    struct Restore {
      Runtime& runtime;
      const GraphTaskView* outer;
      ~Restore() { runtime.graph_task = outer; }
    } restore{*this, std::exchange(graph_task, &view)};
    work();
  });
}

napi_value Runtime::call_function(int32_t kind, int32_t id, int32_t argument) {
  napi_value function, receiver, result;
  napi_value arguments[3];
  napi_get_reference_value(env, callback, &function);
  napi_get_undefined(env, &receiver);
  napi_create_int32(env, kind, &arguments[0]);
  napi_create_int32(env, id, &arguments[1]);
  napi_create_int32(env, argument, &arguments[2]);
  const napi_status status = napi_call_function(env, receiver, function, 3, arguments, &result);
  if (status == napi_pending_exception) throw JsException(keep_exception());
  if (status != napi_ok) throw runtime_error("a JavaScript callback could not be called");
  return result;
}

namespace {

struct HandleScope {
  explicit HandleScope(napi_env env) : env(env) { napi_open_handle_scope(env, &scope); }
  ~HandleScope() { napi_close_handle_scope(env, scope); }
  napi_env env;
  napi_handle_scope scope;
};

} // namespace

double Runtime::call_back(int32_t kind, int32_t id, int32_t argument) {
  const HandleScope scope(env);
  double value = 0;
  napi_get_value_double(env, call_function(kind, id, argument), &value);
  return value;
}

std::string Runtime::text_from(int32_t kind) {
  const HandleScope scope(env);
  return string_of(*this, call_function(kind, 0, 0), "text");
}

// Node-API cannot hold a primitive in a reference, so what was thrown waits in an array.
int32_t Runtime::keep_exception() {
  napi_value error, box;
  napi_get_and_clear_last_exception(env, &error);
  napi_create_array_with_length(env, 1, &box);
  napi_set_element(env, box, 0, error);
  napi_create_reference(env, box, 1, &pending_errors[++last_error_]);
  return last_error_;
}

napi_value Runtime::failure(const std::exception_ptr& pointer) noexcept {
  napi_value box = nullptr, error = nullptr;
  try {
    std::rethrow_exception(pointer);
  } catch (const JsException& thrown) {
    const auto found = pending_errors.find(thrown.id);
    if (found != pending_errors.end() && napi_get_reference_value(env, found->second, &box) == napi_ok) {
      napi_delete_reference(env, found->second);
      pending_errors.erase(found);
      return box;
    }
  } catch (...) {
  }
  const Described described = describe(pointer);
  napi_value message, constructor = nullptr;
  napi_create_string_utf8(env, described.message.data(), described.message.size(), &message);
  const auto kind = static_cast<size_t>(described.kind);
  if (kind < error_classes.size()) napi_get_reference_value(env, error_classes[kind], &constructor);
  if (constructor == nullptr || napi_new_instance(env, constructor, 1, &message, &error) != napi_ok) {
    bool pending = false;
    if (napi_is_exception_pending(env, &pending) == napi_ok && pending) napi_get_and_clear_last_exception(env, &error);
    else napi_create_error(env, nullptr, message, &error);
  }
  napi_create_array_with_length(env, 1, &box);
  napi_set_element(env, box, 0, error);
  return box;
}

void Runtime::set_flags() {
  int32_t flags = 0;
  if (allocated_on_this_thread() > collect_after) flags |= kCollect;
  if (released->any) flags |= kReleased;
  if (any_warnings()) flags |= kWarned;
  tape.set_flags(flags);
}

} // namespace torch_ts
