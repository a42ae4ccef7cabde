#include "prediction.hpp"

#include <algorithm>
#include <atomic>

#include "threads.hpp"

namespace clearprop {

namespace {

constexpr int most_rows = 192;         // of a block: packing the weights for it is a small part of the work
constexpr double work_of_a_thread = 2e6;  // operations

}  // namespace

template <class T>
bool predict(const Kernels<T>& kernels, const std::vector<PredictionLayer<T>>& layers, const Table<T>& table, T* output,
             bool pre_activation, int n_threads, const std::function<bool()>& stop) {
    const int width = kernels.panel_width;
    std::size_t widest = 0, deepest = 0;
    double work = 0.0;
    for (const PredictionLayer<T>& layer : layers) {
        const auto padded = [&](int columns) { return std::size_t(n_panels(columns, width)) * width; };
        widest = std::max({widest, padded(layer.inputs), padded(layer.units)});
        deepest = std::max(deepest, padded(layer.inputs));
        work += 2.0 * layer.inputs * layer.units * static_cast<double>(table.n_rows);
    }
    n_threads = std::clamp(static_cast<int>(work / work_of_a_thread), 1, std::max(1, n_threads));
    Turn turn(static_cast<int>(std::min<std::int64_t>(n_threads, table.n_rows)));
    const auto share = (table.n_rows + turn.n_threads() - 1) / turn.n_threads();
    const int rows = static_cast<int>(std::min<std::int64_t>(most_rows, share));
    const std::size_t activation = widest * rows, scratch = 2 * activation + deepest * width;
    Buffer<T> memory(scratch * turn.n_threads());
    std::atomic<std::int64_t> next{0};
    std::atomic<bool> stopped{false};
    turn.run([&](int thread) {
        T* own = memory.data() + scratch * thread;
        for (;;) {
            const std::int64_t first = next.fetch_add(rows, std::memory_order_relaxed);
            if (first >= table.n_rows || stopped.load(std::memory_order_relaxed)) return;
            const int n = static_cast<int>(std::min<std::int64_t>(rows, table.n_rows - first));
            kernels.predict(layers.data(), static_cast<int>(layers.size()), table, first, n, output, pre_activation,
                            {own, own + activation, own + 2 * activation});
            if (thread == 0 && stop()) stopped.store(true, std::memory_order_relaxed);
        }
    });
    return !stopped.load();
}

template bool predict<float>(const Kernels<float>&, const std::vector<PredictionLayer<float>>&, const Table<float>&,
                             float*, bool, int, const std::function<bool()>&);
template bool predict<double>(const Kernels<double>&, const std::vector<PredictionLayer<double>>&, const Table<double>&,
                              double*, bool, int, const std::function<bool()>&);

}  // namespace clearprop
