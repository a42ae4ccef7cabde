// The table of optimizers: one update of a tile's numbers, fused with weight decay, clipping and the sum of squares.
//
// The arithmetic is mathematics/optimizers.py's, number by number; numbers that do not change within a step are
// computed once, in double, by `step_of`.
#pragma once

#include "names.hpp"
#include "vectors.hpp"
#include "workspace.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

enum class Optimizer : int { gradient_descent, momentum, nesterov, adagrad, rmsprop, adam, adamw };

// What all numbers of one update share. `rate` is η, Adam's with its correction; `first` and `second` are the decays of
// the two slots (μ, or β₁; ρ, or β₂) and `first_rest`, `second_rest` 1 minus these. `kept` is adamw's 1 − η λ.
// `factor` multiplies the gradient (clipping); 1 leaves it as it is.
template <class T>
struct Step {
    Optimizer optimizer;
    T rate, first, first_rest, second, second_rest, epsilon, kept, factor;
};

// How many slots an optimizer has; others may be null.
constexpr int slots_of(Optimizer optimizer) { return optimizer_slots[static_cast<int>(optimizer)]; }

// What Adam's rate is multiplied by in step t = 1, 2, ...: √(1 − β₂ᵗ)/(1 − β₁ᵗ).
inline double rate_correction(Optimizer optimizer, const Hyperparameters& h, std::int64_t t) {
    const double count = static_cast<double>(t);
    return slots_of(optimizer) == 2 ? std::sqrt(1.0 - std::pow(h.beta_2, count)) / (1.0 - std::pow(h.beta_1, count))
                                    : 1.0;
}

// A step with learning rate eta; `decays` is false for biases, which are never decayed.
template <class T>
Step<T> step_of(Optimizer optimizer, const Hyperparameters& h, double eta, double correction, bool decays,
                double factor = 1.0) {
    const bool adam = slots_of(optimizer) == 2;
    const double first = adam ? h.beta_1 : h.momentum, second = adam ? h.beta_2 : h.rho;
    const bool shrinks = optimizer == Optimizer::adamw && decays;
    return {optimizer,
            static_cast<T>(eta * correction),
            static_cast<T>(first),
            static_cast<T>(1.0 - first),
            static_cast<T>(second),
            static_cast<T>(1.0 - second),
            static_cast<T>(h.epsilon),
            static_cast<T>(shrinks ? 1.0 - eta * h.weight_decay : 1.0),
            static_cast<T>(factor)};
}

// The numbers of a step in every lane.
template <class T>
struct StepVectors {
    Vector<T> rate, first, first_rest, second, second_rest, epsilon, kept, factor;

    explicit CLEARPROP_INLINE StepVectors(const Step<T>& step)
        : rate(broadcast(step.rate)),
          first(broadcast(step.first)),
          first_rest(broadcast(step.first_rest)),
          second(broadcast(step.second)),
          second_rest(broadcast(step.second_rest)),
          epsilon(broadcast(step.epsilon)),
          kept(broadcast(step.kept)),
          factor(broadcast(step.factor)) {}
};

// ρ v + (1 − ρ) g².
template <class T>
CLEARPROP_INLINE Vector<T> mean_square(const StepVectors<T>& h, Vector<T> v, Vector<T> g) {
    return multiply_add(h.second, v, h.second_rest * (g * g));
}

// a/(√s + ε). s is kept within T's normal numbers, so that an overflow gives no step and 0/(√0 + 0) is 0.
template <class T>
CLEARPROP_INLINE Vector<T> scaled_step(const StepVectors<T>& h, Vector<T> a, Vector<T> s) {
    using Limits = std::numeric_limits<T>;
    return near_quotient(a, sqrt(clamp(s, Limits::min(), Limits::max())) + h.epsilon);
}

// Each entry: `slots`, and updated(h, θ, g, slot_1, slot_2), which gives θ and changes the slots.
struct GradientDescent {
    static constexpr int slots = 0;
    template <class T>
    static CLEARPROP_INLINE Vector<T> updated(const StepVectors<T>& h, Vector<T> theta, Vector<T> g, Vector<T>&,
                                              Vector<T>&) {
        return theta - h.rate * g;
    }
};

struct Momentum {
    static constexpr int slots = 1;
    template <class T>
    static CLEARPROP_INLINE Vector<T> updated(const StepVectors<T>& h, Vector<T> theta, Vector<T> g,
                                              Vector<T>& velocity, Vector<T>&) {
        velocity = h.first * velocity - h.rate * g;
        return theta + velocity;
    }
};

struct Nesterov {
    static constexpr int slots = 1;
    template <class T>
    static CLEARPROP_INLINE Vector<T> updated(const StepVectors<T>& h, Vector<T> theta, Vector<T> g,
                                              Vector<T>& velocity, Vector<T>&) {
        velocity = h.first * velocity - h.rate * g;
        return theta + h.first * velocity - h.rate * g;
    }
};

struct Adagrad {
    static constexpr int slots = 1;
    template <class T>
    static CLEARPROP_INLINE Vector<T> updated(const StepVectors<T>& h, Vector<T> theta, Vector<T> g,
                                              Vector<T>& square_sum, Vector<T>&) {
        square_sum = square_sum + g * g;
        return theta - scaled_step(h, h.rate * g, square_sum);
    }
};

struct RmsProp {
    static constexpr int slots = 1;
    template <class T>
    static CLEARPROP_INLINE Vector<T> updated(const StepVectors<T>& h, Vector<T> theta, Vector<T> g, Vector<T>& square,
                                              Vector<T>&) {
        square = mean_square(h, square, g);
        return theta - scaled_step(h, h.rate * g, square);
    }
};

struct Adam {
    static constexpr int slots = 2;
    template <class T>
    static CLEARPROP_INLINE Vector<T> updated(const StepVectors<T>& h, Vector<T> theta, Vector<T> g, Vector<T>& mean,
                                              Vector<T>& square) {
        mean = multiply_add(h.first, mean, h.first_rest * g);
        square = mean_square(h, square, g);
        return theta - scaled_step(h, h.rate * mean, square);
    }
};

struct AdamW {
    static constexpr int slots = 2;
    template <class T>
    static CLEARPROP_INLINE Vector<T> updated(const StepVectors<T>& h, Vector<T> theta, Vector<T> g, Vector<T>& mean,
                                              Vector<T>& square) {
        return Adam::updated(h, h.kept * theta, g, mean, square);
    }
};

// Σ of squares in double: a few in T at a time, so that neither speed nor digits are lost.
template <class T>
class SquareSum {
  public:
    CLEARPROP_INLINE SquareSum() : left_(Vector<T>::zero()), right_(Vector<T>::zero()) {}
    CLEARPROP_INLINE void add(Vector<T> left, Vector<T> right) {
        left_ = multiply_add(left, left, left_);
        right_ = multiply_add(right, right, right_);
    }
    CLEARPROP_INLINE void flush() {
        total_ += static_cast<double>(sum(left_ + right_));
        left_ = right_ = Vector<T>::zero();
    }
    CLEARPROP_INLINE double total() {
        flush();
        return total_;
    }

  private:
    Vector<T> left_, right_;
    double total_ = 0;
};

// Numbers whose squares are summed in T before they go into the double.
template <class T>
constexpr std::size_t square_block = 32 * panel_width<T>;

// body(at) gives the two vectors of `count` numbers at `at`; the sum of their squares, in a fixed order.
template <class T, class Body>
CLEARPROP_INLINE double for_each_pair(std::size_t count, Body body) {
    SquareSum<T> squares;
    for (std::size_t begin = 0; begin < count; begin += square_block<T>) {
        const std::size_t end = count - begin < square_block<T> ? count : begin + square_block<T>;
        for (std::size_t at = begin; at < end; at += panel_width<T>) {
            const Vector<T> left = body(at), right = body(at + Vector<T>::lanes);
            squares.add(left, right);
        }
        squares.flush();
    }
    return squares.total();
}

template <class Rule, class T>
double update_with(const Step<T>& step, T* theta, const T* g, T* slot_1, T* slot_2, std::size_t count) {
    const StepVectors<T> h(step);
    return for_each_pair<T>(count, [&](std::size_t at) {
        Vector<T> first = Vector<T>::zero(), second = Vector<T>::zero();
        if constexpr (Rule::slots > 0) first = Vector<T>::load(slot_1 + at);
        if constexpr (Rule::slots > 1) second = Vector<T>::load(slot_2 + at);
        const Vector<T> gradient = Vector<T>::load(g + at) * h.factor;
        const Vector<T> updated = Rule::updated(h, Vector<T>::load(theta + at), gradient, first, second);
        if constexpr (Rule::slots > 0) first.store(slot_1 + at);
        if constexpr (Rule::slots > 1) second.store(slot_2 + at);
        updated.store(theta + at);
        return updated;
    });
}

// One update of θ in place; gives Σθ² after it. count: a multiple of NR. Numbers whose gradient, slots and θ are 0
// (padding) stay 0.
template <class T>
double update(const Step<T>& step, T* theta, const T* g, T* slot_1, T* slot_2, std::size_t count) {
    switch (step.optimizer) {
        case Optimizer::gradient_descent: return update_with<GradientDescent>(step, theta, g, slot_1, slot_2, count);
        case Optimizer::momentum: return update_with<Momentum>(step, theta, g, slot_1, slot_2, count);
        case Optimizer::nesterov: return update_with<Nesterov>(step, theta, g, slot_1, slot_2, count);
        case Optimizer::adagrad: return update_with<Adagrad>(step, theta, g, slot_1, slot_2, count);
        case Optimizer::rmsprop: return update_with<RmsProp>(step, theta, g, slot_1, slot_2, count);
        case Optimizer::adam: return update_with<Adam>(step, theta, g, slot_1, slot_2, count);
        case Optimizer::adamw: return update_with<AdamW>(step, theta, g, slot_1, slot_2, count);
    }
    return 0;
}

// Σ x². count: a multiple of NR.
template <class T>
double square_sum(const T* x, std::size_t count) {
    return for_each_pair<T>(count, [&](std::size_t at) { return Vector<T>::load(x + at); });
}

// g ← g + λ θ; gives Σ g² after it. count: a multiple of NR.
template <class T>
double add_penalty(T* g, const T* theta, T lambda, std::size_t count) {
    if (lambda == T(0)) return square_sum(g, count);
    const Vector<T> factor = broadcast(lambda);
    return for_each_pair<T>(count, [&](std::size_t at) {
        const Vector<T> sum = multiply_add(factor, Vector<T>::load(theta + at), Vector<T>::load(g + at));
        sum.store(g + at);
        return sum;
    });
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
