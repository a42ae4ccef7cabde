// The passes of a training step: forward and backward for some rows of the batch, gradient and update for some tiles.
#pragma once

#include <cmath>

#include "activations.hpp"
#include "dropout.hpp"
#include "losses.hpp"
#include "matrices.hpp"
#include "optimizers.hpp"
#include "transposition.hpp"
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

// Panel p of Wᵀ, (inputs × NR), of W row by row; lanes beyond the last unit are zero.
template <class T>
void pack_panel(const T* matrix, std::ptrdiff_t stride, T* panel, int inputs, int units, int p) {
    constexpr int width = panel_width<T>;
    const int used = width_of<T>(p, units);
    if (used < width) std::memset(static_cast<void*>(panel), 0, std::size_t(inputs) * width * sizeof(T));
    transpose(matrix + std::ptrdiff_t(p) * width * stride, stride, panel, width, used, inputs);
}

template <class T>
void gather_row(const Table<T>& table, std::int64_t source, T* a, int rows, int row, int columns) {
    constexpr int width = panel_width<T>;
    const int n = n_panels(columns, width);
    if (!table.x_values) {
        const T* x = table.x + source * table.x_stride;
        for (int p = 0; p < n - 1; p++, x += width) std::memcpy(at(a, rows, p, row), x, width * sizeof(T));
        T* last = at(a, rows, n - 1, row);
        for (int k = 0; k < width; k++) last[k] = k < columns - (n - 1) * width ? x[k] : T(0);
        return;
    }
    for (int p = 0; p < n; p++) std::memset(static_cast<void*>(at(a, rows, p, row)), 0, width * sizeof(T));
    for (std::int64_t e = table.x_starts[source]; e < table.x_starts[source + 1]; e++) {
        const int k = table.x_columns[e];
        at(a, rows, k / width, row)[k % width] += table.x_values[e];  // doubled entries are summed, as in a product
    }
}

template <class T>
void gather(const Network<T>& network, const Batch<T>& batch, int first, int last) {
    const Table<T>& table = *batch.table;
    for (int i = first; i < last; i++) {
        const std::int64_t source = table.row(batch.start + i);
        gather_row(table, source, network.layers[0].a, batch.rows, i, network.layers[0].units);
        network.targets[i] = table.y + source * table.y_stride;
        network.omega[i] = table.weights
                               ? (batch.total_weight > 0 ? table.weights[source] / T(batch.total_weight) : T(0))
                               : T(1) / T(batch.rows);
    }
}

template <class T>
void forward(const Network<T>& network, const Batch<T>& batch, int first, int last) {
    constexpr int width = panel_width<T>;
    const int m = batch.rows, rows = last - first;
    for (int l = 1; l <= network.n_layers; l++) {
        const Layer<T>&layer = network.layers[l], &below = network.layers[l - 1];
        for (int p = 0; p < n_panels(layer.units, width); p++) {
            T* a = at(layer.a, m, p, first);
            product(at(below.a, m, 0, first), std::size_t(m) * width, at(layer.weights, layer.inputs, p), a, rows,
                    layer.inputs, width_of<T>(p, layer.units));
            T* kept = layer.kept ? at(layer.kept, m, p, first) : a;
            activate<T>(l < network.n_layers ? Activation(layer.activation) : Activation::identity, a,
                        layer.bias + p * width, kept, a, rows);
        }
        if (layer.mask)
            drop<T>(layer.a, layer.mask, m, layer.units, first, last,
                    dropout_key(network.dropout_seed, std::uint32_t(batch.step), std::uint32_t(l)), network.dropout);
    }
}

template <class T>
void multiply(T* delta, const T* mask, std::size_t count) {
    using V = Vector<T>;
    for (std::size_t i = 0; i < count; i += V::lanes) (V::load(delta + i) * V::load(mask + i)).store(delta + i);
}

template <class T>
void backward(const Network<T>& network, const Batch<T>& batch, int first, int last) {
    constexpr int width = panel_width<T>;
    const int m = batch.rows, rows = last - first;
    const Layer<T>& top = network.layers[network.n_layers];
    const Output output{Activation(top.activation), Loss(network.loss), network.paired, top.units, network.loss_floor};
    output_error<T>(output, top.a, top.delta, m, first, last, network.targets, network.omega,
                    network.row_loss);  // BP1
    for (int l = network.n_layers; l > 1; l--) {
        const Layer<T>&layer = network.layers[l], &below = network.layers[l - 1];
        const Activation activation = Activation(below.activation);
        for (int p = 0; p < n_panels(layer.inputs, width); p++) {
            T* delta = at(below.delta, m, p, first);
            product(at(layer.delta, m, 0, first), std::size_t(m) * width, at(layer.transposed, layer.units, p), delta,
                    rows, layer.units, width_of<T>(p, layer.inputs));
            if (below.mask) multiply<T>(delta, at(below.mask, m, p, first), std::size_t(rows) * width);
            pull_back<T>(activation, delta, at(below.kept ? below.kept : below.a, m, p, first),
                         std::size_t(rows) * width);  // BP2
        }
    }
}

template <class T>
void rows_pass(const Network<T>& network, const Batch<T>& batch, int first, int last) {
    gather(network, batch, first, last);
    forward(network, batch, first, last);
    backward(network, batch, first, last);
}

template <class T>
Step<T> step_of(const Network<T>& network, const Batch<T>& batch, bool decays) {
    return step_of<T>(Optimizer(network.optimizer), network.hyperparameters, batch.learning_rate, batch.rate_correction,
                      decays, batch.gradient_factor);
}

template <class T>
void update_biases(const Network<T>& network, const Batch<T>& batch, const Layer<T>& layer, int p, const T* g) {
    constexpr int width = panel_width<T>;
    T* slots[2] = {layer.bias_slots[0] ? layer.bias_slots[0] + p * width : nullptr,
                   layer.bias_slots[1] ? layer.bias_slots[1] + p * width : nullptr};
    update<T>(step_of(network, batch, false), layer.bias + p * width, g, slots[0], slots[1], width);
}

template <class T>
void bias_tile(const Network<T>& network, const Batch<T>& batch, const Layer<T>& layer, int p, bool updates) {
    constexpr int width = panel_width<T>;
    alignas(64) T own[width];
    T* g = layer.bias_gradient ? layer.bias_gradient + p * width : own;
    const std::size_t panel = layer.first_panel + p;
    column_sums(at(layer.delta, batch.rows, p), g, network.delta_square[panel], batch.rows);  // BP4
    network.bias_square[panel] = add_penalty<T>(g, layer.bias + p * width, T(0), width);
    if (updates) update_biases(network, batch, layer, p, g);
}

// One tile: panel p of the units by panel q of the inputs.
template <class T>
struct Tile {
    std::size_t offset;  // in weights, slots and gradient
    std::size_t number;  // in the list of all tiles
    int inputs, units;

    Tile(const Layer<T>& layer, int p, int q)
        : offset((std::size_t(p) * layer.inputs + std::size_t(q) * panel_width<T>) * panel_width<T>),
          number(layer.first_tile + std::size_t(p) * n_panels(layer.inputs, panel_width<T>) + q),
          inputs(width_of<T>(q, layer.inputs)),
          units(width_of<T>(p, layer.units)) {}
    std::size_t size() const { return std::size_t(inputs) * panel_width<T>; }
};

// The tile of Wᵀ written into W, which BP2 reads.
template <class T>
void turn_tile(const Layer<T>& layer, const Tile<T>& tile, int p, int q) {
    constexpr int width = panel_width<T>;
    transpose(layer.weights + tile.offset, width, at(layer.transposed, layer.units, q, p * width), width, tile.inputs,
              tile.units);
}

template <class T>
void update_tile(const Network<T>& network, const Layer<T>& layer, const Step<T>& step, const Tile<T>& tile, int p,
                 int q, const T* g) {
    T* weights = layer.weights + tile.offset;
    T* slots[2] = {layer.weight_slots[0] ? layer.weight_slots[0] + tile.offset : nullptr,
                   layer.weight_slots[1] ? layer.weight_slots[1] + tile.offset : nullptr};
    network.weight_square[tile.number] = update<T>(step, weights, g, slots[0], slots[1], tile.size());
    if (layer.transposed) turn_tile(layer, tile, p, q);
}

// BP3 and BP4 for a group of tiles; with the update while they are in cache, unless the whole gradient is wanted first.
template <class T>
void gradient_pass(const Network<T>& network, const Batch<T>& batch, const Task& task, bool updates) {
    constexpr int width = panel_width<T>;
    alignas(64) T own[width * width];
    const Layer<T>&layer = network.layers[task.layer], &below = network.layers[task.layer - 1];
    const Step<T> step = step_of(network, batch, true);
    for (int q = task.first_input_panel; q < task.last_input_panel; q++)
        for (int p = task.first_panel; p < task.last_panel; p++) {
            const Tile<T> tile(layer, p, q);
            T* g = layer.weight_gradient ? layer.weight_gradient + tile.offset : own;
            gradient(at(below.a, batch.rows, q), at(layer.delta, batch.rows, p), g, batch.rows, tile.inputs,
                     tile.units);  // BP3
            network.gradient_square[tile.number] =
                add_penalty<T>(g, layer.weights + tile.offset, batch.penalty, tile.size());
            if (updates) update_tile(network, layer, step, tile, p, q, g);
        }
    if (task.first_input_panel == 0)
        for (int p = task.first_panel; p < task.last_panel; p++) bias_tile(network, batch, layer, p, updates);
}

// The update alone, from the whole gradient.
template <class T>
void update_pass(const Network<T>& network, const Batch<T>& batch, const Task& task) {
    const Layer<T>& layer = network.layers[task.layer];
    const Step<T> step = step_of(network, batch, true);
    for (int q = task.first_input_panel; q < task.last_input_panel; q++)
        for (int p = task.first_panel; p < task.last_panel; p++) {
            const Tile<T> tile(layer, p, q);
            update_tile(network, layer, step, tile, p, q, layer.weight_gradient + tile.offset);
        }
    if (task.first_input_panel == 0)
        for (int p = task.first_panel; p < task.last_panel; p++)
            update_biases(network, batch, layer, p, layer.bias_gradient + p * panel_width<T>);
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
