// The entries that the core has, in the order of its enumerations, by the names of the tables in Python.
#pragma once

#include <array>

namespace clearprop {

constexpr std::array activation_names = {"identity", "sigmoid",  "tanh", "relu", "leaky_relu",  "elu",    "selu",
                                         "softplus", "gelu",     "silu", "mish", "exponential", "softmax"};
constexpr std::array loss_names = {"cross_entropy", "binary_cross_entropy", "half_squared_error", "poisson"};
constexpr std::array optimizer_names = {"gradient_descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"};

}  // namespace clearprop
