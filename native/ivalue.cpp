#include "ivalue.h"

#include "device.h"
#include "script.h"
#include "values.h"

#include <c10/util/StringUtil.h>

#include <algorithm>
#include <cmath>

namespace torch_ts {
namespace {

using c10::IValue;
using c10::TypeKind;
using c10::TypePtr;

bool is_array(Tag tag) { return tag == Tag::List || tag == Tag::Tuple || tag == Tag::Ints || tag == Tag::Floats; }

// TorchScript has an int for these.
bool is_code(Tag tag) { return tag == Tag::DType || tag == Tag::Layout || tag == Tag::MemoryFormat; }

class Reader {
 public:
  Reader(Runtime& runtime, size_t& slot, int depth) : runtime_(runtime), tape_(runtime.tape), slot_(slot), depth_(depth) {
    if (depth > Tape::kMaxDepth) throw value_error("values are nested too deeply");
    tag_ = tape_.tag(slot);
  }

  IValue typed(const TypePtr& type) {
    switch (type->kind()) {
      case TypeKind::OptionalType:
        if (tag_ == Tag::None) return next(IValue());
        return typed(type->expectRef<c10::OptionalType>().getElementType());
      case TypeKind::TensorType:
        if (tag_ == Tag::None) return next(IValue(at::Tensor()));
        if (tag_ == Tag::Tensor) return inferred(Arrays::Lists);
        break;
      case TypeKind::IntType:
      case TypeKind::SymIntType:
        if (tag_ == Tag::Int || tag_ == Tag::BigInt || tag_ == Tag::Bool || is_code(tag_)) return next(IValue(integer()));
        break;
      case TypeKind::FloatType:
      case TypeKind::SymFloatType:
        if (tag_ == Tag::Int || tag_ == Tag::Float || tag_ == Tag::BigInt || tag_ == Tag::Bool)
          return next(IValue(tag_ == Tag::BigInt ? static_cast<double>(integer()) : tape_.number(slot_ + 1)));
        break;
      case TypeKind::ComplexType:
        if (tag_ == Tag::Complex) return inferred(Arrays::Lists);
        if (tag_ == Tag::Int || tag_ == Tag::Float) return next(IValue(c10::complex<double>(tape_.number(slot_ + 1))));
        break;
      case TypeKind::NumberType:
        if (tag_ == Tag::Int || tag_ == Tag::BigInt || tag_ == Tag::Float || tag_ == Tag::Bool || tag_ == Tag::Complex)
          return inferred(Arrays::Lists);
        break;
      case TypeKind::BoolType:
      case TypeKind::SymBoolType:
        if (tag_ == Tag::Bool) return inferred(Arrays::Lists);
        break;
      case TypeKind::StringType:
        if (tag_ == Tag::String) return inferred(Arrays::Lists);
        break;
      case TypeKind::NoneType:
        if (tag_ == Tag::None) return next(IValue());
        break;
      case TypeKind::DeviceObjType:
        if (tag_ == Tag::Device) return inferred(Arrays::Lists);
        if (tag_ == Tag::String) return IValue(checked_device(inferred(Arrays::Lists).toStringRef()));
        break;
      case TypeKind::GeneratorType:
        if (tag_ == Tag::Generator) return inferred(Arrays::Lists);
        break;
      case TypeKind::ListType:
        if (is_array(tag_)) return list(type->expectRef<c10::ListType>().getElementType());
        break;
      case TypeKind::TupleType:
        return tuple(type->expect<c10::TupleType>());
      case TypeKind::DictType:
        if (tag_ == Tag::Dict) return dict(type->expectRef<c10::DictType>());
        break;
      case TypeKind::UnionType:
        for (const TypePtr& one : type->expectRef<c10::UnionType>().containedTypes())
          if (auto found = attempt(one)) return *found;
        break;
      case TypeKind::AnyType:
        return inferred(Arrays::Lists);
      default:
        // Classes, interfaces, enums and whatever else: an object that came from here before.
        if (tag_ == Tag::Script) {
          const size_t before = slot_;
          IValue value = inferred(Arrays::Lists);
          if (value.type()->isSubtypeOf(*type)) return value;
          slot_ = before;
        }
    }
    throw cast_error(type);
  }

  IValue inferred(Arrays arrays) {
    switch (tag_) {
      case Tag::None: return next(IValue());
      case Tag::Tensor: {
        const int32_t id = tape_.int32(slot_ + 1);
        return next(IValue(runtime_.tensor(id)));
      }
      case Tag::Int:
      case Tag::BigInt:
      case Tag::DType:
      case Tag::Layout:
      case Tag::MemoryFormat: return next(IValue(integer()));
      case Tag::Float: return next(IValue(tape_.number(slot_ + 1)));
      case Tag::Bool: return next(IValue(tape_.number(slot_ + 1) != 0));
      case Tag::Complex: return next(IValue(c10::complex<double>(tape_.number(slot_ + 1), tape_.number(slot_ + 2))));
      case Tag::String: return next(IValue(tape_.string(slot_ + 1)));
      case Tag::Device: return next(IValue(checked_device(device_from_code(tape_.int32(slot_ + 1)))));
      case Tag::Generator: {
        const auto* generator = runtime_.generators.find(tape_.int32(slot_ + 1));
        if (generator == nullptr) throw runtime_error("this Generator has been disposed of");
        return next(IValue(*generator));
      }
      case Tag::Script: return next(object(tape_.int32(slot_ + 1)));
      case Tag::List:
      case Tag::Tuple:
      case Tag::Ints:
      case Tag::Floats: return array(tag_ == Tag::Tuple ? Arrays::Tuples : arrays, arrays);
      case Tag::Dict: return inferred_dict(arrays);
      default: throw CastError(c10::str("Unable to cast ", python_repr_at(runtime_, slot_), " to a TorchScript value"));
    }
  }

 private:
  int64_t integer() const {
    return tag_ == Tag::BigInt ? tape_.int64(slot_ + 1) : static_cast<int64_t>(tape_.number(slot_ + 1));
  }

  IValue next(IValue value) {
    slot_ = tape_.after(slot_);
    return value;
  }

  std::optional<IValue> attempt(const TypePtr& type) {
    const size_t before = slot_;
    try {
      return typed(type);
    } catch (const CastError&) {
      slot_ = before;
      return std::nullopt;
    }
  }

  CastError cast_error(const TypePtr& type) const {
    return CastError(c10::str("Unable to cast ", python_repr_at(runtime_, slot_), " to ", type->repr_str()));
  }

  IValue object(int32_t id) const {
    const ScriptHandle* found = runtime_.scripts.find(id);
    if (found == nullptr) throw runtime_error("this object has been disposed of");
    const Script& script = *found->script;
    if (script.module) return IValue(script.module->_ivalue());
    if (script.value.isNone()) throw CastError("Unable to cast a function or compilation unit to a TorchScript value");
    return script.value;
  }

  // Elements of any kind of array, each by `read`.
  template <typename Read>
  void elements(const Read& read) {
    const size_t count = tape_.count(slot_ + 1);
    slot_ += 2;
    for (size_t i = 0; i < count; ++i) read(i);
  }

  // An element of a typed array has no tag: it is read where it stands.
  std::optional<IValue> bare() {
    if (tag_ == Tag::Ints) return IValue(static_cast<int64_t>(tape_.number(slot_++)));
    if (tag_ == Tag::Floats) return IValue(tape_.number(slot_++));
    return std::nullopt;
  }

  IValue element(const TypePtr& type) {
    auto plain = bare();
    if (!plain) return Reader(runtime_, slot_, depth_ + 1).typed(type);
    const TypePtr& wanted = type->kind() == TypeKind::OptionalType ? type->expectRef<c10::OptionalType>().getElementType() : type;
    const bool any = wanted->kind() == TypeKind::NumberType || wanted->kind() == TypeKind::AnyType;
    if (any || (plain->isInt() && wanted->kind() == TypeKind::IntType) || (plain->isDouble() && wanted->kind() == TypeKind::FloatType)) return *plain;
    if (plain->isInt() && wanted->kind() == TypeKind::FloatType) return IValue(static_cast<double>(plain->toInt()));
    throw CastError(c10::str("Unable to cast ", *plain, " to ", type->repr_str()));
  }

  IValue element(Arrays arrays) {
    auto plain = bare();
    return plain ? *plain : Reader(runtime_, slot_, depth_ + 1).inferred(arrays);
  }

  IValue list(const TypePtr& type) {
    c10::impl::GenericList list(type);
    elements([&](size_t) { list.push_back(element(type)); });
    return list;
  }

  IValue tuple(const c10::TupleTypePtr& type) {
    const auto& types = type->elements();
    std::vector<IValue> values;
    if (is_array(tag_) && tape_.count(slot_ + 1) == types.size()) {
      elements([&](size_t i) { values.push_back(element(types[i])); });
    } else if (tag_ == Tag::Dict && type->schema() != nullptr && tape_.count(slot_ + 1) == types.size()) {
      values = fields(*type);
    } else {
      throw cast_error(type);
    }
    return type->schema() != nullptr ? IValue(c10::ivalue::Tuple::createNamed(std::move(values), type))
                                     : IValue(c10::ivalue::Tuple::create(std::move(values)));
  }

  // A named tuple from an object with its names.
  std::vector<IValue> fields(const c10::TupleType& type) {
    const auto& arguments = type.schema()->arguments();
    std::vector<IValue> values(arguments.size());
    const size_t start = slot_;
    elements([&](size_t) {
      const IValue key = Reader(runtime_, slot_, depth_ + 1).inferred(Arrays::Lists);
      const std::string name = key.isString() ? key.toStringRef() : std::string();
      const auto found = std::find_if(arguments.begin(), arguments.end(), [&](const auto& one) { return one.name() == name; });
      if (found == arguments.end()) {
        slot_ = start;
        throw CastError(c10::str("Unable to cast ", python_repr_at(runtime_, start), " to ", type.repr_str()));
      }
      values[static_cast<size_t>(found - arguments.begin())] = Reader(runtime_, slot_, depth_ + 1).typed(found->type());
    });
    return values;
  }

  IValue dict(const c10::DictType& type) {
    c10::impl::GenericDict dict(type.getKeyType(), type.getValueType());
    elements([&](size_t) {
      IValue key = Reader(runtime_, slot_, depth_ + 1).typed(type.getKeyType());
      dict.insert_or_assign(std::move(key), Reader(runtime_, slot_, depth_ + 1).typed(type.getValueType()));
    });
    return dict;
  }

  // Keys of dicts can be hashed only if they are of these types.
  static void check_key(const IValue& key) {
    if (!key.isInt() && !key.isDouble() && !key.isString() && !key.isBool() && !key.isTensor() && !key.isDevice() && !key.isComplexDouble())
      throw CastError(c10::str("Cannot create dict for key type '", key.type()->repr_str(),
          "', only int, float, complex, Tensor, device and string keys are supported"));
  }

  static TypePtr type_of(const IValue& value) {
    return value.isTensor() ? c10::TensorType::get() : value.type();
  }

  IValue inferred_dict(Arrays arrays) {
    std::vector<std::pair<IValue, IValue>> entries;
    elements([&](size_t) {
      IValue key = Reader(runtime_, slot_, depth_ + 1).inferred(arrays);
      check_key(key);
      entries.emplace_back(std::move(key), Reader(runtime_, slot_, depth_ + 1).inferred(arrays));
    });
    if (entries.empty()) throw CastError("Dictionary inputs must have entries");
    TypePtr key_type = type_of(entries[0].first), value_type = type_of(entries[0].second);
    for (const auto& [key, value] : entries) {
      if (*type_of(key) != *key_type)
        throw CastError(c10::str("Cannot infer type of dict: keys are of types ", key_type->repr_str(), " and ", type_of(key)->repr_str()));
      if (*type_of(value) == *value_type) continue;
      if (arrays == Arrays::Tuples)
        throw CastError(c10::str("Cannot infer type of dict: values are of types ", value_type->repr_str(), " and ", type_of(value)->repr_str()));
      value_type = c10::AnyType::get();
    }
    c10::impl::GenericDict dict(key_type, value_type);
    for (auto& [key, value] : entries) dict.insert_or_assign(std::move(key), std::move(value));
    return dict;
  }

  IValue array(Arrays own, Arrays inner) {
    std::vector<IValue> values;
    elements([&](size_t) { values.push_back(element(inner)); });
    const bool alike = std::all_of(values.begin(), values.end(), [&](const IValue& one) { return *type_of(one) == *type_of(values[0]); });
    if (own == Arrays::Tuples || !alike) return c10::ivalue::Tuple::create(std::move(values));
    c10::impl::GenericList list(values.empty() ? TypePtr(c10::TensorType::get()) : type_of(values[0]));
    for (IValue& value : values) list.push_back(std::move(value));
    return list;
  }

  Runtime& runtime_;
  const Tape& tape_;
  size_t& slot_;
  const int depth_;
  Tag tag_;
};

} // namespace

std::string python_type_at(Runtime& runtime, size_t slot) {
  switch (runtime.tape.tag(slot)) {
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
    case Tag::Dict: return "dict";
    case Tag::Tuple: return "tuple";
    case Tag::Script: return "torch._C.ScriptObject";
    case Tag::Object: return "object";
    default: return "list";
  }
}

std::string python_repr_at(Runtime& runtime, size_t slot) {
  const Tape& tape = runtime.tape;
  const Tag tag = tape.tag(slot);
  const auto join = [&](size_t count, size_t next, bool pairs, bool bare) {
    std::string text;
    for (size_t i = 0; i < count; ++i) {
      text += i == 0 ? "" : ", ";
      if (bare) {
        text += c10::str(tape.number(next++));
        continue;
      }
      text += python_repr_at(runtime, next);
      next = tape.after(next);
      if (!pairs) continue;
      text += ": " + python_repr_at(runtime, next);
      next = tape.after(next);
    }
    return text;
  };
  switch (tag) {
    case Tag::None: return "None";
    case Tag::Int: return c10::str(static_cast<int64_t>(tape.number(slot + 1)));
    case Tag::BigInt: return c10::str(tape.int64(slot + 1));
    case Tag::Float: return c10::str(tape.number(slot + 1));
    case Tag::Bool: return tape.number(slot + 1) != 0 ? "True" : "False";
    case Tag::String: return "'" + tape.string(slot + 1) + "'";
    case Tag::Ints:
    case Tag::Floats: return "[" + join(tape.count(slot + 1), slot + 2, false, true) + "]";
    case Tag::List: return "[" + join(tape.count(slot + 1), slot + 2, false, false) + "]";
    case Tag::Tuple: return "(" + join(tape.count(slot + 1), slot + 2, false, false) + ")";
    case Tag::Dict: return "{" + join(tape.count(slot + 1), slot + 2, true, false) + "}";
    case Tag::Tensor: return c10::str("tensor of size ", runtime.tensor(tape.int32(slot + 1)).sizes());
    default: return "<" + python_type_at(runtime, slot) + ">";
  }
}

namespace {

// What was given for an argument, by keyword or by position.
IValue read_argument(Runtime& runtime, const c10::FunctionSchema& schema, size_t position, size_t& slot) {
  const c10::Argument& argument = schema.arguments()[position];
  const size_t start = slot;
  try {
    return read_typed(runtime, slot, argument.type());
  } catch (const CastError& error) {
    throw runtime_error(c10::str(schema.formatTypeMismatchMsg(argument, python_type_at(runtime, start), position,
        python_repr_at(runtime, start)), "\nCast error details: ", error.what()));
  }
}

} // namespace

std::vector<IValue> read_call(Runtime& runtime, const c10::FunctionSchema& schema, const std::optional<IValue>& self) {
  const Tape& tape = runtime.tape;
  size_t slot = Tape::kFirst;
  const size_t positional = tape.count(slot++), keywords = tape.count(slot++);
  const size_t own = self ? 1 : 0, given = own + positional + keywords;
  const auto& arguments = schema.arguments();
  if (given > arguments.size())
    throw runtime_error(c10::str(schema.name(), "() expected at most ", arguments.size(), " argument(s) but received ", given,
        " argument(s). Declaration: ", schema));
  std::vector<IValue> stack;
  stack.reserve(arguments.size());
  if (self) stack.push_back(*self);
  for (size_t i = 0; i < positional; ++i) {
    if (arguments[own + i].kwarg_only())
      throw runtime_error(c10::str(schema.name(), "() takes ", own + i, " positional argument(s) but ", own + positional,
          " was/were given.  Declaration: ", schema));
    stack.push_back(read_argument(runtime, schema, own + i, slot));
  }
  std::vector<std::pair<std::string, size_t>> by_name;
  for (size_t i = 0; i < keywords; ++i) {
    std::string name = tape.string(slot + 1);
    slot = tape.after(slot);
    by_name.emplace_back(std::move(name), slot);
    slot = tape.after(slot);
  }
  size_t used = 0;
  for (size_t i = stack.size(); i < arguments.size(); ++i) {
    const auto found = std::find_if(by_name.begin(), by_name.end(), [&](const auto& one) { return one.first == arguments[i].name(); });
    if (found != by_name.end()) {
      size_t place = found->second;
      stack.push_back(read_argument(runtime, schema, i, place));
      ++used;
    } else if (arguments[i].default_value()) {
      stack.push_back(*arguments[i].default_value());
    } else {
      throw runtime_error(c10::str(schema.name(), "() is missing value for argument '", arguments[i].name(), "'. Declaration: ", schema));
    }
  }
  if (used != keywords) {
    std::vector<std::string> names;
    for (const auto& one : by_name) names.push_back(one.first);
    throw runtime_error(schema.findErrorInKwargs(names));
  }
  return stack;
}

IValue read_typed(Runtime& runtime, size_t& slot, const TypePtr& type) { return Reader(runtime, slot, 0).typed(type); }

IValue read_inferred(Runtime& runtime, size_t& slot, Arrays arrays) { return Reader(runtime, slot, 0).inferred(arrays); }

} // namespace torch_ts
