// The passes of a training step: forward and backward for some rows of the batch, gradient and update for some tiles.
#pragma once

#include <cmath>

#include "activations.hpp"
#include "dropout.hpp"
#include "input_pass.hpp"
#include "losses.hpp"
#include "optimizers.hpp"
#include "products.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

// Panel p of Wᵀ, (inputs × NR), of W row by row; lanes beyond the last unit are zero.
template <class T>
void pack_panel(const T* matrix, std::ptrdiff_t stride, T* panel, int inputs, int units, int p) {
    constexpr int width = panel_width<T>;
    const int used = width_of<T>(p, units);
    if (used < width) std::memset(static_cast<void*>(panel), 0, std::size_t(inputs) * width * sizeof(T));
    transpose(matrix + std::ptrdiff_t(p) * width * stride, stride, panel, width, used, inputs);
}

// `count` (1..NR) numbers of a row, and zeros up to NR.
template <class T>
CLEARPROP_INLINE void load_panel_row(const T* x, T* to, int count) {
    using V = Vector<T>;
    constexpr int n = V::lanes;
    (count >= n ? V::load(x) : V::load_partial(x, count)).store(to);
    (count >= 2 * n ? V::load(x + n) : count > n ? V::load_partial(x + n, count - n) : V::zero()).store(to + n);
}

// The order of the rows is random: what is needed a few rows later is asked for now.
template <class T>
CLEARPROP_INLINE void ask_for_row(const Table<T>& table, std::int64_t source, int columns) {
    constexpr int ahead = 16;  // lines of 64 bytes; the processor itself sees the rest coming
    if (table.x_values) return;
    const char* x = reinterpret_cast<const char*>(table.x + source * table.x_stride);
    const int bytes = std::min(ahead * 64, int(columns * sizeof(T)));
    for (int at = 0; at < bytes; at += 64) CLEARPROP_PREFETCH(x + at);
    CLEARPROP_PREFETCH(table.y + source * table.y_stride);
}

template <class T>
void gather_row(const Table<T>& table, std::int64_t source, T* a, int rows, int row, int columns) {
    constexpr int width = panel_width<T>;
    const int n = n_panels(columns, width);
    if (!table.x_values) {
        const T* x = table.x + source * table.x_stride;
        for (int p = 0; p < n - 1; p++, x += width) load_panel_row(x, at(a, rows, p, row), width);
        load_panel_row(x, at(a, rows, n - 1, row), columns - (n - 1) * width);
        return;
    }
    for (int p = 0; p < n; p++) std::memset(static_cast<void*>(at(a, rows, p, row)), 0, width * sizeof(T));
    for (std::int64_t e = table.x_starts[source]; e < table.x_starts[source + 1]; e++) {
        const int k = table.x_columns[e];
        at(a, rows, k / width, row)[k % width] += table.x_values[e];  // doubled entries are summed, as in a product
    }
}

template <class T>
void gather(const Network<T>& network, const Batch<T>& batch, const RowBlock& rows) {
    const Table<T>& table = *batch.table;
    constexpr int rows_ahead = 8;
    const Layer<T>& input = network.layers[0];
    const int columns = network.inputs.columns ? network.inputs.n_columns : input.units;
    T* a = panel_of(input.a, input.units, rows, 0);
    for (int i = rows.first; i < rows.last; i++) {
        if (batch.start + i + rows_ahead < table.n_rows)
            ask_for_row(table, table.row(batch.start + i + rows_ahead), columns);
        const std::int64_t source = table.row(batch.start + i);
        if (network.inputs.columns)
            features_of_row(network.inputs, table.x + source * table.x_stride, a, rows.count(), i - rows.first);
        else
            gather_row(table, source, a, rows.count(), i - rows.first, columns);
        network.targets[i] = table.y + source * table.y_stride;
        network.omega[i] = table.weights
                               ? (batch.total_weight > 0 ? table.weights[source] / T(batch.total_weight) : T(0))
                               : T(1) / T(batch.rows);
    }
    if (network.inputs.scale)
        scale_features(network.inputs.scale, a, panel_of(input.mixed, input.units, rows, 0), rows.count(), input.units);
}

// a ← z + α ⊙ (f(z) − z), where a is f(z).
template <class T>
void mix(const T* alpha, const T* z, T* a, int rows) {
    using V = Vector<T>;
    const V shares[2] = {V::load(alpha), V::load(alpha + V::lanes)};
    for (int i = 0; i < 2 * rows; i++) {
        const V x = V::load(z + std::size_t(i) * V::lanes);
        multiply_add(shares[i % 2], V::load(a + std::size_t(i) * V::lanes) - x, x).store(a + std::size_t(i) * V::lanes);
    }
}

// From g = ∂E/∂A: mixed ← g ⊙ (f(z) − z), whose column sums are ∂E/∂α, and g ← g + α ⊙ (g ⊙ f′(z) − g).
template <class T>
void mix_back(Activation f, const T* alpha, const T* kept, T* g, T* mixed, int rows) {
    using V = Vector<T>;
    constexpr int width = panel_width<T>, rows_at_once = 8;
    alignas(64) T value[rows_at_once * width], through[rows_at_once * width], none[width] = {};
    const V shares[2] = {V::load(alpha), V::load(alpha + V::lanes)};
    for (int first = 0; first < rows; first += rows_at_once) {
        const int count = rows - first < rows_at_once ? rows - first : rows_at_once;
        const T* z = kept + std::size_t(first) * width;
        T *above = g + std::size_t(first) * width, *to = mixed + std::size_t(first) * width;
        std::memcpy(value, z, count * width * sizeof(T));
        std::memcpy(through, above, count * width * sizeof(T));
        activate<T>(f, value, none, value, value, count);
        pull_back<T>(f, through, keeps_pre_activation(f) ? z : value, std::size_t(count) * width);
        for (int i = 0; i < 2 * count; i++) {
            const V from_above = V::load(above + i * V::lanes);
            (from_above * (V::load(value + i * V::lanes) - V::load(z + i * V::lanes))).store(to + i * V::lanes);
            multiply_add(shares[i % 2], V::load(through + i * V::lanes) - from_above, from_above)
                .store(above + i * V::lanes);
        }
    }
}

template <class Products, class T>
void activated(const Layer<T>& layer, const RowBlock& rows) {
    for (int p = 0; p < n_panels(layer.units, panel_width<T>); p++) Products::activated(layer, rows, p);
}

template <class T>
CLEARPROP_INLINE void activate_layer(const Layer<T>& layer, bool hidden, int p, T* a, T* kept, int rows) {
    constexpr int width = panel_width<T>;
    const Activation f = hidden ? Activation(layer.activation) : Activation::identity;
    if (!layer.alpha) return activate<T>(f, a, layer.bias + p * width, kept, a, rows);
    activate<T>(Activation::identity, a, layer.bias + p * width, kept, kept, rows);
    alignas(64) const T none[width] = {};
    activate<T>(f, kept, none, a, a, rows);
    mix<T>(layer.alpha + p * width, kept, a, rows);
}

template <class Products, class T>
void forward(const Network<T>& network, const Batch<T>& batch, const RowBlock& rows) {
    constexpr int width = panel_width<T>;
    activated<Products>(network.layers[0], rows);
    for (int l = 1; l <= network.n_layers; l++) {
        const Layer<T>&layer = network.layers[l], &below = network.layers[l - 1];
        const bool hidden = l < network.n_layers;
        for (int p = 0; p < n_panels(layer.units, width); p++) {
            T* a = panel_of(layer.a, layer.units, rows, p);
            Products::forward(layer, below, rows, p, a);
            T* kept = layer.kept ? panel_of(layer.kept, layer.units, rows, p) : a;
            activate_layer<T>(layer, hidden, p, a, kept, rows.count());
            if (hidden && !layer.mask) Products::activated(layer, rows, p);
        }
        if (!layer.mask) continue;
        const std::uint32_t key = dropout_key(network.dropout_seed, std::uint32_t(batch.step), std::uint32_t(l));
        drop<T>(panel_of(layer.a, layer.units, rows, 0), panel_of(layer.mask, layer.units, rows, 0), rows.count(),
                layer.units, rows.first, key, network.dropout);
        activated<Products>(layer, rows);
    }
}

template <class T>
void multiply(T* delta, const T* mask, std::size_t count) {
    using V = Vector<T>;
    for (std::size_t i = 0; i < count; i += V::lanes) (V::load(delta + i) * V::load(mask + i)).store(delta + i);
}

template <class Products, class T>
void backward(const Network<T>& network, const RowBlock& rows) {
    constexpr int width = panel_width<T>;
    const std::size_t size = std::size_t(rows.count()) * width;
    const Layer<T>& top = network.layers[network.n_layers];
    const Output output{Activation(top.activation), Loss(network.loss), network.paired, top.units, network.loss_floor};
    output_error<T>(output, panel_of(top.a, top.units, rows, 0), panel_of(top.delta, top.units, rows, 0), rows.count(),
                    network.targets + rows.first, network.omega + rows.first, network.row_loss + rows.first);  // BP1
    for (int p = 0; p < n_panels(top.units, width); p++) Products::pulled_back(top, rows, p);
    for (int l = network.n_layers; l > 1; l--) {
        const Layer<T>&layer = network.layers[l], &below = network.layers[l - 1];
        for (int p = 0; p < n_panels(layer.inputs, width); p++) {
            T* delta = panel_of(below.delta, below.units, rows, p);
            Products::backward(layer, rows, p, delta);
            if (below.mask) multiply<T>(delta, panel_of(below.mask, below.units, rows, p), size);
            const T* kept = panel_of(below.kept ? below.kept : below.a, below.units, rows, p);
            if (below.alpha)
                mix_back<T>(Activation(below.activation), below.alpha + p * width, kept, delta,
                            panel_of(below.mixed, below.units, rows, p), rows.count());  // BP2
            else
                pull_back<T>(Activation(below.activation), delta, kept, size);  // BP2
            Products::pulled_back(below, rows, p);
        }
    }
    if (!network.learns_inputs) return;
    const Layer<T>& input = network.layers[0];
    T* g = panel_of(input.delta, input.units, rows, 0);
    for (int p = 0; p < n_panels(input.units, width); p++)
        Products::backward(network.layers[1], rows, p, panel_of(input.delta, input.units, rows, p));
    if (network.inputs.scale)
        scale_back(network.inputs.scale, g, panel_of(input.mixed, input.units, rows, 0), rows.count(), input.units);
}

// The block's share of BP3 and BP4, while its A and Δ are in the nearest cache.
template <class Products, class T>
void share_of_gradient(const Network<T>& network, const RowBlock& rows) {
    constexpr int width = panel_width<T>;
    const std::size_t share = rows.first / network.share_rows, apart = share * network.shares_apart;
    const RowBlocks own{rows.first, rows.last, rows.count()};
    for (int l = 1; l <= network.n_layers; l++) {
        const Layer<T>&layer = network.layers[l], &below = network.layers[l - 1];
        each_tile(layer, [&](const Tile<T>& tile) {
            Products::gradient(layer, below, own, tile, layer.weight_gradient + apart + tile.offset);
        });
        for (int p = 0; p < n_panels(layer.units, width); p++)
            column_sums<T>({layer.delta, layer.units, p}, own, layer.bias_gradient + apart + p * width,
                           network.share_delta_square[share * network.n_panels + layer.first_panel + p]);
    }
}

template <class Products, class T = typename Products::T>
void rows_pass(const Network<T>& network, const Batch<T>& batch, int first, int last) {
    [[maybe_unused]] const typename Products::Session session;
    const RowBlock rows{batch.rows, first, last};
    gather(network, batch, rows);
    forward<Products>(network, batch, rows);
    backward<Products>(network, rows);
    if (network.share_rows) share_of_gradient<Products>(network, rows);
}

// The sum over all shares of their `count` numbers from `first` on, in the order of the blocks.
template <class T>
void sum_shares(const Network<T>& network, const Batch<T>& batch, const T* first, T* sum, std::size_t count) {
    using V = Vector<T>;
    const int n = n_blocks(batch.rows, network.share_rows);
    for (std::size_t i = 0; i < count; i += V::lanes) {
        V total = V::load(first + i);
        for (int b = 1; b < n; b++) total = total + V::load(first + b * network.shares_apart + i);
        total.store(sum + i);
    }
}

template <class T>
Step<T> step_of(const Network<T>& network, const Batch<T>& batch, double rate, bool decays) {
    return step_of<T>(Optimizer(network.optimizer), network.hyperparameters, rate * batch.learning_rate,
                      batch.rate_correction, decays, batch.gradient_factor);
}

// Weights in the tangent form: their decay is that of the whole rate, and ε stands beside a smaller gradient.
template <class T>
Step<T> step_of_weights(const Network<T>& network, const Batch<T>& batch, int l) {
    const double rate = network.weight_rates[l - 1];
    Hyperparameters own = network.hyperparameters;
    own.weight_decay /= rate;
    own.epsilon /= rate;
    return step_of<T>(Optimizer(network.optimizer), own, rate * batch.learning_rate, batch.rate_correction, true,
                      batch.gradient_factor);
}

template <class T>
void update_biases(const Network<T>& network, const Batch<T>& batch, const Layer<T>& layer, int p, const T* g) {
    constexpr int width = panel_width<T>;
    T* slots[2] = {layer.bias_slots[0] ? layer.bias_slots[0] + p * width : nullptr,
                   layer.bias_slots[1] ? layer.bias_slots[1] + p * width : nullptr};
    update<T>(step_of(network, batch, network.bias_rate, false), layer.bias + p * width, g, slots[0], slots[1], width);
}

template <class T>
void bias_tile(const Network<T>& network, const Batch<T>& batch, const Layer<T>& layer, int p, bool updates) {
    constexpr int width = panel_width<T>;
    alignas(64) T own[width];
    T* g = updates ? own : layer.bias_gradient + p * width;
    const std::size_t panel = layer.first_panel + p;
    if (network.share_rows) {
        sum_shares(network, batch, layer.bias_gradient + p * width, g, width);
        network.delta_square[panel] = 0.0;
        for (int b = 0; b < n_blocks(batch.rows, network.share_rows); b++)
            network.delta_square[panel] += network.share_delta_square[b * network.n_panels + panel];
    } else {
        column_sums<T>({layer.delta, layer.units, p}, {0, batch.rows, batch.block}, g, network.delta_square[panel]);
    }
    network.bias_square[panel] = add_penalty<T>(g, layer.bias + p * width, T(0), width);
    if (updates) update_biases(network, batch, layer, p, g);
}

// A panel of numbers whose gradient is the column sums of an array: s of the features, α of the units.
template <class T>
struct Sums {
    const T* terms;
    int columns, p;
    std::size_t at;      // in theta
    std::size_t square;  // in theta_square
    double rate;
};

template <class T>
void update_theta(const Network<T>& network, const Batch<T>& batch, std::size_t at, std::size_t size, double rate) {
    T* slots[2] = {network.theta_slots[0] ? network.theta_slots[0] + at : nullptr,
                   network.theta_slots[1] ? network.theta_slots[1] + at : nullptr};
    update<T>(step_of(network, batch, rate, true), network.theta + at, network.theta_gradient + at, slots[0], slots[1],
              size);
}

template <class T>
void sums_task(const Network<T>& network, const Batch<T>& batch, const Sums<T>& sums, bool sums_up, bool updates) {
    T* g = network.theta_gradient + sums.at;
    if (sums_up)
        column_sums<T>({sums.terms, sums.columns, sums.p}, {0, batch.rows, batch.block}, g,
                       network.theta_square[sums.square]);
    if (sums_up) network.theta_square[sums.square] = square_sum(g, panel_width<T>);
    if (updates) update_theta(network, batch, sums.at, panel_width<T>, sums.rate);
}

template <class T>
Sums<T> share_of_layer(const Network<T>& network, const Layer<T>& layer, int p) {
    const int width = panel_width<T>, before = network.inputs.n_input_columns + n_panels(network.layers[0].units, width);
    return {layer.mixed, layer.units, p, layer.alpha_at + std::size_t(p) * width, before + layer.first_panel + p,
            network.theta_rates[layer.alpha_rate]};
}

// Input columns (the numbers of the task that are below their count) and panels of s.
template <class T>
void input_task(const Network<T>& network, const Batch<T>& batch, const Task& task, bool sums_up, bool updates) {
    const Inputs<T>& inputs = network.inputs;
    const Layer<T>& input = network.layers[0];
    for (int i = task.first_panel; i < task.last_panel; i++) {
        if (i >= inputs.n_input_columns) {
            const int p = i - inputs.n_input_columns;
            const std::size_t at = network.scale_at + std::size_t(p) * panel_width<T>;
            sums_task(network, batch, {input.mixed, input.units, p, at, std::size_t(i),
                                       network.theta_rates[network.scale_rate]}, sums_up, updates);
            continue;
        }
        const InputColumn<T>& column = inputs.columns[i];
        if (column.n_theta == 0) continue;
        T* g = network.theta_gradient + column.theta;
        if (sums_up) {
            input_gradient(inputs, column, *batch.table, batch.start, {0, batch.rows, batch.block}, input.delta, g);
            network.theta_square[i] = square_sum(g, column.n_theta);
        }
        if (updates) update_theta(network, batch, column.theta, column.n_theta, network.theta_rates[column.rate]);
    }
}

template <class Products, class T>
void update_tile(const Network<T>& network, const Layer<T>& layer, const Step<T>& step, const Tile<T>& tile,
                 const T* g) {
    T* weights = layer.weights + tile.offset;
    T* slots[2] = {layer.weight_slots[0] ? layer.weight_slots[0] + tile.offset : nullptr,
                   layer.weight_slots[1] ? layer.weight_slots[1] + tile.offset : nullptr};
    network.weight_square[tile.number] = update<T>(step, weights, g, slots[0], slots[1], tile.size());
    Products::updated(layer, tile);
}

// BP3 and BP4 for a group of tiles; with the update while they are in cache, unless the whole gradient is wanted first.
template <class Products, class T = typename Products::T>
void gradient_pass(const Network<T>& network, const Batch<T>& batch, const Task& task, bool updates) {
    constexpr int width = panel_width<T>;
    [[maybe_unused]] const typename Products::Session session;
    if (task.layer == 0) return input_task(network, batch, task, true, updates);
    alignas(64) T own[width * width];
    const Layer<T>&layer = network.layers[task.layer], &below = network.layers[task.layer - 1];
    const Step<T> step = step_of_weights(network, batch, task.layer);
    for (int q = task.first_input_panel; q < task.last_input_panel; q++)
        for (int p = task.first_panel; p < task.last_panel; p++) {
            const Tile<T> tile(layer, p, q);
            T* g = updates ? own : layer.weight_gradient + tile.offset;
            if (network.share_rows)
                sum_shares(network, batch, layer.weight_gradient + tile.offset, g, tile.size());
            else
                Products::gradient(layer, below, {0, batch.rows, batch.block}, tile, g);  // BP3
            network.gradient_square[tile.number] =
                add_penalty<T>(g, layer.weights + tile.offset, batch.penalty, tile.size());
            if (updates) update_tile<Products>(network, layer, step, tile, g);
        }
    if (task.first_input_panel == 0)
        for (int p = task.first_panel; p < task.last_panel; p++) {
            bias_tile(network, batch, layer, p, updates);
            if (layer.alpha) sums_task(network, batch, share_of_layer(network, layer, p), true, updates);
        }
}

// The update alone, from the whole gradient.
template <class Products, class T = typename Products::T>
void update_pass(const Network<T>& network, const Batch<T>& batch, const Task& task) {
    if (task.layer == 0) return input_task(network, batch, task, false, true);
    const Layer<T>& layer = network.layers[task.layer];
    const Step<T> step = step_of_weights(network, batch, task.layer);
    for (int q = task.first_input_panel; q < task.last_input_panel; q++)
        for (int p = task.first_panel; p < task.last_panel; p++) {
            const Tile<T> tile(layer, p, q);
            update_tile<Products>(network, layer, step, tile, layer.weight_gradient + tile.offset);
        }
    if (task.first_input_panel == 0)
        for (int p = task.first_panel; p < task.last_panel; p++) {
            update_biases(network, batch, layer, p, layer.bias_gradient + p * panel_width<T>);
            if (layer.alpha) sums_task(network, batch, share_of_layer(network, layer, p), false, true);
        }
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
