// Compiled once per target: the passes for float and double, as one table of functions each.
// Only what is inlined or lives in the target's namespace may be called here: a function of the standard library that is
// compiled with this target's instructions could be the one copy that the linker keeps for all targets.
#include "kernels.hpp"

#include "passes.hpp"
#include "prediction_pass.hpp"

#define CLEARPROP_TEXT_OF(name) #name
#define CLEARPROP_TEXT(name) CLEARPROP_TEXT_OF(name)

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

template <class T>
void turn(const Layer<T>& layer) {
    for (int p = 0; p < n_panels(layer.units, panel_width<T>); p++)
        for (int q = 0; q < n_panels(layer.inputs, panel_width<T>); q++) turn_tile(layer, Tile<T>(layer, p, q), p, q);
}

template <class T>
void weight_squares(const Network<T>& network) {
    for (int l = 1; l <= network.n_layers; l++) {
        const Layer<T>& layer = network.layers[l];
        for (int p = 0; p < n_panels(layer.units, panel_width<T>); p++)
            for (int q = 0; q < n_panels(layer.inputs, panel_width<T>); q++) {
                const Tile<T> tile(layer, p, q);
                network.weight_square[tile.number] = square_sum(layer.weights + tile.offset, tile.size());
            }
    }
}

bool keeps(int activation) { return keeps_pre_activation(Activation(activation)); }

double correction(int optimizer, const Hyperparameters& hyperparameters, std::int64_t t) {
    return rate_correction(Optimizer(optimizer), hyperparameters, t);
}

template <class T>
constexpr Kernels<T> kernels = {CLEARPROP_TEXT(CLEARPROP_TARGET),
                                panel_width<T>,
                                keeps,
                                correction,
                                rows_pass<T>,
                                gradient_pass<T>,
                                update_pass<T>,
                                pack<T>,
                                unpack<T>,
                                turn<T>,
                                weight_squares<T>,
                                predict_rows<T>};

const Kernels<float>& kernels_of_float() { return kernels<float>; }
const Kernels<double>& kernels_of_double() { return kernels<double>; }

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
