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
};

// What a thread needs to predict: two activations of `rows` rows and one panel of weights.
template <class T>
struct PredictionScratch {
    T *a, *z, *panel;
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
    void (*predict)(const PredictionLayer<T>*, int n_layers, const Table<T>&, std::int64_t first, int rows, T* output,
                    bool pre_activation, PredictionScratch<T>);
};

// The targets that this processor can run, the fastest first.
template <class T>
const std::vector<const Kernels<T>*>& runnable_kernels();

// Those whose products are in bfloat16; asks the operating system for the tiles of AMX.
const std::vector<const Kernels<float>*>& runnable_bfloat16_kernels();

}  // namespace clearprop
