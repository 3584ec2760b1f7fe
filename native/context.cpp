// Switches of the process, by name, as whole numbers whose meaning lib/_context.ts knows: at::Context.
#include "values.h"

#include <ATen/Context.h>
#include <c10/util/Exception.h>

#include <algorithm>

namespace torch_ts {
namespace {

struct Switch {
  const char* name;
  int32_t (*get)(at::Context& context);
  void (*set)(at::Context& context, int32_t value); // null for what cannot be changed
};

constexpr Switch kSwitches[] = {
    // 0: off, 1: warn of what is not deterministic, 2: throw.
    {"deterministic", [](at::Context& c) { return !c.deterministicAlgorithms() ? 0 : c.deterministicAlgorithmsWarnOnly() ? 1 : 2; },
     [](at::Context& c, int32_t value) { c.setDeterministicAlgorithms(value != 0, value == 1); }},
    {"fill_uninitialized_memory", [](at::Context& c) { return int32_t{c.deterministicFillUninitializedMemory()}; },
     [](at::Context& c, int32_t value) { c.setDeterministicFillUninitializedMemory(value != 0); }},
    // 0: highest, 1: high, 2: medium.
    {"float32_matmul_precision", [](at::Context& c) { return static_cast<int32_t>(c.float32MatmulPrecision()); },
     [](at::Context& c, int32_t value) { c.setFloat32MatmulPrecision(value == 0 ? "highest" : value == 1 ? "high" : "medium"); }},
    {"sparse_invariants", [](at::Context& c) { return int32_t{c.checkSparseTensorInvariants() == true}; },
     [](at::Context& c, int32_t value) { c.setCheckSparseTensorInvariants(value != 0); }},
    {"warn_always", [](at::Context&) { return int32_t{c10::WarningUtils::get_warnAlways()}; },
     [](at::Context&, int32_t value) { c10::WarningUtils::set_warnAlways(value != 0); }},
    {"stream_mismatch_warning", [](at::Context& c) { return int32_t{c.warnOnAccumulateGradStreamMismatch()}; },
     [](at::Context& c, int32_t value) { c.setWarnOnAccumulateGradStreamMismatch(value != 0); }},
    {"has_lapack", [](at::Context&) { return int32_t{at::hasLAPACK()}; }, nullptr},
    {"has_mkl", [](at::Context&) { return int32_t{at::hasMKL()}; }, nullptr},
    {"has_openmp", [](at::Context&) { return int32_t{at::hasOpenMP()}; }, nullptr},
};

const Switch& find(Runtime& runtime, napi_value value) {
  const std::string name = string_of(runtime, value, "name");
  const auto* found = std::find_if(std::begin(kSwitches), std::end(kSwitches), [&](const Switch& one) { return name == one.name; });
  if (found == std::end(kSwitches)) throw type_error("no such switch: " + name);
  return *found;
}

// get_switch(name)
napi_value get_switch(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, find(runtime, arguments[0]).get(at::globalContext()));
}

// set_switch(name, value)
napi_value set_switch(Runtime& runtime, Arguments arguments) {
  const Switch& chosen = find(runtime, arguments[0]);
  if (chosen.set == nullptr) throw type_error(std::string(chosen.name) + " cannot be changed");
  chosen.set(at::globalContext(), int32_of(runtime, arguments[1], "value"));
  return nullptr;
}

// set_flush_denormal(mode): whether this CPU can.
napi_value set_flush_denormal(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, at::globalContext().setFlushDenormal(bool_of(runtime, arguments[0])));
}

} // namespace

std::vector<Entry> context_entries() {
  return {
      {"get_switch", guarded<get_switch>}, {"set_switch", guarded<set_switch>}, {"set_flush_denormal", guarded<set_flush_denormal>}};
}

} // namespace torch_ts
