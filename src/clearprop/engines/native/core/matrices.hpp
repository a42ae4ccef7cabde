// Matrix products in panel layout: the arithmetic of Z = A Wᵀ, of BP2 (Δ W) and of BP3 (Aᵀ Δ).
//
// A product is a sum over one index, taken in order, one fused multiply-add an entry: the result of a row does not
// depend on how rows are grouped into tiles, so neither on the number of threads.
#pragma once

#include <algorithm>
#include <cstddef>

#include "panels.hpp"
#include "transposition.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

// Rows that share the loads of B: as many as leave registers for two vectors of B and one entry of A.
#if defined(__AVX512F__)
constexpr int row_tile = 12;
constexpr int gradient_tile = 8;
#elif defined(__AVX2__)
constexpr int row_tile = 6;
constexpr int gradient_tile = 4;
#else
constexpr int row_tile = 4;
constexpr int gradient_tile = 4;
#endif

constexpr int depth_chunk = 256;  // rows of Δ that stay in the first-level cache while BP3 reads them again and again

// The panel of B that comes next is asked for while this one is in use, a part by each tile of rows: `lines` of 64 bytes
// every NR numbers of depth.
struct Ahead {
    const char* next;
    int lines;

    CLEARPROP_INLINE void ask() {
        for (int i = 0; i < lines; i++, next += 64) CLEARPROP_PREFETCH_SECOND(next);
    }
};

// C = A B, or C += A B, for `rows` rows: A in panels `a_panel` numbers apart, B one panel (depth × NR), C one panel.
template <class T, int rows, int vectors>
CLEARPROP_INLINE void product_tile(const T* a, std::size_t a_panel, const T* b, T* c, int depth, bool adds,
                                   Ahead& ahead) {
    using V = Vector<T>;
    constexpr int width = panel_width<T>;
    V sum[rows][vectors];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) sum[i][v] = adds ? V::load(c + i * width + v * V::lanes) : V::zero();
    for (int first = 0; first < depth; first += width, a += a_panel) {
        const int stop = std::min(width, depth - first);
        ahead.ask();
        for (int k = 0; k < stop; k++, b += width) {
            V of_b[vectors];
#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++) of_b[v] = V::load(b + v * V::lanes);
#pragma GCC unroll 16
            for (int i = 0; i < rows; i++) {
                const V of_a = V::broadcast(a[i * width + k]);
#pragma GCC unroll 2
                for (int v = 0; v < vectors; v++) sum[i][v] = multiply_add(of_a, of_b[v], sum[i][v]);
            }
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) sum[i][v].store(c + i * width + v * V::lanes);
}

template <class T, int vectors>
void product_panel(const T* a, std::size_t a_panel, const T* b, T* c, int rows, int depth, bool adds) {
    constexpr int width = panel_width<T>;
    constexpr std::size_t large = 1 << 14;  // bytes of a panel: smaller ones are here before they could be asked for
    const std::size_t panel = std::size_t(depth) * width;
    const int tiles = (rows + row_tile - 1) / row_tile, lines_of_a_block = int(width * width * sizeof(T) / 64);
    const bool asks = tiles > 1 && panel * sizeof(T) >= large;
    Ahead ahead{reinterpret_cast<const char*>(b + panel), asks ? (lines_of_a_block + tiles - 1) / tiles : 0};
    const auto step = [&](int n) {
        a += n * width;
        c += n * width;
        rows -= n;
    };
    const int for_eights = row_tile > 8 && rows % row_tile == 4 ? 16 : 0;  // sums of 4 rows are too few to overlap
    for (; rows - for_eights >= row_tile; step(row_tile))
        product_tile<T, row_tile, vectors>(a, a_panel, b, c, depth, adds, ahead);
    if constexpr (row_tile > 8)
        for (; rows >= 8; step(8)) product_tile<T, 8, vectors>(a, a_panel, b, c, depth, adds, ahead);
    if constexpr (row_tile > 4)
        for (; rows >= 4; step(4)) product_tile<T, 4, vectors>(a, a_panel, b, c, depth, adds, ahead);
    for (; rows >= 2; step(2)) product_tile<T, 2, vectors>(a, a_panel, b, c, depth, adds, ahead);
    for (; rows >= 1; step(1)) product_tile<T, 1, vectors>(a, a_panel, b, c, depth, adds, ahead);
}

// One panel of C = A B, or C += A B, `rows` rows: `columns` (1..NR) of the panel are in use, and the others become zero.
template <class T>
void product(const T* a, std::size_t a_panel, const T* b, T* c, int rows, int depth, int columns, bool adds = false) {
    if (columns > Vector<T>::lanes) {
        product_panel<T, 2>(a, a_panel, b, c, rows, depth, adds);
        return;
    }
    product_panel<T, 1>(a, a_panel, b, c, rows, depth, adds);
    for (int i = 0; i < rows; i++) Vector<T>::zero().store(c + i * panel_width<T> + Vector<T>::lanes);
}

// G += Aᵀ Δ for the rows from..to and `tile` columns of A's panel from c on: G (tile × NR).
template <class T, int tile, int vectors>
CLEARPROP_INLINE void gradient_tile_sum(const PanelInBlocks<T>& a, const PanelInBlocks<T>& delta, const RowBlocks& rows,
                                        int from, int to, int c, T* g) {
    using V = Vector<T>;
    constexpr int width = panel_width<T>;
    const bool begins = from == rows.first;
    V sum[tile][vectors];
#pragma GCC unroll 8
    for (int j = 0; j < tile; j++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) sum[j][v] = begins ? V::zero() : V::load(g + j * width + v * V::lanes);
    rows.each(from, to, [&](int first, int count) {
        const T *of_rows = a.of(first, count) + c, *errors = delta.of(first, count);
        for (int i = 0; i < count; i++, of_rows += width, errors += width) {
            V of_delta[vectors];
#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++) of_delta[v] = V::load(errors + v * V::lanes);
#pragma GCC unroll 8
            for (int j = 0; j < tile; j++) {
                const V of_a = V::broadcast(of_rows[j]);
#pragma GCC unroll 2
                for (int v = 0; v < vectors; v++) sum[j][v] = multiply_add(of_a, of_delta[v], sum[j][v]);
            }
        }
    });
#pragma GCC unroll 8
    for (int j = 0; j < tile; j++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) sum[j][v].store(g + j * width + v * V::lanes);
}

template <class T, int vectors>
void gradient_panel(const PanelInBlocks<T>& a, const PanelInBlocks<T>& delta, const RowBlocks& rows, T* g, int inputs) {
    constexpr int width = panel_width<T>;
    const int chunk = std::max(1, depth_chunk / rows.block) * rows.block;
    for (int from = rows.first; from < rows.last; from += chunk) {
        const int to = std::min(rows.last, from + chunk);
        int c = 0;
        for (; c + gradient_tile <= inputs; c += gradient_tile)
            gradient_tile_sum<T, gradient_tile, vectors>(a, delta, rows, from, to, c, g + c * width);
        for (; c + 2 <= inputs; c += 2) gradient_tile_sum<T, 2, vectors>(a, delta, rows, from, to, c, g + c * width);
        for (; c < inputs; c++) gradient_tile_sum<T, 1, vectors>(a, delta, rows, from, to, c, g + c * width);
    }
}

// The same for the few units of an output layer: lanes go over the inputs, and the sums are turned at the end. Each
// number is the same sum in the same order.
template <class T, int units>
void narrow_gradient(const PanelInBlocks<T>& a, const PanelInBlocks<T>& delta, const RowBlocks& rows, T* g,
                     int inputs) {
    using V = Vector<T>;
    constexpr int width = panel_width<T>;
    V sum[units][2];
#pragma GCC unroll 12
    for (int j = 0; j < units; j++) sum[j][0] = sum[j][1] = V::zero();
    rows.each(rows.first, rows.last, [&](int first, int count) {
        const T *of_rows = a.of(first, count), *errors = delta.of(first, count);
        for (int i = 0; i < count; i++, of_rows += width, errors += width) {
            const V of_a[2] = {V::load(of_rows), V::load(of_rows + V::lanes)};
#pragma GCC unroll 12
            for (int j = 0; j < units; j++) {
                const V of_delta = V::broadcast(errors[j]);
#pragma GCC unroll 2
                for (int v = 0; v < 2; v++) sum[j][v] = multiply_add(of_a[v], of_delta, sum[j][v]);
            }
        }
    });
    alignas(64) T turned[V::lanes * width] = {};
#pragma GCC unroll 12
    for (int j = 0; j < units; j++) {
        sum[j][0].store(turned + j * width);
        sum[j][1].store(turned + j * width + V::lanes);
    }
    transpose(turned, width, g, width, V::lanes, inputs);
}

// BP3 for one panel of A (its first `inputs` columns) and one of Δ (`units` columns in use): G = Aᵀ Δ, (inputs × NR).
template <class T>
void gradient(const PanelInBlocks<T>& a, const PanelInBlocks<T>& delta, const RowBlocks& rows, T* g, int inputs,
              int units) {
    if (units > Vector<T>::lanes) {
        gradient_panel<T, 2>(a, delta, rows, g, inputs);
        return;
    }
    if (units <= 2 && Vector<T>::lanes >= 2)
        narrow_gradient<T, 2>(a, delta, rows, g, inputs);
    else if (units <= 4 && Vector<T>::lanes >= 4)
        narrow_gradient<T, 4>(a, delta, rows, g, inputs);
#if defined(__AVX512F__)
    else if (units <= 12 && Vector<T>::lanes >= 12)
        narrow_gradient<T, std::min(12, Vector<T>::lanes)>(a, delta, rows, g, inputs);
#endif
    else
        gradient_panel<T, 1>(a, delta, rows, g, inputs);
    for (int c = 0; c < inputs; c++) Vector<T>::zero().store(g + c * panel_width<T> + Vector<T>::lanes);
}

// BP4 for one panel of Δ: the sums of its columns, and of their squares: in T over a number of rows that is the same
// whatever the blocks are.
template <class T>
void column_sums(const PanelInBlocks<T>& panel, const RowBlocks& rows, T* sums, double& square) {
    using V = Vector<T>;
    square = 0.0;
    V sum[2] = {V::zero(), V::zero()}, squares[2] = {V::zero(), V::zero()};
    const auto flush = [&] {
        square += double(clearprop::sum(squares[0] + squares[1]));
        squares[0] = squares[1] = V::zero();
    };
    rows.each(rows.first, rows.last, [&](int first, int count) {
        const T* delta = panel.of(first, count);
        for (int i = first; i < first + count; i++) {
#pragma GCC unroll 2
            for (int v = 0; v < 2; v++, delta += V::lanes) {
                const V d = V::load(delta);
                sum[v] = sum[v] + d;
                squares[v] = multiply_add(d, d, squares[v]);
            }
            if ((i + 1) % depth_chunk == 0) flush();
        }
    });
    flush();
    sum[0].store(sums);
    sum[1].store(sums + V::lanes);
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
