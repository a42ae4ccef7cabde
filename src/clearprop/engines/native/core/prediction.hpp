// Prediction of a whole table: blocks of rows, dealt out to threads, in memory that does not grow with the table.
#pragma once

#include <functional>
#include <vector>

#include "kernels.hpp"

namespace clearprop {

// Aᴸ (or Zᴸ) into output, (n_rows × n_L) row by row; false where `stop` asked for the end.
template <class T>
bool predict(const Kernels<T>& kernels, const std::vector<PredictionLayer<T>>& layers, const Inputs<T>& inputs, const Table<T>& table, T* output,
             bool pre_activation, int n_threads, const std::function<bool()>& stop);

}  // namespace clearprop
