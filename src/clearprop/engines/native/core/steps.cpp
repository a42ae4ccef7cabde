// The loop over the steps of an epoch: what a batch is, who works on which part of it, and what is told of it.
#include <algorithm>
#include <chrono>
#include <cmath>

#include "training.hpp"

namespace clearprop {

namespace {

constexpr std::chrono::milliseconds between_polls{20};

// Operations of a step below which a further thread costs more than it takes over, and above which it always gains;
// in between, both are timed now and then: what a second thread is worth depends on who else wants the cores.
constexpr double work_of_a_thread = 5e5, work_of_many_threads = 5e7;
constexpr double work_of_a_trial = 2e8;

}  // namespace

template <class T>
int Training<T>::threads_for(int rows, int most) const {
    return std::clamp(static_cast<int>(work(rows) / work_of_a_thread), 1, std::max(1, most));
}

template <class T>
Batch<T> Training<T>::batch(const Table<T>& table, std::int64_t start, int rows, int block) const {
    Batch<T> batch;
    batch.table = &table;
    batch.start = start;
    batch.rows = rows;
    batch.block = block;
    batch.total_weight = rows;
    if (table.weights) {
        batch.total_weight = 0.0;
        for (int i = 0; i < rows; i++) batch.total_weight += table.weights[table.row(start + i)];
    }
    batch.penalty = batch.total_weight > 0.0 ? T(settings_.alpha / batch.total_weight) : T(0);
    return batch;
}

template <class T>
double Training<T>::batch_loss(const Batch<T>& batch, double weight_square) const {
    double value = 0.0;
    for (int i = 0; i < batch.rows; i++) value += network_.row_loss[i] * network_.omega[i];
    return settings_.loss_scale * value + 0.5 * batch.penalty * weight_square;
}

template <class T>
double Training<T>::weight_square() const {
    double total = 0.0;
    for (std::size_t i = 0; settings_.alpha > 0.0 && i < n_tiles_; i++) total += network_.weight_square[i];
    return total;
}

template <class T>
double Training<T>::gradient_norm() const {
    double total = 0.0;
    for (std::size_t i = 0; i < n_tiles_; i++) total += network_.gradient_square[i];
    for (std::size_t i = 0; i < n_panels_; i++) total += network_.bias_square[i];
    for (std::size_t i = 0; i < theta_squares_.size(); i++) total += theta_squares_[i];
    return std::sqrt(total);
}

template <class T>
void Training<T>::add_norms(EpochResult& result) const {
    for (int l = 1; l <= network_.n_layers; l++) {
        const bool last = l == network_.n_layers;
        double gradient = 0.0, delta = 0.0;
        for (std::size_t i = layers_[l].first_tile; i < (last ? n_tiles_ : layers_[l + 1].first_tile); i++)
            gradient += network_.gradient_square[i];
        for (std::size_t i = layers_[l].first_panel; i < (last ? n_panels_ : layers_[l + 1].first_panel); i++)
            delta += network_.delta_square[i];
        result.gradient_norms[l - 1] += std::sqrt(gradient);
        result.delta_norms[l - 1] += std::sqrt(delta);
    }
}

// Where the threads of a turn meet, and what they take their work from: blocks of rows, then tasks.
template <class T>
struct Training<T>::Shift {
    Barrier barrier;
    const int block;  // rows
    Parts rows, gradients, updates;

    Shift(const Training& training, int batch_size, int n_threads)
        : barrier(n_threads),
          block(training.rows_at_a_time(batch_size, n_threads)),
          rows(n_blocks(batch_size, block), n_threads),
          gradients(static_cast<int>(training.tasks_.size()), n_threads),
          updates(gradients.n(), n_threads) {}
};

// What the threads of one epoch share.
template <class T>
struct Training<T>::Loop {
    Training& training;
    const Table<T>& table;
    const int batch_size;
    const double* learning_rates;
    const Poll& poll;
    const bool clips;
    EpochResult result;
    std::int64_t steps_done = 0;
    std::atomic<bool> stop{false};
    std::chrono::steady_clock::time_point polled = std::chrono::steady_clock::now();

    Loop(Training& training, const Table<T>& table, int batch_size, const double* learning_rates, const Poll& poll)
        : training(training), table(table), batch_size(batch_size), learning_rates(learning_rates), poll(poll),
          clips(training.settings_.max_gradient_norm > 0.0) {
        result.gradient_norms.assign(training.network_.n_layers, 0.0);
        result.delta_norms.assign(training.network_.n_layers, 0.0);
    }

    bool ended() const { return result.diverged_at != 0 || stop.load(); }

    void ask() {
        const auto now = std::chrono::steady_clock::now();
        if (now - polled < between_polls) return;
        polled = now;
        if (poll(steps_done)) stop.store(true, std::memory_order_relaxed);
    }

    void rows(Shift& shift, const Batch<T>& batch, int thread) {
        for (int b = shift.rows.take(thread); b < shift.rows.n(); b = shift.rows.take(thread)) {
            if (thread == 0) ask();
            if (stop.load(std::memory_order_relaxed)) return;
            const int first = b * shift.block, last = std::min(batch.rows, first + shift.block);
            if (first < last) training.kernels_.rows_pass(training.network_, batch, first, last);
        }
    }

    template <class Work>
    void tasks(Parts& parts, int thread, Work work) {
        for (int i = parts.take(thread); i < parts.n(); i = parts.take(thread)) work(training.tasks_[i]);
    }

    // Steps [first_step, last_step), by each of the threads that meet at the barrier. Parts are set back while no one
    // takes from them.
    void run(Shift& shift, int thread, std::int64_t first_step, std::int64_t last_step) {
        const Kernels<T>& kernels = training.kernels_;
        const Network<T>& network = training.network_;
        double weight_square = training.weight_square();
        for (std::int64_t s = first_step; s < last_step; s++) {
            const std::int64_t start = s * batch_size;
            const int n = static_cast<int>(std::min<std::int64_t>(batch_size, table.n_rows - start));
            Batch<T> batch = training.batch(table, start, n, shift.block);
            batch.learning_rate = learning_rates[s];
            batch.step = training.n_updates_ + s;
            batch.rate_correction =
                kernels.rate_correction(network.optimizer, network.hyperparameters, batch.step + 1);
            rows(shift, batch, thread);
            shift.barrier.wait();
            if (stop.load(std::memory_order_relaxed)) return;
            const double loss = training.batch_loss(batch, weight_square);
            if (thread == 0) {
                shift.rows.restart();
                shift.updates.restart();
                result.loss += loss * n;
                if (!std::isfinite(loss)) result.diverged_at = s + 1;
            }
            if (!std::isfinite(loss)) return;
            tasks(shift.gradients, thread,
                  [&](const Task& task) { kernels.gradient_pass(network, batch, task, !clips); });
            shift.barrier.wait();
            if (clips) {
                const double norm = training.gradient_norm(), most = training.settings_.max_gradient_norm;
                batch.gradient_factor = norm > most ? most / norm : 1.0;
                tasks(shift.updates, thread, [&](const Task& task) { kernels.update_pass(network, batch, task); });
                shift.barrier.wait();
            }
            weight_square = training.weight_square();
            if (thread == 0) {
                shift.gradients.restart();
                training.add_norms(result);
                steps_done = s + 1;
            }
        }
    }
};

template <class T>
int Training<T>::rows_at_a_time(int rows, int n_threads) const {
    if (network_.share_rows > 0) return network_.share_rows;
    const int share = n_blocks(rows, n_threads);
    return whole(n_blocks(share, n_blocks(share, kernels_.most_rows)), kernels_.row_multiple);
}

template <class T>
EpochResult Training<T>::epoch(const Table<T>& table, int batch_size, const double* learning_rates,
                               std::int64_t n_steps, int n_threads, const Poll& poll) {
    const int rows = static_cast<int>(std::min<std::int64_t>(batch_size, table.n_rows));
    reserve_rows(rows);
    plan_shares(rows);
    if (settings_.max_gradient_norm > 0.0) reserve_gradient(1);
    Loop loop(*this, table, batch_size, learning_rates, poll);
    const int most = threads_for(batch_size, n_threads);
    const bool unsure = most > 1 && work(batch_size) < work_of_many_threads;
    const std::int64_t trial = std::max<std::int64_t>(4, static_cast<std::int64_t>(work_of_a_trial / work(batch_size)));
    for (std::int64_t first = 0; first < n_steps && !loop.ended();) {
        const std::int64_t last = unsure ? std::min(n_steps, first + trial) : n_steps;
        Turn turn(unsure ? pace_.choose(most) : most);
        Shift shift(*this, rows, turn.n_threads());
        const auto began = std::chrono::steady_clock::now();
        turn.run([&](int thread) { loop.run(shift, thread, first, last); });
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - began;
        pace_.took(turn.n_threads() > 1, taken.count() / static_cast<double>(last - first));
        first = last;
    }
    EpochResult result = std::move(loop.result);
    const auto done = static_cast<double>(std::max<std::int64_t>(1, loop.steps_done));
    for (double& norm : result.gradient_norms) norm /= done;
    for (double& norm : result.delta_norms) norm /= done;
    result.loss /= static_cast<double>(table.n_rows);
    n_updates_ += loop.steps_done;
    return result;
}

template <class T>
double Training<T>::objective(const Table<T>& table, T* gradient, int n_threads, const Poll& poll) {
    const int rows = static_cast<int>(table.n_rows);
    reserve_rows(rows);
    network_.share_rows = 0;
    reserve_gradient(1);
    Turn turn(threads_for(rows, n_threads));
    Shift shift(*this, rows, turn.n_threads());
    Loop loop(*this, table, rows, nullptr, poll);
    double value = 0.0;
    turn.run([&](int thread) {
        const Batch<T> all = batch(table, 0, rows, shift.block);
        loop.rows(shift, all, thread);
        shift.barrier.wait();
        if (loop.stop.load(std::memory_order_relaxed)) return;
        loop.tasks(shift.gradients, thread, [&](const Task& task) {
            if (thread == 0) loop.ask();
            if (!loop.stop.load(std::memory_order_relaxed)) kernels_.gradient_pass(network_, all, task, false);
        });
        if (thread == 0) value = batch_loss(all, weight_square());
    });
    store_gradient(gradient);
    return value;
}

template EpochResult Training<float>::epoch(const Table<float>&, int, const double*, std::int64_t, int, const Poll&);
template EpochResult Training<double>::epoch(const Table<double>&, int, const double*, std::int64_t, int, const Poll&);
template double Training<float>::objective(const Table<float>&, float*, int, const Poll&);
template double Training<double>::objective(const Table<double>&, double*, int, const Poll&);

}  // namespace clearprop
