// Devices: codes on the tape, and PyTorch's error where a device is asked for that this libtorch was built without.
#pragma once

#include <c10/core/Device.h>

#include <string>

namespace torch_ts {

inline int32_t device_code(c10::Device device) { return static_cast<int32_t>(device.type()) * 256 + device.index() + 1; }
c10::Device device_from_code(int32_t code);
c10::Device accelerator_device(int32_t index);
// Whether this machine has a device for this build's kind of accelerator: a CUDA build on a machine without GPU has none.
bool accelerator_is_there();
// Throws if the device's kind is not in this build, and starts its runtime if it is.
c10::Device checked_device(c10::Device device);
c10::Device checked_device(const std::string& name);

} // namespace torch_ts
