// From the values on the tape to the stack of an operator's arguments.
#include "plan.h"

#include "device.h"
#include "script.h"

#include <ATen/ScalarOps.h>
#include <ATen/core/List.h>
#include <c10/core/Scalar.h>
#include <c10/util/StringUtil.h>

#include <array>
#include <cmath>

namespace torch_ts {
namespace {

// Strict: a value is what its tag says. Lenient: a 0-dim tensor may stand for a number and, for some operators, a number
// for a tensor. PyTorch's parser has the same two notions; trying the strict one first finds the narrower overload.
enum class Pass { Strict, Lenient };

bool is_integer(Tag tag) { return tag == Tag::Int || tag == Tag::BigInt; }
bool is_number(Tag tag) { return is_integer(tag) || tag == Tag::Float || tag == Tag::Bool || tag == Tag::Complex; }

class Binder {
 public:
  Binder(Runtime& runtime, const Operator& op) : runtime_(runtime), tape_(runtime.tape), op_(op) { read(); }

  const Overload& bind(std::vector<c10::IValue>& stack) {
    // In a worker, a call without a generator takes the worker's own. Only what has no parameter for one has to borrow the
    // process's default generator (random.h), which one thread at a time can.
    if (op_.random && runtime_.own_generator.defined()) {
      lends_ = true;
      for (const auto& overload : op_.overloads) {
        if (overload.generator < 0 || !match(overload, Pass::Strict) || !on_cpu(overload)) continue;
        push(overload, stack);
        return overload;
      }
      lends_ = false;
    }
    for (const Pass pass : {Pass::Strict, Pass::Lenient}) {
      for (const auto& overload : op_.overloads) {
        if (!match(overload, pass)) continue;
        push(overload, stack);
        return overload;
      }
    }
    fail();
  }

 private:
  void read() {
    size_t slot = Tape::kFirst;
    call_.positional = tape_.count(slot++);
    call_.keywords = tape_.count(slot++);
    if (call_.positional + call_.keywords > Call::kMaxGiven)
      throw type_error(c10::str(op_.name, "() takes at most ", Call::kMaxGiven, " arguments"));
    for (size_t i = 0; i < call_.positional + call_.keywords; ++i) {
      if (i >= call_.positional) call_.keyword_ids[i] = tape_.int32(slot++);
      call_.values[i] = {tape_.tag(slot), slot + 1};
      slot = tape_.after(slot);
    }
  }

  // Fills bound_ with the given value of each parameter, null where the default stands.
  bool match(const Overload& overload, Pass pass) {
    const auto& parameters = overload.parameters;
    if (parameters.size() > bound_.size()) return false;
    varargs_ = takes_varargs(overload);
    if (call_.positional > overload.positional && !varargs_) return false;
    const size_t by_position = std::min(call_.positional, overload.positional);
    for (size_t i = 0; i < parameters.size(); ++i) bound_[i] = i < by_position ? &call_.values[i] : nullptr;
    for (size_t k = call_.positional; k < call_.positional + call_.keywords; ++k) {
      if (is_out(call_.keyword_ids[k])) {
        if (!bind_out(overload, call_.values[k])) return false;
        continue;
      }
      const size_t i = find(overload, call_.keyword_ids[k]);
      if (i == parameters.size() || bound_[i] != nullptr) return false;
      bound_[i] = &call_.values[k];
    }
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (bound_[i] == nullptr) {
        if (!parameters[i].default_value && !(lends_ && parameters[i].kind == Kind::Generator)) return false;
      } else if (!(varargs_ && i == overload.positional - 1) && !accepts(parameters[i], *bound_[i], pass)) {
        return false;
      }
    }
    return true;
  }

  // Whether the numbers are drawn on the CPU.
  bool on_cpu(const Overload& overload) {
    for (size_t i = 0; i < overload.parameters.size(); ++i) {
      if (bound_[i] == nullptr) continue;
      const auto [tag, slot] = *bound_[i];
      if (tag == Tag::Tensor && !runtime_.tensor(tape_.int32(slot)).is_cpu()) return false;
      if (tag != Tag::None && overload.parameters[i].kind == Kind::Device && !device(tag, slot).is_cpu()) return false;
    }
    return true;
  }

  // `out` is one tensor or a tuple of them, whatever the schema calls them.
  static bool is_out(int32_t keyword) {
    static const int32_t out = (find_operator("aten::add"), keyword_id("out"));
    return keyword == out;
  }

  bool bind_out(const Overload& overload, const Given& given) {
    if (!overload.writes_out) return given.tag == Tag::None;
    const bool many = given.tag == Tag::List || given.tag == Tag::Tuple;
    const size_t length = many ? tape_.count(given.slot) : 1;
    size_t used = 0, slot = given.slot + 1;
    for (size_t i = 0; i < overload.parameters.size(); ++i) {
      if (!overload.parameters[i].is_out) continue;
      if (used == length || used == outs_.size() || bound_[i] != nullptr) return false;
      outs_[used] = many ? Given{tape_.tag(slot), slot + 1} : given;
      bound_[i] = &outs_[used++];
      if (many) slot = tape_.after(slot);
    }
    return used == length;
  }

  // x.view(2, 3) for x.view([2, 3]): the last positional parameter is the only one beside self, and a list of ints.
  bool takes_varargs(const Overload& overload) const {
    const size_t n = overload.positional;
    if (n == 0 || call_.positional < n || overload.parameters[n - 1].kind != Kind::IntList) return false;
    if (n > 2 || (n == 2 && overload.parameters[0].kind != Kind::Tensor)) return false;
    if (call_.positional == n && overload.parameters[n - 1].fixed_size > 0) return false; // one number stands for all
    for (size_t i = n - 1; i < call_.positional; ++i)
      if (!is_integer(call_.values[i].tag)) return false;
    return true;
  }

  // Python calls the first argument of functions `input`.
  static size_t find(const Overload& overload, int32_t keyword) {
    static const int32_t input = intern_input(), self = keyword_id("self");
    const auto& parameters = overload.parameters;
    for (size_t i = 0; i < parameters.size(); ++i)
      if (parameters[i].name_id == keyword) return i;
    if (keyword == input && !parameters.empty() && parameters[0].name_id == self) return 0;
    return parameters.size();
  }

  static int32_t intern_input() {
    find_operator("aten::linear"); // has a parameter of that name
    return keyword_id("input");
  }

  bool accepts(const Parameter& parameter, const Given& given, Pass pass) {
    if (given.tag == Tag::None) return parameter.optional || parameter.kind == Kind::Any;
    const Tag tag = given.tag;
    switch (parameter.kind) {
      case Kind::Tensor:
        return tag == Tag::Tensor || (pass == Pass::Lenient && op_.numbers_as_tensors && is_number(tag));
      case Kind::TensorList: return list_of(given, [](Tag t) { return t == Tag::Tensor; });
      case Kind::OptionalTensorList: return list_of(given, [](Tag t) { return t == Tag::Tensor || t == Tag::None; });
      case Kind::Int: return is_integer(tag) || (pass == Pass::Lenient && is_index(given));
      case Kind::IntList:
        if (tag == Tag::Ints || (parameter.fixed_size > 0 && is_integer(tag))) return true;
        if (pass == Pass::Lenient && parameter.fixed_size > 0 && is_index(given)) return true;
        return list_of(given, [&](Tag t, size_t slot) { return is_integer(t) || (pass == Pass::Lenient && is_index({t, slot})); });
      case Kind::Float: return is_integer(tag) || tag == Tag::Float || (pass == Pass::Lenient && is_scalar_tensor(given));
      case Kind::FloatList:
        if (tag == Tag::Ints || tag == Tag::Floats) return true;
        return parameter.fixed_size > 0 && (is_integer(tag) || tag == Tag::Float);
      case Kind::Bool: return tag == Tag::Bool;
      case Kind::BoolList: return list_of(given, [](Tag t) { return t == Tag::Bool; });
      case Kind::String: return tag == Tag::String;
      case Kind::StringList: return list_of(given, [](Tag t) { return t == Tag::String; });
      case Kind::Scalar: return is_number(tag) || (pass == Pass::Lenient && is_scalar_tensor(given));
      case Kind::ScalarList: return tag == Tag::Ints || tag == Tag::Floats || list_of(given, is_number);
      case Kind::DType: return tag == Tag::DType;
      case Kind::Layout: return tag == Tag::Layout;
      case Kind::MemoryFormat: return tag == Tag::MemoryFormat;
      case Kind::Device: return tag == Tag::Device || tag == Tag::String || tag == Tag::Int;
      case Kind::Generator: return tag == Tag::Generator;
      case Kind::Object: return tag == Tag::Script;
      case Kind::Any: return true;
      case Kind::Unsupported: return false;
    }
    return false;
  }

  template <typename Test>
  bool list_of(const Given& given, Test test) {
    if (given.tag == Tag::Ints) return tape_.count(given.slot) == 0;
    if (given.tag != Tag::List && given.tag != Tag::Tuple) return false;
    const size_t length = tape_.count(given.slot);
    size_t slot = given.slot + 1;
    for (size_t i = 0; i < length; ++i, slot = tape_.after(slot)) {
      if constexpr (std::is_invocable_v<Test, Tag>) {
        if (!test(tape_.tag(slot))) return false;
      } else if (!test(tape_.tag(slot), slot + 1)) {
        return false;
      }
    }
    return true;
  }

  bool is_scalar_tensor(const Given& given) {
    if (given.tag != Tag::Tensor) return false;
    const at::Tensor tensor = runtime_.tensor(tape_.int32(given.slot));
    return tensor.dim() == 0 && !tensor.requires_grad();
  }

  bool is_index(const Given& given) {
    if (!is_scalar_tensor(given)) return false;
    return c10::isIntegralType(runtime_.tensor(tape_.int32(given.slot)).scalar_type(), false);
  }

  // ---- values ----

  void push(const Overload& overload, std::vector<c10::IValue>& stack) {
    for (size_t i = 0; i < overload.parameters.size(); ++i) {
      const auto& parameter = overload.parameters[i];
      if (lends_ && parameter.kind == Kind::Generator && (bound_[i] == nullptr || bound_[i]->tag == Tag::None)) {
        stack.emplace_back(runtime_.own_generator);
      } else if (bound_[i] == nullptr) {
        stack.push_back(*parameter.default_value);
      } else if (varargs_ && i == overload.positional - 1) {
        stack.emplace_back(varargs(i));
      } else {
        stack.push_back(value(parameter, *bound_[i]));
      }
    }
  }

  std::vector<int64_t> varargs(size_t first) const {
    std::vector<int64_t> sizes;
    for (size_t i = first; i < call_.positional; ++i) sizes.push_back(integer(call_.values[i].tag, call_.values[i].slot));
    return sizes;
  }

  c10::IValue value(const Parameter& parameter, const Given& given) {
    const auto [tag, slot] = given;
    if (tag == Tag::None) return {};
    switch (parameter.kind) {
      case Kind::Tensor: return tag == Tag::Tensor ? runtime_.tensor(tape_.int32(slot)) : wrapped_number(given);
      case Kind::TensorList: {
        c10::List<at::Tensor> tensors;
        tensors.reserve(tape_.count(slot));
        each(given, [&](Tag, size_t s) { tensors.push_back(runtime_.tensor(tape_.int32(s))); });
        return tensors;
      }
      case Kind::OptionalTensorList: {
        c10::List<std::optional<at::Tensor>> tensors;
        each(given, [&](Tag t, size_t s) {
          tensors.push_back(t == Tag::None ? std::nullopt : std::optional(runtime_.tensor(tape_.int32(s))));
        });
        return tensors;
      }
      case Kind::Int: return integer(tag, slot);
      case Kind::IntList: return integers(parameter, given);
      case Kind::Float: return real(tag, slot);
      case Kind::FloatList: {
        if (tag != Tag::Ints && tag != Tag::Floats)
          return std::vector<double>(static_cast<size_t>(parameter.fixed_size), real(tag, slot));
        std::vector<double> numbers;
        for (size_t i = 0; i < tape_.count(slot); ++i) numbers.push_back(tape_.number(slot + 1 + i));
        return numbers;
      }
      case Kind::Bool: return tape_.number(slot) != 0;
      case Kind::BoolList: {
        c10::List<bool> flags;
        each(given, [&](Tag, size_t s) { flags.push_back(tape_.number(s) != 0); });
        return flags;
      }
      case Kind::String: return tape_.string(slot);
      case Kind::StringList: {
        c10::List<std::string> strings;
        each(given, [&](Tag, size_t s) { strings.push_back(tape_.string(s)); });
        return strings;
      }
      case Kind::Scalar: return scalar(tag, slot);
      case Kind::ScalarList: {
        c10::List<c10::IValue> numbers(c10::NumberType::get());
        each(given, [&](Tag t, size_t s) { numbers.push_back(scalar(t, s)); });
        return c10::IValue(numbers);
      }
      case Kind::DType:
      case Kind::Layout:
      case Kind::MemoryFormat: return static_cast<int64_t>(tape_.int32(slot));
      case Kind::Device: return device(tag, slot);
      case Kind::Generator: {
        const at::Generator* generator = runtime_.generators.find(tape_.int32(slot));
        if (generator == nullptr) throw runtime_error("this Generator has been disposed of");
        return *generator;
      }
      case Kind::Object: {
        const ScriptHandle* script = runtime_.scripts.find(tape_.int32(slot));
        if (script == nullptr) throw runtime_error("this object has been disposed of");
        if (!script->script->module) throw type_error(c10::str(op_.name, "(): argument '", parameter.name, "' must be an object of a class"));
        return script->script->module->_ivalue(); // which the operator checks to be of its class
      }
      case Kind::Any: return any(tag, slot);
      case Kind::Unsupported: break;
    }
    throw runtime_error("an argument of a kind that cannot be passed");
  }

  template <typename Visit>
  void each(const Given& given, Visit visit) const {
    const size_t length = tape_.count(given.slot);
    if (given.tag == Tag::Ints || given.tag == Tag::Floats) {
      for (size_t i = 0; i < length; ++i) visit(given.tag == Tag::Ints ? Tag::Int : Tag::Float, given.slot + 1 + i);
      return;
    }
    size_t slot = given.slot + 1;
    for (size_t i = 0; i < length; ++i, slot = tape_.after(slot)) visit(tape_.tag(slot), slot + 1);
  }

  int64_t integer(Tag tag, size_t slot) const {
    if (tag == Tag::BigInt) return tape_.int64(slot);
    if (tag == Tag::Tensor) return runtime_.tensor(tape_.int32(slot)).item<int64_t>();
    const double number = tape_.number(slot);
    if (!(number >= -9223372036854775808.0 && number < 9223372036854775808.0))
      throw value_error("Overflow when unpacking long long");
    return static_cast<int64_t>(number);
  }

  std::vector<int64_t> integers(const Parameter& parameter, const Given& given) const {
    if (given.tag != Tag::Ints && given.tag != Tag::List && given.tag != Tag::Tuple)
      return std::vector<int64_t>(static_cast<size_t>(parameter.fixed_size), integer(given.tag, given.slot));
    std::vector<int64_t> numbers;
    each(given, [&](Tag t, size_t s) { numbers.push_back(integer(t, s)); });
    return numbers;
  }

  double real(Tag tag, size_t slot) const {
    if (tag == Tag::BigInt) return static_cast<double>(tape_.int64(slot));
    if (tag == Tag::Tensor) return runtime_.tensor(tape_.int32(slot)).item<double>();
    return tape_.number(slot);
  }

  c10::Scalar scalar(Tag tag, size_t slot) const {
    switch (tag) {
      case Tag::Float: return tape_.number(slot);
      case Tag::Bool: return tape_.number(slot) != 0;
      case Tag::Complex: return c10::complex<double>(tape_.number(slot), tape_.number(slot + 1));
      case Tag::Tensor: return runtime_.tensor(tape_.int32(slot)).item();
      default: return integer(tag, slot);
    }
  }

  // A number in a tensor's place takes part in type promotion as a number, not as a 0-dim tensor.
  c10::IValue wrapped_number(const Given& given) const {
    const c10::Scalar number = scalar(given.tag, given.slot);
    at::Tensor tensor = c10::scalar_to_tensor(number); // faster than the operator scalar_tensor
    tensor.unsafeGetTensorImpl()->set_wrapped_number(true);
    return tensor;
  }

  c10::Device device(Tag tag, size_t slot) const {
    if (tag == Tag::String) return checked_device(tape_.string(slot));
    if (tag == Tag::Int) return checked_device(accelerator_device(tape_.int32(slot)));
    return checked_device(device_from_code(tape_.int32(slot)));
  }

  c10::IValue any(Tag tag, size_t slot) {
    switch (tag) {
      case Tag::Tensor: return runtime_.tensor(tape_.int32(slot));
      case Tag::Bool: return tape_.number(slot) != 0;
      case Tag::Float: return tape_.number(slot);
      case Tag::String: return tape_.string(slot);
      case Tag::Int:
      case Tag::BigInt: return integer(tag, slot);
      default: throw type_error(c10::str(op_.name, "(): an argument of any type cannot be a ", name_of(tag)));
    }
  }

  // ---- errors, in the words of PyTorch's argument parser ----

  static const char* name_of(Tag tag) {
    switch (tag) {
      case Tag::None: return "NoneType";
      case Tag::Tensor: return "Tensor";
      case Tag::Int:
      case Tag::BigInt: return "int";
      case Tag::Float: return "float";
      case Tag::Bool: return "bool";
      case Tag::String: return "str";
      case Tag::Complex: return "complex";
      case Tag::DType: return "torch.dtype";
      case Tag::Device: return "torch.device";
      case Tag::Layout: return "torch.layout";
      case Tag::MemoryFormat: return "torch.memory_format";
      case Tag::Generator: return "torch._C.Generator";
      case Tag::Script: return "torch._C.ScriptObject";
      case Tag::Dict: return "dict";
      case Tag::Tuple: return "tuple";
      case Tag::Object: return "object";
      default: return "list";
    }
  }

  static std::string name_of(const Parameter& parameter) {
    switch (parameter.kind) {
      case Kind::Tensor: return "Tensor";
      case Kind::TensorList:
      case Kind::OptionalTensorList: return "tuple of Tensors";
      case Kind::Int: return "int";
      case Kind::IntList: return "tuple of ints";
      case Kind::Float: return "float";
      case Kind::FloatList: return "tuple of floats";
      case Kind::Bool: return "bool";
      case Kind::BoolList: return "tuple of bools";
      case Kind::String: return "str";
      case Kind::StringList: return "tuple of strs";
      case Kind::Scalar: return "Number";
      case Kind::ScalarList: return "tuple of Scalars";
      case Kind::DType: return "torch.dtype";
      case Kind::Layout: return "torch.layout";
      case Kind::MemoryFormat: return "torch.memory_format";
      case Kind::Device: return "torch.device";
      case Kind::Generator: return "torch.Generator";
      case Kind::Object: return "torch._C.ScriptObject";
      default: return "object";
    }
  }

  static std::string python_name(const Overload& overload, size_t i) {
    const auto& name = overload.parameters[i].name;
    return i == 0 && name == "self" ? "input" : name;
  }

  [[noreturn]] void fail() {
    const Overload* only = nullptr;
    size_t candidates = 0;
    for (const auto& overload : op_.overloads) {
      if (overload.writes_out) continue;
      ++candidates;
      only = &overload;
    }
    if (candidates == 1) explain(*only);
    std::string message = c10::str(op_.name, "() received an invalid combination of arguments - got (", given_types(),
        "), but expected one of:");
    for (const auto& overload : op_.overloads)
      if (!overload.writes_out) message += "\n * (" + signature(overload) + ")";
    throw type_error(message);
  }

  [[noreturn]] void explain(const Overload& overload) {
    const auto& parameters = overload.parameters;
    if (call_.positional > overload.positional && !takes_varargs(overload))
      throw type_error(c10::str(op_.name, "() takes ", overload.positional, " positional argument",
          overload.positional == 1 ? "" : "s", " but ", call_.positional, call_.positional == 1 ? " was" : " were", " given"));
    std::array<const Given*, Call::kMaxGiven> bound{};
    for (size_t i = 0; i < std::min(call_.positional, overload.positional); ++i) bound[i] = &call_.values[i];
    for (size_t k = call_.positional; k < call_.positional + call_.keywords; ++k) {
      const size_t i = find(overload, call_.keyword_ids[k]);
      if (i == parameters.size())
        throw type_error(
            c10::str(op_.name, "() got an unexpected keyword argument '", keyword_name(call_.keyword_ids[k]), "'"));
      if (bound[i] != nullptr)
        throw type_error(c10::str(op_.name, "() got multiple values for argument '", python_name(overload, i), "'"));
      bound[i] = &call_.values[k];
    }
    std::string missing;
    size_t count = 0;
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (bound[i] != nullptr || parameters[i].default_value) continue;
      missing += c10::str(count++ == 0 ? "\"" : ", \"", python_name(overload, i), "\"");
    }
    if (count > 0)
      throw type_error(
          c10::str(op_.name, "() missing ", count, " required positional argument", count == 1 ? "" : "s", ": ", missing));
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (bound[i] == nullptr || accepts(parameters[i], *bound[i], Pass::Lenient)) continue;
      if (parameters[i].kind == Kind::TensorList) explain_element(*bound[i], i);
      const std::string position =
          i < call_.positional ? c10::str(" (position ", i + 1, ")") : std::string();
      throw type_error(c10::str(op_.name, "(): argument '", python_name(overload, i), "'", position, " must be ",
          name_of(parameters[i]), ", not ", name_of(bound[i]->tag)));
    }
    throw type_error(c10::str(op_.name, "() cannot be called with (", given_types(), ")"));
  }

  // Of a list that should hold tensors: which element does not.
  void explain_element(const Given& given, size_t argument) const {
    const auto fail = [&](size_t i, const char* type) {
      throw type_error(c10::str("expected Tensor as element ", i, " in argument ", argument, ", but got ", type));
    };
    if (given.tag == Tag::Ints || given.tag == Tag::Floats) fail(0, name_of(given.tag == Tag::Ints ? Tag::Int : Tag::Float));
    if (given.tag != Tag::List && given.tag != Tag::Tuple) return;
    size_t slot = given.slot + 1;
    for (size_t i = 0; i < tape_.count(given.slot); ++i, slot = tape_.after(slot))
      if (tape_.tag(slot) != Tag::Tensor) fail(i, name_of(tape_.tag(slot)));
  }

  std::string given_types() const {
    std::string text;
    for (size_t i = 0; i < call_.positional + call_.keywords; ++i) {
      if (i > 0) text += ", ";
      if (i >= call_.positional) text += keyword_name(call_.keyword_ids[i]) + "=";
      text += name_of(call_.values[i].tag);
    }
    return text;
  }

  std::string signature(const Overload& overload) const {
    std::string text;
    for (size_t i = 0; i < overload.parameters.size(); ++i) {
      const auto& parameter = overload.parameters[i];
      if (i > 0) text += ", ";
      if (i == overload.positional) text += "*, ";
      text += name_of(parameter) + " " + python_name(overload, i);
      if (parameter.default_value) text += parameter.default_value->isNone() ? " = None" : " = ...";
    }
    return text;
  }

  Runtime& runtime_;
  const Tape& tape_;
  const Operator& op_;
  Call call_;
  std::array<const Given*, Call::kMaxGiven> bound_; // not cleared: match() fills what it uses
  std::array<Given, 8> outs_;
  bool varargs_ = false;
  bool lends_ = false; // the runtime's own generator stands where none is given
};

} // namespace

const Overload& bind(Runtime& runtime, const Operator& op, std::vector<c10::IValue>& stack) {
  return Binder(runtime, op).bind(stack);
}

} // namespace torch_ts
