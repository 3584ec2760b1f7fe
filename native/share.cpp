// Tensors on their way to another worker of this process: held here under a token, which messages carry.
#include "values.h"

#include <mutex>
#include <random>
#include <unordered_map>

namespace torch_ts {
namespace {

struct Parcels {
  std::mutex mutex;
  std::unordered_map<uint64_t, at::Tensor> tensors;
  std::mt19937_64 random{std::random_device{}()};
};

Parcels& parcels() {
  static auto* instance = new Parcels();
  return *instance;
}

// share(tensor): a token, good for one `receive` on any thread.
napi_value share(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[0]);
  if (tensor.requires_grad() && !tensor.is_leaf())
    throw runtime_error("Cowardly refusing to serialize non-leaf tensor which requires_grad, since autograd does not support "
                        "crossing thread boundaries. If you just want to transfer the data, call detach() on the tensor "
                        "before sending it.");
  // A tensor object of its own: the memory is shared, the gradient and the version counter's owner are not.
  at::Tensor parcel = tensor.detach();
  parcel.set_requires_grad(tensor.requires_grad());
  auto& all = parcels();
  std::lock_guard<std::mutex> lock(all.mutex);
  uint64_t token = 0;
  while (token == 0 || all.tensors.count(token) != 0) token = all.random() >> 11; // fits a JavaScript number
  all.tensors.emplace(token, std::move(parcel));
  return to_js(runtime, static_cast<double>(token));
}

// receive(out, token)
napi_value receive(Runtime& runtime, Arguments arguments) {
  const auto token = static_cast<uint64_t>(number_of(runtime, arguments[1], "token"));
  at::Tensor tensor;
  {
    auto& all = parcels();
    std::lock_guard<std::mutex> lock(all.mutex);
    const auto found = all.tensors.find(token);
    if (found == all.tensors.end()) throw runtime_error("this shared tensor has already been received, or never existed");
    tensor = std::move(found->second);
    all.tensors.erase(found);
  }
  return to_js(runtime, runtime.attach(arguments[0], std::move(tensor)));
}

} // namespace

std::vector<Entry> share_entries() {
  return {{"share", guarded<share>}, {"receive", guarded<receive>}};
}

} // namespace torch_ts
