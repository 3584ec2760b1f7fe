// An operator library as a user would write it, for custom_library.test.ts.
#include <ATen/ATen.h>
#include <torch/library.h>

TORCH_LIBRARY(torch_ts_test, library) {
  library.def("scaled_add(Tensor x, Tensor y, *, float scale=2.0) -> Tensor",
      [](const at::Tensor& x, const at::Tensor& y, double scale) { return x + y * scale; });
}
