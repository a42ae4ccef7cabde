// The table of what is compiled once per target; which target runs is chosen when the module is loaded.
#pragma once

#include <vector>

#include "workspace.hpp"

namespace clearprop {

template <class T>
struct PredictionLayer {
    const T* weights;
    std::ptrdiff_t stride;
    const T* bias;
    int inputs, units, activation;
    const T* alpha = nullptr;  // share of the activation of each unit, on whole panels; null: it is 1
};

template <class T>
struct Kernels {
    const char* target;
    int panel_width;
    int row_multiple, most_rows;  // of the rows that a thread takes at a time
    bool in_bfloat16;             // reads the copies of `Rounded`
    bool (*keeps_pre_activation)(int activation);
    double (*rate_correction)(int optimizer, const Hyperparameters&, std::int64_t t);
    void (*rows_pass)(const Network<T>&, const Batch<T>&, int first, int last);
    void (*gradient_pass)(const Network<T>&, const Batch<T>&, const Task&, bool updates);
    void (*update_pass)(const Network<T>&, const Batch<T>&, const Task&);
    void (*pack)(const T* matrix, T* packed, int inputs, int units);
    void (*unpack)(const T* packed, T* matrix, int inputs, int units);
    void (*loaded)(const Layer<T>&);  // the weights were written from outside
    void (*weight_squares)(const Network<T>&);
    // Prediction: rows of the table into panels, one panel of a layer, Aᴸ or Zᴸ. `packed` is scratch for a panel of
    // weights; for up to few_rows rows, packed_for_few numbers of it are used.
    int few_rows;
    std::size_t packed_for_few;
    void (*predict_input)(const Table<T>&, const Inputs<T>&, std::int64_t first, int rows, T* a);
    void (*predict_panel)(const PredictionLayer<T>&, const T* a, int rows, int p, bool activates, T* packed, T* z);
    void (*predict_output)(const PredictionLayer<T>& last, T* a, int rows, bool activates, T* output);
};

// The targets that this processor can run, the fastest first.
template <class T>
const std::vector<const Kernels<T>*>& runnable_kernels();

// Those whose products are in bfloat16; asks the operating system for the tiles of AMX.
const std::vector<const Kernels<float>*>& runnable_bfloat16_kernels();

}  // namespace clearprop
