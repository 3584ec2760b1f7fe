// An operator library with a class, as a user would write it, for custom_library.test.ts.
#include <ATen/ATen.h>
#include <torch/custom_class.h>
#include <torch/library.h>

struct Counter : torch::CustomClassHolder {
  explicit Counter(int64_t start) : count(start) {}
  int64_t add(int64_t by) { return count += by; }
  int64_t count;
};

TORCH_LIBRARY(torch_ts_test, library) {
  library.def("scaled_add(Tensor x, Tensor y, *, float scale=2.0) -> Tensor",
      [](const at::Tensor& x, const at::Tensor& y, double scale) { return x + y * scale; });
  library.class_<Counter>("Counter")
      .def(torch::init<int64_t>(), "", {torch::arg("start") = 1})
      .def("add", &Counter::add)
      .def_readonly("count", &Counter::count);
  library.def("counted(__torch__.torch.classes.torch_ts_test.Counter counter, Tensor x) -> Tensor",
      [](const c10::intrusive_ptr<Counter>& counter, const at::Tensor& x) { return x + counter->count; });
}
