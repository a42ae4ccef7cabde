// Training with products of bfloat16 factors: the same passes over float32 parameters, as one more target.
// Compiled with the instructions of AVX-512 BF16 and AMX; targets.cpp says which of the tables a processor can run.
#include "bfloat16_products.hpp"
#include "kernel_table.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

constexpr Kernels<float> with_tiles = kernel_table<Bfloat16Products<Tiles>>("amx");
constexpr Kernels<float> with_dot_products = kernel_table<Bfloat16Products<DotProducts>>("avx512_bf16");

const Kernels<float>& kernels_of_tiles() { return with_tiles; }
const Kernels<float>& kernels_of_dot_products() { return with_dot_products; }

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
