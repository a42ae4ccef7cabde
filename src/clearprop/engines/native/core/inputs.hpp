// The layers before the first weights: how the columns of X become A⁰, and where their numbers lie.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "workspace.hpp"

namespace clearprop {

// One input layer as Python tells of it.
struct InputLayer {
    Input kind = Input::numbers;
    int n_columns = 1;   // of X
    int n_features = 1;  // of A⁰, for each column; of numbers, for all columns together
    int size = 0;        // frequencies or categories
    std::vector<double> low, per_width;  // of each bin
};

// A run of numbers that lie together in the flat vector, and, padded, in theta.
struct ThetaPiece {
    std::size_t flat, at;
    int size;
};

// The layers of a network that are not affine.
struct OtherLayers {
    std::vector<InputLayer> inputs;  // none: A⁰ = X
    bool scaled = false, mixed = false;

    int n_columns(int n_features) const {  // of X
        int n = 0;
        for (const InputLayer& layer : inputs) n += layer.n_columns;
        return inputs.empty() ? n_features : n;
    }
};

// Where everything lies: worked out once for a network.
template <class T>
struct InputPlan {
    std::vector<InputColumn<T>> columns;
    std::vector<T> bins;  // low and per_width of each bin
    std::vector<ThetaPiece> pieces;
    std::size_t n_theta = 0, n_flat = 0;
    int n_columns = 0, n_features = 0, n_rates = 0;
    bool learns = false, scaled = false;     // whether an input layer has numbers; whether there is s
    std::size_t scale_at = 0;                // of s in theta
    int scale_rate = 0;
    std::vector<std::size_t> alpha_at;       // of α of each hidden layer; none: α is 1
    std::vector<int> alpha_rate;

    InputPlan(const OtherLayers& layers, const std::vector<int>& sizes, int width)
        : n_features(sizes[0]), scaled(layers.scaled) {
        add_inputs(layers.inputs, width);
        if (layers.inputs.empty()) n_columns = sizes[0];
        scale_rate = n_rates;
        if (scaled) scale_at = add(n_flat, sizes[0], width), n_rates++;
        for (std::size_t l = 1; layers.mixed && l + 1 < sizes.size(); l++) {
            alpha_at.push_back(add(n_flat, sizes[l], width));
            alpha_rate.push_back(n_rates++);
        }
    }
    InputPlan(const InputPlan&) = delete;
    InputPlan& operator=(const InputPlan&) = delete;

    void load(const T* flat, T* theta) const {
        for (const ThetaPiece& piece : pieces) std::copy_n(flat + piece.flat, piece.size, theta + piece.at);
    }
    void store(const T* theta, T* flat) const {
        for (const ThetaPiece& piece : pieces) std::copy_n(theta + piece.at, piece.size, flat + piece.flat);
    }
    Inputs<T> inputs(const T* theta) const {
        return {columns.empty() ? nullptr : columns.data(), static_cast<int>(columns.size()), n_columns, n_features,
                theta, scaled ? theta + scale_at : nullptr};
    }

  private:
    void add_inputs(const std::vector<InputLayer>& layers, int width) {
        std::size_t n_bins = 0;
        for (const InputLayer& layer : layers) n_bins += 2 * layer.low.size();
        bins.reserve(n_bins);
        int feature = 0;
        for (const InputLayer& layer : layers) {
            const std::size_t flat = n_flat;
            const bool alone = layer.kind == Input::numbers;
            for (int j = 0; j < (alone ? 1 : layer.n_columns); j++) {
                InputColumn<T> column;
                column.kind = layer.kind;
                column.column = n_columns;
                column.n_columns = alone ? layer.n_columns : 1;
                column.feature = feature;
                column.n_features = layer.n_features;
                column.size = layer.size;
                column.theta = n_theta;
                column.rate = n_rates;
                if (layer.kind == Input::piecewise_linear) add_bins(column, layer);
                if (layer.kind == Input::embedding) add_embedding(column, flat, width);
                if (layer.kind == Input::periodic) add_periodic(column, layer, flat, j, width);
                column.n_theta = n_theta - column.theta;
                n_columns += column.n_columns;
                feature += column.n_features;
                columns.push_back(column);
            }
            n_rates += layer.kind == Input::embedding ? 1 : layer.kind == Input::periodic ? 4 : 0;
            learns = learns || n_flat > flat;
        }
    }

    // A further array of so many numbers; where it lies in theta.
    std::size_t add(std::size_t flat, int size, int width) {
        const std::size_t at = n_theta;
        pieces.push_back({flat, at, size});
        n_theta += whole(size, width);
        n_flat += size;
        return at;
    }

    void add_bins(InputColumn<T>& column, const InputLayer& layer) {
        const std::size_t n = layer.low.size();
        for (double low : layer.low) bins.push_back(T(low));
        for (double per_width : layer.per_width) bins.push_back(T(per_width));
        column.per_width = bins.data() + bins.size() - n;
        column.low = column.per_width - n;
    }

    void add_embedding(const InputColumn<T>& column, std::size_t flat, int width) {
        add(flat, column.size * column.n_features, width);
    }

    // The arrays of the layer lie one after another in the flat vector, each with the columns side by side.
    void add_periodic(const InputColumn<T>& column, const InputLayer& layer, std::size_t flat, int j, int width) {
        const std::size_t n = layer.n_columns, k = column.size, d = column.n_features - 1;
        add(flat + j * k, static_cast<int>(k), width);
        add(flat + (n + j) * k, static_cast<int>(k), width);
        for (std::size_t row = 0; row < d; row++)
            add(flat + 2 * n * k + (j * d + row) * k, static_cast<int>(k), width);
        add(flat + 2 * n * k + n * d * k + j * d, static_cast<int>(d), width);
    }
};

}  // namespace clearprop
