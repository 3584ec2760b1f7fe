// Tensors on their way to another worker of this process: held here under a token, which messages carry.
#include "allocator.h"
#include "functorch.h"
#include "values.h"

#include <mutex>
#include <random>
#include <unordered_map>

namespace torch_ts {
namespace {

struct Parcel {
  at::Tensor tensor;
  int32_t group;
};

// A worker and those who exchange tensors with it. When both sides have let go of it, parcels that nobody received are dropped.
struct Group {
  bool has_begun = false;
  bool has_ended = false;
  bool is_abandoned = false;
};

struct Parcels {
  std::mutex mutex;
  std::unordered_map<uint64_t, Parcel> parcels;
  std::unordered_map<int32_t, Group> groups;
  int32_t last_group = 0;
  std::mt19937_64 random{std::random_device{}()};

  // Tensors are freed after the lock is: that may take long.
  std::vector<Parcel> take(int32_t group) {
    std::vector<Parcel> taken;
    for (auto it = parcels.begin(); it != parcels.end();) {
      if (it->second.group != group) {
        ++it;
        continue;
      }
      taken.push_back(std::move(it->second));
      it = parcels.erase(it);
    }
    return taken;
  }
};

Parcels& parcels() {
  static auto* instance = new Parcels();
  return *instance;
}

// share(tensor, group): a token, good for one `receive` on any thread. Group 0 is none.
napi_value share(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[0]);
  const int32_t group = int32_of(runtime, arguments[1], "group");
  if (tensor.requires_grad() && !tensor.is_leaf())
    throw runtime_error("Cowardly refusing to serialize non-leaf tensor which requires_grad, since autograd does not support "
                        "crossing thread boundaries. If you just want to transfer the data, call detach() on the tensor "
                        "before sending it.");
  if (is_wrapped(tensor)) throw runtime_error("a tensor inside a transform of torch.func cannot be sent to another thread");
  // A tensor object of its own: the memory is shared, the gradient and the version counter's owner are not.
  at::Tensor parcel = tensor.detach();
  parcel.set_requires_grad(tensor.requires_grad());
  auto& all = parcels();
  std::lock_guard<std::mutex> lock(all.mutex);
  uint64_t token = 0;
  while (token == 0 || all.parcels.count(token) != 0) token = all.random() >> 11; // fits a JavaScript number
  all.parcels.emplace(token, Parcel{std::move(parcel), group});
  return to_js(runtime, static_cast<double>(token));
}

// receive(out, token)
napi_value receive(Runtime& runtime, Arguments arguments) {
  const auto token = static_cast<uint64_t>(number_of(runtime, arguments[1], "token"));
  at::Tensor tensor;
  {
    auto& all = parcels();
    std::lock_guard<std::mutex> lock(all.mutex);
    const auto found = all.parcels.find(token);
    if (found == all.parcels.end()) throw runtime_error("this shared tensor has already been received, or never existed");
    tensor = std::move(found->second.tensor);
    all.parcels.erase(found);
  }
  // Allocated elsewhere, but this thread's garbage from now on.
  if (tensor.is_cpu() && tensor.has_storage()) allocated_on_this_thread() += static_cast<int64_t>(tensor.nbytes());
  return to_js(runtime, runtime.attach(arguments[0], std::move(tensor)));
}

// new_group()
napi_value new_group(Runtime& runtime, Arguments) {
  auto& all = parcels();
  std::lock_guard<std::mutex> lock(all.mutex);
  all.groups[++all.last_group];
  return to_js(runtime, all.last_group);
}

void end_group(void* data) {
  const auto group = static_cast<int32_t>(reinterpret_cast<intptr_t>(data));
  std::vector<Parcel> dropped;
  auto& all = parcels();
  std::lock_guard<std::mutex> lock(all.mutex);
  const auto found = all.groups.find(group);
  if (found == all.groups.end()) return;
  found->second.has_ended = true;
  if (!found->second.is_abandoned) return;
  dropped = all.take(group);
  all.groups.erase(found);
}

// join_group(group): this thread is the group's worker, until it ends in whichever way.
napi_value join_group(Runtime& runtime, Arguments arguments) {
  const int32_t group = int32_of(runtime, arguments[0], "group");
  auto& all = parcels();
  std::lock_guard<std::mutex> lock(all.mutex);
  const auto found = all.groups.find(group);
  if (found == all.groups.end()) return nullptr;
  found->second.has_begun = true;
  napi_add_env_cleanup_hook(runtime.env, end_group, reinterpret_cast<void*>(static_cast<intptr_t>(group)));
  return nullptr;
}

// group_state(group): 0 before its worker has joined, 1 while it runs, 2 when it has ended.
napi_value group_state(Runtime& runtime, Arguments arguments) {
  auto& all = parcels();
  std::lock_guard<std::mutex> lock(all.mutex);
  const auto found = all.groups.find(int32_of(runtime, arguments[0], "group"));
  if (found == all.groups.end()) return to_js(runtime, 2);
  return to_js(runtime, found->second.has_ended ? 2 : found->second.has_begun ? 1 : 0);
}

// abandon_group(group): nobody will receive from its worker any more.
napi_value abandon_group(Runtime& runtime, Arguments arguments) {
  const int32_t group = int32_of(runtime, arguments[0], "group");
  std::vector<Parcel> dropped;
  auto& all = parcels();
  std::lock_guard<std::mutex> lock(all.mutex);
  const auto found = all.groups.find(group);
  if (found == all.groups.end()) return nullptr;
  found->second.is_abandoned = true;
  dropped = all.take(group);
  if (found->second.has_ended) all.groups.erase(found);
  return nullptr;
}

} // namespace

std::vector<Entry> share_entries() {
  return {
      {"share", guarded<share>},
      {"receive", guarded<receive>},
      {"new_group", guarded<new_group>},
      {"join_group", guarded<join_group>},
      {"group_state", guarded<group_state>},
      {"abandon_group", guarded<abandon_group>},
  };
}

} // namespace torch_ts
