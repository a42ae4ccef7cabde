// Prediction for some rows: the weights stay as they are in memory, row by row, and are packed where they are used, so
// that one row and a million cost what their arithmetic costs, and give the same numbers.
#pragma once

#include "kernels.hpp"
#include "passes.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

// Panel p of A Wᵀ. For few rows only as much of W is packed at a time as stays in the nearest cache.
template <class T>
void unpacked_product(const T* a, const PredictionLayer<T>& layer, int p, T* packed, T* z, int rows) {
    constexpr int width = panel_width<T>;
    const std::size_t a_panel = std::size_t(rows) * width;
    const int units = width_of<T>(p, layer.units), depth = rows <= row_tile ? 2 * width : layer.inputs;
    for (int first = 0; first < layer.inputs; first += depth) {
        const int inputs = std::min(depth, layer.inputs - first);
        pack_panel(layer.weights + first, layer.stride, packed, inputs, layer.units, p);
        product(a + first / width * a_panel, a_panel, packed, z, rows, inputs, units, first > 0);
    }
}

template <class T>
void predict_rows(const PredictionLayer<T>* layers, int n_layers, const Table<T>& table, std::int64_t first, int rows,
                  T* output, bool pre_activation, PredictionScratch<T> scratch) {
    constexpr int width = panel_width<T>;
    for (int i = 0; i < rows; i++) gather_row(table, table.row(first + i), scratch.a, rows, i, layers[0].inputs);
    for (int l = 0; l < n_layers; l++) {
        const PredictionLayer<T>& layer = layers[l];
        const bool last = l == n_layers - 1;
        for (int p = 0; p < n_panels(layer.units, width); p++) {
            const int units = width_of<T>(p, layer.units);
            T* z = at(scratch.z, rows, p);
            alignas(64) T bias[width] = {};
            std::memcpy(bias, layer.bias + p * width, units * sizeof(T));
            unpacked_product(scratch.a, layer, p, scratch.panel, z, rows);
            activate<T>(last ? Activation::identity : Activation(layer.activation), z, bias, z, z, rows);
        }
        std::swap(scratch.a, scratch.z);
    }
    const PredictionLayer<T>& top = layers[n_layers - 1];
    if (!pre_activation) output_activation<T>(Activation(top.activation), scratch.a, rows, top.units);
    for (int i = 0; i < rows; i++)
        for (int p = 0; p < n_panels(top.units, width); p++)
            std::memcpy(output + (first + i) * top.units + p * width, at(scratch.a, rows, p, i),
                        width_of<T>(p, top.units) * sizeof(T));
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
