// One vector type for every kernel: `Vector<T>` is a register of T, with AVX-512, AVX2 or plain C++ behind it.
//
// The implementation is chosen by what the compiler says of this file's flags. All three have the same interface, and
// each lane's result depends on that lane alone, so that kernels are written once and rows may be grouped in any way.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#ifndef CLEARPROP_TARGET
#define CLEARPROP_TARGET plain
#endif

#if defined(_MSC_VER) && !defined(__clang__)
#define CLEARPROP_INLINE __forceinline
#define CLEARPROP_PREFETCH(address) static_cast<void>(address)
#define CLEARPROP_PREFETCH_SECOND(address) static_cast<void>(address)
#else
#define CLEARPROP_INLINE inline __attribute__((always_inline))
#define CLEARPROP_PREFETCH(address) __builtin_prefetch(address)
#define CLEARPROP_PREFETCH_SECOND(address) __builtin_prefetch(address, 0, 2)  // into the second-level cache
#endif

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#include "vectors_avx512.hpp"
#elif defined(__AVX2__) && (defined(__FMA__) || defined(_MSC_VER))
#include "vectors_avx2.hpp"
#else
#include "vectors_plain.hpp"
#endif

namespace clearprop {
inline namespace CLEARPROP_TARGET {

// NR: the columns of a panel; two registers, so that loads and multiplications overlap.
template <class T>
constexpr int panel_width = 2 * Vector<T>::lanes;

// `columns` rounded up to whole panels.
template <class T>
constexpr int padded_columns(int columns) {
    return (columns + panel_width<T> - 1) / panel_width<T> * panel_width<T>;
}

template <class T>
CLEARPROP_INLINE Vector<T> broadcast(T x) {
    return Vector<T>::broadcast(x);
}

template <class T>
CLEARPROP_INLINE Vector<T>& operator+=(Vector<T>& a, Vector<T> b) {
    return a = a + b;
}

template <class T>
CLEARPROP_INLINE Vector<T>& operator-=(Vector<T>& a, Vector<T> b) {
    return a = a - b;
}

template <class T>
CLEARPROP_INLINE Vector<T>& operator*=(Vector<T>& a, Vector<T> b) {
    return a = a * b;
}

// x within [low, high]; NaN stays NaN.
template <class T>
CLEARPROP_INLINE Vector<T> clamp(Vector<T> x, T low, T high) {
    return min(broadcast(high), max(broadcast(low), x));
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
