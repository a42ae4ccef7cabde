// `Vector<T>` for any machine: 8 floats or 4 doubles as two 16-byte halves. Included by vectors.hpp only.
//
// GCC and Clang have 16-byte vectors as a language extension, which becomes SSE2, NEON or loops; for other compilers
// `Lanes` below stands in.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace clearprop {
inline namespace CLEARPROP_TARGET {

#if defined(__GNUC__) || defined(__clang__)
template <class T>
struct Sixteen {
    typedef T Type __attribute__((vector_size(16)));
};
#else
// Sixteen bytes of T with the operators that the extension has: comparisons give all bits set or none.
template <class T>
struct Lanes {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    T lane[16 / sizeof(T)];
    CLEARPROP_INLINE T operator[](int i) const { return lane[i]; }
    CLEARPROP_INLINE T& operator[](int i) { return lane[i]; }
};

#define CLEARPROP_LANES(symbol, Result, expression)                                                                    \
    template <class T>                                                                                                 \
    CLEARPROP_INLINE Lanes<Result> operator symbol(Lanes<T> a, Lanes<T> b) {                                           \
        Lanes<Result> c;                                                                                               \
        for (int i = 0; i < static_cast<int>(16 / sizeof(T)); ++i) c.lane[i] = static_cast<Result>(expression);        \
        return c;                                                                                                      \
    }
CLEARPROP_LANES(+, T, a.lane[i] + b.lane[i])
CLEARPROP_LANES(-, T, a.lane[i] - b.lane[i])
CLEARPROP_LANES(*, T, a.lane[i] * b.lane[i])
CLEARPROP_LANES(/, T, a.lane[i] / b.lane[i])
CLEARPROP_LANES(&, T, a.lane[i] & b.lane[i])
CLEARPROP_LANES(|, T, a.lane[i] | b.lane[i])
CLEARPROP_LANES(^, T, a.lane[i] ^ b.lane[i])
CLEARPROP_LANES(>, typename Lanes<T>::Bits, a.lane[i] > b.lane[i] ? ~0ull : 0ull)
CLEARPROP_LANES(>=, typename Lanes<T>::Bits, a.lane[i] >= b.lane[i] ? ~0ull : 0ull)
CLEARPROP_LANES(==, typename Lanes<T>::Bits, a.lane[i] == b.lane[i] ? ~0ull : 0ull)
#undef CLEARPROP_LANES

template <class T>
CLEARPROP_INLINE Lanes<T> operator~(Lanes<T> a) {
    for (T& lane : a.lane) lane = ~lane;
    return a;
}

template <class T>
CLEARPROP_INLINE Lanes<T> operator<<(Lanes<T> a, int n) {
    for (T& lane : a.lane) lane = lane << n;
    return a;
}

template <class T>
CLEARPROP_INLINE Lanes<T> operator>>(Lanes<T> a, int n) {
    for (T& lane : a.lane) lane = lane >> n;
    return a;
}

template <class T>
struct Sixteen {
    using Type = Lanes<T>;
};
#endif

// The layout of T's bits, for exponents.
template <class T>
struct Format;

template <>
struct Format<float> {
    using Bits = std::uint32_t;
    static constexpr int fraction_bits = 23, bias = 127;
};

template <>
struct Format<double> {
    using Bits = std::uint64_t;
    static constexpr int fraction_bits = 52, bias = 1023;
};

template <class T>
using Half = typename Sixteen<T>::Type;

template <class T>
using HalfBits = typename Sixteen<typename Format<T>::Bits>::Type;

template <class To, class From>
CLEARPROP_INLINE To reinterpreted(From from) {
    To to;
    static_assert(sizeof to == sizeof from);
    std::memcpy(&to, &from, sizeof to);
    return to;
}

template <class Type, class Number>
CLEARPROP_INLINE Type all_lanes(Number x) {
    Type v;
    for (int i = 0; i < static_cast<int>(16 / sizeof(Number)); ++i) v[i] = x;
    return v;
}

template <class T>
struct Mask {
    HalfBits<T> low, high;
};

template <class T>
struct Vector {
    static constexpr int lanes = 32 / static_cast<int>(sizeof(T));
    Half<T> low, high;

    static CLEARPROP_INLINE Vector load(const T* p) {
        Vector v;
        std::memcpy(&v.low, p, 16);
        std::memcpy(&v.high, p + lanes / 2, 16);
        return v;
    }
    static CLEARPROP_INLINE Vector broadcast(T x) {
        const Half<T> half = all_lanes<Half<T>>(x);
        return {half, half};
    }
    static CLEARPROP_INLINE Vector zero() { return broadcast(T(0)); }
    static CLEARPROP_INLINE Vector load_partial(const T* p, int count) {
        T numbers[lanes];
        for (int i = 0; i < lanes; ++i) numbers[i] = i < count ? p[i] : T(0);
        return load(numbers);
    }
    CLEARPROP_INLINE void store(T* p) const {
        std::memcpy(p, &low, 16);
        std::memcpy(p + lanes / 2, &high, 16);
    }
    CLEARPROP_INLINE void store_partial(T* p, int count) const {
        T numbers[lanes];
        store(numbers);
        for (int i = 0; i < lanes && i < count; ++i) p[i] = numbers[i];
    }
};

#define CLEARPROP_ARITHMETIC(symbol)                                                                                   \
    template <class T>                                                                                                 \
    CLEARPROP_INLINE Vector<T> operator symbol(Vector<T> a, Vector<T> b) {                                             \
        return {a.low symbol b.low, a.high symbol b.high};                                                             \
    }
CLEARPROP_ARITHMETIC(+)
CLEARPROP_ARITHMETIC(-)
CLEARPROP_ARITHMETIC(*)
CLEARPROP_ARITHMETIC(/)
#undef CLEARPROP_ARITHMETIC

#define CLEARPROP_COMPARISON(name, symbol)                                                                             \
    template <class T>                                                                                                 \
    CLEARPROP_INLINE Mask<T> name(Vector<T> a, Vector<T> b) {                                                          \
        return {reinterpreted<HalfBits<T>>(a.low symbol b.low), reinterpreted<HalfBits<T>>(a.high symbol b.high)};     \
    }
CLEARPROP_COMPARISON(greater, >)
CLEARPROP_COMPARISON(greater_equal, >=)
CLEARPROP_COMPARISON(equal, ==)
#undef CLEARPROP_COMPARISON

template <class T>
CLEARPROP_INLINE Mask<T> operator&(Mask<T> a, Mask<T> b) {
    return {a.low & b.low, a.high & b.high};
}

template <class T>
CLEARPROP_INLINE Mask<T> operator|(Mask<T> a, Mask<T> b) {
    return {a.low | b.low, a.high | b.high};
}

template <class T>
CLEARPROP_INLINE Mask<T> operator~(Mask<T> a) {
    return {~a.low, ~a.high};
}

template <class T>
CLEARPROP_INLINE bool any(Mask<T> a) {
    const HalfBits<T> found = a.low | a.high;
    bool result = false;
    for (int i = 0; i < Vector<T>::lanes / 2; ++i) result |= found[i] != 0;
    return result;
}

// The bits of a vector as a mask, and back.
template <class T>
CLEARPROP_INLINE Mask<T> bits_of(Vector<T> a) {
    return {reinterpreted<HalfBits<T>>(a.low), reinterpreted<HalfBits<T>>(a.high)};
}

template <class T>
CLEARPROP_INLINE Vector<T> number_of(Mask<T> a) {
    return {reinterpreted<Half<T>>(a.low), reinterpreted<Half<T>>(a.high)};
}

template <class T>
CLEARPROP_INLINE Mask<T> sign_bit() {
    return bits_of(Vector<T>::broadcast(T(-0.0)));
}

template <class T>
CLEARPROP_INLINE Vector<T> operator-(Vector<T> a) {
    const Mask<T> sign = sign_bit<T>(), bits = bits_of(a);
    return number_of(Mask<T>{bits.low ^ sign.low, bits.high ^ sign.high});
}

template <class T>
CLEARPROP_INLINE Vector<T> abs(Vector<T> a) {
    return number_of(bits_of(a) & ~sign_bit<T>());
}

template <class T>
CLEARPROP_INLINE Vector<T> copy_sign(Vector<T> size, Vector<T> sign) {
    return number_of(bits_of(abs(size)) | (bits_of(sign) & sign_bit<T>()));
}

template <class T>
CLEARPROP_INLINE Vector<T> select(Mask<T> mask, Vector<T> if_true, Vector<T> if_false) {
    return number_of((mask & bits_of(if_true)) | (~mask & bits_of(if_false)));
}

// b where either is NaN, as x86 has it.
template <class T>
CLEARPROP_INLINE Vector<T> max(Vector<T> a, Vector<T> b) {
    return select(greater(a, b), a, b);
}

// b where either is NaN.
template <class T>
CLEARPROP_INLINE Vector<T> min(Vector<T> a, Vector<T> b) {
    return select(greater(b, a), a, b);
}

// a · b + c; in one rounding where the machine has that instruction anyway.
template <class T>
CLEARPROP_INLINE Vector<T> multiply_add(Vector<T> a, Vector<T> b, Vector<T> c) {
#if defined(__aarch64__) && defined(__GNUC__)
    if constexpr (sizeof(T) == 4) {
        return {vfmaq_f32(c.low, a.low, b.low), vfmaq_f32(c.high, a.high, b.high)};
    } else {
        return {vfmaq_f64(c.low, a.low, b.low), vfmaq_f64(c.high, a.high, b.high)};
    }
#else
    return a * b + c;
#endif
}

// c − a · b.
template <class T>
CLEARPROP_INLINE Vector<T> negative_multiply_add(Vector<T> a, Vector<T> b, Vector<T> c) {
    return multiply_add(-a, b, c);
}

template <class T>
CLEARPROP_INLINE Half<T> square_root(Half<T> a) {
#if defined(__SSE2__) && defined(__GNUC__)
    if constexpr (sizeof(T) == 4) {
        return _mm_sqrt_ps(a);
    } else {
        return _mm_sqrt_pd(a);
    }
#elif defined(__aarch64__) && defined(__GNUC__)
    if constexpr (sizeof(T) == 4) {
        return vsqrtq_f32(a);
    } else {
        return vsqrtq_f64(a);
    }
#else
    for (int i = 0; i < Vector<T>::lanes / 2; ++i) a[i] = std::sqrt(a[i]);
    return a;
#endif
}

template <class T>
CLEARPROP_INLINE Vector<T> sqrt(Vector<T> a) {
    return {square_root<T>(a.low), square_root<T>(a.high)};
}

// 1.5 · 2^(fraction bits): adding it leaves no bits below 1, and the integer in the lowest bits.
template <class T>
constexpr T integer_shift = T(1.5) * static_cast<T>(std::int64_t(1) << Format<T>::fraction_bits);

// For |a| < 2^(fraction bits − 1).
template <class T>
CLEARPROP_INLINE Vector<T> round_to_nearest(Vector<T> a) {
    const Vector<T> shift = Vector<T>::broadcast(integer_shift<T>);
    return (a + shift) - shift;
}

// 2^n for integral n within the range of normal exponents.
template <class T>
CLEARPROP_INLINE Vector<T> power_of_two(Vector<T> n) {
    const Mask<T> bits = bits_of(n + Vector<T>::broadcast(integer_shift<T> + T(Format<T>::bias)));
    return number_of(Mask<T>{bits.low << Format<T>::fraction_bits, bits.high << Format<T>::fraction_bits});
}

// x · 2^n, exact for x in [1/2, 2] to the last normal bit and rounded once below; n beyond the type's exponents is
// taken as the nearest that gives 0 or infinity.
template <class T>
CLEARPROP_INLINE Vector<T> scale_by_power_of_two(Vector<T> x, Vector<T> n) {
    constexpr T range = T(2 * Format<T>::bias - 2);
    const Vector<T> bounded = min(Vector<T>::broadcast(range), max(Vector<T>::broadcast(-range), n));
    const Vector<T> half = round_to_nearest(bounded * Vector<T>::broadcast(T(0.5)));
    return x * power_of_two(half) * power_of_two(bounded - half);
}

// x = mantissa · 2^exponent with mantissa in [1, 2), for positive normal x. The bits of 2^f + k, f the fraction bits,
// are those of 2^f with k in the lowest ones.
template <class T>
CLEARPROP_INLINE Vector<T> exponent(Vector<T> x) {
    constexpr T power = static_cast<T>(std::int64_t(1) << Format<T>::fraction_bits);
    const Mask<T> bits = bits_of(x);
    const Mask<T> biased = {bits.low >> Format<T>::fraction_bits, bits.high >> Format<T>::fraction_bits};
    return number_of(biased | bits_of(Vector<T>::broadcast(power))) -
           Vector<T>::broadcast(power + T(Format<T>::bias));
}

template <class T>
CLEARPROP_INLINE Vector<T> mantissa(Vector<T> x) {
    using Bits = typename Format<T>::Bits;
    const HalfBits<T> fraction = all_lanes<HalfBits<T>>((Bits(1) << Format<T>::fraction_bits) - 1);
    return number_of((bits_of(x) & Mask<T>{fraction, fraction}) | bits_of(Vector<T>::broadcast(T(1))));
}

template <class T>
CLEARPROP_INLINE T first(Vector<T> a) {
    return a.low[0];
}

// Halves are combined, then quarters, and so on.
template <class T, class Operation>
CLEARPROP_INLINE T combined(Vector<T> a, Operation operation) {
    T numbers[Vector<T>::lanes];
    a.store(numbers);
    for (int half = Vector<T>::lanes / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; ++i) numbers[i] = operation(numbers[i], numbers[i + half]);
    }
    return numbers[0];
}

template <class T>
CLEARPROP_INLINE T sum(Vector<T> a) {
    return combined(a, [](T x, T y) { return x + y; });
}

template <class T>
CLEARPROP_INLINE T largest(Vector<T> a) {
    return combined(a, [](T x, T y) { return x > y ? x : y; });
}

// Where estimates are cheap this is another way than division (see vectors_avx512.hpp).
template <class T>
CLEARPROP_INLINE Vector<T> near_quotient(Vector<T> a, Vector<T> b) {
    return a / b;
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
