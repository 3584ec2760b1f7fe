// JPEG images decoded where they are needed, in the calling thread. `sharp` decodes in threads of its own and hands each strip of an image
// from thread to thread, which costs more than the decoding; so its library, libvips, is asked directly, by functions of its stable C
// interface. Whatever this cannot decode, `sharp` gets: it also has the words for what is wrong.
#include "bytes.h"

#ifndef _WIN32
#include <dlfcn.h>
#endif

#include <ATen/Functions.h>

#include <cstring>
#include <memory>
#include <mutex>

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

// vips_jpeg(out, bytes, max_pixels): the pixels as a tensor of bytes (H, W, C). 0 if this is no image that can be decoded as it is.
napi_value vips_jpeg(Runtime& runtime, Arguments arguments) {
  if (!is_open) throw runtime_error("libvips is not open");
  const thread_local OfThread of_thread;
  const auto bytes = view_of<uint8_t>(runtime, arguments[1]);
  const double max_pixels = number_of(runtime, arguments[2], "max_pixels");
  const auto give_up = [&runtime] {
    vips.error_clear();
    return to_js(runtime, 0);
  };
  void* loaded = nullptr;
  constexpr int sequential = 1, truncated = 1; // VIPS_ACCESS_SEQUENTIAL, VIPS_FAIL_ON_TRUNCATED
  const void* end = nullptr;
  if (vips.jpegload_buffer(bytes.data, bytes.size, &loaded, "access", sequential, "fail_on", truncated, end) != 0) return give_up();
  const Object image(loaded, vips.object_unref);
  const int width = vips.image_get_width(loaded), height = vips.image_get_height(loaded), channels = vips.image_get_bands(loaded);
  if (static_cast<double>(width) * height > max_pixels) return to_js(runtime, 0);
  const Object region(vips.region_new(loaded), vips.object_unref);
  size_t length = 0;
  const std::unique_ptr<void, void (*)(void*)> pixels(vips.region_fetch(region.get(), 0, 0, width, height, &length), vips.free);
  const at::Tensor result = at::empty({height, width, channels}, at::kByte);
  if (!pixels || length != static_cast<size_t>(result.numel())) return give_up();
  std::memcpy(result.mutable_data_ptr<uint8_t>(), pixels.get(), length);
  return to_js(runtime, runtime.attach(arguments[0], result));
}

} // namespace

std::vector<Entry> vips_entries() { return {{"vips_open", guarded<vips_open>}, {"vips_jpeg", guarded<vips_jpeg>}}; }

} // namespace torch_ts
