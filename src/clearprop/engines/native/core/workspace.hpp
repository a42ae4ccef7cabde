// What the passes of a training step work on: plain structures of pointers, the same for every target.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace clearprop {

// Zeroed memory at a 64-byte boundary.
template <class T>
class Buffer {
  public:
    Buffer() = default;
    explicit Buffer(std::size_t size) { resize(size); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { ::operator delete[](data_, alignment); }

    void resize(std::size_t size) {
        ::operator delete[](data_, alignment);
        data_ = nullptr;
        data_ = static_cast<T*>(::operator new[](size * sizeof(T) + 64, alignment));
        std::memset(static_cast<void*>(data_), 0, size * sizeof(T));
        size_ = size;
    }
    T* data() const { return data_; }
    std::size_t size() const { return size_; }
    T& operator[](std::size_t i) const { return data_[i]; }

  private:
    static constexpr std::align_val_t alignment{64};
    T* data_ = nullptr;
    std::size_t size_ = 0;
};

// The whole table: X row by row (dense) or compressed (CSR), Y, row weights and the order of the rows.
template <class T>
struct Table {
    const T* x = nullptr;
    std::ptrdiff_t x_stride = 0;
    const T* x_values = nullptr;  // CSR where not null
    const std::int32_t* x_columns = nullptr;
    const std::int64_t* x_starts = nullptr;
    const T* y = nullptr;
    std::ptrdiff_t y_stride = 0;
    const T* weights = nullptr;         // null: 1 each
    const std::int64_t* order = nullptr;  // null: as they stand
    std::int64_t n_rows = 0;

    std::int64_t row(std::int64_t i) const { return order ? order[i] : i; }
};

using Bfloat16 = std::uint16_t;  // the upper half of a float

// The least multiple of `unit` that is not less than n.
constexpr int whole(int n, int unit) { return (n + unit - 1) / unit * unit; }

constexpr int whole_blocks(int n) { return whole(n, 32); }  // the unit of the copies in bfloat16

// A layer's factors rounded to bfloat16, in the orders of bfloat16_blocks.hpp; null where no product reads them.
struct Rounded {
    Bfloat16* weights = nullptr;      // Wᵀ in row pairs
    Bfloat16* transposed = nullptr;   // Wᵀ in column pairs, which BP2 reads
    Bfloat16* a = nullptr;            // in rows
    Bfloat16* a_columns = nullptr;    // for BP3
    Bfloat16* delta = nullptr;        // in rows, for BP2
    Bfloat16* delta_pairs = nullptr;  // in row pairs, for BP3
};

// One layer: its parameters with the optimizer's state, and what a batch leaves in it. Layer 0 has only `a`.
template <class T>
struct Layer {
    int inputs = 0, units = 0;
    int activation = 0;          // an `Activation`
    T* weights = nullptr;     // Wᵀ in panels: (inputs × units)
    T* transposed = nullptr;  // W in panels: (units × inputs), which BP2 needs; null for layer 1
    T* bias = nullptr;
    T* weight_slots[2] = {nullptr, nullptr};
    T* bias_slots[2] = {nullptr, nullptr};
    T* weight_gradient = nullptr;  // only where the whole gradient is wanted before the update
    T* bias_gradient = nullptr;
    T* a = nullptr;      // (m × units); of the last layer: Z
    T* kept = nullptr;   // what f′ is computed from; null: a
    T* mask = nullptr;   // dropout
    T* delta = nullptr;  // (m × units); of layer 0: ∂E/∂A⁰
    T* alpha = nullptr;  // share of the activation of each unit; null: it is 1
    T* mixed = nullptr;  // (m × units): what ∂E/∂α is the sum of; of layer 0, ∂E/∂s
    std::size_t alpha_at = 0;    // where α lies in theta
    int alpha_rate = 0;
    Rounded rounded;     // only where products are in bfloat16
    std::size_t first_tile = 0;   // of this layer in the list of all tiles
    std::size_t first_panel = 0;  // of this layer's units in the list of all panels
};

enum class Input : int { numbers, piecewise_linear, periodic, embedding };

// One column of X (of numbers as they stand: several side by side). In theta, from `theta` on: the rows of C; or w₁, b₁,
// the rows of W₂, b₂, each of them on whole panels.
template <class T>
struct InputColumn {
    Input kind = Input::numbers;
    int column = 0, n_columns = 1;
    int feature = 0, n_features = 1;
    int size = 0;
    const T *low = nullptr, *per_width = nullptr;
    std::size_t theta = 0, n_theta = 0;
    int rate = 0;  // which of the factors of the learning rate is the first of its arrays'
};

// All columns, with the numbers of the layers beside the affine ones: those of the inputs, s of the features, α of each
// hidden layer.
template <class T>
struct Inputs {
    const InputColumn<T>* columns = nullptr;  // null: A⁰ = X
    int n_input_columns = 0;                  // entries of `columns`
    int n_columns = 0;                        // of X
    int n_features = 0;
    const T* theta = nullptr;
    const T* scale = nullptr;  // null: none
};

// What the optimizer's entry is given, whichever it is.
struct Hyperparameters {
    double momentum = 0.9, beta_1 = 0.9, beta_2 = 0.999, rho = 0.9, epsilon = 1e-8, weight_decay = 0.0;
};

// The network with the scratch that all threads share. Layers are counted as in the equations: 0 is the input.
template <class T>
struct Network {
    int n_layers = 0;
    Layer<T>* layers = nullptr;  // 0..L
    int loss = 0;                // a `Loss`
    bool paired = false;
    double loss_floor = 0.0;
    Inputs<T> inputs;
    T* theta = nullptr;  // the numbers of the layers beside the affine ones
    T* theta_slots[2] = {nullptr, nullptr};
    T* theta_gradient = nullptr;
    double* theta_square = nullptr;  // of the gradient: each input column, each panel of s, then each panel of α
    bool learns_inputs = false;      // ∂E/∂A⁰ is wanted
    std::size_t scale_at = 0;        // where s lies in theta
    int scale_rate = 0;
    const double* theta_rates = nullptr;   // factors of the learning rate
    const double* weight_rates = nullptr;  // of each layer, from 1 on
    double bias_rate = 1.0;
    double dropout = 0.0;
    std::uint32_t dropout_seed = 0;
    int optimizer = 0;  // an `Optimizer`
    Hyperparameters hyperparameters;
    const T** targets = nullptr;       // of each row of the batch
    T* omega = nullptr;                // ω of each row
    double* row_loss = nullptr;        // e of each row
    double* gradient_square = nullptr; // of each tile
    double* weight_square = nullptr;   // of each tile, after its update
    double* bias_square = nullptr;     // of the gradient of each panel's biases
    double* delta_square = nullptr;    // of each panel
    // Where share_rows > 0, each block of so many rows leaves its own share of ∇ (in weight_gradient and bias_gradient,
    // `shares_apart` numbers on for the next block) and of delta_square.
    int share_rows = 0;
    std::size_t shares_apart = 0;
    double* share_delta_square = nullptr;  // of each panel, block after block
    std::size_t n_panels = 0;
};

// The rows of one step and what is the same for all of them.
template <class T>
struct Batch {
    const Table<T>* table = nullptr;
    std::int64_t start = 0;
    int rows = 0;
    int block = 0;              // rows that are worked on together, and lie together
    double total_weight = 0.0;  // Σω before normalising
    T penalty = 0;              // λ = α/Σω
    std::int64_t step = 0;      // updates before this one
    double learning_rate = 0.0;
    double rate_correction = 1.0;  // Adam's
    double gradient_factor = 1.0;  // below 1 where the gradient is clipped
};

// A group of tiles of the weights: panels of units by panels of inputs. Of layer 0: input columns, then panels of s.
struct Task {
    int layer, first_panel, last_panel, first_input_panel, last_input_panel;
};

constexpr int n_panels(int columns, int width) { return (columns + width - 1) / width; }

constexpr int n_blocks(int rows, int block) { return (rows + block - 1) / block; }

}  // namespace clearprop
