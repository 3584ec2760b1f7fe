// Opens a shared library so that its symbols serve every library loaded later (Python's ctypes.CDLL with RTLD_GLOBAL).
// The addon proper is linked with libtorch and cannot be loaded before libtorch is; this one can.
#include <node_api.h>

#include <string>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace {

#ifdef _WIN32
// Returns an error message, empty if the library is loaded.
std::string open_library(const std::string& path) {
  int length = MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, nullptr, 0);
  std::wstring wide(length, L'\0');
  MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, wide.data(), length);
  if (LoadLibraryExW(wide.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH)) return "";
  return path + ": LoadLibrary failed with Windows error " + std::to_string(GetLastError());
}
#else
std::string open_library(const std::string& path) {
  // Never closed: libtorch cannot be unloaded.
  if (dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL)) return "";
  const char* reason = dlerror();
  return reason ? reason : path + ": dlopen failed";
}
#endif

// load(path: string): undefined. Throws an Error with the system's reason.
napi_value load(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument = nullptr;
  size_t length = 0;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr) != napi_ok || count < 1 ||
      napi_get_value_string_utf8(env, argument, nullptr, 0, &length) != napi_ok) {
    napi_throw_type_error(env, nullptr, "load(): argument 'path' must be str");
    return nullptr;
  }
  std::string path(length + 1, '\0');
  napi_get_value_string_utf8(env, argument, path.data(), path.size(), &length);
  path.resize(length);
  std::string reason = open_library(path);
  if (!reason.empty()) napi_throw_error(env, nullptr, reason.c_str());
  return nullptr;
}

} // namespace

NAPI_MODULE_INIT() {
  napi_value function = nullptr;
  if (napi_create_function(env, "load", NAPI_AUTO_LENGTH, load, nullptr, &function) == napi_ok) {
    napi_set_named_property(env, exports, "load", function);
  }
  return exports;
}
