// What Python sees of the core: the module clearprop.engines.native._core.
//
// Shapes are compared here once more; types, strides and indices were checked in Python (arrays.py).
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>

#include "names.hpp"
#include "prediction.hpp"
#include "threads.hpp"
#include "training.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using namespace clearprop;

template <class T>
using Matrix = nb::ndarray<const T, nb::ndim<2>, nb::device::cpu>;
template <class T>
using Vector1 = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using Output1 = nb::ndarray<T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using Output2 = nb::ndarray<T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
// Values, columns and starts of a compressed sparse row array, and its number of columns.
template <class T>
using Compressed = std::tuple<Vector1<T>, Vector1<std::int32_t>, Vector1<std::int64_t>, std::int64_t>;

void require(bool holds, const char* what) {
    if (!holds) throw nb::value_error(what);
}

// Whether Python has something to say (Ctrl-C), and how far we are told to it: by the calling thread, while the lock is
// not held.
class Conversation {
  public:
    explicit Conversation(nb::object progress = nb::none(), std::int64_t n_steps = 0)
        : progress_(std::move(progress)), n_steps_(n_steps) {}

    bool ended(std::int64_t steps_done = 0) {
        const nb::gil_scoped_acquire lock;
        if (error_) return true;
        if (PyErr_CheckSignals() != 0)
            error_ = std::make_unique<nb::python_error>();
        else
            report(steps_done);
        return error_ != nullptr;
    }
    void raise() {
        if (!error_) return;
        error_->restore();
        throw nb::python_error();
    }

  private:
    void report(std::int64_t steps_done) {
        const auto now = std::chrono::steady_clock::now();
        if (progress_.is_none() || now - reported_ < std::chrono::milliseconds(100)) return;
        reported_ = now;
        try {
            progress_(steps_done, n_steps_);
        } catch (const nb::python_error& error) {
            error_ = std::make_unique<nb::python_error>(error);
        }
    }

    nb::object progress_;
    std::int64_t n_steps_;
    std::chrono::steady_clock::time_point reported_ = std::chrono::steady_clock::now();
    std::unique_ptr<nb::python_error> error_;
};

template <class T>
void set_dense(Table<T>& table, const Matrix<T>& x, std::int64_t columns) {
    require(static_cast<std::int64_t>(x.shape(1)) == columns, "X: as many columns as layer 0 has units are needed");
    require(x.shape(1) == 1 || x.stride(1) == 1, "X: the numbers of a row must stand side by side");
    table.x = x.data();
    table.x_stride = x.stride(0);
    table.n_rows = static_cast<std::int64_t>(x.shape(0));
}

template <class T>
void set_compressed(Table<T>& table, const Compressed<T>& x, std::int64_t columns) {
    const auto& [values, column_numbers, starts, n_columns] = x;
    require(n_columns == columns, "X: as many columns as layer 0 has units are needed");
    require(values.shape(0) == column_numbers.shape(0) && starts.shape(0) >= 1, "X: not a compressed sparse row array");
    table.x_values = values.data();
    table.x_columns = column_numbers.data();
    table.x_starts = starts.data();
    table.n_rows = static_cast<std::int64_t>(starts.shape(0)) - 1;
}

template <class T>
Table<T> rows_of(const std::optional<Matrix<T>>& dense, const std::optional<Compressed<T>>& compressed,
                 std::int64_t columns) {
    Table<T> table;
    require(dense.has_value() != compressed.has_value(), "X: dense or compressed sparse rows, one of them");
    if (dense)
        set_dense(table, *dense, columns);
    else
        set_compressed(table, *compressed, columns);
    return table;
}

template <class T>
Table<T> table_of(const Shape& shape, const std::optional<Matrix<T>>& dense,
                  const std::optional<Compressed<T>>& compressed, const Matrix<T>& y,
                  const std::optional<Vector1<T>>& weights, const std::optional<Vector1<std::int64_t>>& order) {
    require(shape.others.inputs.empty() || dense, "X: dense rows are needed by input layers");
    Table<T> table = rows_of(dense, compressed, shape.others.n_columns(shape.sizes.front()));
    const auto n = static_cast<std::size_t>(table.n_rows);
    require(y.shape(0) == n && static_cast<int>(y.shape(1)) == shape.sizes.back(), "Y: (rows of X, n_L) is needed");
    require(y.shape(1) == 1 || y.stride(1) == 1, "Y: the numbers of a row must stand side by side");
    require(!weights || weights->shape(0) == n, "weights: one a row is needed");
    require(!order || order->shape(0) <= n, "order: more numbers than rows");
    table.y = y.data();
    table.y_stride = y.stride(0);
    table.weights = weights ? weights->data() : nullptr;
    if (order) {
        table.order = order->data();
        table.n_rows = static_cast<std::int64_t>(order->shape(0));
    }
    return table;
}

template <class T>
const Kernels<T>& kernels_for(const std::string& target) {
    for (const Kernels<T>* kernels : runnable_kernels<T>())
        if (target.empty() || target == kernels->target) return *kernels;
    if constexpr (std::is_same_v<T, float>)
        for (const Kernels<float>* kernels : runnable_bfloat16_kernels())
            if (target == kernels->target) return *kernels;
    throw nb::value_error(("target: this processor cannot run '" + target + "'").c_str());
}

bool in_table(int number, std::size_t entries) { return number >= 0 && number < static_cast<int>(entries); }

void require_activations(const std::vector<int>& activations) {
    const std::size_t elementwise = activation_names.size() - 1;  // softmax is the last, and for the output only
    for (std::size_t l = 0; l < activations.size(); l++)
        require(in_table(activations[l], l + 1 < activations.size() ? elementwise : activation_names.size()),
                "activations: a number that is none, or softmax in a hidden layer");
}

// An input layer: kind, columns of X, features a column (of numbers: in all), frequencies or categories, and the lower
// edge and 1/width of each bin.
using InputGiven = std::tuple<int, int, int, int, std::vector<double>, std::vector<double>>;
using OthersGiven = std::tuple<std::vector<InputGiven>, bool, bool>;

OtherLayers others_of(const OthersGiven& given, int n_features) {
    OtherLayers others;
    const auto& [inputs, scaled, mixed] = given;
    others.scaled = scaled;
    others.mixed = mixed;
    int features = 0;
    for (const auto& [kind, n_columns, per_column, size, low, per_width] : inputs) {
        require(kind >= 0 && kind <= static_cast<int>(Input::embedding), "inputs: a kind that is none");
        require(n_columns >= 1 && per_column >= 1 && size >= 0, "inputs: whole numbers from 1 are needed");
        const Input input{kind};
        require(input == Input::numbers || input == Input::periodic || n_columns == 1, "inputs: one column is needed");
        require(input != Input::numbers || per_column == n_columns, "inputs: a feature a number is needed");
        const std::size_t bins = input == Input::piecewise_linear ? per_column : 0;
        require(low.size() == bins && per_width.size() == bins, "inputs: another number of bins");
        others.inputs.push_back({input, n_columns, per_column, size, low, per_width});
        features += input == Input::numbers ? per_column : n_columns * per_column;
    }
    require(others.inputs.empty() || features == n_features, "inputs: n_0 features are needed");
    return others;
}

Shape shape_of(std::vector<int> sizes, std::vector<int> activations, int loss, bool paired,
               const OthersGiven& others = {}) {
    require(sizes.size() >= 2 && activations.size() == sizes.size() - 1, "sizes: n_0..n_L and L activations are needed");
    require(*std::min_element(sizes.begin(), sizes.end()) >= 1, "sizes: whole numbers from 1 are needed");
    require_activations(activations);
    require(in_table(loss, loss_names.size()), "loss: a number that is none");
    OtherLayers checked = others_of(others, sizes.front());
    return {std::move(sizes), std::move(activations), loss, paired, std::move(checked)};
}

const Settings& checked(const Settings& settings) {
    require(in_table(settings.optimizer, optimizer_names.size()), "optimizer: a number that is none");
    require(settings.n_slots == optimizer_slots[settings.optimizer], "n_slots: as many as the optimizer has are needed");
    require(settings.dropout >= 0.0 && settings.dropout < 1.0, "dropout: a number from 0 to below 1 is needed");
    return settings;
}

// A run's buffers are for one call at a time: another, from a second thread or a callback, is an error.
class InUse {
  public:
    explicit InUse(std::atomic<bool>& flag) {
        if (flag.exchange(true)) throw std::runtime_error("a training run takes one call at a time; this one is in use");
        flag_.reset(&flag);
    }

  private:
    struct Release {
        void operator()(std::atomic<bool>* flag) const { flag->store(false); }
    };
    std::unique_ptr<std::atomic<bool>, Release> flag_;
};

// A training run as Python holds it: what is trained is copied from the flat vector before an epoch, and into it after.
template <class T>
struct Trained {
    Training<T> training;
    Shape shape;
    std::atomic<bool> in_use{false};

    Trained(std::vector<int> sizes, std::vector<int> activations, int loss, bool paired, const Settings& settings,
            const std::string& target, const OthersGiven& others)
        : training(shape_of(sizes, activations, loss, paired, others), checked(settings), kernels_for<T>(target)),
          shape(shape_of(sizes, activations, loss, paired, others)) {
        require(settings.weight_rates.empty() || settings.weight_rates.size() == shape.activations.size(),
                "weight_rates: one a layer is needed");
        require(settings.theta_rates.empty() ||
                    static_cast<int>(settings.theta_rates.size()) == training.n_theta_rates(),
                "theta_rates: one an array is needed");
    }

    void adjust(std::vector<int> activations, int loss, bool paired, const Settings& settings) {
        const InUse here(in_use);
        Shape adjusted = shape_of(shape.sizes, std::move(activations), loss, paired);
        adjusted.others = shape.others;
        training.adjust(adjusted, checked(settings));
        shape = std::move(adjusted);
    }

    double objective(const Vector1<T>& flat, const std::optional<Matrix<T>>& dense,
                     const std::optional<Compressed<T>>& compressed, const Matrix<T>& y,
                     const std::optional<Vector1<T>>& weights, const Output1<T>& gradient, int n_threads) {
        const Table<T> table = table_of(shape, dense, compressed, y, weights, std::nullopt);
        require(flat.shape(0) == training.n_parameters() && gradient.shape(0) == training.n_parameters(),
                "parameters: another number of them");
        const InUse here(in_use);
        Conversation python;
        double value = 0.0;
        {
            const nb::gil_scoped_release unlocked;
            training.load(flat.data());
            value = training.objective(table, gradient.data(), n_threads,
                                       [&](std::int64_t) { return python.ended(); });
        }
        python.raise();
        return value;
    }

    void load_slot(int number, const Vector1<T>& flat) {
        const InUse here(in_use);
        require_slot(number, flat.shape(0));
        training.load_slot(number, flat.data());
    }

    void store_slot(int number, const Output1<T>& flat) {
        const InUse here(in_use);
        require_slot(number, flat.shape(0));
        training.store_slot(number, flat.data());
    }

    void require_slot(int number, std::size_t size) const {
        require(number >= 0 && number < training.n_slots(), "slot: the optimizer has fewer");
        require(size == training.n_parameters(), "slot: another number of parameters");
    }
};

// One epoch of one run, checked and ready.
struct Call {
    virtual ~Call() = default;
    virtual void run(int n_threads, const Poll& poll) = 0;
    virtual std::int64_t n_steps() const = 0;
    virtual InUse use() const = 0;
    EpochResult result;
};

template <class T>
struct CallOf : Call {
    CallOf(Trained<T>& trained, const Output1<T>& flat, const std::optional<Matrix<T>>& dense,
           const std::optional<Compressed<T>>& compressed, const Matrix<T>& y, const std::optional<Vector1<T>>& weights,
           const std::optional<Vector1<std::int64_t>>& order, int batch_size, const Vector1<double>& learning_rates)
        : trained(trained), held(flat, dense, compressed, y, weights, order, learning_rates),
          table(table_of(trained.shape, dense, compressed, y, weights, order)), parameters(flat.data()),
          batch_size(batch_size), learning_rates(learning_rates.data()),
          n_steps_(static_cast<std::int64_t>(learning_rates.shape(0))) {
        require(flat.shape(0) == trained.training.n_parameters(), "parameters: another number of them");
        require(batch_size >= 1 && n_steps_ == (table.n_rows + batch_size - 1) / batch_size,
                "learning_rates: one a batch is needed");
    }

    void run(int n_threads, const Poll& poll) override {
        trained.training.load(parameters);
        result = trained.training.epoch(table, batch_size, learning_rates, n_steps_, n_threads, poll);
        trained.training.store(parameters);
    }

    std::int64_t n_steps() const override { return n_steps_; }
    InUse use() const override { return InUse(trained.in_use); }

    Trained<T>& trained;
    // What the pointers below point into stays as long as the call.
    const std::tuple<Output1<T>, std::optional<Matrix<T>>, std::optional<Compressed<T>>, Matrix<T>,
                     std::optional<Vector1<T>>, std::optional<Vector1<std::int64_t>>, Vector1<double>>
        held;
    const Table<T> table;
    T* const parameters;
    const int batch_size;
    const double* const learning_rates;
    const std::int64_t n_steps_;
};

// Each epoch by one thread; progress is told in epochs.
void run_side_by_side(const std::vector<Call*>& calls, int n_threads, Conversation& python) {
    std::atomic<bool> stopped{false};
    std::atomic<std::size_t> next{0}, done{0};
    Turn turn(std::min(n_threads, static_cast<int>(calls.size())));
    turn.run([&](int thread) {
        const Poll poll = [&](std::int64_t) {
            if (thread == 0 && python.ended(static_cast<std::int64_t>(done.load())))
                stopped.store(true, std::memory_order_relaxed);
            return stopped.load(std::memory_order_relaxed);
        };
        for (std::size_t i = next++; i < calls.size() && !poll(0); i = next++, done++) calls[i]->run(1, poll);
    });
}

// Go through all epochs: one with all threads, several side by side with one thread each.
void run_calls(const std::vector<Call*>& calls, int n_threads, nb::object progress) {
    if (calls.empty()) return;
    std::vector<InUse> runs;
    for (const Call* call : calls) {
        require(call != nullptr, "calls: epochs are needed");
        runs.push_back(call->use());
    }
    const bool alone = calls.size() == 1;
    Conversation python(std::move(progress), alone ? calls[0]->n_steps() : static_cast<std::int64_t>(calls.size()));
    {
        const nb::gil_scoped_release unlocked;
        if (alone)
            calls[0]->run(n_threads, [&](std::int64_t steps_done) { return python.ended(steps_done); });
        else
            run_side_by_side(calls, n_threads, python);
    }
    python.raise();
}

template <class T>
void predict_into(const std::vector<Matrix<T>>& W, const std::vector<Vector1<T>>& b,
                  const std::vector<int>& activations, const std::optional<Matrix<T>>& dense,
                  const std::optional<Compressed<T>>& compressed, const Output2<T>& output, bool pre_activation,
                  int n_threads, const std::string& target, const OthersGiven& others_given,
                  const std::optional<Vector1<T>>& theta_given) {
    require(!W.empty() && W.size() == b.size() && W.size() == activations.size(), "W, b: one a layer is needed");
    require_activations(activations);
    std::vector<PredictionLayer<T>> layers;
    for (std::size_t l = 0; l < W.size(); l++) {
        require(W[l].shape(1) == 1 || W[l].stride(1) == 1, "W: the numbers of a row must stand side by side");
        require(b[l].shape(0) == W[l].shape(0), "b: one number a unit is needed");
        require(l == 0 || W[l].shape(1) == W[l - 1].shape(0), "W: the layers do not chain");
        layers.push_back({W[l].data(), static_cast<std::ptrdiff_t>(W[l].stride(0)), b[l].data(),
                          static_cast<int>(W[l].shape(1)), static_cast<int>(W[l].shape(0)), activations[l]});
    }
    const Kernels<T>& kernels = kernels_for<T>(target);
    std::vector<int> sizes{layers.front().inputs};
    for (const PredictionLayer<T>& layer : layers) sizes.push_back(layer.units);
    const OtherLayers others = others_of(others_given, sizes.front());
    const InputPlan<T> plan(others, sizes, kernels.panel_width);
    require((theta_given ? theta_given->shape(0) : 0) == plan.n_flat, "theta: another number of parameters");
    Buffer<T> theta(plan.n_theta);
    if (theta_given) plan.load(theta_given->data(), theta.data());
    for (std::size_t l = 0; l < plan.alpha_at.size(); l++) layers[l].alpha = theta.data() + plan.alpha_at[l];
    const Inputs<T> inputs = plan.inputs(theta.data());
    require(others.inputs.empty() || dense, "X: dense rows are needed by input layers");
    const Table<T> table = rows_of(dense, compressed, others.n_columns(sizes.front()));
    require(static_cast<std::int64_t>(output.shape(0)) == table.n_rows &&
                static_cast<int>(output.shape(1)) == layers.back().units,
            "output: (rows of X, n_L) is needed");
    Conversation python;
    {
        const nb::gil_scoped_release unlocked;
        if (table.n_rows > 0)
            predict(kernels, layers, inputs, table, output.data(), pre_activation, n_threads,
                    [&] { return python.ended(); });
    }
    python.raise();
}

template <class T>
void bind(nb::module_& module, const char* name, const char* call_name) {
    nb::class_<CallOf<T>, Call>(module, call_name, "One epoch of one run.")
        .def(nb::init<Trained<T>&, const Output1<T>&, const std::optional<Matrix<T>>&,
                      const std::optional<Compressed<T>>&, const Matrix<T>&, const std::optional<Vector1<T>>&,
                      const std::optional<Vector1<std::int64_t>>&, int, const Vector1<double>&>(),
             nb::keep_alive<1, 2>(), "run"_a, "flat"_a.noconvert(), "dense"_a.noconvert().none(),
             "compressed"_a.noconvert().none(), "y"_a.noconvert(), "weights"_a.noconvert().none(),
             "order"_a.noconvert().none(), "batch_size"_a, "learning_rates"_a.noconvert());
    nb::class_<Trained<T>>(module, name, "A training run: parameters, optimizer state and steps.")
        .def(nb::init<std::vector<int>, std::vector<int>, int, bool, const Settings&, const std::string&,
                      const OthersGiven&>(),
             "sizes"_a, "activations"_a, "loss"_a, "paired"_a, "settings"_a, "target"_a = "",
             "others"_a = OthersGiven{})
        .def("adjust", &Trained<T>::adjust, "activations"_a, "loss"_a, "paired"_a, "settings"_a)
        .def("objective", &Trained<T>::objective, "flat"_a.noconvert(), "dense"_a.noconvert().none(),
             "compressed"_a.noconvert().none(), "y"_a.noconvert(), "weights"_a.noconvert().none(),
             "gradient"_a.noconvert(), "n_threads"_a)
        .def("load_slot", &Trained<T>::load_slot, "number"_a, "flat"_a.noconvert())
        .def("store_slot", &Trained<T>::store_slot, "number"_a, "flat"_a.noconvert())
        .def_prop_rw(
            "n_updates", [](const Trained<T>& self) { return self.training.n_updates(); },
            [](Trained<T>& self, std::int64_t n) { self.training.set_n_updates(n); });
    module.def("predict", &predict_into<T>, "W"_a, "b"_a, "activations"_a, "dense"_a.none(), "compressed"_a.none(),
               "output"_a.noconvert(), "pre_activation"_a, "n_threads"_a, "target"_a = "", "others"_a = OthersGiven{},
               "theta"_a.none() = nb::none());
}

template <class T>
nb::tuple targets_of(const std::vector<const Kernels<T>*>& all) {
    nb::list list;
    for (const Kernels<T>* kernels : all) list.append(kernels->target);
    return nb::tuple(list);
}

template <class Names>
nb::tuple names(const Names& all) {
    nb::list list;
    for (const char* name : all) list.append(name);
    return nb::tuple(list);
}

}  // namespace

NB_MODULE(_core, module) {
    module.doc() = "The native engine's core, in C++.";
    nb::set_leak_warnings(false);  // a run that the interpreter still holds when it ends is no leak
    module.attr("targets") = targets_of(runnable_kernels<float>());
    module.def("bfloat16_targets", [] { return targets_of(runnable_bfloat16_kernels()); },
               "Those whose products are in bfloat16.");
    module.attr("activations") = names(activation_names);
    module.attr("losses") = names(loss_names);
    module.attr("optimizers") = names(optimizer_names);
    nb::class_<Settings>(module, "Settings", "A recipe in numbers.")
        .def(nb::init<>())
        .def_rw("optimizer", &Settings::optimizer)
        .def_rw("n_slots", &Settings::n_slots)
        .def_rw("alpha", &Settings::alpha)
        .def_rw("dropout", &Settings::dropout)
        .def_rw("dropout_seed", &Settings::dropout_seed)
        .def_rw("max_gradient_norm", &Settings::max_gradient_norm)
        .def_rw("loss_floor", &Settings::loss_floor)
        .def_rw("loss_scale", &Settings::loss_scale)
        .def_rw("weight_rates", &Settings::weight_rates)
        .def_rw("bias_rate", &Settings::bias_rate)
        .def_rw("theta_rates", &Settings::theta_rates)
        .def_rw("decay_factor", &Settings::decay_factor)
        .def_prop_rw(
            "hyperparameters",
            [](const Settings& self) {
                const Hyperparameters& h = self.hyperparameters;
                return std::vector<double>{h.momentum, h.beta_1, h.beta_2, h.rho, h.epsilon, h.weight_decay};
            },
            [](Settings& self, const std::vector<double>& h) {
                require(h.size() == 6, "hyperparameters: momentum, beta_1, beta_2, rho, epsilon, weight_decay");
                self.hyperparameters = {h[0], h[1], h[2], h[3], h[4], h[5]};
            });
    nb::class_<Call>(module, "Call")
        .def_prop_ro("loss", [](const Call& call) { return call.result.loss; })
        .def_prop_ro("gradient_norms", [](const Call& call) { return call.result.gradient_norms; })
        .def_prop_ro("delta_norms", [](const Call& call) { return call.result.delta_norms; })
        .def_prop_ro("diverged_at", [](const Call& call) { return call.result.diverged_at; });
    bind<float>(module, "TrainingFloat32", "EpochFloat32");
    bind<double>(module, "TrainingFloat64", "EpochFloat64");
    module.def("run", &run_calls, "calls"_a, "n_threads"_a, "progress"_a.none() = nb::none());
}
