// `Vector<T>` in plain C++: 8 floats or 4 doubles in an array, in loops that compilers turn into the machine's vectors.
// Included by vectors.hpp only.
#pragma once

namespace clearprop {
inline namespace CLEARPROP_TARGET {

template <class T>
struct Vector {
    static constexpr int lanes = 32 / static_cast<int>(sizeof(T));
    T r[lanes];

    static CLEARPROP_INLINE Vector load(const T* p) {
        Vector v;
        for (int i = 0; i < lanes; ++i) v.r[i] = p[i];
        return v;
    }
    static CLEARPROP_INLINE Vector broadcast(T x) {
        Vector v;
        for (int i = 0; i < lanes; ++i) v.r[i] = x;
        return v;
    }
    static CLEARPROP_INLINE Vector zero() { return broadcast(T(0)); }
    static CLEARPROP_INLINE Vector load_partial(const T* p, int count) {
        Vector v;
        for (int i = 0; i < lanes; ++i) v.r[i] = i < count ? p[i] : T(0);
        return v;
    }
    CLEARPROP_INLINE void store(T* p) const {
        for (int i = 0; i < lanes; ++i) p[i] = r[i];
    }
    CLEARPROP_INLINE void store_partial(T* p, int count) const {
        for (int i = 0; i < lanes && i < count; ++i) p[i] = r[i];
    }
};

template <class T>
struct Mask {
    bool bits[Vector<T>::lanes];
};

// Each operation once, for every lane.
template <class T, class Operation>
CLEARPROP_INLINE Vector<T> each_lane(Operation operation) {
    Vector<T> v;
    for (int i = 0; i < Vector<T>::lanes; ++i) v.r[i] = operation(i);
    return v;
}

template <class T, class Test>
CLEARPROP_INLINE Mask<T> each_test(Test test) {
    Mask<T> mask;
    for (int i = 0; i < Vector<T>::lanes; ++i) mask.bits[i] = test(i);
    return mask;
}

template <class T>
CLEARPROP_INLINE Mask<T> operator&(Mask<T> a, Mask<T> b) {
    return each_test<T>([&](int i) { return a.bits[i] & b.bits[i]; });
}

template <class T>
CLEARPROP_INLINE Mask<T> operator|(Mask<T> a, Mask<T> b) {
    return each_test<T>([&](int i) { return a.bits[i] | b.bits[i]; });
}

template <class T>
CLEARPROP_INLINE Mask<T> operator~(Mask<T> a) {
    return each_test<T>([&](int i) { return !a.bits[i]; });
}

template <class T>
CLEARPROP_INLINE bool any(Mask<T> a) {
    bool found = false;
    for (int i = 0; i < Vector<T>::lanes; ++i) found |= a.bits[i];
    return found;
}

template <class T>
CLEARPROP_INLINE Vector<T> operator+(Vector<T> a, Vector<T> b) {
    return each_lane<T>([&](int i) { return a.r[i] + b.r[i]; });
}

template <class T>
CLEARPROP_INLINE Vector<T> operator-(Vector<T> a, Vector<T> b) {
    return each_lane<T>([&](int i) { return a.r[i] - b.r[i]; });
}

template <class T>
CLEARPROP_INLINE Vector<T> operator*(Vector<T> a, Vector<T> b) {
    return each_lane<T>([&](int i) { return a.r[i] * b.r[i]; });
}

template <class T>
CLEARPROP_INLINE Vector<T> operator/(Vector<T> a, Vector<T> b) {
    return each_lane<T>([&](int i) { return a.r[i] / b.r[i]; });
}

template <class T>
CLEARPROP_INLINE Vector<T> operator-(Vector<T> a) {
    return each_lane<T>([&](int i) { return -a.r[i]; });
}

// a · b + c; in one rounding where the machine has that instruction anyway.
template <class T>
CLEARPROP_INLINE Vector<T> multiply_add(Vector<T> a, Vector<T> b, Vector<T> c) {
#if defined(__aarch64__) || defined(__FP_FAST_FMA)
    return each_lane<T>([&](int i) { return std::fma(a.r[i], b.r[i], c.r[i]); });
#else
    return a * b + c;
#endif
}

// c − a · b.
template <class T>
CLEARPROP_INLINE Vector<T> negative_multiply_add(Vector<T> a, Vector<T> b, Vector<T> c) {
    return multiply_add(-a, b, c);
}

// b where either is NaN, as x86 has it.
template <class T>
CLEARPROP_INLINE Vector<T> max(Vector<T> a, Vector<T> b) {
    return each_lane<T>([&](int i) { return a.r[i] > b.r[i] ? a.r[i] : b.r[i]; });
}

// b where either is NaN.
template <class T>
CLEARPROP_INLINE Vector<T> min(Vector<T> a, Vector<T> b) {
    return each_lane<T>([&](int i) { return a.r[i] < b.r[i] ? a.r[i] : b.r[i]; });
}

template <class T>
CLEARPROP_INLINE Vector<T> abs(Vector<T> a) {
    return each_lane<T>([&](int i) { return std::fabs(a.r[i]); });
}

template <class T>
CLEARPROP_INLINE Vector<T> sqrt(Vector<T> a) {
    return each_lane<T>([&](int i) { return std::sqrt(a.r[i]); });
}

template <class T>
CLEARPROP_INLINE Vector<T> copy_sign(Vector<T> size, Vector<T> sign) {
    return each_lane<T>([&](int i) { return std::copysign(size.r[i], sign.r[i]); });
}

template <class T>
CLEARPROP_INLINE Mask<T> greater(Vector<T> a, Vector<T> b) {
    return each_test<T>([&](int i) { return a.r[i] > b.r[i]; });
}

template <class T>
CLEARPROP_INLINE Mask<T> greater_equal(Vector<T> a, Vector<T> b) {
    return each_test<T>([&](int i) { return a.r[i] >= b.r[i]; });
}

template <class T>
CLEARPROP_INLINE Mask<T> equal(Vector<T> a, Vector<T> b) {
    return each_test<T>([&](int i) { return a.r[i] == b.r[i]; });
}

template <class T>
CLEARPROP_INLINE Vector<T> select(Mask<T> mask, Vector<T> if_true, Vector<T> if_false) {
    return each_lane<T>([&](int i) { return mask.bits[i] ? if_true.r[i] : if_false.r[i]; });
}

// The layout of T's bits, for exponents.
template <class T>
struct Format;

template <>
struct Format<float> {
    using Integer = std::int32_t;
    static constexpr int fraction_bits = 23, bias = 127;
};

template <>
struct Format<double> {
    using Integer = std::int64_t;
    static constexpr int fraction_bits = 52, bias = 1023;
};

// 1.5 · 2^(fraction bits): adding it leaves no bits below 1, and the integer in the lowest bits.
template <class T>
constexpr T integer_shift = T(1.5) * static_cast<T>(std::int64_t(1) << Format<T>::fraction_bits);

// For |a| < 2^(fraction bits − 1).
template <class T>
CLEARPROP_INLINE Vector<T> round_to_nearest(Vector<T> a) {
    return each_lane<T>([&](int i) { return (a.r[i] + integer_shift<T>)-integer_shift<T>; });
}

// 2^n for integral n within the range of normal exponents.
template <class T>
CLEARPROP_INLINE Vector<T> power_of_two(Vector<T> n) {
    using Bits = std::make_unsigned_t<typename Format<T>::Integer>;
    return each_lane<T>([&](int i) {
        const T shifted = n.r[i] + (integer_shift<T> + T(Format<T>::bias));
        Bits bits;
        std::memcpy(&bits, &shifted, sizeof bits);
        bits <<= Format<T>::fraction_bits;
        T power;
        std::memcpy(&power, &bits, sizeof power);
        return power;
    });
}

// x · 2^n, exact for x in [1/2, 2] to the last normal bit and rounded once below; n beyond the type's exponents is taken
// as the nearest that gives 0 or infinity.
template <class T>
CLEARPROP_INLINE Vector<T> scale_by_power_of_two(Vector<T> x, Vector<T> n) {
    const T range = T(2 * Format<T>::bias - 2);
    const Vector<T> bounded =
        min(Vector<T>::broadcast(range), max(Vector<T>::broadcast(-range), n));
    const Vector<T> half = round_to_nearest(bounded * Vector<T>::broadcast(T(0.5)));
    return x * power_of_two(half) * power_of_two(bounded - half);
}

// x = mantissa · 2^exponent with mantissa in [1, 2), for positive normal x.
template <class T>
CLEARPROP_INLINE Vector<T> exponent(Vector<T> x) {
    return each_lane<T>([&](int i) {
        typename Format<T>::Integer bits;
        std::memcpy(&bits, &x.r[i], sizeof bits);
        return static_cast<T>((bits >> Format<T>::fraction_bits) - Format<T>::bias);
    });
}

template <class T>
CLEARPROP_INLINE Vector<T> mantissa(Vector<T> x) {
    using Integer = typename Format<T>::Integer;
    constexpr Integer one = static_cast<Integer>(Format<T>::bias) << Format<T>::fraction_bits;
    constexpr Integer fraction = (Integer(1) << Format<T>::fraction_bits) - 1;
    return each_lane<T>([&](int i) {
        Integer bits;
        std::memcpy(&bits, &x.r[i], sizeof bits);
        bits = (bits & fraction) | one;
        T result;
        std::memcpy(&result, &bits, sizeof result);
        return result;
    });
}

// Halves are combined, then quarters, and so on.
template <class T, class Operation>
CLEARPROP_INLINE T combined(Vector<T> a, Operation operation) {
    for (int half = Vector<T>::lanes / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; ++i) a.r[i] = operation(a.r[i], a.r[i + half]);
    }
    return a.r[0];
}

template <class T>
CLEARPROP_INLINE T sum(Vector<T> a) {
    return combined(a, [](T x, T y) { return x + y; });
}

template <class T>
CLEARPROP_INLINE T largest(Vector<T> a) {
    return combined(a, [](T x, T y) { return x > y ? x : y; });
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
