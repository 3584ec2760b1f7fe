#include "values.h"

#include "device.h"
#include "script.h"

#include <c10/util/StringUtil.h>

#include <cmath>

namespace torch_ts {
namespace {

constexpr double kMaxSafeInteger = 9007199254740991.0;

class Writer {
 public:
  Writer(Runtime& runtime, size_t slot) : runtime_(runtime), slot_(slot) {}

  void value(const c10::IValue& value) {
    if (value.isTensor()) return tensor(value.toTensor());
    if (value.isNone()) return tagged(Tag::None, 0);
    if (value.isBool()) return tagged(Tag::Bool, value.toBool() ? 1 : 0);
    if (value.isInt()) return integer(value.toInt());
    if (value.isDouble()) return tagged(Tag::Float, value.toDouble());
    if (value.isComplexDouble()) return complex(value.toComplexDouble());
    if (value.isString()) return string(value.toStringRef());
    if (value.isDevice()) return tagged(Tag::Device, device_code(value.toDevice()));
    if (value.isSymInt()) return integer(value.toSymInt().guard_int(__FILE__, __LINE__));
    if (value.isSymBool()) return tagged(Tag::Bool, value.toSymBool().guard_bool(__FILE__, __LINE__) ? 1 : 0);
    if (value.isSymFloat()) return tagged(Tag::Float, value.toSymFloat().guard_float(__FILE__, __LINE__));
    if (value.isTuple()) return tuple(value.toTupleRef());
    if (value.isList()) return values(Tag::List, value.toListRef());
    if (value.isGenericDict()) {
      const auto dict = value.toGenericDict();
      tagged(Tag::Dict, static_cast<double>(dict.size()));
      for (const auto& entry : dict) {
        this->value(entry.key());
        this->value(entry.value());
      }
      return;
    }
    if (value.isObject()) return script({torch::jit::Module(value.toObject()), {}, nullptr, {}, {}});
    script({{}, {}, nullptr, value, {}}); // whatever it is, it can be passed back
  }

  void tensor(const at::Tensor& tensor) {
    if (!tensor.defined()) return tagged(Tag::None, 0);
    tagged(Tag::Tensor, runtime_.tensors.add(tensor));
  }

  void integer(int64_t value) {
    const auto number = static_cast<double>(value);
    if (std::abs(number) <= kMaxSafeInteger) return tagged(Tag::Int, number);
    tagged(Tag::BigInt, 0);
    runtime_.tape.write_int64(slot_ - 1, value);
  }

  void complex(const c10::complex<double>& value) {
    tagged(Tag::Complex, value.real());
    raw(value.imag());
  }

  void raw(double value) {
    runtime_.tape.reserve(slot_ + 1);
    runtime_.tape.write(slot_++, value);
  }

  void tagged(Tag tag, double payload) {
    runtime_.tape.reserve(slot_ + 2);
    runtime_.tape.write(slot_, static_cast<double>(tag));
    runtime_.tape.write(slot_ + 1, payload);
    slot_ += 2;
  }

 private:
  void script(Script script) { tagged(Tag::Script, runtime_.scripts.add({std::make_shared<Script>(std::move(script))})); }

  void tuple(const c10::ivalue::Tuple& tuple) {
    const auto type = tuple.type();
    const auto& schema = type->schema();
    if (schema == nullptr || !type->name()) return values(Tag::Tuple, tuple.elements());
    tagged(Tag::NamedTuple, static_cast<double>(tuple.size()));
    bare_string(type->name()->name());
    for (const auto& field : schema->arguments()) bare_string(field.name());
    for (const c10::IValue& element : tuple.elements()) value(element);
  }

  template <typename Values>
  void values(Tag tag, const Values& list) {
    tagged(tag, static_cast<double>(list.size()));
    for (const c10::IValue& element : list) value(element);
  }

  void string(const std::string& text) {
    raw(static_cast<double>(Tag::String));
    bare_string(text);
  }

  void bare_string(const std::string& text) {
    runtime_.tape.reserve(slot_ + Tape::slots_of_string(text.size()));
    slot_ = runtime_.tape.write_string(slot_, text);
  }

  Runtime& runtime_;
  size_t slot_;
};

} // namespace

void write_results(Runtime& runtime, const std::vector<c10::IValue>& values) {
  Writer writer(runtime, Tape::kFirst);
  writer.raw(static_cast<double>(values.size()));
  for (const auto& value : values) writer.value(value);
}

void write_value(Runtime& runtime, const c10::IValue& value) { Writer(runtime, Tape::kFirst).value(value); }

void write_dtype(Runtime& runtime, int64_t code) {
  Writer writer(runtime, Tape::kFirst);
  writer.raw(2);
  writer.tagged(Tag::Int, 0); // the overload, which names no fields
  writer.tagged(Tag::DType, static_cast<double>(code));
}

void write_tensors(Runtime& runtime, const std::vector<at::Tensor>& tensors) {
  Writer writer(runtime, Tape::kFirst);
  writer.raw(static_cast<double>(tensors.size()));
  for (const auto& tensor : tensors) writer.tensor(tensor);
}

void write_scalar(Runtime& runtime, const c10::Scalar& value) {
  Writer writer(runtime, Tape::kFirst);
  if (value.isBoolean()) return writer.tagged(Tag::Bool, value.toBool() ? 1 : 0);
  if (value.isComplex()) return writer.complex(value.toComplexDouble());
  if (value.isFloatingPoint()) return writer.tagged(Tag::Float, value.toDouble());
  // uint64 beyond int64 keeps its bits; JavaScript knows the dtype.
  writer.integer(value.type() == at::kUInt64 ? static_cast<int64_t>(value.toUInt64()) : value.toLong());
}

void write_ints(Runtime& runtime, c10::IntArrayRef values) {
  Writer writer(runtime, Tape::kFirst);
  writer.raw(static_cast<double>(values.size()));
  for (const int64_t value : values) writer.raw(static_cast<double>(value));
}

double number_of(Runtime& runtime, napi_value value, const char* name) {
  double number = 0;
  if (napi_get_value_double(runtime.env, value, &number) != napi_ok)
    throw type_error(c10::str("argument '", name, "' must be a number"));
  return number;
}

int32_t int32_of(Runtime& runtime, napi_value value, const char* name) {
  const double number = number_of(runtime, value, name);
  if (!(number >= -2147483648.0 && number <= 2147483647.0) || number != std::trunc(number))
    throw type_error(c10::str("argument '", name, "' must be an int"));
  return static_cast<int32_t>(number);
}

bool bool_of(Runtime& runtime, napi_value value) {
  bool flag = false;
  napi_get_value_bool(runtime.env, value, &flag);
  return flag;
}

std::string string_of(Runtime& runtime, napi_value value, const char* name) {
  size_t length = 0;
  if (napi_get_value_string_utf8(runtime.env, value, nullptr, 0, &length) != napi_ok)
    throw type_error(c10::str("argument '", name, "' must be str"));
  std::string text(length, '\0');
  napi_get_value_string_utf8(runtime.env, value, text.data(), length + 1, &length);
  return text;
}

int32_t handle_of(Runtime& runtime, napi_value value) {
  int32_t id = 0;
  napi_get_value_int32(runtime.env, value, &id);
  return id;
}

at::Tensor tensor_of(Runtime& runtime, napi_value id) { return runtime.tensor(handle_of(runtime, id)); }

std::vector<int32_t> ints_of(Runtime& runtime, napi_value array) {
  uint32_t length = 0;
  if (napi_get_array_length(runtime.env, array, &length) != napi_ok) throw type_error("expected an array of tensors");
  std::vector<int32_t> numbers(length);
  for (uint32_t i = 0; i < length; ++i) {
    napi_handle_scope scope;
    napi_value element;
    napi_open_handle_scope(runtime.env, &scope);
    napi_get_element(runtime.env, array, i, &element);
    const bool known = napi_get_value_int32(runtime.env, element, &numbers[i]) == napi_ok;
    napi_close_handle_scope(runtime.env, scope);
    if (!known) throw type_error("expected an array of tensors");
  }
  return numbers;
}

std::vector<at::Tensor> tensors_of(Runtime& runtime, napi_value ids) {
  std::vector<at::Tensor> tensors;
  for (const int32_t id : ints_of(runtime, ids)) tensors.push_back(id == 0 ? at::Tensor() : runtime.tensor(id));
  return tensors;
}

napi_value to_js(Runtime& runtime, double value) {
  napi_value result;
  napi_create_double(runtime.env, value, &result);
  return result;
}

napi_value to_js(Runtime& runtime, int32_t value) {
  napi_value result;
  napi_create_int32(runtime.env, value, &result);
  return result;
}

napi_value to_js(Runtime& runtime, bool value) {
  napi_value result;
  napi_get_boolean(runtime.env, value, &result);
  return result;
}

napi_value to_js(Runtime& runtime, const std::string& value) {
  napi_value result;
  napi_create_string_utf8(runtime.env, value.data(), value.size(), &result);
  return result;
}

} // namespace torch_ts
