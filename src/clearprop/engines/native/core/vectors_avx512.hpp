// `Vector<T>` as one AVX-512 register: 16 floats or 8 doubles. Included by vectors.hpp only.
#pragma once

// GCC 12's own header leaves a merge operand undefined on purpose, and warns of it.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#else
#include <immintrin.h>
#endif

namespace clearprop {
inline namespace CLEARPROP_TARGET {

template <class T>
struct Vector;

template <class T>
struct Mask;

// Lane i is set for i < count.
template <class T>
CLEARPROP_INLINE unsigned first_lanes(int count) {
    return (1u << count) - 1u;
}

CLEARPROP_INLINE float first_of(__m128 a) {
    return _mm_cvtss_f32(a);
}

CLEARPROP_INLINE double first_of(__m128d a) {
    return _mm_cvtsd_f64(a);
}

// Both types have the same instructions under two suffixes: `suffix` is ps or pd, `Bits` the mask register's type.
// max and min give b where either is NaN. scale_by_power_of_two is exact to the last (also subnormal) bit.
// exponent and mantissa: x = mantissa · 2^exponent with mantissa in [1, 2), for positive normal x.
#define CLEARPROP_AVX512_VECTOR(T, LANES, Register, Bits, suffix)                                                     \
    template <>                                                                                                        \
    struct Mask<T> {                                                                                                   \
        Bits bits;                                                                                                     \
    };                                                                                                                 \
    template <>                                                                                                        \
    struct Vector<T> {                                                                                                 \
        static constexpr int lanes = LANES;                                                                            \
        Register r;                                                                                                    \
        static CLEARPROP_INLINE Vector load(const T* p) { return {_mm512_loadu_##suffix(p)}; }                         \
        static CLEARPROP_INLINE Vector broadcast(T x) { return {_mm512_set1_##suffix(x)}; }                            \
        static CLEARPROP_INLINE Vector zero() { return {_mm512_setzero_##suffix()}; }                                  \
        static CLEARPROP_INLINE Vector load_partial(const T* p, int count) {                                           \
            return {_mm512_maskz_loadu_##suffix(static_cast<Bits>(first_lanes<T>(count)), p)};                         \
        }                                                                                                              \
        CLEARPROP_INLINE void store(T* p) const { _mm512_storeu_##suffix(p, r); }                                      \
        CLEARPROP_INLINE void store_partial(T* p, int count) const {                                                   \
            _mm512_mask_storeu_##suffix(p, static_cast<Bits>(first_lanes<T>(count)), r);                               \
        }                                                                                                              \
    };                                                                                                                 \
    CLEARPROP_INLINE Mask<T> operator&(Mask<T> a, Mask<T> b) { return {static_cast<Bits>(a.bits & b.bits)}; }          \
    CLEARPROP_INLINE Mask<T> operator|(Mask<T> a, Mask<T> b) { return {static_cast<Bits>(a.bits | b.bits)}; }          \
    CLEARPROP_INLINE Mask<T> operator~(Mask<T> a) { return {static_cast<Bits>(~a.bits)}; }                             \
    CLEARPROP_INLINE bool any(Mask<T> a) { return a.bits != 0; }                                                       \
    CLEARPROP_INLINE Vector<T> operator+(Vector<T> a, Vector<T> b) { return {_mm512_add_##suffix(a.r, b.r)}; }         \
    CLEARPROP_INLINE Vector<T> operator-(Vector<T> a, Vector<T> b) { return {_mm512_sub_##suffix(a.r, b.r)}; }         \
    CLEARPROP_INLINE Vector<T> operator*(Vector<T> a, Vector<T> b) { return {_mm512_mul_##suffix(a.r, b.r)}; }         \
    CLEARPROP_INLINE Vector<T> operator/(Vector<T> a, Vector<T> b) { return {_mm512_div_##suffix(a.r, b.r)}; }         \
    CLEARPROP_INLINE Vector<T> operator-(Vector<T> a) {                                                                \
        return {_mm512_xor_##suffix(a.r, _mm512_set1_##suffix(static_cast<T>(-0.0)))};                                 \
    }                                                                                                                  \
    CLEARPROP_INLINE Vector<T> multiply_add(Vector<T> a, Vector<T> b, Vector<T> c) {                                   \
        return {_mm512_fmadd_##suffix(a.r, b.r, c.r)};                                                                 \
    }                                                                                                                  \
    CLEARPROP_INLINE Vector<T> negative_multiply_add(Vector<T> a, Vector<T> b, Vector<T> c) {                          \
        return {_mm512_fnmadd_##suffix(a.r, b.r, c.r)};                                                                \
    }                                                                                                                  \
    CLEARPROP_INLINE Vector<T> max(Vector<T> a, Vector<T> b) { return {_mm512_max_##suffix(a.r, b.r)}; }               \
    CLEARPROP_INLINE Vector<T> min(Vector<T> a, Vector<T> b) { return {_mm512_min_##suffix(a.r, b.r)}; }               \
    CLEARPROP_INLINE Vector<T> abs(Vector<T> a) {                                                                      \
        return {_mm512_andnot_##suffix(_mm512_set1_##suffix(static_cast<T>(-0.0)), a.r)};                              \
    }                                                                                                                  \
    CLEARPROP_INLINE Vector<T> sqrt(Vector<T> a) { return {_mm512_sqrt_##suffix(a.r)}; }                               \
    CLEARPROP_INLINE Vector<T> copy_sign(Vector<T> size, Vector<T> sign) {                                             \
        const Register bit = _mm512_set1_##suffix(static_cast<T>(-0.0));                                               \
        return {_mm512_or_##suffix(_mm512_andnot_##suffix(bit, size.r), _mm512_and_##suffix(bit, sign.r))};            \
    }                                                                                                                  \
    CLEARPROP_INLINE Mask<T> greater(Vector<T> a, Vector<T> b) {                                                       \
        return {_mm512_cmp_##suffix##_mask(a.r, b.r, _CMP_GT_OQ)};                                                     \
    }                                                                                                                  \
    CLEARPROP_INLINE Mask<T> greater_equal(Vector<T> a, Vector<T> b) {                                                 \
        return {_mm512_cmp_##suffix##_mask(a.r, b.r, _CMP_GE_OQ)};                                                     \
    }                                                                                                                  \
    CLEARPROP_INLINE Mask<T> equal(Vector<T> a, Vector<T> b) {                                                         \
        return {_mm512_cmp_##suffix##_mask(a.r, b.r, _CMP_EQ_OQ)};                                                     \
    }                                                                                                                  \
    CLEARPROP_INLINE Vector<T> select(Mask<T> mask, Vector<T> if_true, Vector<T> if_false) {                           \
        return {_mm512_mask_blend_##suffix(mask.bits, if_false.r, if_true.r)};                                         \
    }                                                                                                                  \
    CLEARPROP_INLINE Vector<T> round_to_nearest(Vector<T> a) { return {_mm512_roundscale_##suffix(a.r, 8)}; }          \
    CLEARPROP_INLINE Vector<T> scale_by_power_of_two(Vector<T> x, Vector<T> n) {                                       \
        return {_mm512_scalef_##suffix(x.r, n.r)};                                                                     \
    }                                                                                                                  \
    CLEARPROP_INLINE Vector<T> exponent(Vector<T> x) { return {_mm512_getexp_##suffix(x.r)}; }                         \
    CLEARPROP_INLINE Vector<T> mantissa(Vector<T> x) {                                                                 \
        return {_mm512_getmant_##suffix(x.r, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero)};                                  \
    }                                                                                                                  \
    CLEARPROP_INLINE T first(Vector<T> a) { return first_of(_mm512_cast##suffix##512_##suffix##128(a.r)); }            \
    CLEARPROP_INLINE T sum(Vector<T> a) { return _mm512_reduce_add_##suffix(a.r); }                                    \
    CLEARPROP_INLINE T largest(Vector<T> a) { return _mm512_reduce_max_##suffix(a.r); }

CLEARPROP_AVX512_VECTOR(float, 16, __m512, __mmask16, ps)
CLEARPROP_AVX512_VECTOR(double, 8, __m512d, __mmask8, pd)
#undef CLEARPROP_AVX512_VECTOR

// a/b within 1 unit in the last place for numbers far from the ends of T's range, without the divider that a square
// root beside it keeps busy: an estimate of 14 bits, and Newton's step (twice for double).
CLEARPROP_INLINE Vector<float> near_quotient(Vector<float> a, Vector<float> b) {
    const Vector<float> inverse = {_mm512_rcp14_ps(b.r)}, quotient = a * inverse;
    return multiply_add(negative_multiply_add(b, quotient, a), inverse, quotient);
}

CLEARPROP_INLINE Vector<double> near_quotient(Vector<double> a, Vector<double> b) {
    const Vector<double> one = Vector<double>::broadcast(1), inverse = {_mm512_rcp14_pd(b.r)};
    const Vector<double> better = multiply_add(inverse, negative_multiply_add(b, inverse, one), inverse);
    const Vector<double> quotient = a * better;
    return multiply_add(negative_multiply_add(b, quotient, a), better, quotient);
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
