// A training run: parameters in panel layout with the optimizer's state, and the loop over the steps of an epoch.
#pragma once

#include <functional>
#include <vector>

#include "inputs.hpp"
#include "kernels.hpp"
#include "threads.hpp"
#include "workspace.hpp"

namespace clearprop {

struct Shape {
    std::vector<int> sizes;        // n_0..n_L
    std::vector<int> activations;  // of the layers 1..L
    int loss = 0;
    bool paired = false;
    OtherLayers others{};
};

struct Settings {
    int optimizer = 0;
    int n_slots = 0;
    Hyperparameters hyperparameters;
    double alpha = 0.0, dropout = 0.0, max_gradient_norm = 0.0;  // 0: never clipped
    std::uint32_t dropout_seed = 0;
    double loss_floor = 0.0, loss_scale = 1.0;
    // Factors of the learning rate: of W¹..Wᴸ, of all biases, of each array of theta; none: 1.
    std::vector<double> weight_rates, theta_rates;
    double bias_rate = 1.0;
    double decay_factor = 1.0;  // of the weight decay, now
};

struct EpochResult {
    double loss = 0.0;
    std::vector<double> gradient_norms, delta_norms;  // L each
    std::int64_t diverged_at = 0;                     // 0: it did not
};

// Asked now and then by the calling thread, how many steps are done; true ends the epoch.
using Poll = std::function<bool(std::int64_t steps)>;

template <class T>
class Training {
  public:
    Training(Shape shape, Settings settings, const Kernels<T>& kernels);

    std::size_t n_parameters() const { return n_parameters_; }
    int n_theta_rates() const { return plan_.n_rates; }
    void adjust(Shape shape, Settings settings);

    // The vector W¹..Wᴸ (row by row), b¹..bᴸ of the reference engine, in and out.
    void load(const T* flat);
    void store(T* flat) const;
    void load_slot(int slot, const T* flat);
    void store_slot(int slot, T* flat) const;

    int n_slots() const { return settings_.n_slots; }
    std::int64_t n_updates() const { return n_updates_; }
    void set_n_updates(std::int64_t n) { n_updates_ = n; }

    EpochResult epoch(const Table<T>& table, int batch_size, const double* learning_rates, std::int64_t n_steps,
                      int n_threads, const Poll& poll);

    // Loss with penalty over all rows, and its gradient in the layout of the flat vector.
    double objective(const Table<T>& table, T* gradient, int n_threads, const Poll& poll);

    // Floating-point operations of the products of one step.
    double work(int rows) const;

  private:
    struct Shift;
    struct Loop;
    void describe(Shape shape, Settings settings);
    void reserve_parameters();
    void reserve_theta();
    T* theta_of(T* flat) const { return flat + (n_parameters_ - plan_.n_flat); }
    const T* theta_of(const T* flat) const { return flat + (n_parameters_ - plan_.n_flat); }
    void reserve_rounded_parameters();
    void reserve_rows(int rows);
    void reserve_rounded_rows(int rows);
    void plan_shares(int rows);
    void reserve_gradient(int n_shares);
    void plan_tasks();
    template <class Visit>
    void each_layer(Visit visit) const;
    void store_gradient(T* flat) const;
    int threads_for(int rows, int most) const;
    int rows_at_a_time(int rows, int n_threads) const;
    Batch<T> batch(const Table<T>& table, std::int64_t start, int rows, int block) const;
    double batch_loss(const Batch<T>& batch, double weight_square) const;
    double weight_square() const;
    double gradient_norm() const;
    void add_norms(EpochResult& result) const;

    const Kernels<T>& kernels_;
    Shape shape_;
    Settings settings_;
    std::size_t n_parameters_ = 0;
    std::int64_t n_updates_ = 0;
    int reserved_rows_ = 0;
    InputPlan<T> plan_;
    Network<T> network_;
    std::vector<Layer<T>> layers_;
    std::vector<Task> tasks_;
    Buffer<T> parameters_, slots_[2], gradient_, rows_, omega_;
    Buffer<T> theta_, theta_slots_[2], theta_gradient_;
    Buffer<double> theta_squares_;
    Buffer<Bfloat16> rounded_parameters_, rounded_rows_;
    Buffer<const T*> targets_;
    Buffer<double> row_loss_, tile_squares_, panel_squares_, share_squares_;
    std::size_t n_tiles_ = 0, n_panels_ = 0;
    Pace pace_;
};

}  // namespace clearprop
