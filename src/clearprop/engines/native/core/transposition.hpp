// Rows and columns of a matrix exchanged, a square of one vector by one vector at a time.
#pragma once

#include <cstddef>

#include "vectors.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

// to[j][i] = from[i][j] for a square of `lanes` rows and columns.
template <class T>
CLEARPROP_INLINE void transpose_square(const T* from, std::ptrdiff_t from_row, T* to, std::ptrdiff_t to_row) {
    constexpr int n = Vector<T>::lanes;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) to[j * to_row + i] = from[i * from_row + j];
}

#if defined(__AVX512F__)
template <>
CLEARPROP_INLINE void transpose_square(const float* from, std::ptrdiff_t from_row, float* to, std::ptrdiff_t to_row) {
    __m512 r[16], s[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) r[i] = _mm512_loadu_ps(from + i * from_row);
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        s[2 * i] = _mm512_unpacklo_ps(r[2 * i], r[2 * i + 1]);
        s[2 * i + 1] = _mm512_unpackhi_ps(r[2 * i], r[2 * i + 1]);
    }
    const auto pairs = [](__m512 a, __m512 b, bool high) {
        const __m512d x = _mm512_castps_pd(a), y = _mm512_castps_pd(b);
        return _mm512_castpd_ps(high ? _mm512_unpackhi_pd(x, y) : _mm512_unpacklo_pd(x, y));
    };
#pragma GCC unroll 4
    for (int i = 0; i < 16; i += 4) {  // r[i + c] now has column c of each group of four, of four rows
        r[i] = pairs(s[i], s[i + 2], false);
        r[i + 1] = pairs(s[i], s[i + 2], true);
        r[i + 2] = pairs(s[i + 1], s[i + 3], false);
        r[i + 3] = pairs(s[i + 1], s[i + 3], true);
    }
#pragma GCC unroll 4
    for (int c = 0; c < 4; c++) {
        const __m512 a = _mm512_shuffle_f32x4(r[c], r[c + 4], 0x88), b = _mm512_shuffle_f32x4(r[c + 8], r[c + 12], 0x88);
        const __m512 d = _mm512_shuffle_f32x4(r[c], r[c + 4], 0xdd), e = _mm512_shuffle_f32x4(r[c + 8], r[c + 12], 0xdd);
        _mm512_storeu_ps(to + c * to_row, _mm512_shuffle_f32x4(a, b, 0x88));
        _mm512_storeu_ps(to + (c + 4) * to_row, _mm512_shuffle_f32x4(d, e, 0x88));
        _mm512_storeu_ps(to + (c + 8) * to_row, _mm512_shuffle_f32x4(a, b, 0xdd));
        _mm512_storeu_ps(to + (c + 12) * to_row, _mm512_shuffle_f32x4(d, e, 0xdd));
    }
}
#elif defined(__AVX2__)
template <>
CLEARPROP_INLINE void transpose_square(const float* from, std::ptrdiff_t from_row, float* to, std::ptrdiff_t to_row) {
    __m256 r[8], s[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) r[i] = _mm256_loadu_ps(from + i * from_row);
#pragma GCC unroll 4
    for (int i = 0; i < 8; i += 2) {
        s[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        s[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
#pragma GCC unroll 2
    for (int i = 0; i < 8; i += 4) {
        r[i] = _mm256_shuffle_ps(s[i], s[i + 2], 0x44);
        r[i + 1] = _mm256_shuffle_ps(s[i], s[i + 2], 0xee);
        r[i + 2] = _mm256_shuffle_ps(s[i + 1], s[i + 3], 0x44);
        r[i + 3] = _mm256_shuffle_ps(s[i + 1], s[i + 3], 0xee);
    }
#pragma GCC unroll 4
    for (int c = 0; c < 4; c++) {
        _mm256_storeu_ps(to + c * to_row, _mm256_permute2f128_ps(r[c], r[c + 4], 0x20));
        _mm256_storeu_ps(to + (c + 4) * to_row, _mm256_permute2f128_ps(r[c], r[c + 4], 0x31));
    }
}
#endif

// to[j][i] = from[i][j] for `rows` rows and `columns` columns.
template <class T>
void transpose(const T* from, std::ptrdiff_t from_row, T* to, std::ptrdiff_t to_row, int rows, int columns) {
    constexpr int n = Vector<T>::lanes;
    for (int i = 0; i < rows; i += n)
        for (int j = 0; j < columns; j += n) {
            const T* square = from + i * from_row + j;
            T* turned = to + j * to_row + i;
            if (i + n <= rows && j + n <= columns) {
                transpose_square(square, from_row, turned, to_row);
                continue;
            }
            for (int a = 0; a < n && i + a < rows; a++)
                for (int b = 0; b < n && j + b < columns; b++) turned[b * to_row + a] = square[a * from_row + b];
        }
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
