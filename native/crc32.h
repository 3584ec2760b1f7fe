// The checksum of zip files.
#pragma once

#include <cstddef>
#include <cstdint>

namespace torch_ts {

// The CRC-32 of bytes that follow others whose sum is `before`.
uint32_t crc32(const uint8_t* data, size_t length, uint32_t before);

} // namespace torch_ts
