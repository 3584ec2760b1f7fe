// libtorch's functorch headers include nlohmann/json, which no libtorch ships. They need it only to write a level as text, which
// nothing here does: this much lets them compile. It is searched after libtorch's own folders.
#pragma once

#include <stdexcept>
#include <string>

namespace nlohmann {

struct json {
  json() = default;
  template <class T>
  explicit json(const T&) {}
  std::string dump() const { throw std::runtime_error("levels of torch.func cannot be written as text"); }
  static json parse(const std::string&) { throw std::runtime_error("levels of torch.func cannot be read from text"); }
  template <class T>
  T get() const { return T(); }
};

} // namespace nlohmann
