// Compiled once per target: the passes for float and double, as one table of functions each.
#include "kernel_table.hpp"

#define CLEARPROP_TEXT_OF(name) #name
#define CLEARPROP_TEXT(name) CLEARPROP_TEXT_OF(name)

namespace clearprop {
inline namespace CLEARPROP_TARGET {

template <class T>
constexpr Kernels<T> kernels = kernel_table<ExactProducts<T>>(CLEARPROP_TEXT(CLEARPROP_TARGET));

const Kernels<float>& kernels_of_float() { return kernels<float>; }
const Kernels<double>& kernels_of_double() { return kernels<double>; }

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
