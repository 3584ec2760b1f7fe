// The default generator of a thread. libtorch has one for the process; a worker thread has its own beside it, so that neither
// disturbs the numbers of the other.
#pragma once

#include "runtime.h"

#include <mutex>

namespace torch_ts {

// Whoever uses or changes the process's default CPU generator holds this. Recursive: a hook may call operators inside a call.
std::recursive_mutex& default_generator_mutex();

// Around a call that takes the process's default generator, since it was given none: in a worker, that generator has the state
// of the worker's own for as long as this lives.
class DefaultGenerator {
 public:
  explicit DefaultGenerator(Runtime& runtime);
  ~DefaultGenerator();
  DefaultGenerator(const DefaultGenerator&) = delete;
  DefaultGenerator& operator=(const DefaultGenerator&) = delete;

 private:
  std::unique_lock<std::recursive_mutex> lock_;
  at::Generator lent_; // undefined if there is nothing to give back
};

} // namespace torch_ts
