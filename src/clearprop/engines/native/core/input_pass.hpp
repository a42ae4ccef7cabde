// The layers before the first weights at work: a row of X becomes a row of A⁰, and ∂E/∂A⁰ the gradient of their numbers.
#pragma once

#include "functions.hpp"
#include "panels.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

// cos(2πu) and sin(2πu).
template <class T>
struct Circle {
    Vector<T> cosine, sine;
};

// The power series in (2πr)², |r| ≤ 1/8: the terms that float and double need.
template <class T>
struct CircleSeries;

template <>
struct CircleSeries<float> {
    static constexpr float cosine[] = {1.0f, -0.5f, 4.16666667e-2f, -1.38888889e-3f, 2.48015873e-5f};
    static constexpr float sine[] = {1.0f, -1.66666667e-1f, 8.33333333e-3f, -1.98412698e-4f, 2.75573192e-6f};
};

template <>
struct CircleSeries<double> {
    static constexpr double cosine[] = {
        1.0, -0.5, 4.166666666666666667e-2, -1.388888888888888889e-3, 2.480158730158730159e-5,
        -2.755731922398589065e-7, 2.087675698786809898e-9, -1.147074559772972471e-11, 4.779477332387385297e-14};
    static constexpr double sine[] = {
        1.0, -1.666666666666666667e-1, 8.333333333333333333e-3, -1.984126984126984127e-4, 2.755731922398589065e-6,
        -2.505210838544171878e-8, 1.605904383682161460e-10, -7.647163731819816476e-13, 2.811457254345520763e-15};
};

// u in turns, so that whole ones fall away exactly; then the nearest quarter.
template <class T>
CLEARPROP_INLINE Circle<T> circle(Vector<T> u) {
    const Vector<T> zero = Vector<T>::zero();
    const Vector<T> turn = u - round_to_nearest(u), quarter = round_to_nearest(turn * broadcast(T(4)));
    const Vector<T> x = (turn - quarter * broadcast(T(0.25))) * broadcast(T(6.283185307179586)), square = x * x;
    const Vector<T> c = polynomial(CircleSeries<T>::cosine, square), s = x * polynomial(CircleSeries<T>::sine, square);
    const Vector<T> distance = abs(quarter);  // 0, 1 or 2 quarters from 0, to either side
    const Mask<T> odd = equal(distance, broadcast(T(1))), opposite = equal(distance, broadcast(T(2)));
    const Vector<T> sign = copy_sign(broadcast(T(1)), quarter);
    const Vector<T> cosine = select(odd, zero - sign * s, select(opposite, zero - c, c));
    const Vector<T> sine = select(odd, sign * c, select(opposite, zero - s, s));
    return {cosine, sine};
}

template <class T>
constexpr T per_turn = T(0.15915494309189535);  // 1/(2π)

template <class T>
CLEARPROP_INLINE T& feature_at(T* a, int rows, int row, int feature) {
    constexpr int width = panel_width<std::remove_const_t<T>>;
    return at(a, rows, feature / width, row)[feature % width];
}

// The vector of `theta` that a column's waves of one row are made of: w₁, b₁, then the rows of W₂, then b₂.
template <class T>
struct Waves {
    const T* w1;
    int padded;

    Waves(const InputColumn<T>& column, const T* theta)
        : w1(theta + column.theta), padded(padded_columns<T>(column.size)) {}
    const T* b1() const { return w1 + padded; }
    const T* W2(int row) const { return w1 + (2 + row) * std::size_t(padded); }
    CLEARPROP_INLINE Circle<T> of(T x, int k) const {
        const Vector<T> turns = multiply_add(Vector<T>::load(w1 + k), broadcast(x),
                                             Vector<T>::load(b1() + k) * broadcast(per_turn<T>));
        return circle(turns);
    }
};

template <class T>
void periodic_features(const InputColumn<T>& column, const T* theta, T x, T* a, int rows, int row) {
    using V = Vector<T>;
    const Waves<T> waves(column, theta);
    const int d = column.n_features - 1;
    feature_at(a, rows, row, column.feature) = x;
    for (int j = 0; j < d; j++) feature_at(a, rows, row, column.feature + 1 + j) = waves.W2(d)[j];  // b₂
    for (int k = 0; k < column.size; k += V::lanes) {
        const V cosine = waves.of(x, k).cosine;
        for (int j = 0; j < d; j++)
            feature_at(a, rows, row, column.feature + 1 + j) += sum(cosine * V::load(waves.W2(j) + k));
    }
}

template <class T>
void features_of_row(const Inputs<T>& inputs, const T* x, T* a, int rows, int row) {
    const int last = whole(inputs.n_features, panel_width<T>);
    for (int f = inputs.n_features; f < last; f++) feature_at(a, rows, row, f) = T(0);
    for (int i = 0; i < inputs.n_input_columns; i++) {
        const InputColumn<T>& column = inputs.columns[i];
        const T number = x[column.column];
        switch (column.kind) {
            case Input::numbers:
                for (int j = 0; j < column.n_features; j++)
                    feature_at(a, rows, row, column.feature + j) = x[column.column + j];
                break;
            case Input::piecewise_linear:
                for (int j = 0; j < column.n_features; j++) {
                    const T share = (number - column.low[j]) * column.per_width[j];
                    feature_at(a, rows, row, column.feature + j) = share < T(0) ? T(0) : share > T(1) ? T(1) : share;
                }
                break;
            case Input::periodic: periodic_features(column, inputs.theta, number, a, rows, row); break;
            case Input::embedding: {
                const T* C = inputs.theta + column.theta + std::size_t(number) * column.n_features;
                for (int j = 0; j < column.n_features; j++) feature_at(a, rows, row, column.feature + j) = C[j];
            }
        }
    }
}

// A ← s ⊙ A, panel by panel; what A was is kept where the backward pass needs it.
template <class T>
void scale_features(const T* scale, T* a, T* kept, int rows, int columns) {
    using V = Vector<T>;
    for (int p = 0; p < n_panels(columns, panel_width<T>); p++) {
        const V left = V::load(scale + p * panel_width<T>), right = V::load(scale + p * panel_width<T> + V::lanes);
        for (int i = 0; i < rows; i++) {
            const std::size_t here = (std::size_t(p) * rows + i) * panel_width<T>;
            const V x = V::load(a + here), y = V::load(a + here + V::lanes);
            if (kept) x.store(kept + here), y.store(kept + here + V::lanes);
            (x * left).store(a + here), (y * right).store(a + here + V::lanes);
        }
    }
}

// From g = ∂E/∂A⁰: kept ← g ⊙ x, whose column sums are ∂E/∂s, and g ← g ⊙ s, with x what stood before the factors.
template <class T>
void scale_back(const T* scale, T* g, T* kept, int rows, int columns) {
    using V = Vector<T>;
    for (int p = 0; p < n_panels(columns, panel_width<T>); p++)
        for (int half = 0; half < 2; half++) {
            const V s = V::load(scale + p * panel_width<T> + half * V::lanes);
            for (int i = 0; i < rows; i++) {
                const std::size_t here = (std::size_t(p) * rows + i) * panel_width<T> + half * V::lanes;
                const V from_above = V::load(g + here);
                (from_above * V::load(kept + here)).store(kept + here);
                (from_above * s).store(g + here);
            }
        }
}

// ∂E/∂C: each row of C has the sum of g over the samples of its category.
template <class T>
void embedding_gradient(const InputColumn<T>& column, const Table<T>& table, std::int64_t start, const RowBlock& rows,
                        const T* g, T* gradient) {
    for (int i = 0; i < rows.count(); i++) {
        const std::int64_t source = table.row(start + rows.first + i);
        T* row = gradient + std::size_t(table.x[source * table.x_stride + column.column]) * column.n_features;
        for (int j = 0; j < column.n_features; j++) row[j] += feature_at(g, rows.count(), i, column.feature + j);
    }
}

// ∂E/∂w₁, ∂E/∂b₁, ∂E/∂W₂, ∂E/∂b₂ of one column, added to.
template <class T>
void periodic_gradient(const InputColumn<T>& column, const T* theta, const Table<T>& table, std::int64_t start,
                       const RowBlock& rows, const T* g, T* gradient) {
    using V = Vector<T>;
    const Waves<T> waves(column, theta);
    const int d = column.n_features - 1, padded = waves.padded;
    T *d_w1 = gradient, *d_b1 = gradient + padded, *d_W2 = gradient + 2 * padded, *d_b2 = d_W2 + std::size_t(d) * padded;
    for (int i = 0; i < rows.count(); i++) {
        const T x = table.x[table.row(start + rows.first + i) * table.x_stride + column.column];
        for (int j = 0; j < d; j++) d_b2[j] += feature_at(g, rows.count(), i, column.feature + 1 + j);
        for (int k = 0; k < column.size; k += V::lanes) {
            const Circle<T> wave = waves.of(x, k);
            V above = V::zero();
            for (int j = 0; j < d; j++) {
                const V g_j = broadcast(feature_at(g, rows.count(), i, column.feature + 1 + j));
                above = multiply_add(g_j, V::load(waves.W2(j) + k), above);
                multiply_add(g_j, wave.cosine, V::load(d_W2 + j * padded + k)).store(d_W2 + j * padded + k);
            }
            const V phase = Vector<T>::zero() - wave.sine * above;
            (V::load(d_b1 + k) + phase).store(d_b1 + k);
            multiply_add(phase, broadcast(x * T(6.283185307179586)), V::load(d_w1 + k)).store(d_w1 + k);
        }
    }
    for (int row = 0; row < 2 + d; row++)  // what lies beyond the last frequency is no parameter
        std::memset(static_cast<void*>(gradient + row * std::size_t(padded) + column.size), 0,
                    (padded - column.size) * sizeof(T));
}

// The gradient of the numbers of one column over all rows of the batch, block after block.
template <class T>
void input_gradient(const Inputs<T>& inputs, const InputColumn<T>& column, const Table<T>& table, std::int64_t start,
                    const RowBlocks& all, const T* g, T* gradient) {
    std::memset(static_cast<void*>(gradient), 0, column.n_theta * sizeof(T));
    all.each(all.first, all.last, [&](int first, int count) {
        const RowBlock rows{0, first, first + count};
        const T* own = panel_of(g, inputs.n_features, rows, 0);
        if (column.kind == Input::embedding) embedding_gradient(column, table, start, rows, own, gradient);
        if (column.kind == Input::periodic)
            periodic_gradient(column, inputs.theta, table, start, rows, own, gradient);
    });
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
