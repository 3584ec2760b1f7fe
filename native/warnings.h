// libtorch's warnings on their way to JavaScript, which shows each once as Node shows warnings.
#pragma once

namespace torch_ts {

// From here on this thread's warnings wait for JavaScript.
void collect_warnings();
bool any_warnings();

} // namespace torch_ts
