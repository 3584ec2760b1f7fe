// JPEG images decoded by a thread beside JavaScript's, while that is busy with the last one. `sharp` decodes in threads of its own and hands
// each strip of an image from thread to thread, which costs more than the decoding; so its library, libvips, is asked directly, by functions
// of its stable C interface. Whatever this cannot decode, `sharp` gets: it also has the words for what is wrong.
#include "allocator.h"
#include "bytes.h"

#ifndef _WIN32
#include <dlfcn.h>
#endif

#include <ATen/Functions.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace torch_ts {
namespace {

struct Vips {
  int (*init)(const char*) = nullptr;
  void (*cache_set_max)(int) = nullptr;
  int (*jpegload_buffer)(void*, size_t, void**, ...) = nullptr;
  int (*image_get_width)(const void*) = nullptr;
  int (*image_get_height)(const void*) = nullptr;
  int (*image_get_bands)(const void*) = nullptr;
  void* (*region_new)(void*) = nullptr;
  void* (*region_fetch)(void*, int, int, int, int, size_t*) = nullptr;
  void (*error_clear)() = nullptr;
  void (*thread_shutdown)() = nullptr;
  void (*object_unref)(void*) = nullptr;
  void (*free)(void*) = nullptr;
};

Vips vips;
std::mutex opening;
bool is_open = false;

#ifndef _WIN32

template <typename Pointer>
bool find(void* library, const char* name, Pointer& function) {
  function = reinterpret_cast<Pointer>(dlsym(library, name));
  return function != nullptr;
}

bool open(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL); // never closed: sharp uses it, too
  if (library == nullptr) return false;
  const bool found = find(library, "vips_init", vips.init) && find(library, "vips_cache_set_max", vips.cache_set_max) &&
    find(library, "vips_jpegload_buffer", vips.jpegload_buffer) && find(library, "vips_image_get_width", vips.image_get_width) &&
    find(library, "vips_image_get_height", vips.image_get_height) && find(library, "vips_image_get_bands", vips.image_get_bands) &&
    find(library, "vips_region_new", vips.region_new) && find(library, "vips_region_fetch", vips.region_fetch) &&
    find(library, "vips_error_clear", vips.error_clear) && find(library, "vips_thread_shutdown", vips.thread_shutdown) &&
    find(library, "g_object_unref", vips.object_unref) && find(library, "g_free", vips.free);
  if (!found || vips.init("torch-ts") != 0) return false;
  vips.cache_set_max(0);
  return true;
}

#else

bool open(const std::string&) { return false; }

#endif

// vips_open(path): whether libvips is there. Once for the process.
napi_value vips_open(Runtime& runtime, Arguments arguments) {
  const std::lock_guard lock(opening);
  is_open = is_open || open(string_of(runtime, arguments[0], "path"));
  return to_js(runtime, is_open);
}

// What libvips keeps for a thread goes with the thread.
struct OfThread {
  ~OfThread() { vips.thread_shutdown(); }
};

using Object = std::unique_ptr<void, void (*)(void*)>;

// The pixels of a JPEG as a tensor of bytes (H, W, C); undefined if it cannot be decoded as it is.
at::Tensor decode(const uint8_t* bytes, size_t size, double max_pixels) {
  const thread_local OfThread of_thread;
  const auto give_up = [] {
    vips.error_clear();
    return at::Tensor();
  };
  void* loaded = nullptr;
  constexpr int sequential = 1, truncated = 1; // VIPS_ACCESS_SEQUENTIAL, VIPS_FAIL_ON_TRUNCATED
  const void* end = nullptr;
  if (vips.jpegload_buffer(const_cast<uint8_t*>(bytes), size, &loaded, "access", sequential, "fail_on", truncated, end) != 0) return give_up();
  const Object image(loaded, vips.object_unref);
  const int width = vips.image_get_width(loaded), height = vips.image_get_height(loaded), channels = vips.image_get_bands(loaded);
  if (static_cast<double>(width) * height > max_pixels) return {};
  const Object region(vips.region_new(loaded), vips.object_unref);
  size_t length = 0;
  const std::unique_ptr<void, void (*)(void*)> pixels(vips.region_fetch(region.get(), 0, 0, width, height, &length), vips.free);
  const at::Tensor result = at::empty({height, width, channels}, at::kByte);
  if (!pixels || length != static_cast<size_t>(result.numel())) return give_up();
  std::memcpy(result.mutable_data_ptr<uint8_t>(), pixels.get(), length);
  return result;
}

// A thread that decodes the next images while JavaScript's is busy with the last.
class Ahead {
 public:
  ~Ahead() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
      jobs_.clear();
    }
    changed_.notify_all();
    thread_.join();
  }

  int32_t begin(const View<uint8_t>& bytes, double max_pixels) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({++last_, std::vector<uint8_t>(bytes.begin(), bytes.end()), max_pixels});
    while (results_.size() > kKept) results_.erase(results_.begin()); // those that nobody came for
    changed_.notify_all();
    return last_;
  }

  // Undefined if it cannot be decoded, or was given up.
  at::Tensor finish(int32_t id) {
    std::unique_lock lock(mutex_);
    const auto is_waiting = [&] { return running_ == id || std::any_of(jobs_.begin(), jobs_.end(), [id](const Job& job) { return job.id == id; }); };
    changed_.wait(lock, [&] { return results_.count(id) > 0 || !is_waiting(); });
    const auto found = results_.find(id);
    if (found == results_.end()) return {};
    at::Tensor result = found->second;
    results_.erase(found);
    return result;
  }

 private:
  struct Job {
    int32_t id;
    std::vector<uint8_t> bytes;
    double max_pixels;
  };
  static constexpr size_t kKept = 64;

  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
      if (ending_) return;
      const Job job = std::move(jobs_.front());
      jobs_.pop_front();
      running_ = job.id;
      lock.unlock();
      at::Tensor result;
      try {
        result = decode(job.bytes.data(), job.bytes.size(), job.max_pixels);
      } catch (...) { // no memory: whoever waits finds out
      }
      lock.lock();
      running_ = 0;
      results_[job.id] = result;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::map<int32_t, at::Tensor> results_;
  int32_t last_ = 0, running_ = 0;
  bool ending_ = false;
  std::thread thread_{[this] { run(); }}; // last: it uses all the others
};

// One for each environment of Node, ended with it.
std::mutex listing;
std::map<napi_env, std::unique_ptr<Ahead>> all_ahead;

void end_ahead(void* env) {
  std::unique_ptr<Ahead> ended;
  const std::lock_guard lock(listing);
  ended = std::move(all_ahead[static_cast<napi_env>(env)]);
  all_ahead.erase(static_cast<napi_env>(env));
}

Ahead& ahead_of(napi_env env) {
  const std::lock_guard lock(listing);
  auto& ahead = all_ahead[env];
  if (!ahead) {
    ahead = std::make_unique<Ahead>();
    napi_add_env_cleanup_hook(env, end_ahead, env);
  }
  return *ahead;
}

void check_open() {
  if (!is_open) throw runtime_error("libvips is not open");
}

// vips_begin(bytes, max_pixels): the number of a job that another thread does.
napi_value vips_begin(Runtime& runtime, Arguments arguments) {
  check_open();
  const auto bytes = view_of<uint8_t>(runtime, arguments[0]);
  return to_js(runtime, ahead_of(runtime.env).begin(bytes, number_of(runtime, arguments[1], "max_pixels")));
}

// vips_finish(out, job): waits for it: the pixels as a tensor of bytes (H, W, C). 0 if this is no image that can be decoded as it is.
napi_value vips_finish(Runtime& runtime, Arguments arguments) {
  check_open();
  const at::Tensor pixels = ahead_of(runtime.env).finish(int32_of(runtime, arguments[1], "job"));
  if (!pixels.defined()) return to_js(runtime, 0);
  allocated_on_this_thread() += static_cast<int64_t>(pixels.nbytes()); // for this thread to collect its garbage in time
  return to_js(runtime, runtime.attach(arguments[0], pixels));
}

} // namespace

std::vector<Entry> vips_entries() { return {{"vips_open", guarded<vips_open>}, {"vips_begin", guarded<vips_begin>}, {"vips_finish", guarded<vips_finish>}}; }

} // namespace torch_ts
