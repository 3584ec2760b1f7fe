#include "errors.h"

#include <c10/util/Exception.h>
#include <c10/util/StringUtil.h>
#include <torch/csrc/jit/runtime/jit_exception.h>

#include <cstdlib>
#include <new>
#include <utility>

namespace torch_ts {
namespace {

// torch.jit.Error in lib/_C.ts: what a script raises. The addon itself never does.
constexpr ErrorKind kScript{9};

// TORCH_SHOW_CPP_STACKTRACES is PyTorch's own switch.
bool show_backtrace() {
  static const bool show = [] {
    const char* value = std::getenv("TORCH_SHOW_CPP_STACKTRACES");
    return value != nullptr && *value != '\0' && *value != '0';
  }();
  return show;
}

// As PyTorch's Python layer does: CPUFloatType is torch.FloatTensor there, while types that came later keep ATen's name.
std::string with_python_types(std::string message) {
  if (message.find("Type") == std::string::npos) return message;
  for (const auto& [place, module] : {std::pair{"SparseCUDA", "torch.cuda.sparse."}, std::pair{"SparseCPU", "torch.sparse."},
                                      std::pair{"CUDA", "torch.cuda."}, std::pair{"CPU", "torch."}})
    for (const char* type : {"Byte", "Char", "Double", "Float", "Half", "Int", "Long", "Short"})
      c10::ReplaceAll(message, c10::str(place, type, "Type"), c10::str(module, type, "Tensor"));
  return message;
}

std::string text(const c10::Error& error) {
  return with_python_types(show_backtrace() ? error.what() : error.what_without_backtrace());
}

} // namespace

Described describe(const std::exception_ptr& pointer) {
  try {
    std::rethrow_exception(pointer);
  } catch (const Error& error) {
    return {error.kind, error.what()};
  } catch (const torch::jit::JITException& error) {
    return {kScript, with_python_types(error.what())};
  } catch (const c10::IndexError& error) {
    return {ErrorKind::Index, text(error)};
  } catch (const c10::ValueError& error) {
    return {ErrorKind::Value, text(error)};
  } catch (const c10::TypeError& error) {
    return {ErrorKind::Type, text(error)};
  } catch (const c10::NotImplementedError& error) {
    return {ErrorKind::NotImplemented, text(error)};
  } catch (const c10::OutOfMemoryError& error) {
    return {ErrorKind::OutOfMemory, text(error)};
  } catch (const c10::LinAlgError& error) {
    return {ErrorKind::LinAlg, text(error)};
  } catch (const c10::AcceleratorError& error) {
    return {ErrorKind::Accelerator, text(error)};
  } catch (const c10::Error& error) {
    return {ErrorKind::Runtime, text(error)};
  } catch (const std::bad_alloc&) {
    return {ErrorKind::OutOfMemory, "out of memory (std::bad_alloc)"};
  } catch (const std::exception& error) {
    return {ErrorKind::Runtime, with_python_types(error.what())};
  } catch (...) {
    return {ErrorKind::Runtime, "an unknown C++ exception"};
  }
}

} // namespace torch_ts
