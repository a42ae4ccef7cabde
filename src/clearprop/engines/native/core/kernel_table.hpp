// What a target offers for training in T, and for prediction, which is always in the numbers of the parameters.
//
// Only what is inlined or lives in the target's namespace may be called from kernels: a function of the standard library
// that is compiled with a target's instructions could be the one copy that the linker keeps for all targets.
#pragma once

#include "kernels.hpp"
#include "passes.hpp"
#include "prediction_pass.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

template <class T>
void pack(const T* matrix, T* packed, int inputs, int units) {
    for (int p = 0; p < n_panels(units, panel_width<T>); p++)
        pack_panel(matrix, inputs, at(packed, inputs, p), inputs, units, p);
}

template <class T>
void unpack(const T* packed, T* matrix, int inputs, int units) {
    constexpr int width = panel_width<T>;
    for (int p = 0; p < n_panels(units, width); p++)
        transpose(at(packed, inputs, p), width, matrix + std::ptrdiff_t(p) * width * inputs, inputs, inputs,
                  width_of<T>(p, units));
}

template <class Products, class T = typename Products::T>
void loaded(const Layer<T>& layer) {
    each_tile(layer, [&](const Tile<T>& tile) { Products::updated(layer, tile); });
}

template <class T>
void weight_squares(const Network<T>& network) {
    for (int l = 1; l <= network.n_layers; l++) {
        const Layer<T>& layer = network.layers[l];
        each_tile(layer, [&](const Tile<T>& tile) {
            network.weight_square[tile.number] = square_sum(layer.weights + tile.offset, tile.size());
        });
    }
}

inline bool keeps(int activation) { return keeps_pre_activation(Activation(activation)); }

inline double correction(int optimizer, const Hyperparameters& hyperparameters, std::int64_t t) {
    return rate_correction(Optimizer(optimizer), hyperparameters, t);
}

template <class Products, class T = typename Products::T>
constexpr Kernels<T> kernel_table(const char* target) {
    return {target,
            panel_width<T>,
            Products::row_multiple,
            Products::most_rows,
            Products::in_bfloat16,
            keeps,
            correction,
            rows_pass<Products>,
            gradient_pass<Products>,
            update_pass<Products>,
            pack<T>,
            unpack<T>,
            loaded<Products>,
            weight_squares<T>,
            row_tile,
            std::size_t(packed_depth<T>) * panel_width<T>,
            predict_input<T>,
            predict_panel<T>,
            predict_output<T>};
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
