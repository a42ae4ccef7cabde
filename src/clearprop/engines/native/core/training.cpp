#include "training.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "threads.hpp"

namespace clearprop {

namespace {

constexpr int panels_in_group = 4;     // of Δ, which stay in the second-level cache while a panel of A is read
constexpr std::chrono::milliseconds between_polls{20};

constexpr int rows_of_a_share = 96, most_shares = 16;

constexpr std::size_t n_tasks_wanted = 24, most_tiles_of_a_task = 32;  // so that threads end together

// Operations of a step below which a further thread costs more than it takes over, and above which it always gains;
// in between, both are timed now and then: what a second thread is worth depends on who else wants the cores.
constexpr double work_of_a_thread = 5e5, work_of_many_threads = 5e7;
constexpr double work_of_a_trial = 2e8;
constexpr int trials_apart = 16;

// The least multiple of `unit` that is not less than n.
int whole(int n, int unit) { return (n + unit - 1) / unit * unit; }

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
Training<T>::Training(Shape shape, Settings settings, const Kernels<T>& kernels) : kernels_(kernels) {
    describe(std::move(shape), settings);
    reserve_parameters();
    plan_tasks();
}

template <class T>
void Training<T>::adjust(Shape shape, Settings settings) {
    settings.optimizer = settings_.optimizer;  // what the optimizer was made with stays
    settings.n_slots = settings_.n_slots;
    settings.hyperparameters = settings_.hyperparameters;
    describe(std::move(shape), settings);
    reserved_rows_ = 0;
}

template <class T>
void Training<T>::describe(Shape shape, Settings settings) {
    shape_ = std::move(shape);
    settings_ = settings;
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
}

template <class T>
void Training<T>::reserve_parameters() {
    const int width = kernels_.panel_width;
    const auto needs_transposed = [&](int l) { return l > 1 && !kernels_.in_bfloat16; };
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

template <class T>
void Training<T>::reserve_rounded_parameters() {
    const auto visit = [&](auto take) {  // layer 1 needs no W for BP2
        for (int l = 1; l <= network_.n_layers; l++) {
            Layer<T>& layer = layers_[l];
            const std::size_t size = std::size_t(whole_blocks(layer.inputs)) * whole_blocks(layer.units);
            take(layer.rounded.weights, size);
            if (l > 1) take(layer.rounded.transposed, size);
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
            if (l > 1) take(layer.rounded.delta, one);
        }
    };
    reserve_all(rounded_rows_, visit);
}

// For each of the blocks that leave their own share, one after another.
template <class T>
void Training<T>::reserve_gradient(int n_shares) {
    const int width = kernels_.panel_width;
    network_.n_panels = n_panels_;
    network_.shares_apart = 0;
    for (int l = 1; l <= network_.n_layers; l++)
        network_.shares_apart += std::size_t(n_panels(layers_[l].units, width)) * width * (layers_[l].inputs + 1);
    if (gradient_.size() >= network_.shares_apart * n_shares) return;
    gradient_.resize(network_.shares_apart * n_shares);
    share_squares_.resize(n_panels_ * n_shares);
    network_.share_delta_square = share_squares_.data();
    T* free = gradient_.data();
    for (int l = 1; l <= network_.n_layers; l++) {
        const std::size_t padded = std::size_t(n_panels(layers_[l].units, width)) * width;
        layers_[l].weight_gradient = taken(free, padded * layers_[l].inputs);
        layers_[l].bias_gradient = taken(free, padded);
    }
}

// A block's share of the gradient where all shares are fewer numbers than A and Δ, which other threads would have to
// read. What the blocks are depends on the network and the batch alone.
template <class T>
void Training<T>::plan_shares(int rows) {
    const int width = kernels_.panel_width, multiple = kernels_.row_multiple;
    std::size_t parameters = 0, activations = 0;
    for (int l = 1; l <= network_.n_layers; l++) {
        const std::size_t padded = std::size_t(n_panels(layers_[l].units, width)) * width;
        parameters += padded * (layers_[l].inputs + 1);
        activations += 2 * padded * rows;
    }
    const int n = std::clamp(rows / rows_of_a_share, 1, most_shares);
    const bool shares = n > 1 && !kernels_.in_bfloat16 && n * parameters <= activations;
    network_.share_rows = shares ? whole(n_blocks(rows, n), multiple) : 0;
    if (shares) reserve_gradient(n);
}

template <class T>
void Training<T>::reserve_rows(int rows) {
    if (rows <= reserved_rows_) return;
    const int width = kernels_.panel_width;
    const bool drops = settings_.dropout > 0.0;
    const auto arrays = [&](int l) {  // a, Δ, and what f′ and dropout need
        if (l == 0) return 1;
        const bool hidden = l < network_.n_layers;
        return 2 + int(hidden && (drops || kernels_.keeps_pre_activation(layers_[l].activation))) + int(hidden && drops);
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
        layer.delta = l > 0 ? taken(free, one) : nullptr;
        layer.kept = hidden && (drops || kernels_.keeps_pre_activation(layer.activation)) ? taken(free, one) : nullptr;
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
}

template <class T>
void Training<T>::store(T* flat) const {
    each_layer([&](const Layer<T>& layer, std::size_t matrix, std::size_t vector) {
        kernels_.unpack(layer.weights, flat + matrix, layer.inputs, layer.units);
        std::copy_n(layer.bias, layer.units, flat + vector);
    });
}

template <class T>
void Training<T>::load_slot(int slot, const T* flat) {
    each_layer([&](const Layer<T>& layer, std::size_t matrix, std::size_t vector) {
        kernels_.pack(flat + matrix, layer.weight_slots[slot], layer.inputs, layer.units);
        std::copy_n(flat + vector, layer.units, layer.bias_slots[slot]);
    });
}

template <class T>
void Training<T>::store_slot(int slot, T* flat) const {
    each_layer([&](const Layer<T>& layer, std::size_t matrix, std::size_t vector) {
        kernels_.unpack(layer.weight_slots[slot], flat + matrix, layer.inputs, layer.units);
        std::copy_n(layer.bias_slots[slot], layer.units, flat + vector);
    });
}

// ---- a step ----

template <class T>
int Training<T>::threads_for(int rows, int most) const {
    return std::clamp(static_cast<int>(work(rows) / work_of_a_thread), 1, std::max(1, most));
}

template <class T>
double Training<T>::work(int rows) const {
    double products = 0.0;
    for (int l = 1; l <= network_.n_layers; l++)
        products += (l > 1 ? 3.0 : 2.0) * layers_[l].inputs * layers_[l].units;
    return 2.0 * rows * products;
}

template <class T>
Batch<T> Training<T>::batch(const Table<T>& table, std::int64_t start, int rows, double learning_rate) const {
    Batch<T> batch;
    batch.table = &table;
    batch.start = start;
    batch.rows = rows;
    batch.learning_rate = learning_rate;
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

int Pace::choose(int most) {
    trials_++;
    for (int several = 0; several < 2; several++)
        if (seconds_[several] == 0.0) return several ? most : 1;
    const bool faster = seconds_[1] < seconds_[0];
    return (trials_ % trials_apart == 0) != faster ? most : 1;
}

void Pace::took(bool several, double seconds) {
    double& known = seconds_[several];
    known = known == 0.0 ? seconds : 0.5 * (known + seconds);
}

// Pieces of work 0..n−1 handed out to threads: each takes those of its own part, whose memory is in its cache from the
// step before, and then what the others have left.
class Parts {
  public:
    Parts(int n, int n_threads) : n_(n), n_threads_(n_threads), next_(n_threads) { restart(); }

    void restart() {
        for (int t = 0; t < n_threads_; t++) next_[t].store(first(t), std::memory_order_relaxed);
    }

    // The next piece for a thread, or n.
    int take(int thread) {
        for (int i = 0; i < n_threads_; i++) {
            const int t = (thread + i) % n_threads_;
            if (next_[t].load(std::memory_order_relaxed) >= first(t + 1)) continue;
            const int piece = next_[t].fetch_add(1, std::memory_order_relaxed);
            if (piece < first(t + 1)) return piece;
        }
        return n_;
    }
    int n() const { return n_; }

  private:
    struct alignas(64) Counter : std::atomic<int> {};
    int first(int thread) const { return static_cast<int>(std::int64_t(n_) * thread / n_threads_); }

    const int n_, n_threads_;
    std::vector<Counter> next_;
};

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
            Batch<T> batch = training.batch(table, start, n, learning_rates[s]);
            batch.block = shift.block;
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
    const int share = (rows + n_threads - 1) / n_threads, multiple = kernels_.row_multiple;
    const int n = n_blocks(share, kernels_.most_rows);
    return whole(n_blocks(share, n), multiple);
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
    const double no_rate = 0.0;
    Turn turn(threads_for(rows, n_threads));
    Shift shift(*this, rows, turn.n_threads());
    Loop loop(*this, table, rows, &no_rate, poll);
    double value = 0.0;
    turn.run([&](int thread) {
        Batch<T> all = batch(table, 0, rows, 0.0);
        all.block = shift.block;
        loop.rows(shift, all, thread);
        shift.barrier.wait();
        if (loop.stop.load(std::memory_order_relaxed)) return;
        loop.tasks(shift.gradients, thread, [&](const Task& task) {
            if (thread == 0) loop.ask();
            if (!loop.stop.load(std::memory_order_relaxed)) kernels_.gradient_pass(network_, all, task, false);
        });
        if (thread == 0) value = batch_loss(all, weight_square());
    });
    each_layer([&](const Layer<T>& layer, std::size_t matrix, std::size_t vector) {
        kernels_.unpack(layer.weight_gradient, gradient + matrix, layer.inputs, layer.units);
        std::copy_n(layer.bias_gradient, layer.units, gradient + vector);
    });
    return value;
}

template class Training<float>;
template class Training<double>;

}  // namespace clearprop
