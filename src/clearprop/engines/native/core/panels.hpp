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

// Rows first..last of the batch's m, whose panels are `stride` rows apart.
struct RowRange {
    int m, stride, first, last;
    int count() const { return last - first; }
};

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
