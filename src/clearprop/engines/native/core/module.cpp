// What Python sees of the core: the module clearprop.engines.native._core.

#include <nanobind/nanobind.h>

NB_MODULE(_core, module) {
    module.doc() = "The native engine's core, in C++.";
    module.def("target", [] { return "plain"; }, "The instruction set that the kernels are chosen for.");
}
