// Which of the compiled targets this processor can run.
#include "kernels.hpp"

#if defined(__x86_64__) || defined(_M_X64)
#define CLEARPROP_X86 1
#if defined(_MSC_VER)
#include <immintrin.h>
#include <intrin.h>
#endif
#endif

namespace clearprop {

namespace plain {
const Kernels<float>& kernels_of_float();
const Kernels<double>& kernels_of_double();
}  // namespace plain
#if CLEARPROP_X86
namespace avx2 {
const Kernels<float>& kernels_of_float();
const Kernels<double>& kernels_of_double();
}  // namespace avx2
namespace avx512 {
const Kernels<float>& kernels_of_float();
const Kernels<double>& kernels_of_double();
}  // namespace avx512

namespace {

#if defined(_MSC_VER)
bool bit(int leaf, int index, int number) {
    int registers[4];
    __cpuidex(registers, leaf, 0);
    return (registers[index] >> number) & 1;
}
bool has_avx2() {
    return bit(1, 2, 27) && (_xgetbv(0) & 0x6) == 0x6 && bit(7, 1, 5) && bit(1, 2, 12);
}
bool has_avx512() {
    return has_avx2() && (_xgetbv(0) & 0xe6) == 0xe6 && bit(7, 1, 16) && bit(7, 1, 17) && bit(7, 1, 30) && bit(7, 1, 31);
}
#else
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool has_avx512() {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#endif

}  // namespace
#endif

template <>
std::vector<const Kernels<float>*> runnable_kernels<float>() {
    std::vector<const Kernels<float>*> found;
#if CLEARPROP_X86
    if (has_avx512()) found.push_back(&avx512::kernels_of_float());
    if (has_avx2()) found.push_back(&avx2::kernels_of_float());
#endif
    found.push_back(&plain::kernels_of_float());
    return found;
}

template <>
std::vector<const Kernels<double>*> runnable_kernels<double>() {
    std::vector<const Kernels<double>*> found;
#if CLEARPROP_X86
    if (has_avx512()) found.push_back(&avx512::kernels_of_double());
    if (has_avx2()) found.push_back(&avx2::kernels_of_double());
#endif
    found.push_back(&plain::kernels_of_double());
    return found;
}

}  // namespace clearprop
