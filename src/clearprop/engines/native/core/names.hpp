// The entries that the core has, in the order of its enumerations, by the names of the tables in Python.
#pragma once

#include <array>
#include <iterator>

namespace clearprop {

inline constexpr std::array activation_names = {"identity", "sigmoid",     "tanh",     "relu", "leaky_relu",
                                                "elu",      "selu",        "softplus", "gelu", "silu",
                                                "mish",     "exponential", "softmax"};
inline constexpr std::array loss_names = {"cross_entropy", "binary_cross_entropy", "half_squared_error", "poisson"};
inline constexpr std::array optimizer_names = {"gradient_descent", "momentum", "nesterov", "adagrad",
                                               "rmsprop",          "adam",     "adamw"};
inline constexpr int optimizer_slots[] = {0, 1, 1, 1, 1, 2, 2};  // arrays shaped as the parameters that each keeps
static_assert(std::size(optimizer_slots) == optimizer_names.size());

}  // namespace clearprop
