// The table of activations: for each f its value, its slope and what the backward pass must keep of the forward pass.
//
// Kinks as declared in mathematics/activations.py. One switch a call chooses the loop; no choice is made per element.
#pragma once

#include "functions.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

enum class Activation : int {
    identity, sigmoid, tanh, relu, leaky_relu, elu, selu, softplus, gelu, silu, mish, exponential, softmax
};

// Each entry: value(z) = f(z); slope(kept) = f'(z), from z where keeps_z, else from f(z).
struct Identity {
    static constexpr bool keeps_z = false;
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> z) { return z; }
    template <class T>
    static CLEARPROP_INLINE Vector<T> slope(Vector<T>) { return broadcast(T(1)); }
};

struct Sigmoid {
    static constexpr bool keeps_z = false;
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> z) { return sigmoid(z); }
    template <class T>
    static CLEARPROP_INLINE Vector<T> slope(Vector<T> a) { return a * (broadcast(T(1)) - a); }
};

struct Tanh {
    static constexpr bool keeps_z = false;
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> z) { return tanh(z); }
    template <class T>
    static CLEARPROP_INLINE Vector<T> slope(Vector<T> a) { return broadcast(T(1)) - a * a; }
};

struct Relu {
    static constexpr bool keeps_z = false;
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> z) { return max(Vector<T>::zero(), z); }
    template <class T>
    static CLEARPROP_INLINE Vector<T> slope(Vector<T> a) {
        return select(greater(a, Vector<T>::zero()), broadcast(T(1)), Vector<T>::zero());
    }
};

struct LeakyRelu {
    static constexpr bool keeps_z = false;
    static constexpr double leak = 0.01;
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> z) {
        return select(greater(z, Vector<T>::zero()), z, broadcast(T(leak)) * z);
    }
    template <class T>
    static CLEARPROP_INLINE Vector<T> slope(Vector<T> a) {
        return select(greater(a, Vector<T>::zero()), broadcast(T(1)), broadcast(T(leak)));
    }
};

struct Elu {
    static constexpr bool keeps_z = true;
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> z) {
        return select(greater(z, Vector<T>::zero()), z, expm1(min(Vector<T>::zero(), z)));
    }
    template <class T>
    static CLEARPROP_INLINE Vector<T> slope(Vector<T> z) { return exp(min(Vector<T>::zero(), z)); }
};

// Klambauer et al. 2017: the fixed point that keeps mean 0 and variance 1.
struct Selu {
    static constexpr bool keeps_z = true;
    static constexpr double alpha = 1.6732632423543772, scale = 1.0507009873554805;
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> z) {
        const Vector<T> left = broadcast(T(alpha)) * expm1(min(Vector<T>::zero(), z));
        return broadcast(T(scale)) * select(greater(z, Vector<T>::zero()), z, left);
    }
    template <class T>
    static CLEARPROP_INLINE Vector<T> slope(Vector<T> z) {
        const Vector<T> left = broadcast(T(alpha)) * exp(min(Vector<T>::zero(), z));
        return broadcast(T(scale)) * select(greater(z, Vector<T>::zero()), broadcast(T(1)), left);
    }
};

struct Softplus {
    static constexpr bool keeps_z = true;
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> z) { return softplus(z); }
    template <class T>
    static CLEARPROP_INLINE Vector<T> slope(Vector<T> z) { return sigmoid(z); }
};

struct Gelu {
    static constexpr bool keeps_z = true;
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> z) { return z * normal(z).distribution; }
    template <class T>
    static CLEARPROP_INLINE Vector<T> slope(Vector<T> z) {
        const Normal<T> at_z = normal(z);
        return multiply_add(clamp(z, T(-40), T(40)), at_z.density, at_z.distribution);
    }
};

struct Silu {
    static constexpr bool keeps_z = true;
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> z) { return z * sigmoid(z); }
    template <class T>
    static CLEARPROP_INLINE Vector<T> slope(Vector<T> z) {
        const SigmoidPair<T> s = sigmoid_pair(z);
        return multiply_add(z * s.value, s.complement, s.value);
    }
};

// tanh(softplus(z)) = n/(n + 2) with n = e^z (e^z + 2), which neither cancels nor, for bounded z, overflows.
struct Mish {
    static constexpr bool keeps_z = true;
    template <class T>
    static CLEARPROP_INLINE Vector<T> bounded(Vector<T> z) { return clamp(z, T(-1000), Constants<T>::saturation); }
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> z) {
        const Vector<T> two = broadcast(T(2)), e = exp(bounded(z)), n = e * (e + two);
        return z * (n / (n + two));
    }
    // t + z σ(z) (1 − t²), where σ(z) (1 − t²) = 4 e (1 + e)/(n + 2)².
    template <class T>
    static CLEARPROP_INLINE Vector<T> slope(Vector<T> z) {
        const Vector<T> two = broadcast(T(2)), e = exp(bounded(z)), n = e * (e + two);
        const Vector<T> inverse = broadcast(T(1)) / (n + two);
        const Vector<T> steepness = broadcast(T(4)) * multiply_add(e, e, e) * inverse;
        return inverse * multiply_add(bounded(z), steepness, n);
    }
};

struct Exponential {
    static constexpr bool keeps_z = false;
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> z) { return exp(z); }
    template <class T>
    static CLEARPROP_INLINE Vector<T> slope(Vector<T> a) { return a; }
};

// Call body(entry) for an activation; softmax is not elementwise (see losses.hpp) and counts as identity here.
template <class Body>
CLEARPROP_INLINE void with_activation(Activation kind, Body body) {
    switch (kind) {
        case Activation::identity:
        case Activation::softmax: return body(Identity{});
        case Activation::sigmoid: return body(Sigmoid{});
        case Activation::tanh: return body(Tanh{});
        case Activation::relu: return body(Relu{});
        case Activation::leaky_relu: return body(LeakyRelu{});
        case Activation::elu: return body(Elu{});
        case Activation::selu: return body(Selu{});
        case Activation::softplus: return body(Softplus{});
        case Activation::gelu: return body(Gelu{});
        case Activation::silu: return body(Silu{});
        case Activation::mish: return body(Mish{});
        case Activation::exponential: return body(Exponential{});
    }
}

// Whether `pull_back` needs z (else f(z)).
inline bool keeps_pre_activation(Activation kind) {
    bool keeps = false;
    with_activation(kind, [&](auto f) { keeps = f.keeps_z; });
    return keeps;
}

template <class F, class T>
inline void activate_with(const T* product, const T* bias, T* kept, T* a, std::size_t rows) {
    constexpr int lanes = Vector<T>::lanes;
    const Vector<T> left = Vector<T>::load(bias), right = Vector<T>::load(bias + lanes);
    const bool keeps = kept != nullptr && kept != a;
    for (std::size_t at = 0; at < rows * panel_width<T>; at += panel_width<T>) {
        const Vector<T> z_left = Vector<T>::load(product + at) + left;
        const Vector<T> z_right = Vector<T>::load(product + at + lanes) + right;
        const Vector<T> f_left = F::value(z_left), f_right = F::value(z_right);
        if (keeps) {
            (F::keeps_z ? z_left : f_left).store(kept + at);
            (F::keeps_z ? z_right : f_right).store(kept + at + lanes);
        }
        f_left.store(a + at);
        f_right.store(a + at + lanes);
    }
}

// Z = product + bias and A = f(Z) on one panel's rows, with what the backward pass needs put into `kept`.
//
// product, kept, a: (rows, NR), contiguous; product may be kept or a. bias: NR numbers. kept may be null or a where
// nothing but A itself is to be kept, and must be another array than a where keeps_pre_activation(kind).
template <class T>
void activate(Activation kind, const T* product, const T* bias, T* kept, T* a, std::size_t rows) {
    with_activation(kind, [&](auto f) { activate_with<decltype(f)>(product, bias, kept, a, rows); });
}

template <class F, class T>
inline void pull_back_with(T* delta, const T* kept, std::size_t count) {
    for (std::size_t at = 0; at < count; at += Vector<T>::lanes) {
        (Vector<T>::load(delta + at) * F::slope(Vector<T>::load(kept + at))).store(delta + at);
    }
}

// BP2's second half, Δ ← Δ ⊙ f'(Z). delta, kept: `count` numbers, a multiple of NR.
template <class T>
void pull_back(Activation kind, T* delta, const T* kept, std::size_t count) {
    if (kind == Activation::identity) return;
    with_activation(kind, [&](auto f) { pull_back_with<decltype(f)>(delta, kept, count); });
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
