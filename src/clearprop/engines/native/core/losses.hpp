// The output layer of a training step in one pass: Aᴸ, each row's loss and Δᴸ (BP1) while the row is in registers.
//
// A layer of few units is turned so that a vector holds one unit of several rows; a wider one is taken row by row.
// The arithmetic is written once for both. The forms are those of mathematics/losses.py and `loss`, `backward` in
// mathematics/equations.py.
#pragma once

#include "activations.hpp"
#include "transposition.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

enum class Loss : int { cross_entropy, binary_cross_entropy, half_squared_error, poisson };

// paired: the loss has this activation as its paired output. floor: probabilities are clipped to [floor, 1 − floor]
// for the loss that is reported; 0 takes a paired loss from Zᴸ.
struct Output {
    Activation activation;
    Loss loss;
    bool paired;
    int units;
    double floor;
};

template <class T>
CLEARPROP_INLINE Vector<T> at_least_tiny(Vector<T> a) {
    return max(broadcast(std::numeric_limits<T>::min()), a);
}

// What softmax has found of a row: log softmax(z) = z − highest − log(total).
template <class T>
struct SoftmaxScale {
    Vector<T> highest, log_total;
};

// Each entry, for one unit's a and target y: value(a, y), a row's loss being the sum; paired_value(z, a, y, scale), the
// same from the pre-activation of the paired output; gradient(a, y) = ∂e/∂a. Values skip vectors where skips(y).
struct CrossEntropy {
    static constexpr bool of_probabilities = true;
    template <class T>
    static CLEARPROP_INLINE bool skips(Vector<T> y) { return !any(~equal(y, Vector<T>::zero())); }
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> a, Vector<T> y) { return -(y * bounded_log(a)); }
    template <class T>
    static CLEARPROP_INLINE Vector<T> paired_value(Vector<T> z, Vector<T>, Vector<T> y, SoftmaxScale<T> scale) {
        // A difference that the type cannot hold stays finite.
        const Vector<T> shifted = max(broadcast(std::numeric_limits<T>::lowest()), z - scale.highest);
        return -(y * (shifted - scale.log_total));
    }
    template <class T>
    static CLEARPROP_INLINE Vector<T> gradient(Vector<T> a, Vector<T> y) { return -y / at_least_tiny(a); }
};

struct BinaryCrossEntropy {
    static constexpr bool of_probabilities = true;
    template <class T>
    static CLEARPROP_INLINE bool skips(Vector<T>) { return false; }
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> a, Vector<T> y) {
        const Vector<T> one = broadcast(T(1));
        return -(y * bounded_log(a)) - (one - y) * bounded_log(one - a);
    }
    // y softplus(−z) + (1 − y) softplus(z).
    template <class T>
    static CLEARPROP_INLINE Vector<T> paired_value(Vector<T> z, Vector<T>, Vector<T> y, SoftmaxScale<T>) {
        const Vector<T> one = broadcast(T(1)), zero = Vector<T>::zero();
        const Vector<T> common = log1p_of_fraction(exp(-abs(z)));
        return y * (max(zero, -z) + common) + (one - y) * (max(zero, z) + common);
    }
    template <class T>
    static CLEARPROP_INLINE Vector<T> gradient(Vector<T> a, Vector<T> y) {
        const Vector<T> one = broadcast(T(1));
        return (one - y) / at_least_tiny(one - a) - y / at_least_tiny(a);
    }
};

struct HalfSquaredError {
    static constexpr bool of_probabilities = false;
    template <class T>
    static CLEARPROP_INLINE bool skips(Vector<T>) { return false; }
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> a, Vector<T> y) {
        return broadcast(T(0.5)) * ((a - y) * (a - y));
    }
    template <class T>
    static CLEARPROP_INLINE Vector<T> paired_value(Vector<T>, Vector<T> a, Vector<T> y, SoftmaxScale<T>) {
        return value(a, y);
    }
    template <class T>
    static CLEARPROP_INLINE Vector<T> gradient(Vector<T> a, Vector<T> y) { return a - y; }
};

struct Poisson {
    static constexpr bool of_probabilities = false;
    template <class T>
    static CLEARPROP_INLINE bool skips(Vector<T>) { return false; }
    template <class T>
    static CLEARPROP_INLINE Vector<T> value(Vector<T> a, Vector<T> y) {
        return y * bounded_log(y) - y + a - y * bounded_log(a);
    }
    template <class T>
    static CLEARPROP_INLINE Vector<T> paired_value(Vector<T> z, Vector<T> a, Vector<T> y, SoftmaxScale<T>) {
        return y * bounded_log(y) - y + a - y * z;
    }
    template <class T>
    static CLEARPROP_INLINE Vector<T> gradient(Vector<T> a, Vector<T> y) {
        return broadcast(T(1)) - y / at_least_tiny(a);
    }
};

template <class Body>
CLEARPROP_INLINE void with_loss(Loss kind, Body body) {
    switch (kind) {
        case Loss::cross_entropy: return body(CrossEntropy{});
        case Loss::binary_cross_entropy: return body(BinaryCrossEntropy{});
        case Loss::half_squared_error: return body(HalfSquaredError{});
        case Loss::poisson: return body(Poisson{});
    }
}

// Up to this many units (of one panel) a vector holds one unit of as many rows as it has lanes.
template <class T>
constexpr int narrow_units = panel_width<T> < 16 ? panel_width<T> : 16;

// Both kinds of rows have: `vectors` to go through; z(k), a(k): where vector k stands; y(k); omega; valid(k, v, other):
// v, but other in lanes that are no unit; total, highest: of a row, from what its vectors have in each lane.
template <class T>
struct NarrowRows {
    static constexpr int lanes = Vector<T>::lanes;
    int vectors;
    Vector<T> omega;
    alignas(64) T z_lanes[narrow_units<T>][lanes];
    alignas(64) T a_lanes[narrow_units<T>][lanes];
    alignas(64) T y_lanes[narrow_units<T>][lanes];

    CLEARPROP_INLINE T* z(int k) { return z_lanes[k]; }
    CLEARPROP_INLINE T* a(int k) { return a_lanes[k]; }
    CLEARPROP_INLINE Vector<T> y(int k) const { return Vector<T>::load(y_lanes[k]); }
    CLEARPROP_INLINE Vector<T> valid(int, Vector<T> v, Vector<T>) const { return v; }
    static CLEARPROP_INLINE Vector<T> total(Vector<T> v) { return v; }
    static CLEARPROP_INLINE Vector<T> highest(Vector<T> v) { return v; }

    // Turn rows of panel layout (one panel) into lanes; lanes without a row become 0.
    CLEARPROP_INLINE void gather(const T* rows, int count, T (*to)[lanes]) const {
        if (count == lanes) {
            for (int k = 0; k < vectors; k += lanes) transpose_square(rows + k, panel_width<T>, to[k], lanes);
            return;
        }
        for (int k = 0; k < vectors; ++k) {
            for (int r = 0; r < count; ++r) to[k][r] = rows[r * panel_width<T> + k];
            for (int r = count; r < lanes; ++r) to[k][r] = T(0);
        }
    }
    CLEARPROP_INLINE void gather_targets(const T* const* targets, int count) {
        alignas(64) T rows[lanes][lanes];
        for (int r = count; r < lanes; ++r) Vector<T>::zero().store(rows[r]);
        for (int k = 0; k < vectors; k += lanes) {
            const int n = vectors - k < lanes ? vectors - k : lanes;
            for (int r = 0; r < count; ++r) Vector<T>::load_partial(targets[r] + k, n).store(rows[r]);
            transpose_square(rows[0], lanes, y_lanes[k], lanes);
        }
    }
    // Turn A back into rows, with 0 in columns that are no unit.
    CLEARPROP_INLINE void scatter(T* rows, int count) {
        const int used = (vectors + lanes - 1) / lanes * lanes;
        for (int k = vectors; k < used; ++k) Vector<T>::zero().store(a_lanes[k]);
        alignas(64) T turned[lanes][lanes];
        for (int k = 0; k < panel_width<T>; k += lanes) {
            if (k < used) transpose_square(a_lanes[k], lanes, turned[0], lanes);
            for (int r = 0; r < count; ++r)
                (k < used ? Vector<T>::load(turned[r]) : Vector<T>::zero()).store(rows + r * panel_width<T> + k);
        }
    }
};

template <class T>
struct WideRow {
    static constexpr int lanes = Vector<T>::lanes;
    static constexpr T counting[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    std::size_t panel;    // numbers in a panel of all rows
    int vectors, in_last; // vectors that hold units; units in the last of them
    Mask<T> last;
    Vector<T> omega;
    T* z_row;
    T* a_row;
    const T* y_row;

    CLEARPROP_INLINE WideRow(int m, int n)
        : panel(static_cast<std::size_t>(m) * panel_width<T>),
          vectors((n + lanes - 1) / lanes),
          in_last(n - (vectors - 1) * lanes),
          last(greater(broadcast(static_cast<T>(in_last)), Vector<T>::load(counting))),
          omega(Vector<T>::zero()),
          z_row(nullptr),
          a_row(nullptr),
          y_row(nullptr) {}

    CLEARPROP_INLINE std::size_t offset(int k) const { return k / 2 * panel + k % 2 * lanes; }
    CLEARPROP_INLINE T* z(int k) { return z_row + offset(k); }
    CLEARPROP_INLINE T* a(int k) { return a_row + offset(k); }
    CLEARPROP_INLINE Vector<T> y(int k) const {
        const T* from = y_row + static_cast<std::size_t>(k) * lanes;
        return k + 1 < vectors || in_last == lanes ? Vector<T>::load(from) : Vector<T>::load_partial(from, in_last);
    }
    CLEARPROP_INLINE Vector<T> valid(int k, Vector<T> v, Vector<T> other) const {
        return k + 1 < vectors ? v : select(last, v, other);
    }
    static CLEARPROP_INLINE Vector<T> total(Vector<T> v) { return broadcast(sum(v)); }
    static CLEARPROP_INLINE Vector<T> highest(Vector<T> v) { return broadcast(largest(v)); }
    CLEARPROP_INLINE void clear_padding() {
        if (vectors % 2) Vector<T>::zero().store(a(vectors));
    }
};

// softmax by rows, shifted by the row's maximum: no exponent is positive. a(k) may stand where z(k) does.
template <class T, class Rows>
CLEARPROP_INLINE SoftmaxScale<T> softmax_rows(Rows& rows, bool wants_log) {
    const Vector<T> lowest = broadcast(-std::numeric_limits<T>::infinity()), zero = Vector<T>::zero();
    Vector<T> highest = lowest, total = zero;
    for (int k = 0; k < rows.vectors; ++k) highest = max(highest, rows.valid(k, Vector<T>::load(rows.z(k)), lowest));
    highest = rows.highest(highest);
    for (int k = 0; k < rows.vectors; ++k) {
        const Vector<T> e = rows.valid(k, exp(Vector<T>::load(rows.z(k)) - highest), zero);
        e.store(rows.a(k));
        total += e;
    }
    total = rows.total(total);
    for (int k = 0; k < rows.vectors; ++k) (Vector<T>::load(rows.a(k)) / total).store(rows.a(k));
    return {highest, wants_log ? log_of_positive(total) : zero};
}

template <class T, class Rows>
CLEARPROP_INLINE void elementwise_rows(Activation kind, Rows& rows) {
    with_activation(kind, [&](auto f) {
        for (int k = 0; k < rows.vectors; ++k) f.value(Vector<T>::load(rows.z(k))).store(rows.a(k));
    });
}

// Σ over a row's units of term(z, a, y), without the vectors that the loss skips.
template <class T, class L, class Rows, class Term>
CLEARPROP_INLINE Vector<T> summed(Rows& rows, Term term) {
    const Vector<T> zero = Vector<T>::zero();
    Vector<T> total = zero;
    for (int k = 0; k < rows.vectors; ++k) {
        const Vector<T> y = rows.y(k);
        if (L::skips(y)) continue;
        total += rows.valid(k, term(Vector<T>::load(rows.z(k)), Vector<T>::load(rows.a(k)), y), zero);
    }
    return rows.total(total);
}

template <class T, class Rows>
CLEARPROP_INLINE Vector<T> row_values(const Output& output, Rows& rows, SoftmaxScale<T> scale) {
    const T low = static_cast<T>(output.floor), high = static_cast<T>(1.0 - output.floor);
    Vector<T> values = Vector<T>::zero();
    with_loss(output.loss, [&](auto loss) {
        using L = decltype(loss);
        if (L::of_probabilities && output.floor > 0) {
            values = summed<T, L>(rows, [&](Vector<T>, Vector<T> a, Vector<T> y) {
                return L::value(clamp(a, low, high), y);
            });
        } else if (output.paired) {
            values = summed<T, L>(rows, [&](Vector<T> z, Vector<T> a, Vector<T> y) {
                return L::paired_value(z, a, y, scale);
            });
        } else {
            values = summed<T, L>(rows, [&](Vector<T>, Vector<T> a, Vector<T> y) { return L::value(a, y); });
        }
    });
    return values;
}

// BP1: a(k) ← (a − y) ω.
template <class T, class Rows>
CLEARPROP_INLINE void paired_error(Rows& rows) {
    for (int k = 0; k < rows.vectors; ++k) {
        const Vector<T> delta = (Vector<T>::load(rows.a(k)) - rows.y(k)) * rows.omega;
        rows.valid(k, delta, Vector<T>::zero()).store(rows.a(k));
    }
}

// The general route through the Jacobian of softmax: a (g − Σ g a) with g = ω ∂e/∂a.
template <class T, class L, class Rows>
CLEARPROP_INLINE void softmax_error(Rows& rows) {
    const Vector<T> zero = Vector<T>::zero();
    Vector<T> projected = zero;
    for (int k = 0; k < rows.vectors; ++k) {
        const Vector<T> a = Vector<T>::load(rows.a(k));
        projected += rows.valid(k, L::gradient(a, rows.y(k)) * rows.omega * a, zero);
    }
    projected = rows.total(projected);
    for (int k = 0; k < rows.vectors; ++k) {
        const Vector<T> a = Vector<T>::load(rows.a(k)), g = L::gradient(a, rows.y(k)) * rows.omega;
        rows.valid(k, a * (g - projected), zero).store(rows.a(k));
    }
}

// The general route through f': ω ∂e/∂a f'(z).
template <class T, class L, class Rows>
CLEARPROP_INLINE void elementwise_error(Activation kind, Rows& rows) {
    with_activation(kind, [&](auto f) {
        for (int k = 0; k < rows.vectors; ++k) {
            const Vector<T> a = Vector<T>::load(rows.a(k)), g = L::gradient(a, rows.y(k)) * rows.omega;
            const Vector<T> slope = f.slope(f.keeps_z ? Vector<T>::load(rows.z(k)) : a);
            rows.valid(k, g * slope, Vector<T>::zero()).store(rows.a(k));
        }
    });
}

// Off the training step's usual path, hence not inlined into it.
template <class T, class Rows>
void general_error(const Output& output, Rows& rows) {
    with_loss(output.loss, [&](auto loss) {
        using L = decltype(loss);
        if (output.activation == Activation::softmax) {
            softmax_error<T, L>(rows);
        } else {
            elementwise_error<T, L>(output.activation, rows);
        }
    });
}

// Z → A → Δ in place of A; gives each row's loss.
template <class T, class Rows>
CLEARPROP_INLINE Vector<T> rows_error(const Output& output, Rows& rows) {
    SoftmaxScale<T> scale = {Vector<T>::zero(), Vector<T>::zero()};
    if (output.activation == Activation::softmax) {
        scale = softmax_rows<T>(rows, output.paired && !(output.floor > 0));
    } else {
        elementwise_rows<T>(output.activation, rows);
    }
    const Vector<T> values = row_values<T>(output, rows, scale);
    if (output.paired) {
        paired_error<T>(rows);
    } else {
        general_error<T>(output, rows);
    }
    return values;
}

template <class T>
void narrow_error(const Output& output, const T* z, T* delta, int m, const T* const* targets, const T* omega,
                  double* row_loss) {
    NarrowRows<T> rows;
    rows.vectors = output.units;
    T values[Vector<T>::lanes];
    for (int i = 0; i < m; i += rows.lanes) {
        const int count = m - i < rows.lanes ? m - i : rows.lanes;
        const std::size_t at = static_cast<std::size_t>(i) * panel_width<T>;
        rows.gather(z + at, count, rows.z_lanes);
        rows.gather_targets(targets + i, count);
        rows.omega = Vector<T>::load_partial(omega + i, count);
        rows_error<T>(output, rows).store(values);
        rows.scatter(delta + at, count);
        for (int r = 0; r < count; ++r) row_loss[i + r] = static_cast<double>(values[r]);
    }
}

template <class T>
void wide_error(const Output& output, T* z, T* delta, int m, const T* const* targets, const T* omega,
                double* row_loss) {
    WideRow<T> row(m, output.units);
    for (int i = 0; i < m; ++i) {
        row.z_row = z + static_cast<std::size_t>(i) * panel_width<T>;
        row.a_row = delta + static_cast<std::size_t>(i) * panel_width<T>;
        row.y_row = targets[i];
        row.omega = broadcast(omega[i]);
        row_loss[i] = static_cast<double>(first(rows_error<T>(output, row)));
        row.clear_padding();
    }
}

// Δᴸ and the unweighted loss of each of m rows.
//
// z: Zᴸ with its bias in panel layout (scratch afterwards); delta: the same layout, 0 in columns that are no unit.
// targets[i]: the n_L targets of row i; omega[i]: its weight; row_loss[i]: e_i.
template <class T>
void output_error(const Output& output, T* z, T* delta, int m, const T* const* targets, const T* omega,
                  double* row_loss) {
    if (output.units <= narrow_units<T>) {
        narrow_error(output, z, delta, m, targets, omega, row_loss);
    } else {
        wide_error(output, z, delta, m, targets, omega, row_loss);
    }
}

template <class T>
void softmax_panels(T* z, int m, int n) {
    if (n <= narrow_units<T>) {
        NarrowRows<T> rows;
        rows.vectors = n;
        for (int i = 0; i < m; i += rows.lanes) {
            const int count = m - i < rows.lanes ? m - i : rows.lanes;
            T* block = z + static_cast<std::size_t>(i) * panel_width<T>;
            rows.gather(block, count, rows.z_lanes);
            softmax_rows<T>(rows, false);
            rows.scatter(block, count);
        }
        return;
    }
    WideRow<T> row(m, n);
    for (int i = 0; i < m; ++i) {
        row.z_row = row.a_row = z + static_cast<std::size_t>(i) * panel_width<T>;
        softmax_rows<T>(row, false);
        row.clear_padding();
    }
}

// Aᴸ in place of Zᴸ for prediction: m rows of n units in panel layout.
template <class T>
void output_activation(Activation kind, T* z, int m, int n) {
    if (kind == Activation::softmax) return softmax_panels(z, m, n);
    const std::size_t count = static_cast<std::size_t>(m) * padded_columns<T>(n);
    with_activation(kind, [&](auto f) {
        for (std::size_t at = 0; at < count; at += Vector<T>::lanes) f.value(Vector<T>::load(z + at)).store(z + at);
    });
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
