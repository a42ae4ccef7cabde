// The elementary functions on `Vector<T>`: within 1 to 3 units in the last place, right at ±∞, and NaN stays NaN.
//
// Each has the stable form of mathematics/activations.py. Where a value is small the relative error is small too:
// expm1 near 0, softplus and the normal distribution far to the left. Results below the smallest normal number may lose digits.
#pragma once

#include "vectors.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

// What differs between the types. Polynomials interpolate at Chebyshev nodes (60 digits), lowest power first.
//   exponential: (e^r − 1 − r)/r² for |r| ≤ log(2)/2.
//   logarithm:   the series of log((1+s)/(1−s)) − 2s in s², divided by s (fdlibm's coefficients, Sun 1993).
//   normal_tail: Φ(−x) e^(x²/2) (1 + √2 x) for x ≥ 0 in the variable (x − c)/(x + c), c = normal_centre.
//   ln2_high has so few digits that its product with an exponent is exact.
template <class T>
struct Constants;

template <>
struct Constants<float> {
    using T = float;
    static constexpr T exponential[] = {
        5.0e-1f, 1.66665767e-1f, 4.16665542e-2f, 8.36323288e-3f, 1.39262508e-3f};
    static constexpr T normal_tail[] = {
        6.28477873e-1f, -6.61783204e-2f, -3.17206556e-2f, 7.0149094e-2f, -5.83245028e-2f, 2.8884302e-2f,
        -7.26161629e-3f, -6.7415096e-4f, 1.01350841e-3f, -1.03415782e-4f, -8.98197733e-5f, 1.72841993e-5f};
    static constexpr T normal_centre = 4;
    static constexpr T logarithm[] = {0.66666662693f, 0.40000972152f, 0.28498786688f, 0.24279078841f};
    static constexpr T ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
    static constexpr T exp_low = -104, exp_high = 89;      // beyond: 0 and ∞
    static constexpr T saturation = 20;                    // e^(−2z) no longer counts beside 1
    static constexpr T splitter = 4097;                    // Veltkamp: 2^(half the digits) + 1
    static constexpr T subnormal_exponent = 24;            // 2^24 makes any subnormal number normal
};

template <>
struct Constants<double> {
    using T = double;
    static constexpr T exponential[] = {
        5.0e-1, 1.6666666666666671e-1, 4.166666666666667e-2, 8.3333333333260831e-3, 1.3888888888883711e-3,
        1.9841269875002279e-4, 2.4801587325677462e-5, 2.7557255170000887e-6, 2.755727347871858e-7,
        2.5105312729622102e-8, 2.0914755325893202e-9};
    static constexpr T normal_tail[] = {
        6.2082092649483723e-1, -7.0052413620621195e-2, -4.1937081782833806e-3, 4.7648661339231226e-2,
        -5.7159048971947273e-2, 4.4398861321414962e-2, -2.5178554836236951e-2, 1.020885148065601e-2,
        -2.4612651273146508e-3, -4.4600885137275513e-5, 2.8288926675353454e-4, -7.6208410186528656e-5,
        -1.6747280519117881e-5, 1.333250812516024e-5, 1.7986636395563162e-7, -1.9394058594506946e-6,
        1.493108122732249e-7, 2.8225391639474826e-7, -3.299687002712676e-8, -3.8098751377509554e-8,
        4.5795634612856915e-9, 3.2910903401137982e-9, -3.5328091638415782e-10};
    static constexpr T normal_centre = 5;
    static constexpr T logarithm[] = {6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01,
                                      2.222219843214978396e-01, 1.818357216161805012e-01, 1.531383769920937332e-01,
                                      1.479819860511658591e-01};
    static constexpr T ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
    static constexpr T exp_low = -746, exp_high = 710;
    static constexpr T saturation = 40;
    static constexpr T splitter = 134217729;
    static constexpr T subnormal_exponent = 54;
};

// Horner's rule, all steps written out by the compiler.
template <int k = 0, class T, int N>
CLEARPROP_INLINE Vector<T> polynomial(const T (&coefficients)[N], Vector<T> x) {
    if constexpr (k == N - 1) {
        return broadcast(coefficients[k]);
    } else {
        return multiply_add(polynomial<k + 1>(coefficients, x), x, broadcast(coefficients[k]));
    }
}

// x = n log 2 + r with |r| ≤ log(2)/2, and e^r − 1, which loses nothing near r = 0.
template <class T>
struct Reduced {
    Vector<T> n, expm1_r;
};

template <class T>
CLEARPROP_INLINE Reduced<T> reduced(Vector<T> x) {
    using C = Constants<T>;
    const Vector<T> n = round_to_nearest(x * broadcast(T(1.4426950408889634)));
    Vector<T> r = negative_multiply_add(n, broadcast(C::ln2_high), x);
    r = negative_multiply_add(n, broadcast(C::ln2_low), r);
    return {n, multiply_add(polynomial(C::exponential, r), r * r, r)};
}

template <class T>
CLEARPROP_INLINE Vector<T> exp(Vector<T> x) {
    const Reduced<T> part = reduced(clamp(x, Constants<T>::exp_low, Constants<T>::exp_high));
    return scale_by_power_of_two(broadcast(T(1)) + part.expm1_r, part.n);
}

// 2^n (e^r − 1) + (2^n − 1), taken at n − 1 and doubled so that 2^n does not overflow before the result does.
template <class T>
CLEARPROP_INLINE Vector<T> expm1(Vector<T> x) {
    const Reduced<T> part = reduced(clamp(x, T(-2) * Constants<T>::saturation, Constants<T>::exp_high));
    const Vector<T> power = scale_by_power_of_two(broadcast(T(0.5)), part.n);
    const Vector<T> half = multiply_add(power, part.expm1_r, power - broadcast(T(0.5)));
    return half + half;
}

// log(m 2^k) = k log 2 + log(1 + f) for m = 1 + f in [√½, √2), with s = f/(2 + f). x: positive and normal, ∞ or NaN.
template <class T>
CLEARPROP_INLINE Vector<T> log_of_positive(Vector<T> x) {
    using C = Constants<T>;
    const Vector<T> one = broadcast(T(1));
    const Mask<T> large = greater(mantissa(x), broadcast(T(1.4142135623730951)));
    const Vector<T> k = select(large, exponent(x) + one, exponent(x));
    const Vector<T> f = select(large, mantissa(x) * broadcast(T(0.5)), mantissa(x)) - one;
    const Vector<T> s = f / (f + broadcast(T(2))), s2 = s * s;
    const Vector<T> half_square = broadcast(T(0.5)) * f * f;
    const Vector<T> inner = multiply_add(s, multiply_add(s2, polynomial(C::logarithm, s2), half_square),
                                         k * broadcast(C::ln2_low));
    const Vector<T> result = multiply_add(k, broadcast(C::ln2_high), f - (half_square - inner));
    return select(greater(broadcast(std::numeric_limits<T>::infinity()), x), result, x);
}

// Also of subnormal numbers; −∞ at 0, ∞ at ∞, NaN below 0.
template <class T>
CLEARPROP_INLINE Vector<T> log(Vector<T> x) {
    using C = Constants<T>;
    constexpr T infinity = std::numeric_limits<T>::infinity();
    const Vector<T> zero = Vector<T>::zero(), step = broadcast(C::subnormal_exponent);
    const Mask<T> subnormal = greater(broadcast(std::numeric_limits<T>::min()), x);
    const Vector<T> normal = select(subnormal, scale_by_power_of_two(x, step), x);
    const Vector<T> shift = select(subnormal, step * broadcast(T(-0.6931471805599453)), zero);
    Vector<T> result = log_of_positive(normal) + shift;
    result = select(equal(x, zero), broadcast(-infinity), result);
    return select(greater(zero, x), broadcast(std::numeric_limits<T>::quiet_NaN()), result);
}

// log of max(x, the smallest normal number): finite at 0, so that 0 · log 0 = 0 (losses.py).
template <class T>
CLEARPROP_INLINE Vector<T> bounded_log(Vector<T> x) {
    return log_of_positive(max(broadcast(std::numeric_limits<T>::min()), x));
}

// log(1 + x) for 0 ≤ x ≤ 1: the rounding error of u = 1 + x, divided by u, is what log(u) lacks.
template <class T>
CLEARPROP_INLINE Vector<T> log1p_of_fraction(Vector<T> x) {
    const Vector<T> one = broadcast(T(1)), u = one + x;
    return log_of_positive(u) + (x - (u - one)) / u;
}

template <class T>
CLEARPROP_INLINE Vector<T> log1p(Vector<T> x) {
    const Vector<T> one = broadcast(T(1)), u = one + x;
    const Vector<T> lost = select(greater(x, one), one - (u - x), x - (u - one));
    const Mask<T> ordinary = greater(u, Vector<T>::zero()) & greater(broadcast(std::numeric_limits<T>::infinity()), u);
    return select(ordinary, log(u) + lost / u, log(u));
}

// −e/(2 + e) with e = e^(−2|x|) − 1, and the sign of x.
template <class T>
CLEARPROP_INLINE Vector<T> tanh(Vector<T> x) {
    const Vector<T> e = expm1(abs(x) * broadcast(T(-2)));
    return copy_sign(e / (broadcast(T(2)) + e), x);
}

// σ(z) and 1 − σ(z) = σ(−z), both without cancellation.
template <class T>
struct SigmoidPair {
    Vector<T> value, complement;
};

template <class T>
CLEARPROP_INLINE SigmoidPair<T> sigmoid_pair(Vector<T> z) {
    const Vector<T> one = broadcast(T(1)), e = exp(-abs(z));
    const Vector<T> larger = one / (one + e), smaller = e * larger;
    const Mask<T> negative = greater(Vector<T>::zero(), z);
    return {select(negative, smaller, larger), select(negative, larger, smaller)};
}

template <class T>
CLEARPROP_INLINE Vector<T> sigmoid(Vector<T> z) {
    const Vector<T> one = broadcast(T(1)), e = exp(-abs(z));
    return select(greater(Vector<T>::zero(), z), e, one) / (one + e);
}

// log(1 + e^z) = max(z, 0) + log(1 + e^(−|z|)).
template <class T>
CLEARPROP_INLINE Vector<T> softplus(Vector<T> z) {
    return max(Vector<T>::zero(), z) + log1p_of_fraction(exp(-abs(z)));
}

// Φ(z), the standard normal distribution, and its density φ(z) = e^(−z²/2)/√(2π), from one exponential.
template <class T>
struct Normal {
    Vector<T> distribution, density;
};

template <class T>
CLEARPROP_INLINE Normal<T> normal(Vector<T> unbounded) {
    using C = Constants<T>;
    const Vector<T> one = broadcast(T(1)), z = clamp(unbounded, T(-40), T(40)), x = abs(z);
    // x² = square + rest, because e^(−x²/2) would magnify the rounding error of the square.
    const Vector<T> shifted = x * broadcast(C::splitter), high = shifted - (shifted - x), low = x - high;
    const Vector<T> square = x * x;
    const Vector<T> rest = multiply_add(low, low + high + high, high * high - square);
    const Vector<T> rough = exp(square * broadcast(T(-0.5)));
    const Vector<T> e = negative_multiply_add(rough, rest * broadcast(T(0.5)), rough);
    const Vector<T> centre = broadcast(C::normal_centre);
    const Vector<T> scaled = polynomial(C::normal_tail, (x - centre) / (x + centre));
    const Vector<T> tail = e * (scaled / multiply_add(x, broadcast(T(1.4142135623730951)), one));
    return {select(greater(z, Vector<T>::zero()), one - tail, tail), e * broadcast(T(0.3989422804014327))};
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
