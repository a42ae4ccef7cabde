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
void predict_input(const Table<T>& table, std::int64_t first, int rows, int columns, T* a) {
    for (int i = 0; i < rows; i++) gather_row(table, table.row(first + i), a, rows, i, columns);
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
    activate<T>(activates ? Activation(layer.activation) : Activation::identity, z, bias, z, z, rows);
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
