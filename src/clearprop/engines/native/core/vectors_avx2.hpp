// `Vector<T>` as one AVX register with AVX2 and FMA: 8 floats or 4 doubles. Included by vectors.hpp only.
#pragma once

#include <immintrin.h>

namespace clearprop {
inline namespace CLEARPROP_TARGET {

template <class T>
struct Vector;

template <class T>
struct Mask;

CLEARPROP_INLINE __m256i first_lanes(int count, float) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

CLEARPROP_INLINE __m256i first_lanes(int count, double) {
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3));
}

// 2^n for integral n within the range of normal exponents.
CLEARPROP_INLINE __m256 power_of_two(__m256 n) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23));
}

CLEARPROP_INLINE __m256d power_of_two(__m256d n) {
    // 1.5 · 2^52 + k has k in its lowest bits.
    const __m256d shifted = _mm256_add_pd(n, _mm256_set1_pd(6755399441055744.0 + 1023.0));
    return _mm256_castsi256_pd(_mm256_slli_epi64(_mm256_castpd_si256(shifted), 52));
}

CLEARPROP_INLINE __m256 exponent_of(__m256 x) {
    const __m256i biased = _mm256_srli_epi32(_mm256_castps_si256(x), 23);
    return _mm256_cvtepi32_ps(_mm256_sub_epi32(biased, _mm256_set1_epi32(127)));
}

CLEARPROP_INLINE __m256d exponent_of(__m256d x) {
    // The bits of 2^52 + k are those of 2^52 with k in the lowest ones.
    const __m256i biased = _mm256_srli_epi64(_mm256_castpd_si256(x), 52);
    const __m256i shifted = _mm256_or_si256(biased, _mm256_castpd_si256(_mm256_set1_pd(4503599627370496.0)));
    return _mm256_sub_pd(_mm256_castsi256_pd(shifted), _mm256_set1_pd(4503599627370496.0 + 1023.0));
}

CLEARPROP_INLINE __m256 mantissa_of(__m256 x) {
    const __m256i fraction = _mm256_and_si256(_mm256_castps_si256(x), _mm256_set1_epi32(0x007FFFFF));
    return _mm256_castsi256_ps(_mm256_or_si256(fraction, _mm256_set1_epi32(0x3F800000)));
}

CLEARPROP_INLINE __m256d mantissa_of(__m256d x) {
    const __m256i fraction = _mm256_and_si256(_mm256_castpd_si256(x), _mm256_set1_epi64x(0x000FFFFFFFFFFFFFLL));
    return _mm256_castsi256_pd(_mm256_or_si256(fraction, _mm256_set1_epi64x(0x3FF0000000000000LL)));
}

// Halves are added, then quarters, then the last two.
CLEARPROP_INLINE float sum_of(__m256 a) {
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

CLEARPROP_INLINE double sum_of(__m256d a) {
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

CLEARPROP_INLINE float largest_of(__m256 a) {
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_shuffle_ps(two, two, 1)));
}

CLEARPROP_INLINE double largest_of(__m256d a) {
    const __m128d two = _mm_max_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1));
    return _mm_cvtsd_f64(_mm_max_sd(two, _mm_unpackhi_pd(two, two)));
}

CLEARPROP_INLINE float first_of(__m128 a) {
    return _mm_cvtss_f32(a);
}

CLEARPROP_INLINE double first_of(__m128d a) {
    return _mm_cvtsd_f64(a);
}

// Both types have the same instructions under two suffixes: `suffix` is ps or pd.
// max and min give b where either is NaN. scale_by_power_of_two is exact for x in [1/2, 2] to the last normal bit, and
// rounds once below; n beyond the type's exponents is taken as the nearest that gives 0 or infinity.
// exponent and mantissa: x = mantissa · 2^exponent with mantissa in [1, 2), for positive normal x.
#define CLEARPROP_AVX2_VECTOR(T, LANES, Register, suffix, RANGE)                                                       \
    template <>                                                                                                        \
    struct Mask<T> {                                                                                                   \
        Register bits;                                                                                                 \
    };                                                                                                                 \
    template <>                                                                                                        \
    struct Vector<T> {                                                                                                 \
        static constexpr int lanes = LANES;                                                                            \
        Register r;                                                                                                    \
        static CLEARPROP_INLINE Vector load(const T* p) { return {_mm256_loadu_##suffix(p)}; }                         \
        static CLEARPROP_INLINE Vector broadcast(T x) { return {_mm256_set1_##suffix(x)}; }                            \
        static CLEARPROP_INLINE Vector zero() { return {_mm256_setzero_##suffix()}; }                                  \
        static CLEARPROP_INLINE Vector load_partial(const T* p, int count) {                                           \
            return {_mm256_maskload_##suffix(p, first_lanes(count, T{}))};                                             \
        }                                                                                                              \
        CLEARPROP_INLINE void store(T* p) const { _mm256_storeu_##suffix(p, r); }                                      \
        CLEARPROP_INLINE void store_partial(T* p, int count) const {                                                   \
            _mm256_maskstore_##suffix(p, first_lanes(count, T{}), r);                                                  \
        }                                                                                                              \
    };                                                                                                                 \
    CLEARPROP_INLINE Mask<T> operator&(Mask<T> a, Mask<T> b) { return {_mm256_and_##suffix(a.bits, b.bits)}; }         \
    CLEARPROP_INLINE Mask<T> operator|(Mask<T> a, Mask<T> b) { return {_mm256_or_##suffix(a.bits, b.bits)}; }          \
    CLEARPROP_INLINE Mask<T> operator~(Mask<T> a) {                                                                    \
        const Register zero = _mm256_setzero_##suffix();                                                               \
        return {_mm256_xor_##suffix(a.bits, _mm256_cmp_##suffix(zero, zero, _CMP_EQ_OQ))};                             \
    }                                                                                                                  \
    CLEARPROP_INLINE bool any(Mask<T> a) { return _mm256_movemask_##suffix(a.bits) != 0; }                             \
    CLEARPROP_INLINE Vector<T> operator+(Vector<T> a, Vector<T> b) { return {_mm256_add_##suffix(a.r, b.r)}; }         \
    CLEARPROP_INLINE Vector<T> operator-(Vector<T> a, Vector<T> b) { return {_mm256_sub_##suffix(a.r, b.r)}; }         \
    CLEARPROP_INLINE Vector<T> operator*(Vector<T> a, Vector<T> b) { return {_mm256_mul_##suffix(a.r, b.r)}; }         \
    CLEARPROP_INLINE Vector<T> operator/(Vector<T> a, Vector<T> b) { return {_mm256_div_##suffix(a.r, b.r)}; }         \
    CLEARPROP_INLINE Vector<T> operator-(Vector<T> a) {                                                                \
        return {_mm256_xor_##suffix(a.r, _mm256_set1_##suffix(static_cast<T>(-0.0)))};                                 \
    }                                                                                                                  \
    CLEARPROP_INLINE Vector<T> multiply_add(Vector<T> a, Vector<T> b, Vector<T> c) {                                   \
        return {_mm256_fmadd_##suffix(a.r, b.r, c.r)};                                                                 \
    }                                                                                                                  \
    CLEARPROP_INLINE Vector<T> negative_multiply_add(Vector<T> a, Vector<T> b, Vector<T> c) {                          \
        return {_mm256_fnmadd_##suffix(a.r, b.r, c.r)};                                                                \
    }                                                                                                                  \
    CLEARPROP_INLINE Vector<T> max(Vector<T> a, Vector<T> b) { return {_mm256_max_##suffix(a.r, b.r)}; }               \
    CLEARPROP_INLINE Vector<T> min(Vector<T> a, Vector<T> b) { return {_mm256_min_##suffix(a.r, b.r)}; }               \
    CLEARPROP_INLINE Vector<T> abs(Vector<T> a) {                                                                      \
        return {_mm256_andnot_##suffix(_mm256_set1_##suffix(static_cast<T>(-0.0)), a.r)};                              \
    }                                                                                                                  \
    CLEARPROP_INLINE Vector<T> sqrt(Vector<T> a) { return {_mm256_sqrt_##suffix(a.r)}; }                               \
    CLEARPROP_INLINE Vector<T> copy_sign(Vector<T> size, Vector<T> sign) {                                             \
        const Register bit = _mm256_set1_##suffix(static_cast<T>(-0.0));                                               \
        return {_mm256_or_##suffix(_mm256_andnot_##suffix(bit, size.r), _mm256_and_##suffix(bit, sign.r))};            \
    }                                                                                                                  \
    CLEARPROP_INLINE Mask<T> greater(Vector<T> a, Vector<T> b) {                                                       \
        return {_mm256_cmp_##suffix(a.r, b.r, _CMP_GT_OQ)};                                                            \
    }                                                                                                                  \
    CLEARPROP_INLINE Mask<T> greater_equal(Vector<T> a, Vector<T> b) {                                                 \
        return {_mm256_cmp_##suffix(a.r, b.r, _CMP_GE_OQ)};                                                            \
    }                                                                                                                  \
    CLEARPROP_INLINE Mask<T> equal(Vector<T> a, Vector<T> b) { return {_mm256_cmp_##suffix(a.r, b.r, _CMP_EQ_OQ)}; }   \
    CLEARPROP_INLINE Vector<T> select(Mask<T> mask, Vector<T> if_true, Vector<T> if_false) {                           \
        return {_mm256_blendv_##suffix(if_false.r, if_true.r, mask.bits)};                                             \
    }                                                                                                                  \
    CLEARPROP_INLINE Vector<T> round_to_nearest(Vector<T> a) { return {_mm256_round_##suffix(a.r, 8)}; }               \
    CLEARPROP_INLINE Vector<T> scale_by_power_of_two(Vector<T> x, Vector<T> n) {                                       \
        const Register range = _mm256_set1_##suffix(static_cast<T>(RANGE));                                            \
        const Register low = _mm256_sub_##suffix(_mm256_setzero_##suffix(), range);                                    \
        const Register bounded = _mm256_min_##suffix(range, _mm256_max_##suffix(low, n.r));                            \
        const Register half = _mm256_round_##suffix(_mm256_mul_##suffix(bounded, _mm256_set1_##suffix(T(0.5))), 8);    \
        const Register rest = _mm256_sub_##suffix(bounded, half);                                                      \
        return {_mm256_mul_##suffix(_mm256_mul_##suffix(x.r, power_of_two(half)), power_of_two(rest))};                \
    }                                                                                                                  \
    CLEARPROP_INLINE Vector<T> exponent(Vector<T> x) { return {exponent_of(x.r)}; }                                    \
    CLEARPROP_INLINE Vector<T> mantissa(Vector<T> x) { return {mantissa_of(x.r)}; }                                    \
    CLEARPROP_INLINE T first(Vector<T> a) { return first_of(_mm256_cast##suffix##256_##suffix##128(a.r)); }            \
    CLEARPROP_INLINE T sum(Vector<T> a) { return sum_of(a.r); }                                                        \
    CLEARPROP_INLINE T largest(Vector<T> a) { return largest_of(a.r); }

CLEARPROP_AVX2_VECTOR(float, 8, __m256, ps, 252)
CLEARPROP_AVX2_VECTOR(double, 4, __m256d, pd, 2044)
#undef CLEARPROP_AVX2_VECTOR

// Where estimates are cheap this is another way than division (see vectors_avx512.hpp).
template <class T>
CLEARPROP_INLINE Vector<T> near_quotient(Vector<T> a, Vector<T> b) {
    return a / b;
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
