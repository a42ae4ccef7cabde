// Dropout masks from a counter, bit for bit those of mathematics/dropout.py: a function of (seed, step, layer, i, j).
#pragma once

#include "vectors.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

// A 32-bit finaliser of multiply and xor-shift (Wellons' "lowbias32").
CLEARPROP_INLINE std::uint32_t mixed(std::uint32_t x) {
    x = (x ^ (x >> 16)) * 0x7FEB352Du;
    x = (x ^ (x >> 15)) * 0x846CA68Bu;
    return x ^ (x >> 16);
}

inline std::uint32_t dropout_key(std::int64_t seed, std::int64_t step, std::int64_t l) {
    std::uint32_t key = mixed(static_cast<std::uint32_t>(seed));
    key = mixed(key * 0x9E3779B1u + static_cast<std::uint32_t>(step));
    return mixed(key * 0x9E3779B1u + static_cast<std::uint32_t>(l));
}

// Kept are the hashes that are at least this.
inline std::uint32_t dropout_threshold(double rate) {
    const double scaled = rate * 4294967296.0;
    return scaled < 4294967295.0 ? static_cast<std::uint32_t>(scaled) : 0xFFFFFFFFu;
}

// A ← A ⊙ M and M (0 or 1/(1 − rate)) for `rows` rows of n units, both in panel layout; `first` is the number of the first.
template <class T>
void drop(T* a, T* mask, int rows, int n, int first, std::uint32_t key, double rate) {
    constexpr int width = panel_width<T>;
    const std::uint32_t threshold = dropout_threshold(rate);
    const T scale = T(1) / static_cast<T>(1.0 - rate);
    for (int panel = 0; panel * width < n; ++panel) {
        for (int i = 0; i < rows; ++i) {
            const std::size_t at = (static_cast<std::size_t>(panel) * rows + i) * width;
            const std::uint32_t row = static_cast<std::uint32_t>(first + i) * static_cast<std::uint32_t>(n);
            const std::uint32_t counter = row + static_cast<std::uint32_t>(panel * width);
            for (int j = 0; j < width; ++j) {
                const std::uint32_t hash = mixed(mixed(counter + static_cast<std::uint32_t>(j)) ^ key);
                mask[at + j] = hash >= threshold ? scale : T(0);
            }
            for (int j = 0; j < width; ++j) a[at + j] *= mask[at + j];
        }
    }
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
