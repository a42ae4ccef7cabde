// Prediction for some rows: the weights stay as they are in memory, row by row, and are packed where they are used, so
// that one row and a million cost what their arithmetic costs, and give the same numbers.
#pragma once

#include "kernels.hpp"
#include "passes.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

// Rows of a panel of weights that are packed at a time for few rows: they stay in the nearest cache.
template <class T>
constexpr int packed_depth = 2 * panel_width<T>;

template <class T>
void predict_input(const Table<T>& table, const Inputs<T>& inputs, std::int64_t first, int rows, T* a) {
    for (int i = 0; i < rows; i++) {
        const std::int64_t source = table.row(first + i);
        if (inputs.columns)
            features_of_row(inputs, table.x + source * table.x_stride, a, rows, i);
        else
            gather_row(table, source, a, rows, i, inputs.n_features);
    }
    if (inputs.scale) scale_features<T>(inputs.scale, a, nullptr, rows, inputs.n_features);
}

// Panel p of f(A Wᵀ + b).
template <class T>
void predict_panel(const PredictionLayer<T>& layer, const T* a, int rows, int p, bool activates, T* packed, T* z) {
    constexpr int width = panel_width<T>;
    const std::size_t a_panel = std::size_t(rows) * width;
    const int units = width_of<T>(p, layer.units), depth = rows <= row_tile ? packed_depth<T> : layer.inputs;
    alignas(64) T bias[width] = {};
    std::memcpy(bias, layer.bias + p * width, units * sizeof(T));
    z = at(z, rows, p);
    for (int first = 0; first < layer.inputs; first += depth) {
        const int inputs = std::min(depth, layer.inputs - first);
        pack_panel(layer.weights + first, layer.stride, packed, inputs, layer.units, p);
        product(a + first / width * a_panel, a_panel, packed, z, rows, inputs, units, first > 0);
    }
    if (!activates || !layer.alpha)
        return activate<T>(activates ? Activation(layer.activation) : Activation::identity, z, bias, z, z, rows);
    constexpr int rows_at_once = 8;
    alignas(64) T a_z[rows_at_once * width];
    alignas(64) const T none[width] = {};
    for (int row = 0; row < rows; row += rows_at_once, z += rows_at_once * width) {
        const int count = rows - row < rows_at_once ? rows - row : rows_at_once;
        activate<T>(Activation::identity, z, bias, a_z, a_z, count);
        activate<T>(Activation(layer.activation), a_z, none, z, z, count);
        mix<T>(layer.alpha + p * width, a_z, z, count);
    }
}

// The output layer's own activation, which may be softmax, and the rows as the caller wants them.
template <class T>
void predict_output(const PredictionLayer<T>& last, T* a, int rows, bool activates, T* output) {
    constexpr int width = panel_width<T>;
    if (activates) output_activation<T>(Activation(last.activation), a, rows, last.units);
    for (int i = 0; i < rows; i++)
        for (int p = 0; p < n_panels(last.units, width); p++)
            std::memcpy(output + std::size_t(i) * last.units + p * width, at(a, rows, p, i),
                        width_of<T>(p, last.units) * sizeof(T));
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
