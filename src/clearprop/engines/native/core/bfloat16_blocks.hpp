// Blocks of 32 × 32 numbers rounded to bfloat16, in the four orders in which products read them.
//
//   rows          [row][32 columns]                        left factor of A Wᵀ and of Δ W
//   columns       [column][32 rows]                        left factor of Aᵀ Δ
//   row pairs     [row / 2][32 columns][2 rows]            right factor: Wᵀ in A Wᵀ, Δ in Aᵀ Δ
//   column pairs  [column / 2][32 rows][2 columns]         right factor: Wᵀ, read as W, in Δ W
//
// Each takes the first `rows` rows of a float block, 32 numbers apart, and writes zeros for the others. Rounding is to
// the nearest, ties to even; NaN stays NaN, numbers below the smallest normal one become zero.
#pragma once

#include <bit>

#include "transposition.hpp"
#include "workspace.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

constexpr int block_side = 32;
constexpr int block_size = block_side * block_side;

CLEARPROP_INLINE __m512i rounded(const float* low, const float* high) {
    return std::bit_cast<__m512i>(_mm512_cvtne2ps_pbh(_mm512_loadu_ps(high), _mm512_loadu_ps(low)));
}

CLEARPROP_INLINE void clear(Bfloat16* to, int from_row) {
    for (int i = from_row; i < block_side; i++) _mm512_storeu_si512(to + i * block_side, _mm512_setzero_si512());
}

CLEARPROP_INLINE void write_rows(const float* from, Bfloat16* to, int rows) {
    for (int i = 0; i < rows; i++, from += block_side)
        _mm512_storeu_si512(to + i * block_side, rounded(from, from + 16));
    clear(to, rows);
}

CLEARPROP_INLINE void write_row_pairs(const float* from, Bfloat16* to, int rows) {
    alignas(64) static constexpr std::uint16_t order[32] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                            21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                            11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    alignas(64) static constexpr float nothing[block_side] = {};
    const __m512i alternately = _mm512_load_si512(order);
    for (int i = 0; i < rows; i += 2, from += 2 * block_side) {
        const float* second = i + 1 < rows ? from + block_side : nothing;
        for (int half = 0; half < block_side; half += 16)
            _mm512_storeu_si512(to + i * block_side + 2 * half,
                                _mm512_permutexvar_epi16(alternately, rounded(from + half, second + half)));
    }
    clear(to, (rows + 1) / 2 * 2);
}

// The same block with pairs of numbers as the elements of a matrix (rows × columns) that is transposed.
CLEARPROP_INLINE void transpose_pairs(const Bfloat16* from, Bfloat16* to, int rows, int columns) {
    transpose(reinterpret_cast<const float*>(from), columns, reinterpret_cast<float*>(to), rows, rows, columns);
}

CLEARPROP_INLINE void write_columns(const float* from, Bfloat16* to, int rows) {
    alignas(64) Bfloat16 pairs[block_size];
    write_row_pairs(from, pairs, rows);
    transpose_pairs(pairs, to, block_side / 2, block_side);
}

CLEARPROP_INLINE void write_column_pairs(const float* from, Bfloat16* to, int rows) {
    alignas(64) Bfloat16 in_rows[block_size];
    write_rows(from, in_rows, rows);
    transpose_pairs(in_rows, to, block_side, block_side / 2);
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
