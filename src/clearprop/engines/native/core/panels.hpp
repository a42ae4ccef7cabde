// Where things are in panel layout: the columns of a panel, the panels of a matrix, the tiles of the weights.
#pragma once

#include <algorithm>

#include "vectors.hpp"
#include "workspace.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

template <class T>
constexpr int width_of(int panel, int columns) {
    return std::min(panel_width<T>, columns - panel * panel_width<T>);
}

// Where a matrix in panel layout with `rows` rows has its element (row, first column of the panel).
template <class T>
T* at(T* matrix, int rows, int panel, int row = 0) {
    constexpr int width = panel_width<std::remove_const_t<T>>;
    return matrix + (std::size_t(panel) * rows + row) * width;
}

// One tile: panel p of the units by panel q of the inputs.
template <class T>
struct Tile {
    int p, q;
    std::size_t offset;  // in weights, slots and gradient
    std::size_t number;  // in the list of all tiles
    int inputs, units;

    Tile(const Layer<T>& layer, int p, int q)
        : p(p), q(q),
          offset((std::size_t(p) * layer.inputs + std::size_t(q) * panel_width<T>) * panel_width<T>),
          number(layer.first_tile + std::size_t(p) * n_panels(layer.inputs, panel_width<T>) + q),
          inputs(width_of<T>(q, layer.inputs)),
          units(width_of<T>(p, layer.units)) {}
    std::size_t size() const { return std::size_t(inputs) * panel_width<T>; }
};

// Rows first..last of the batch's m. What a block leaves in an array lies together, panel after panel of its own rows:
// threads at work on different blocks share no memory, not even what the processor reads ahead.
struct RowBlock {
    int m, first, last;
    int count() const { return last - first; }
};

// Panel p of a block of an array with so many columns.
template <class T>
T* panel_of(T* array, int columns, const RowBlock& block, int p) {
    constexpr int width = panel_width<std::remove_const_t<T>>;
    return array + (std::size_t(block.first) * n_panels(columns, width) + std::size_t(p) * block.count()) * width;
}

// Rows first..last, in blocks of `block` rows of which the last may have fewer.
struct RowBlocks {
    int first, last, block;
    int count() const { return last - first; }

    // visit(first row of a block, how many it has), from the row `from` of a block to the row `to` before another.
    template <class Visit>
    CLEARPROP_INLINE void each(int from, int to, Visit visit) const {
        for (int row = from; row < to; row += block) visit(row, std::min(block, last - row));
    }
};

// One panel of an array that lies in blocks.
template <class T>
struct PanelInBlocks {
    const T* array;
    int columns, p;

    CLEARPROP_INLINE const T* of(int first, int rows) const {
        return panel_of(array, columns, RowBlock{0, first, first + rows}, p);
    }
};

template <class T, class Visit>
void each_tile(const Layer<T>& layer, Visit visit) {
    for (int p = 0; p < n_panels(layer.units, panel_width<T>); p++)
        for (int q = 0; q < n_panels(layer.inputs, panel_width<T>); q++) visit(Tile<T>(layer, p, q));
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
