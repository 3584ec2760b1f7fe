// libtorch's warnings on their way to JavaScript, which shows each once as Node shows warnings.
#pragma once

#include <string>
#include <vector>

namespace torch_ts {

// From here on this thread's warnings wait for JavaScript.
void collect_warnings();
bool any_warnings();
// For work that another thread does in this one's place.
std::vector<std::string> take_warnings();
void add_warnings(std::vector<std::string> messages);

} // namespace torch_ts
