#include "prediction.hpp"

#include <algorithm>
#include <atomic>

#include "threads.hpp"

namespace clearprop {

namespace {

constexpr int most_rows = 192;  // of a block: packing the weights for it is a small part of the work

// Operations that are worth a further thread: for blocks of rows, and for the panels of a few.
constexpr double work_of_a_thread = 2e6, work_of_a_thread_in_layers = 5e5;

// What a prediction is made of, and how much memory a block of its rows needs.
template <class T>
struct Prediction {
    const Kernels<T>& kernels;
    const std::vector<PredictionLayer<T>>& layers;
    const Inputs<T>& inputs;
    const Table<T>& table;
    T* output;
    bool pre_activation;
    std::size_t widest = 0, deepest = 0;  // columns of an activation, rounded up to whole panels; rows of a panel
    double work = 0.0;

    Prediction(const Kernels<T>& kernels, const std::vector<PredictionLayer<T>>& layers, const Inputs<T>& inputs,
               const Table<T>& table, T* output, bool pre_activation)
        : kernels(kernels), layers(layers), inputs(inputs), table(table), output(output),
          pre_activation(pre_activation) {
        for (const PredictionLayer<T>& layer : layers) {
            deepest = std::max<std::size_t>(deepest, whole(layer.inputs, kernels.panel_width));
            widest = std::max<std::size_t>({widest, deepest, std::size_t(whole(layer.units, kernels.panel_width))});
            work += 2.0 * layer.inputs * layer.units * static_cast<double>(table.n_rows);
        }
    }

    int threads(double work_of_one, int most) const {
        return std::clamp(static_cast<int>(work / work_of_one), 1, std::max(1, most));
    }

    bool activates(std::size_t l) const { return l + 1 < layers.size(); }  // the last layer's activation may be softmax

    void input(std::int64_t first, int rows, T* a) const {
        kernels.predict_input(table, inputs, first, rows, a);
    }

    void result(std::int64_t first, int rows, T* a) const {
        kernels.predict_output(layers.back(), a, rows, !pre_activation, output + first * layers.back().units);
    }
};

// Each thread takes block after block of the rows through all layers; false where `stop` asked for the end.
template <class T>
bool by_rows(const Prediction<T>& prediction, int n_threads, const std::function<bool()>& stop) {
    const std::int64_t n_rows = prediction.table.n_rows;
    const int width = prediction.kernels.panel_width;
    Turn turn(static_cast<int>(std::min<std::int64_t>(prediction.threads(work_of_a_thread, n_threads), n_rows)));
    const auto share = (n_rows + turn.n_threads() - 1) / turn.n_threads();
    const int rows = static_cast<int>(std::min<std::int64_t>(most_rows, share));
    const std::size_t activation = prediction.widest * rows, scratch = 2 * activation + prediction.deepest * width;
    Buffer<T> memory(scratch * turn.n_threads());
    std::atomic<std::int64_t> next{0};
    std::atomic<bool> stopped{false};
    turn.run([&](int thread) {
        T *a = memory.data() + scratch * thread, *z = a + activation, *packed = z + activation;
        for (;;) {
            const std::int64_t first = next.fetch_add(rows, std::memory_order_relaxed);
            if (first >= n_rows || stopped.load(std::memory_order_relaxed)) return;
            const int n = static_cast<int>(std::min<std::int64_t>(rows, n_rows - first));
            prediction.input(first, n, a);
            for (std::size_t l = 0; l < prediction.layers.size(); l++, std::swap(a, z))
                for (int p = 0; p < n_panels(prediction.layers[l].units, width); p++)
                    prediction.kernels.predict_panel(prediction.layers[l], a, n, p, prediction.activates(l), packed, z);
            prediction.result(first, n, a);
            if (thread == 0 && stop()) stopped.store(true, std::memory_order_relaxed);
        }
    });
    return !stopped.load();
}

// A few rows: the threads share out each layer's panels, so that each reads the weights that are in its own cache from
// the last time. One that comes late finds less left, or nothing.
template <class T>
void by_panels(const Prediction<T>& prediction, int n_threads) {
    const auto& layers = prediction.layers;
    const int rows = static_cast<int>(prediction.table.n_rows), width = prediction.kernels.panel_width;
    const std::size_t activation = prediction.widest * rows, packed = prediction.kernels.packed_for_few;
    Turn turn(prediction.threads(work_of_a_thread_in_layers, n_threads));
    Buffer<T> memory(2 * activation + packed * turn.n_threads());
    std::vector<std::atomic<int>> done(layers.size());
    std::vector<Parts> parts;
    for (const PredictionLayer<T>& layer : layers) parts.emplace_back(n_panels(layer.units, width), turn.n_threads());
    T* const ends[2] = {memory.data(), memory.data() + activation};  // of even and of odd layers
    prediction.input(0, rows, ends[0]);
    turn.run([&](int thread) {
        T* own = memory.data() + 2 * activation + packed * thread;
        for (std::size_t l = 0; l < layers.size(); l++) {
            for (int p = parts[l].take(thread); p < parts[l].n(); p = parts[l].take(thread)) {
                prediction.kernels.predict_panel(layers[l], ends[l % 2], rows, p, prediction.activates(l), own,
                                                 ends[(l + 1) % 2]);
                done[l].fetch_add(1, std::memory_order_release);
            }
            wait_for_count(done[l], parts[l].n());
        }
    });
    prediction.result(0, rows, ends[layers.size() % 2]);
}

}  // namespace

template <class T>
bool predict(const Kernels<T>& kernels, const std::vector<PredictionLayer<T>>& layers, const Inputs<T>& inputs,
             const Table<T>& table, T* output, bool pre_activation, int n_threads, const std::function<bool()>& stop) {
    const Prediction<T> prediction(kernels, layers, inputs, table, output, pre_activation);
    if (table.n_rows > kernels.few_rows) return by_rows(prediction, n_threads, stop);
    by_panels(prediction, n_threads);
    return true;
}

template bool predict<float>(const Kernels<float>&, const std::vector<PredictionLayer<float>>&, const Inputs<float>&,
                             const Table<float>&, float*, bool, int, const std::function<bool()>&);
template bool predict<double>(const Kernels<double>&, const std::vector<PredictionLayer<double>>&, const Inputs<double>&,
                              const Table<double>&, double*, bool, int, const std::function<bool()>&);

}  // namespace clearprop
