// Reading Node-API values, and writing results onto the tape.
#pragma once

#include "runtime.h"

#include <ATen/core/ivalue.h>

#include <string>
#include <utility>
#include <vector>

namespace torch_ts {

// Writes tagged values from kFirst on: the count, the number of the overload, then each value. New tensors get handles that
// JavaScript must adopt.
void write_results(Runtime& runtime, const std::vector<c10::IValue>& values);
// One value, without a count.
void write_value(Runtime& runtime, const c10::IValue& value);
void write_dtype(Runtime& runtime, int64_t code);
void write_tensors(Runtime& runtime, const std::vector<at::Tensor>& tensors);
void write_scalar(Runtime& runtime, const c10::Scalar& value);
void write_ints(Runtime& runtime, c10::IntArrayRef values);

double number_of(Runtime& runtime, napi_value value, const char* name);
int32_t int32_of(Runtime& runtime, napi_value value, const char* name);
bool bool_of(Runtime& runtime, napi_value value);
std::string string_of(Runtime& runtime, napi_value value, const char* name);
// A number that lib itself made; anything else is 0, which names nothing.
int32_t handle_of(Runtime& runtime, napi_value value);
at::Tensor tensor_of(Runtime& runtime, napi_value id);
// Handles in a JavaScript array of numbers; 0 is an undefined tensor.
std::vector<at::Tensor> tensors_of(Runtime& runtime, napi_value ids);
std::vector<int32_t> ints_of(Runtime& runtime, napi_value array);

napi_value to_js(Runtime& runtime, double value);
napi_value to_js(Runtime& runtime, int32_t value);
napi_value to_js(Runtime& runtime, bool value);
napi_value to_js(Runtime& runtime, const std::string& value);

} // namespace torch_ts
