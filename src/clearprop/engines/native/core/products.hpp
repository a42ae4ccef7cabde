// What the passes ask of matrix products, and their first answer: products in the numbers of the parameters.
//
// A `Products` says how many rows a thread should take at a time (a multiple of `row_multiple`, at most `most_rows`),
// computes the three products of a panel or tile, and is told when a factor of a later product is ready: the
// activations of some rows (`activated`), their Δ (`pulled_back`), a tile of the weights (`updated`).
#pragma once

#include "matrices.hpp"
#include "panels.hpp"
#include "transposition.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

template <class Number>
struct ExactProducts {
    using T = Number;
    static constexpr bool in_bfloat16 = false;
    static constexpr int row_multiple = 4;
    static constexpr int most_rows = 96;  // their activations stay in the second-level cache, layer by layer
    struct Session {
        Session() {}  // so that a variable of this type counts as used
    };

    // Panel p of Aˡ⁻¹ (Wˡ)ᵀ.
    static void forward(const Layer<T>& layer, const Layer<T>& below, const RowBlock& rows, int p, T* z) {
        product(panel_of(below.a, layer.inputs, rows, 0), std::size_t(rows.count()) * panel_width<T>,
                at(layer.weights, layer.inputs, p), z, rows.count(), layer.inputs, width_of<T>(p, layer.units));
    }

    // Panel p of Δˡ Wˡ.
    static void backward(const Layer<T>& layer, const RowBlock& rows, int p, T* delta) {
        product(panel_of(layer.delta, layer.units, rows, 0), std::size_t(rows.count()) * panel_width<T>,
                at(layer.transposed, layer.units, p), delta, rows.count(), layer.units, width_of<T>(p, layer.inputs));
    }

    // Tile (p, q) of (Aˡ⁻¹)ᵀ Δˡ.
    static void gradient(const Layer<T>& layer, const Layer<T>& below, const RowBlocks& rows, const Tile<T>& tile,
                         T* g) {
        clearprop::gradient<T>({below.a, layer.inputs, tile.q}, {layer.delta, layer.units, tile.p}, rows, g,
                               tile.inputs, tile.units);
    }

    static void activated(const Layer<T>&, const RowBlock&, int) {}
    static void pulled_back(const Layer<T>&, const RowBlock&, int) {}

    // The tile of Wᵀ written into W, which BP2 reads.
    static void updated(const Layer<T>& layer, const Tile<T>& tile) {
        if (layer.transposed)
            transpose(layer.weights + tile.offset, panel_width<T>,
                      at(layer.transposed, layer.units, tile.q, tile.p * panel_width<T>), panel_width<T>, tile.inputs,
                      tile.units);
    }
};

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
