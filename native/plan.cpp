#include "plan.h"

#include <ATen/core/enum_tag.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>

namespace torch_ts {
namespace {

// The operators for which PyTorch's parser lets a number stand for a tensor (python_arg_parser.cpp).
bool takes_numbers_as_tensors(const std::string& name) {
  static const std::set<std::string> names = {
      "add", "sub", "subtract", "mul", "multiply", "div", "divide", "true_divide", "floor_divide", "copy"};
  return names.count(!name.empty() && name.back() == '_' ? name.substr(0, name.size() - 1) : name) != 0;
}

// There a number becomes a tensor before overloads for numbers are tried, and the graph's nodes are named after that.
bool never_chosen(const Operator& op, const std::string& overload) {
  return op.numbers_as_tensors && overload.rfind("Scalar", 0) == 0;
}

struct Keywords {
  std::mutex mutex;
  std::unordered_map<std::string, int32_t> ids;
  std::vector<std::string> names{""};

  int32_t intern(const std::string& name) {
    std::lock_guard<std::mutex> lock(mutex);
    auto [found, fresh] = ids.try_emplace(name, static_cast<int32_t>(names.size()));
    if (fresh) names.push_back(name);
    return found->second;
  }
};

Keywords& keywords() {
  static auto* table = new Keywords();
  return *table;
}

Kind kind_of(const c10::TypePtr& type) {
  using c10::TypeKind;
  switch (type->kind()) {
    case TypeKind::TensorType: return Kind::Tensor;
    case TypeKind::IntType:
    case TypeKind::SymIntType: return Kind::Int;
    case TypeKind::FloatType:
    case TypeKind::SymFloatType: return Kind::Float;
    case TypeKind::BoolType:
    case TypeKind::SymBoolType: return Kind::Bool;
    case TypeKind::StringType: return Kind::String;
    case TypeKind::NumberType: return Kind::Scalar;
    case TypeKind::ScalarTypeType: return Kind::DType;
    case TypeKind::LayoutType: return Kind::Layout;
    case TypeKind::MemoryFormatType: return Kind::MemoryFormat;
    case TypeKind::DeviceObjType: return Kind::Device;
    case TypeKind::GeneratorType: return Kind::Generator;
    case TypeKind::ClassType: return Kind::Object;
    case TypeKind::AnyType: return Kind::Any;
    case TypeKind::ListType: {
      const auto& element = type->castRaw<c10::ListType>()->getElementType();
      if (element->kind() == TypeKind::OptionalType)
        return kind_of(element->castRaw<c10::OptionalType>()->getElementType()) == Kind::Tensor ? Kind::OptionalTensorList
                                                                                                : Kind::Unsupported;
      switch (kind_of(element)) {
        case Kind::Tensor: return Kind::TensorList;
        case Kind::Int: return Kind::IntList;
        case Kind::Float: return Kind::FloatList;
        case Kind::Bool: return Kind::BoolList;
        case Kind::String: return Kind::StringList;
        case Kind::Scalar: return Kind::ScalarList;
        default: return Kind::Unsupported;
      }
    }
    default: return Kind::Unsupported;
  }
}

Parameter compile(const c10::Argument& argument) {
  c10::TypePtr type = argument.real_type();
  const bool optional = type->kind() == c10::TypeKind::OptionalType;
  if (optional) type = type->castRaw<c10::OptionalType>()->getElementType();
  return {
      argument.name(), keywords().intern(argument.name()), kind_of(type), optional, argument.kwarg_only(), argument.is_out(),
      argument.N().value_or(0), argument.default_value()};
}

Overload compile(const c10::OperatorHandle& handle) {
  const auto& schema = handle.schema();
  Overload overload{handle, schema.overload_name(), {}, 0, 0, false, false, false, handle.hasTag(at::Tag::nondeterministic_seeded), -1, {}};
  for (const auto& argument : schema.arguments()) {
    overload.parameters.push_back(compile(argument));
    const auto& parameter = overload.parameters.back();
    if (!parameter.keyword_only) ++overload.positional;
    if (!parameter.default_value) ++overload.required;
    overload.writes_out |= parameter.is_out;
    if (parameter.kind == Kind::Generator) overload.generator = static_cast<int32_t>(overload.parameters.size()) - 1;
  }
  const auto writes = [](const c10::Argument& argument) { return argument.alias_info() && argument.alias_info()->isWrite(); };
  overload.returns_first = !overload.writes_out && schema.returns().size() == 1 && !schema.arguments().empty() &&
      writes(schema.arguments()[0]) && writes(schema.returns()[0]);
  overload.returns_dtype = schema.returns().size() == 1 && kind_of(schema.returns()[0].real_type()) == Kind::DType;
  for (const auto& result : schema.returns()) overload.return_names.push_back(result.name());
  return overload;
}

// PyTorch tries a signature with a narrower type before one with a wider one, and shorter ones first.
int rank(const Overload& overload) {
  int rank = 0;
  for (const auto& parameter : overload.parameters) rank += parameter.kind == Kind::Unsupported ? 1000 : 1;
  return rank;
}

int breadth(Kind kind) {
  switch (kind) {
    case Kind::Bool: return 0;
    case Kind::Int: return 1;
    case Kind::Float: return 2;
    case Kind::Scalar: return 3;
    case Kind::Tensor: return 4;
    default: return 5;
  }
}

bool tried_before(const Overload& a, const Overload& b) {
  const int rank_a = rank(a), rank_b = rank(b);
  if (rank_a != rank_b) return rank_a < rank_b;
  for (size_t i = 0; i < std::min(a.parameters.size(), b.parameters.size()); ++i) {
    const int breadth_a = breadth(a.parameters[i].kind), breadth_b = breadth(b.parameters[i].kind);
    if (breadth_a != breadth_b) return breadth_a < breadth_b;
  }
  return a.name < b.name;
}

struct Registry {
  std::mutex mutex;
  std::unordered_map<std::string, std::vector<std::string>> overloads; // base name -> overload names
  std::map<std::string, std::unique_ptr<const Operator>> compiled;

  void list_overloads() {
    overloads.clear();
    for (const auto& name : c10::Dispatcher::singleton().getAllOpNames()) overloads[name.name].push_back(name.overload_name);
  }

  const Operator* find(const std::string& name) {
    std::lock_guard<std::mutex> lock(mutex);
    if (auto found = compiled.find(name); found != compiled.end()) return found->second.get();
    auto op = compile_operator(name);
    if (op == nullptr) return nullptr;
    return (compiled[name] = std::move(op)).get();
  }

  std::unique_ptr<Operator> compile_operator(const std::string& name) {
    const size_t scope = name.find("::");
    const size_t dot = name.find('.', scope == std::string::npos ? 0 : scope);
    const std::string base = name.substr(0, dot);
    if (overloads.find(base) == overloads.end()) list_overloads(); // a library may have been loaded since
    const auto found = overloads.find(base);
    if (found == overloads.end()) return nullptr;
    auto op = std::make_unique<Operator>();
    op->name = base.substr(scope == std::string::npos ? 0 : scope + 2);
    op->numbers_as_tensors = takes_numbers_as_tensors(op->name);
    for (const auto& overload : found->second) {
      if (dot == std::string::npos ? never_chosen(*op, overload) : overload != name.substr(dot + 1)) continue;
      const auto handle = c10::Dispatcher::singleton().findSchema({base, overload});
      if (handle) op->overloads.push_back(compile(*handle));
    }
    if (op->overloads.empty()) return nullptr;
    op->random = std::any_of(op->overloads.begin(), op->overloads.end(), [](const Overload& one) { return one.random; });
    std::sort(op->overloads.begin(), op->overloads.end(), tried_before);
    return op;
  }
};

Registry& registry() {
  static auto* table = new Registry();
  return *table;
}

} // namespace

const Operator* find_operator(const std::string& name) { return registry().find(name); }

std::vector<std::string> all_operator_names() {
  std::vector<std::string> names;
  for (const auto& name : c10::Dispatcher::singleton().getAllOpNames())
    names.push_back(name.overload_name.empty() ? name.name : name.name + "." + name.overload_name);
  std::sort(names.begin(), names.end());
  return names;
}

int32_t keyword_id(const std::string& name) {
  auto& table = keywords();
  std::lock_guard<std::mutex> lock(table.mutex);
  const auto found = table.ids.find(name);
  return found == table.ids.end() ? 0 : found->second;
}

std::string keyword_name(int32_t id) {
  auto& table = keywords();
  std::lock_guard<std::mutex> lock(table.mutex);
  return id > 0 && static_cast<size_t>(id) < table.names.size() ? table.names[id] : "?";
}

} // namespace torch_ts
