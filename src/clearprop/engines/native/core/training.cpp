#include "training.hpp"

#include <algorithm>
#include <cmath>

namespace clearprop {

namespace {

constexpr int panels_in_group = 4;  // of Δ, which stay in the second-level cache while a panel of A is read

constexpr int rows_of_a_share = 96, most_shares = 16;

constexpr std::size_t n_tasks_wanted = 24, most_tiles_of_a_task = 32;  // so that threads end together

template <class T>
T* taken(T*& from, std::size_t n) {
    T* part = from;
    from += n;
    return part;
}

// One buffer for all arrays that `visit` names with their sizes.
template <class Number, class Visit>
void reserve_all(Buffer<Number>& buffer, Visit visit) {
    std::size_t size = 0;
    visit([&](Number*&, std::size_t n) { size += n; });
    buffer.resize(size);
    Number* free = buffer.data();
    visit([&](Number*& array, std::size_t n) { array = taken(free, n); });
}

}  // namespace

template <class T>
Training<T>::Training(Shape shape, Settings settings, const Kernels<T>& kernels)
    : kernels_(kernels), plan_(shape.others, shape.sizes, kernels.panel_width) {
    describe(std::move(shape), settings);
    reserve_parameters();
    reserve_theta();
    plan_tasks();
}

template <class T>
void Training<T>::adjust(Shape shape, Settings settings) {
    settings.optimizer = settings_.optimizer;  // what the optimizer was made with stays
    settings.n_slots = settings_.n_slots;
    settings.hyperparameters = settings_.hyperparameters;
    settings.weight_rates = settings_.weight_rates;
    settings.theta_rates = settings_.theta_rates;
    settings.bias_rate = settings_.bias_rate;
    describe(std::move(shape), settings);
    reserved_rows_ = 0;
}

template <class T>
void Training<T>::describe(Shape shape, Settings settings) {
    shape_ = std::move(shape);
    settings_ = std::move(settings);
    if (settings_.weight_rates.empty()) settings_.weight_rates.assign(shape_.activations.size(), 1.0);
    network_.weight_rates = settings_.weight_rates.data();
    network_.theta_rates = settings_.theta_rates.data();
    network_.bias_rate = settings_.bias_rate;
    layers_.resize(shape_.sizes.size());
    layers_[0].units = shape_.sizes[0];
    for (std::size_t l = 1; l < layers_.size(); l++) {
        layers_[l].inputs = shape_.sizes[l - 1];
        layers_[l].units = shape_.sizes[l];
        layers_[l].activation = shape_.activations[l - 1];
    }
    network_.n_layers = static_cast<int>(layers_.size()) - 1;
    network_.layers = layers_.data();
    network_.loss = shape_.loss;
    network_.paired = shape_.paired;
    network_.loss_floor = settings_.loss_floor;
    network_.dropout = settings_.dropout;
    network_.dropout_seed = settings_.dropout_seed;
    network_.optimizer = settings_.optimizer;
    network_.hyperparameters = settings_.hyperparameters;
    network_.hyperparameters.weight_decay *= settings_.decay_factor;
}

template <class T>
void Training<T>::reserve_parameters() {
    const int width = kernels_.panel_width;
    const bool learns_inputs = plan_.learns || plan_.scaled;
    const auto needs_transposed = [&](int l) { return (l > 1 || learns_inputs) && !kernels_.in_bfloat16; };
    std::size_t weights = 0, transposed = 0, biases = 0;
    n_tiles_ = n_panels_ = n_parameters_ = 0;
    for (int l = 1; l <= network_.n_layers; l++) {
        Layer<T>& layer = layers_[l];
        const std::size_t units = n_panels(layer.units, width), inputs = n_panels(layer.inputs, width);
        layer.first_tile = n_tiles_;
        layer.first_panel = n_panels_;
        n_tiles_ += units * inputs;
        n_panels_ += units;
        n_parameters_ += std::size_t(layer.units) * (layer.inputs + 1);
        weights += units * layer.inputs * width;
        biases += units * width;
        transposed += needs_transposed(l) ? inputs * layer.units * width : 0;
    }
    parameters_.resize(weights + biases + transposed);
    network_.n_panels = n_panels_;
    network_.shares_apart = weights + biases;
    for (int s = 0; s < settings_.n_slots; s++) slots_[s].resize(weights + biases);
    T* free[3] = {parameters_.data(), slots_[0].data(), slots_[1].data()};
    for (int l = 1; l <= network_.n_layers; l++) {
        Layer<T>& layer = layers_[l];
        const std::size_t units = n_panels(layer.units, width), inputs = n_panels(layer.inputs, width);
        layer.weights = taken(free[0], units * layer.inputs * width);
        layer.bias = taken(free[0], units * width);
        if (needs_transposed(l)) layer.transposed = taken(free[0], inputs * layer.units * width);
        for (int s = 0; s < settings_.n_slots; s++) {
            layer.weight_slots[s] = taken(free[s + 1], units * layer.inputs * width);
            layer.bias_slots[s] = taken(free[s + 1], units * width);
        }
    }
    if (kernels_.in_bfloat16) reserve_rounded_parameters();
    tile_squares_.resize(2 * n_tiles_);
    network_.gradient_square = tile_squares_.data();
    network_.weight_square = tile_squares_.data() + n_tiles_;
    panel_squares_.resize(2 * n_panels_);
    network_.bias_square = panel_squares_.data();
    network_.delta_square = panel_squares_.data() + n_panels_;
}

// The numbers of the layers beside the affine ones; in the flat vector they follow the weights and biases.
template <class T>
void Training<T>::reserve_theta() {
    n_parameters_ += plan_.n_flat;
    if (settings_.theta_rates.empty()) settings_.theta_rates.assign(plan_.n_rates, 1.0);
    theta_.resize(plan_.n_theta);
    theta_gradient_.resize(plan_.n_theta);
    for (int s = 0; s < settings_.n_slots; s++) theta_slots_[s].resize(plan_.n_theta);
    theta_squares_.resize(plan_.columns.size() + n_panels(plan_.n_features, kernels_.panel_width) + n_panels_);
    for (std::size_t l = 1; l <= plan_.alpha_at.size(); l++) {
        layers_[l].alpha_at = plan_.alpha_at[l - 1];
        layers_[l].alpha_rate = plan_.alpha_rate[l - 1];
        layers_[l].alpha = theta_.data() + layers_[l].alpha_at;
    }
    network_.inputs = plan_.inputs(theta_.data());
    network_.learns_inputs = plan_.learns || plan_.scaled;
    network_.scale_at = plan_.scale_at;
    network_.scale_rate = plan_.scale_rate;
    network_.theta = theta_.data();
    network_.theta_slots[0] = theta_slots_[0].data();
    network_.theta_slots[1] = theta_slots_[1].data();
    network_.theta_gradient = theta_gradient_.data();
    network_.theta_square = theta_squares_.data();
    network_.theta_rates = settings_.theta_rates.data();
}

template <class T>
void Training<T>::reserve_rounded_parameters() {
    const auto visit = [&](auto take) {  // layer 1 needs W only where ∂E/∂A⁰ is wanted
        for (int l = 1; l <= network_.n_layers; l++) {
            Layer<T>& layer = layers_[l];
            const std::size_t size = std::size_t(whole_blocks(layer.inputs)) * whole_blocks(layer.units);
            take(layer.rounded.weights, size);
            if (l > 1 || plan_.learns || plan_.scaled) take(layer.rounded.transposed, size);
        }
    };
    reserve_all(rounded_parameters_, visit);
}

// Layers 0..L−1 are factors of Aˡ Wᵀ and of BP3; Δ of layers 1..L of BP3, and of layers 2..L of BP2.
template <class T>
void Training<T>::reserve_rounded_rows(int rows) {
    const auto visit = [&](auto take) {
        for (int l = 0; l <= network_.n_layers; l++) {
            Layer<T>& layer = layers_[l];
            const std::size_t one = std::size_t(whole_blocks(layer.units)) * whole_blocks(rows);
            if (l < network_.n_layers) take(layer.rounded.a, one);
            if (l < network_.n_layers) take(layer.rounded.a_columns, one);
            if (l > 0) take(layer.rounded.delta_pairs, one);
            if (l > 1 || (l == 1 && network_.learns_inputs)) take(layer.rounded.delta, one);
        }
    };
    reserve_all(rounded_rows_, visit);
}

// For each of the blocks that leave their own share, one after another.
template <class T>
void Training<T>::reserve_gradient(int n_shares) {
    if (gradient_.size() >= network_.shares_apart * n_shares) return;
    gradient_.resize(network_.shares_apart * n_shares);
    share_squares_.resize(n_panels_ * n_shares);
    network_.share_delta_square = share_squares_.data();
    T* free = gradient_.data();
    for (int l = 1; l <= network_.n_layers; l++) {
        const std::size_t padded = whole(layers_[l].units, kernels_.panel_width);
        layers_[l].weight_gradient = taken(free, padded * layers_[l].inputs);
        layers_[l].bias_gradient = taken(free, padded);
    }
}

// A block's share of the gradient where all shares are fewer numbers than A and Δ, which other threads would have to
// read. What the blocks are depends on the network and the batch alone.
template <class T>
void Training<T>::plan_shares(int rows) {
    std::size_t activations = 0;
    for (int l = 1; l <= network_.n_layers; l++)
        activations += 2 * std::size_t(whole(layers_[l].units, kernels_.panel_width)) * rows;
    const int n = std::clamp(rows / rows_of_a_share, 1, most_shares);
    const bool shares = n > 1 && !kernels_.in_bfloat16 && plan_.n_theta == 0 && n * network_.shares_apart <= activations;
    network_.share_rows = shares ? whole(n_blocks(rows, n), kernels_.row_multiple) : 0;
    if (shares) reserve_gradient(n);
}

template <class T>
void Training<T>::reserve_rows(int rows) {
    if (rows <= reserved_rows_) return;
    const int width = kernels_.panel_width;
    const bool drops = settings_.dropout > 0.0, mixed = !plan_.alpha_at.empty();
    const auto keeps = [&](int l) {
        const bool hidden = l > 0 && l < network_.n_layers;
        return hidden && (drops || mixed || kernels_.keeps_pre_activation(layers_[l].activation));
    };
    const auto arrays = [&](int l) {  // a, Δ, and what f′, dropout and the layers with numbers of their own need
        if (l == 0) return 1 + int(network_.learns_inputs) + int(plan_.scaled);
        const bool hidden = l < network_.n_layers;
        return 2 + int(keeps(l)) + int(hidden && drops) + int(hidden && mixed);
    };
    std::size_t size = 0;
    for (int l = 0; l <= network_.n_layers; l++)
        size += std::size_t(n_panels(layers_[l].units, width)) * width * rows * arrays(l);
    rows_.resize(size);
    T* free = rows_.data();
    for (int l = 0; l <= network_.n_layers; l++) {
        Layer<T>& layer = layers_[l];
        const std::size_t one = std::size_t(n_panels(layer.units, width)) * width * rows;
        const bool hidden = l > 0 && l < network_.n_layers;
        layer.a = taken(free, one);
        layer.delta = l > 0 || network_.learns_inputs ? taken(free, one) : nullptr;
        layer.kept = keeps(l) ? taken(free, one) : nullptr;
        layer.mixed = (hidden && mixed) || (l == 0 && plan_.scaled) ? taken(free, one) : nullptr;
        layer.mask = hidden && drops ? taken(free, one) : nullptr;
    }
    if (kernels_.in_bfloat16) reserve_rounded_rows(rows);
    omega_.resize(rows);
    targets_.resize(rows);
    row_loss_.resize(rows);
    network_.omega = omega_.data();
    network_.targets = targets_.data();
    network_.row_loss = row_loss_.data();
    reserved_rows_ = rows;
}

template <class T>
void Training<T>::plan_tasks() {
    const int width = kernels_.panel_width;
    const int tiles = static_cast<int>(std::clamp<std::size_t>(n_tiles_ / n_tasks_wanted, 1, most_tiles_of_a_task));
    const int inputs = static_cast<int>(plan_.columns.size());
    const int n = inputs + (plan_.scaled ? n_panels(shape_.sizes[0], width) : 0);
    for (int i = plan_.learns ? 0 : inputs; i < n; i++) tasks_.push_back({0, i, i + 1, 0, 0});
    const int group = std::min(panels_in_group, std::max(1, static_cast<int>(std::sqrt(tiles))));
    for (int l = 1; l <= network_.n_layers; l++) {
        const int units = n_panels(layers_[l].units, width), inputs = n_panels(layers_[l].inputs, width);
        const int step = std::max(1, tiles / group);
        for (int p = 0; p < units; p += group)
            for (int q = 0; q < inputs; q += step)
                tasks_.push_back({l, p, std::min(units, p + group), q, std::min(inputs, q + step)});
    }
}

// ---- parameters in and out: visit(layer, start of W in the flat vector, start of b in it) ----

template <class T>
template <class Visit>
void Training<T>::each_layer(Visit visit) const {
    std::size_t matrix = 0, vector = 0;
    for (int l = 1; l <= network_.n_layers; l++) vector += std::size_t(layers_[l].units) * layers_[l].inputs;
    for (int l = 1; l <= network_.n_layers; l++) {
        visit(layers_[l], matrix, vector);
        matrix += std::size_t(layers_[l].units) * layers_[l].inputs;
        vector += layers_[l].units;
    }
}

template <class T>
void Training<T>::load(const T* flat) {
    each_layer([&](const Layer<T>& layer, std::size_t matrix, std::size_t vector) {
        kernels_.pack(flat + matrix, layer.weights, layer.inputs, layer.units);
        std::copy_n(flat + vector, layer.units, layer.bias);
        kernels_.loaded(layer);
    });
    kernels_.weight_squares(network_);
    plan_.load(theta_of(flat), theta_.data());
}

template <class T>
void Training<T>::store(T* flat) const {
    each_layer([&](const Layer<T>& layer, std::size_t matrix, std::size_t vector) {
        kernels_.unpack(layer.weights, flat + matrix, layer.inputs, layer.units);
        std::copy_n(layer.bias, layer.units, flat + vector);
    });
    plan_.store(theta_.data(), theta_of(flat));
}

template <class T>
void Training<T>::load_slot(int slot, const T* flat) {
    each_layer([&](const Layer<T>& layer, std::size_t matrix, std::size_t vector) {
        kernels_.pack(flat + matrix, layer.weight_slots[slot], layer.inputs, layer.units);
        std::copy_n(flat + vector, layer.units, layer.bias_slots[slot]);
    });
    plan_.load(theta_of(flat), theta_slots_[slot].data());
}

template <class T>
void Training<T>::store_slot(int slot, T* flat) const {
    each_layer([&](const Layer<T>& layer, std::size_t matrix, std::size_t vector) {
        kernels_.unpack(layer.weight_slots[slot], flat + matrix, layer.inputs, layer.units);
        std::copy_n(layer.bias_slots[slot], layer.units, flat + vector);
    });
    plan_.store(theta_slots_[slot].data(), theta_of(flat));
}

template <class T>
void Training<T>::store_gradient(T* flat) const {
    each_layer([&](const Layer<T>& layer, std::size_t matrix, std::size_t vector) {
        kernels_.unpack(layer.weight_gradient, flat + matrix, layer.inputs, layer.units);
        std::copy_n(layer.bias_gradient, layer.units, flat + vector);
    });
    plan_.store(theta_gradient_.data(), theta_of(flat));
}

template <class T>
double Training<T>::work(int rows) const {
    double products = 0.0;
    for (int l = 1; l <= network_.n_layers; l++)
        products += (l > 1 ? 3.0 : 2.0) * layers_[l].inputs * layers_[l].units;
    return 2.0 * rows * products;
}

template class Training<float>;
template class Training<double>;

}  // namespace clearprop
