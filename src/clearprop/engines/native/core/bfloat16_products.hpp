// `Products` whose factors are rounded to bfloat16 and whose sums are float32: parameters, Z, A and Δ stay float32, and
// each factor is written once, in the orders that its products read, while it is in cache.
#pragma once

#include "bfloat16_multipliers.hpp"
#include "products.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

// Where a matrix of blocks has the block of panel p that begins at `row`: panel after panel, so that a sum over the
// matrix's `rows` rows reads memory in order.
CLEARPROP_INLINE Bfloat16* block_in_panel(Bfloat16* matrix, int rows, int p, int row = 0) {
    return matrix + (std::size_t(p) * whole_blocks(rows) + row) * block_side;
}

// The same, 32 rows after 32 rows, so that a sum over the matrix's `columns` columns reads memory in order.
CLEARPROP_INLINE Bfloat16* block_in_rows(Bfloat16* matrix, int columns, int p, int row) {
    return matrix + std::size_t(row) * whole_blocks(columns) + std::size_t(p) * block_size;
}

template <class Multiplier>
struct Bfloat16Products {
    using T = float;
    using Session = typename Multiplier::Session;
    static constexpr bool in_bfloat16 = true;
    static constexpr int row_multiple = block_side;
    static constexpr int most_rows = 256;  // that share the reading of the weights from the third-level cache

    static void forward(const Layer<T>& layer, const Layer<T>& below, const RowBlock& rows, int p, T* z) {
        multiply_panel(below.rounded.a, block_in_panel(layer.rounded.weights, layer.inputs, p), rows, layer.inputs, z);
    }

    static void backward(const Layer<T>& layer, const RowBlock& rows, int p, T* delta) {
        multiply_panel(layer.rounded.delta, block_in_panel(layer.rounded.transposed, layer.units, p), rows,
                       layer.units, delta);
    }

    static void gradient(const Layer<T>& layer, const Layer<T>& below, const RowBlocks& rows, const Tile<T>& tile,
                         T* g) {
        multiply_some<Multiplier>(block_in_panel(below.rounded.a_columns, rows.count(), tile.q),
                                  block_in_panel(layer.rounded.delta_pairs, rows.count(), tile.p), g,
                                  whole_blocks(rows.count()) / block_side, tile.inputs);
    }

    static void activated(const Layer<T>& layer, const RowBlock& rows, int p) {
        each_block(panel_of(layer.a, layer.units, rows, p), rows, [&](const T* a, int row, int count) {
            write_rows(a, block_in_rows(layer.rounded.a, layer.units, p, row), count);
            write_columns(a, block_in_panel(layer.rounded.a_columns, rows.m, p, row), count);
        });
    }

    static void pulled_back(const Layer<T>& layer, const RowBlock& rows, int p) {
        each_block(panel_of(layer.delta, layer.units, rows, p), rows, [&](const T* delta, int row, int count) {
            if (layer.rounded.delta) write_rows(delta, block_in_rows(layer.rounded.delta, layer.units, p, row), count);
            write_row_pairs(delta, block_in_panel(layer.rounded.delta_pairs, rows.m, p, row), count);
        });
    }

    static void updated(const Layer<T>& layer, const Tile<T>& tile) {
        const T* weights = layer.weights + tile.offset;
        const int first_input = tile.q * block_side, first_unit = tile.p * block_side;
        write_row_pairs(weights, block_in_panel(layer.rounded.weights, layer.inputs, tile.p, first_input), tile.inputs);
        if (layer.rounded.transposed)
            write_column_pairs(weights, block_in_panel(layer.rounded.transposed, layer.units, tile.q, first_unit),
                               tile.inputs);
    }

  private:
    static void multiply_panel(Bfloat16* a, const Bfloat16* b, const RowBlock& rows, int depth, T* c) {
        for (int row = rows.first; row < rows.last; row += block_side, c += block_size)
            multiply_some<Multiplier>(block_in_rows(a, depth, 0, row), b, c, whole_blocks(depth) / block_side,
                                      rows.last - row);
    }

    template <class Write>
    static CLEARPROP_INLINE void each_block(const T* panel, const RowBlock& rows, Write write) {
        for (int row = rows.first; row < rows.last; row += block_side, panel += block_size)
            write(panel, row, std::min(block_side, rows.last - row));
    }
};

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
