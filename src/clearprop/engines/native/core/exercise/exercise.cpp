// The core without Python, for the sanitizers: every pass, target, activation, loss and optimizer, on odd sizes, with
// several threads; it fails where the number of threads changes a bit of the result or a number is not finite.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "../names.hpp"
#include "../prediction.hpp"
#include "../training.hpp"

namespace {

using namespace clearprop;

int failures = 0;

void require(bool holds, const std::string& what) {
    if (holds) return;
    std::printf("FAILED: %s\n", what.c_str());
    failures++;
}

int index_of(const char* name, const char* const* names, std::size_t n) {
    for (std::size_t i = 0; i < n; i++)
        if (!std::strcmp(name, names[i])) return static_cast<int>(i);
    std::abort();
}

int activation(const char* name) { return index_of(name, activation_names.data(), activation_names.size()); }

// A table of exactly as much memory as it needs, so that a read beyond its end is seen.
template <class T>
struct Rows {
    std::vector<T> x, y, weights, values;
    std::vector<std::int32_t> columns;
    std::vector<std::int64_t> starts{0}, order;
    Table<T> dense, sparse;

    Rows(int n, int inputs, int outputs) : x(std::size_t(n) * inputs), y(std::size_t(n) * outputs), weights(n), order(n) {
        std::mt19937 random(1);
        std::uniform_real_distribution<double> uniform(0.1, 1.0);
        for (T& v : x) v = T(uniform(random) < 0.5 ? 0.0 : uniform(random) - 0.5);
        for (int i = 0; i < n; i++) y[std::size_t(i) * outputs + i % outputs] = T(1);
        for (T& v : weights) v = T(uniform(random));
        for (int i = 0; i < n; i++) order[i] = (i * 7 + 3) % n;
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < inputs; k++)
                if (const T v = x[std::size_t(i) * inputs + k]; v != T(0)) {
                    values.push_back(v);
                    columns.push_back(k);
                }
            starts.push_back(static_cast<std::int64_t>(values.size()));
        }
        dense.x = x.data();
        dense.x_stride = inputs;
        dense.y = y.data();
        dense.y_stride = outputs;
        dense.weights = weights.data();
        dense.order = order.data();
        dense.n_rows = n;
        sparse = dense;
        sparse.x = nullptr;
        sparse.x_values = values.data();
        sparse.x_columns = columns.data();
        sparse.x_starts = starts.data();
    }
};

template <class T>
std::vector<T> start_of(std::size_t n) {
    std::mt19937 random(2);
    std::normal_distribution<double> normal(0.0, 0.1);
    std::vector<T> flat(n);
    for (T& v : flat) v = T(normal(random));
    return flat;
}

template <class T>
std::vector<T> trained(const Kernels<T>& kernels, const Shape& shape, const Settings& settings, const Table<T>& table,
                       int batch_size, int n_threads) {
    Training<T> training(shape, settings, kernels);
    std::vector<T> flat = start_of<T>(training.n_parameters());
    const std::int64_t n_steps = (table.n_rows + batch_size - 1) / batch_size;
    const std::vector<double> rates(n_steps, 1e-3);
    for (int epoch = 0; epoch < 2; epoch++) {
        training.load(flat.data());
        const EpochResult result =
            training.epoch(table, batch_size, rates.data(), n_steps, n_threads, [](std::int64_t) { return false; });
        training.store(flat.data());
        require(std::isfinite(result.loss) && result.diverged_at == 0, "a finite loss");
    }
    std::vector<T> gradient(flat.size());
    const double loss =
        training.objective(table, gradient.data(), n_threads, [](std::int64_t) { return false; });
    require(std::isfinite(loss), "a finite objective");
    flat.insert(flat.end(), gradient.begin(), gradient.end());
    return flat;
}

template <class T>
void exercise_training(const Kernels<T>& kernels, const Shape& shape, const Settings& settings, int n, int batch_size) {
    const Rows<T> rows(n, shape.sizes.front(), shape.sizes.back());
    const std::vector<T> one = trained(kernels, shape, settings, rows.dense, batch_size, 1);
    require(one == trained(kernels, shape, settings, rows.dense, batch_size, 3), "three threads give the bits of one");
    require(one == trained(kernels, shape, settings, rows.sparse, batch_size, 2), "sparse rows give the bits of dense");
}

// Input layers of every kind, factors of features and shares of activations.
template <class T>
void exercise_layers(const Kernels<T>& kernels, Settings settings, int batch_size) {
    constexpr int n = 53, n_columns = 7, n_categories = 6;
    const OtherLayers others{{{Input::numbers, 3, 3, 0, {}, {}},
                              {Input::piecewise_linear, 1, 2, 0, {-0.2, 0.1}, {4.0, 3.0}},
                              {Input::periodic, 2, 3, 5, {}, {}},
                              {Input::embedding, 1, 4, n_categories, {}, {}}},
                             true,
                             true};
    const Shape shape{{15, 37, 18, 3}, {activation("selu"), activation("relu"), activation("softmax")}, 0, true, others};
    Rows<T> rows(n, n_columns, 3);
    for (int i = 0; i < n; i++) rows.x[std::size_t(i) * n_columns + n_columns - 1] = T(i % n_categories);
    const std::vector<T> one = trained(kernels, shape, settings, rows.dense, batch_size, 1);
    require(one == trained(kernels, shape, settings, rows.dense, batch_size, 3), "layers: three threads, bits of one");
    const InputPlan<T> plan(others, shape.sizes, kernels.panel_width);
    const std::vector<T> flat = start_of<T>(plan.n_flat);
    Buffer<T> theta(plan.n_theta);
    plan.load(flat.data(), theta.data());
    const std::vector<T> W = start_of<T>(15 * 37), b = start_of<T>(37);
    const std::vector<PredictionLayer<T>> layers{
        {W.data(), 15, b.data(), 15, 37, activation("relu")},
        {W.data(), 37, b.data(), 37, 3, activation("softmax"), nullptr}};
    std::vector<T> output(n * 3);
    Table<T> table = rows.dense;
    table.order = nullptr;
    predict(kernels, layers, plan.inputs(theta.data()), table, output.data(), false, 2, [] { return false; });
    require(std::isfinite(output[n * 3 - 1]), "layers: finite predictions");
}

// Two callers at once: one has the team of threads, the other goes on alone.
template <class T>
void exercise_callers(const Kernels<T>& kernels, const Shape& shape, const Settings& settings) {
    const Rows<T> rows(120, shape.sizes.front(), shape.sizes.back());
    const std::vector<T> expected = trained(kernels, shape, settings, rows.dense, 60, 1);
    std::vector<T> ends[2];
    std::thread other([&] { ends[1] = trained(kernels, shape, settings, rows.dense, 60, 3); });
    ends[0] = trained(kernels, shape, settings, rows.dense, 60, 3);
    other.join();
    require(ends[0] == expected && ends[1] == expected, "two callers at once give the bits of one");
}

template <class T>
void exercise_prediction(const Kernels<T>& kernels, const Shape& shape, int n) {
    const Rows<T> rows(n, shape.sizes.front(), shape.sizes.back());
    std::vector<std::vector<T>> W, b;
    std::vector<PredictionLayer<T>> layers;
    for (std::size_t l = 1; l < shape.sizes.size(); l++) {
        W.push_back(start_of<T>(std::size_t(shape.sizes[l]) * shape.sizes[l - 1]));
        b.push_back(start_of<T>(shape.sizes[l]));
    }
    for (std::size_t l = 0; l < W.size(); l++)
        layers.push_back({W[l].data(), shape.sizes[l], b[l].data(), shape.sizes[l], shape.sizes[l + 1],
                          shape.activations[l]});
    const InputPlan<T> plan({}, shape.sizes, kernels.panel_width);
    const Inputs<T> inputs = plan.inputs(nullptr);
    Table<T> table = rows.dense;
    table.order = nullptr;
    std::vector<T> all(std::size_t(n) * shape.sizes.back()), single(shape.sizes.back());
    predict(kernels, layers, inputs, table, all.data(), false, 3, [] { return false; });
    table.n_rows = 1;
    predict(kernels, layers, inputs, table, single.data(), false, 1, [] { return false; });
    require(std::equal(single.begin(), single.end(), all.begin()), "one row gives the bits of many");
}

template <class T>
void exercise(const Kernels<T>& kernels) {
    std::printf("%s, %d bits\n", kernels.target, int(8 * sizeof(T)));
    const int softmax = activation("softmax");
    Settings adam;
    adam.optimizer = index_of("adam", optimizer_names.data(), optimizer_names.size());
    adam.n_slots = 2;
    adam.alpha = 0.01;
    for (std::size_t hidden = 0; hidden < activation_names.size(); hidden++) {
        if (int(hidden) == softmax) continue;
        const Shape shape{{5, 37, 18, 3}, {int(hidden), int(hidden), softmax}, 0, true};
        exercise_training(kernels, shape, adam, 41, 13);
        exercise_prediction(kernels, shape, 23);
    }
    const char* const paired[] = {"softmax", "sigmoid", "identity", "exponential"};
    for (int loss = 0; loss < int(loss_names.size()); loss++)
        for (const int units : {1, 7, 70})
            exercise_training(kernels, Shape{{9, 20, units}, {activation("relu"), activation(paired[loss])}, loss, true},
                              adam, 30, 30);
    exercise_training(kernels, Shape{{9, 20, 5}, {activation("tanh"), softmax}, 2, false}, adam, 30, 7);
    for (std::size_t optimizer = 0; optimizer < optimizer_names.size(); optimizer++) {
        Settings settings = adam;
        settings.optimizer = int(optimizer);
        settings.hyperparameters.weight_decay = 0.01;
        settings.dropout = 0.3;
        settings.max_gradient_norm = 0.5;
        exercise_training(kernels, Shape{{33, 65, 4}, {activation("silu"), softmax}, 0, true}, settings, 50, 16);
    }
    exercise_training(kernels, Shape{{150, 130, 140, 11}, {activation("relu"), activation("relu"), softmax}, 0, true},
                      adam, 600, 300);
    exercise_training(kernels, Shape{{64, 100, 5}, {activation("relu"), softmax}, 0, true}, adam, 850, 400);  // shares
    Settings decayed = adam;
    decayed.optimizer = index_of("adamw", optimizer_names.data(), optimizer_names.size());
    decayed.hyperparameters.weight_decay = 0.02;
    decayed.dropout = 0.15;
    decayed.weight_rates = {0.3, 0.2, 0.2};
    exercise_layers(kernels, decayed, 20);
    decayed.max_gradient_norm = 0.5;
    exercise_layers(kernels, decayed, 53);
    for (const int n : {2, 4, 14})
        exercise_prediction(kernels, Shape{{300, 700, 300, 5}, {activation("relu"), activation("tanh"), softmax}, 0, true},
                            n);
    exercise_callers(kernels, Shape{{60, 90, 70, 5}, {activation("relu"), activation("tanh"), softmax}, 0, true}, adam);
}

}  // namespace

// The instruction sets that are named, or all.
int main(int argc, char** argv) {
    const std::vector<std::string> named(argv + 1, argv + argc);
    const auto exercise_all = [&](const auto& runnable) {
        for (const auto* kernels : runnable)
            if (named.empty() || std::find(named.begin(), named.end(), kernels->target) != named.end())
                exercise(*kernels);
    };
    exercise_all(runnable_kernels<float>());
    exercise_all(runnable_bfloat16_kernels());
    exercise_all(runnable_kernels<double>());
    std::printf(failures ? "%d failures\n" : "all well\n", failures);
    return failures ? 1 : 0;
}
