// Storages: the memory that tensors may share. What it is, all of it as bytes, parts of it, its filling, and its loan to JavaScript.
#include "bytes.h"
#include "crc32.h"

#include <ATen/Functions.h>
#include <c10/core/Storage.h>
#include <c10/util/StringUtil.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#ifdef __linux__
#include <sys/mman.h>
#endif
#ifndef _WIN32
#include <unistd.h>
#endif

namespace torch_ts {
namespace {

c10::Storage storage_of(Runtime& runtime, napi_value id) {
  const at::Tensor tensor = tensor_of(runtime, id);
  if (!tensor.has_storage()) throw runtime_error("Cannot access data pointer of Tensor that doesn't have storage");
  return tensor.storage();
}

// The bytes of a storage as a tensor.
at::Tensor bytes_of(const c10::Storage& storage) {
  at::Tensor bytes = at::empty({0}, at::TensorOptions(storage.device()).dtype(at::kByte));
  return bytes.set_(storage, 0, {static_cast<int64_t>(storage.nbytes())}, {1});
}

// The part [offset, offset + length) of a storage, checked.
std::pair<size_t, size_t> part_of(Runtime& runtime, const c10::Storage& storage, napi_value offset, napi_value length) {
  const double start = number_of(runtime, offset, "offset"), size = number_of(runtime, length, "length");
  if (!(start >= 0 && size >= 0 && start + size <= static_cast<double>(storage.nbytes())))
    throw value_error(c10::str("no bytes from ", start, " to ", start + size, " in a storage of ", storage.nbytes(), " bytes"));
  return {static_cast<size_t>(start), static_cast<size_t>(size)};
}

// storage_id(tensor): a number that tensors on the same storage share while one of them lives; 0 without a storage.
napi_value storage_id(Runtime& runtime, Arguments arguments) {
  const at::Tensor tensor = tensor_of(runtime, arguments[0]);
  const void* storage = tensor.has_storage() ? tensor.storage().unsafeGetStorageImpl() : nullptr;
  return to_js(runtime, static_cast<double>(reinterpret_cast<uintptr_t>(storage)));
}

napi_value storage_nbytes(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, static_cast<double>(storage_of(runtime, arguments[0]).nbytes()));
}

// storage_bytes(out, tensor): a tensor of bytes on the whole storage.
napi_value storage_bytes(Runtime& runtime, Arguments arguments) {
  return to_js(runtime, runtime.attach(arguments[0], bytes_of(storage_of(runtime, arguments[1]))));
}

// storage_part(out, tensor, offset, length): the bytes of a new storage on a part of the memory, which it keeps alive.
napi_value storage_part(Runtime& runtime, Arguments arguments) {
  const c10::Storage whole = storage_of(runtime, arguments[1]);
  const auto [offset, length] = part_of(runtime, whole, arguments[2], arguments[3]);
  if (!whole.device().is_cpu()) throw type_error("only memory of the CPU can be divided");
  auto* keeper = new c10::Storage(whole);
  const auto drop = [](void* keeper) { delete static_cast<c10::Storage*>(keeper); };
  c10::DataPtr data(static_cast<char*>(whole.mutable_data()) + offset, keeper, drop, whole.device());
  const c10::Storage part(c10::Storage::use_byte_size_t(), length, std::move(data), nullptr, false);
  return to_js(runtime, runtime.attach(arguments[0], bytes_of(part)));
}

// lend(tensor, offset, length): an ArrayBuffer on a part of the storage's memory. It keeps nothing alive: lib gives it back by
// `reclaim` while the tensor is there. (A buffer that owned the memory would free it only when the event loop turns.)
napi_value lend(Runtime& runtime, Arguments arguments) {
  const c10::Storage storage = storage_of(runtime, arguments[0]);
  const auto [offset, length] = part_of(runtime, storage, arguments[1], arguments[2]);
  if (!storage.device().is_cpu()) throw type_error("only memory of the CPU can be lent");
  napi_value result;
  void* empty = nullptr;
  const auto status = length == 0 ? napi_create_arraybuffer(runtime.env, 0, &empty, &result)
                                  : napi_create_external_arraybuffer(runtime.env, static_cast<char*>(storage.mutable_data()) + offset,
                                        length, nullptr, nullptr, &result);
  if (status != napi_ok) throw runtime_error("this Node.js does not allow ArrayBuffers on foreign memory");
  return result;
}

// reclaim(buffer): the end of a loan; the buffer has no bytes from now on.
napi_value reclaim(Runtime& runtime, Arguments arguments) {
  napi_detach_arraybuffer(runtime.env, arguments[0]);
  return nullptr;
}

constexpr size_t kStep = size_t{1} << 21;
constexpr size_t kPiece = size_t{1} << 18; // small enough to stay in the processor's cache between the copy and the checksum

// Has the system provide the pages of fresh memory at once: one by one, while they are filled, they cost about as much as the copy
// into them. A kernel that does not know it, or has no memory left, says so, and they come one by one. (Large pages were faster still
// on idle machines, but up to four times slower on virtual ones, whose host takes free ranges of that size back.)
void provide(uint8_t* data, size_t length) {
#ifdef MADV_POPULATE_WRITE
  constexpr uintptr_t kPage = 4096;
  const uintptr_t start = (reinterpret_cast<uintptr_t>(data) + kPage - 1) & ~(kPage - 1);
  const uintptr_t end = (reinterpret_cast<uintptr_t>(data) + length) & ~(kPage - 1);
  if (end > start) madvise(reinterpret_cast<void*>(start), end - start, MADV_POPULATE_WRITE);
#endif
}

#ifndef _WIN32
void read_at(int file, uint8_t* data, size_t length, size_t at) {
  while (length > 0) {
    const ssize_t count = pread(file, data, length, static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw runtime_error(c10::str("the file could not be read: ", std::strerror(errno)));
    if (count == 0) throw runtime_error("unexpected EOF. The file might be corrupted.");
    data += count;
    at += static_cast<size_t>(count);
    length -= static_cast<size_t>(count);
  }
}
#endif

// storage_read(tensor, length, source, at): fills the storage from its beginning with what the source, an open file's descriptor
// or bytes, holds from `at` on, and gives the checksum of it. -1 if descriptors mean nothing here, as on Windows.
napi_value storage_read(Runtime& runtime, Arguments arguments) {
  const c10::Storage storage = storage_of(runtime, arguments[0]);
  if (!storage.device().is_cpu()) throw type_error("only memory of the CPU can be filled");
  const double wanted = number_of(runtime, arguments[1], "length"), from = number_of(runtime, arguments[3], "at");
  if (!(wanted >= 0 && from >= 0 && wanted <= static_cast<double>(storage.nbytes()))) throw value_error("these bytes do not fit the storage");
  const auto length = static_cast<size_t>(wanted), at = static_cast<size_t>(from);
  auto* data = static_cast<uint8_t*>(storage.mutable_data());
  napi_valuetype type;
  napi_typeof(runtime.env, arguments[2], &type);
  const uint8_t* bytes = nullptr;
  int file = -1;
  if (type == napi_number) {
#ifdef _WIN32
    return to_js(runtime, -1.0);
#endif
    file = int32_of(runtime, arguments[2], "source");
  } else {
    const auto [start, size] = view_of<uint8_t>(runtime, arguments[2]);
    if (at > size || length > size - at) throw runtime_error("unexpected EOF. The file might be corrupted.");
    bytes = start + at;
  }
  uint32_t sum = 0;
  for (size_t done = 0; done < length; done += kPiece) {
    const size_t size = std::min(kPiece, length - done);
    if (length >= kStep / 2 && done % kStep == 0) provide(data + done, std::min(kStep, length - done));
#ifndef _WIN32
    if (bytes == nullptr) read_at(file, data + done, size, at + done);
#endif
    if (bytes != nullptr) std::memcpy(data + done, bytes + done, size);
    sum = crc32(data + done, size, sum);
  }
  return to_js(runtime, static_cast<double>(sum));
}

} // namespace

std::vector<Entry> storage_entries() {
  return {
      {"storage_id", guarded<storage_id>},
      {"storage_nbytes", guarded<storage_nbytes>},
      {"storage_bytes", guarded<storage_bytes>},
      {"storage_part", guarded<storage_part>},
      {"lend", guarded<lend>},
      {"reclaim", guarded<reclaim>},
      {"storage_read", guarded<storage_read>},
  };
}

} // namespace torch_ts
