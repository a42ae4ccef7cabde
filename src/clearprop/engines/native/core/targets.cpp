// Which of the compiled targets this processor can run.
#include "kernels.hpp"

#if defined(__x86_64__) || defined(_M_X64)
#define CLEARPROP_X86 1
#if defined(_MSC_VER)
#include <immintrin.h>
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
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
#if CLEARPROP_HAS_BFLOAT16
namespace bfloat16 {
const Kernels<float>& kernels_of_tiles();
const Kernels<float>& kernels_of_dot_products();
}  // namespace bfloat16
#endif

namespace {

// Bit `number` of register `index` (eax, ebx, ecx, edx) of what the processor says of itself.
[[maybe_unused]] bool bit(int leaf, int index, int number, int part = 0) {
#if defined(_MSC_VER)
    int registers[4];
    __cpuidex(registers, leaf, part);
#else
    unsigned registers[4] = {};
    __get_cpuid_count(leaf, part, &registers[0], &registers[1], &registers[2], &registers[3]);
#endif
    return (registers[index] >> number) & 1;
}
#if defined(_MSC_VER)
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

#if CLEARPROP_HAS_BFLOAT16
bool has_dot_products() { return has_avx512() && bit(7, 0, 5, 1); }

// Whether the operating system saves the tiles of a thread; Linux wants to be asked, once for the whole process.
bool tiles_are_allowed() {
#if defined(_MSC_VER)
    return (_xgetbv(0) & 0x60000) == 0x60000;
#elif defined(__linux__)
    constexpr long request_permission = 0x1023, tile_data = 18;
    static const bool allowed = syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
    return allowed;
#else
    return false;
#endif
}

// AMX with its bfloat16, and the conversions of AVX-512 BF16.
bool has_tiles() { return has_dot_products() && bit(7, 3, 24) && bit(7, 3, 22) && tiles_are_allowed(); }
#endif

}  // namespace
#endif

// Each list is made once: to ask the processor takes as long as a prediction where it is a virtual one.
const std::vector<const Kernels<float>*>& runnable_bfloat16_kernels() {
    static const auto found = [] {
        std::vector<const Kernels<float>*> runnable;
#if CLEARPROP_HAS_BFLOAT16
        if (has_tiles()) runnable.push_back(&bfloat16::kernels_of_tiles());
        if (has_dot_products()) runnable.push_back(&bfloat16::kernels_of_dot_products());
#endif
        return runnable;
    }();
    return found;
}

template <>
const std::vector<const Kernels<float>*>& runnable_kernels<float>() {
    static const auto found = [] {
        std::vector<const Kernels<float>*> runnable;
#if CLEARPROP_X86
        if (has_avx512()) runnable.push_back(&avx512::kernels_of_float());
        if (has_avx2()) runnable.push_back(&avx2::kernels_of_float());
#endif
        runnable.push_back(&plain::kernels_of_float());
        return runnable;
    }();
    return found;
}

template <>
const std::vector<const Kernels<double>*>& runnable_kernels<double>() {
    static const auto found = [] {
        std::vector<const Kernels<double>*> runnable;
#if CLEARPROP_X86
        if (has_avx512()) runnable.push_back(&avx512::kernels_of_double());
        if (has_avx2()) runnable.push_back(&avx2::kernels_of_double());
#endif
        runnable.push_back(&plain::kernels_of_double());
        return runnable;
    }();
    return found;
}

}  // namespace clearprop
