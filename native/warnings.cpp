#include "warnings.h"

#include "values.h"

#include <c10/util/Exception.h>

namespace torch_ts {
namespace {

std::vector<std::string>& pending() {
  thread_local std::vector<std::string> messages;
  return messages;
}

class Collector final : public c10::WarningHandler {
 public:
  void process(const c10::Warning& warning) override { pending().push_back(warning.msg()); }
};

// warnings(): their texts, each with a NUL behind it.
napi_value warnings(Runtime& runtime, Arguments) {
  std::string texts;
  for (const auto& message : take_warnings()) texts.append(message).push_back('\0');
  return to_js(runtime, texts);
}

} // namespace

void collect_warnings() {
  static auto* collector = new Collector(); // outlives every thread
  c10::WarningUtils::set_warning_handler(collector);
}

bool any_warnings() { return !pending().empty(); }

std::vector<std::string> take_warnings() { return std::exchange(pending(), {}); }

void add_warnings(std::vector<std::string> messages) {
  for (auto& message : messages) pending().push_back(std::move(message));
}

std::vector<Entry> warning_entries() { return {{"warnings", guarded<warnings>}}; }

} // namespace torch_ts
