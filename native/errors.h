// The one guard between C++ and JavaScript: every callback that JavaScript enters runs inside `guarded`, which turns
// whatever is thrown into a JavaScript error of the right class, without C++ backtrace. Nothing may escape: an exception
// that leaves a Node-API callback aborts the process.
#pragma once

#include "node_api_experimental.h"

#include <exception>
#include <stdexcept>
#include <string>

namespace torch_ts {

// The order is that of `error_classes` in lib/_C.ts.
enum class ErrorKind : int { Runtime, Type, Value, Index, NotImplemented, OutOfMemory, LinAlg, Assertion, Accelerator };

// An error that the addon itself raises, with the JavaScript class that it becomes.
struct Error : std::runtime_error {
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind(kind) {}
  ErrorKind kind;
};

inline Error type_error(const std::string& message) { return {ErrorKind::Type, message}; }
inline Error value_error(const std::string& message) { return {ErrorKind::Value, message}; }
inline Error runtime_error(const std::string& message) { return {ErrorKind::Runtime, message}; }

// A JavaScript exception on its way through C++ frames; the value waits in Runtime::pending_errors.
struct JsException : std::exception {
  explicit JsException(int id) : id(id) {}
  const char* what() const noexcept override { return "a JavaScript callback threw"; }
  int id;
};

struct Described {
  ErrorKind kind;
  std::string message;
};

// Kind and message of a C++ exception: libtorch's own, the standard library's or anything else.
Described describe(const std::exception_ptr& error);

} // namespace torch_ts
