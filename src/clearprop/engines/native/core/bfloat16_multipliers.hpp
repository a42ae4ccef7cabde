// Products of bfloat16 blocks, summed in float32: by the tiles of AMX, or by the dot products of AVX-512 BF16.
//
// Each entry of a product is a sum over pairs in order, whatever rows are beside it.
#pragma once

#include "bfloat16_blocks.hpp"

namespace clearprop {
inline namespace CLEARPROP_TARGET {

// C (32 × 32 floats) = Σ over `steps` blocks of A (rows or columns) times those of B (pairs), both one after another.
struct Tiles {
    // The tiles are set up for as long as one of these lives, in its thread.
    class Session {
      public:
        Session() {
            struct alignas(64) Configuration {
                std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
                std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
                std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
            };
            const Configuration configuration;
            _tile_loadconfig(&configuration);
        }
        ~Session() { _tile_release(); }
        Session(const Session&) = delete;
        Session& operator=(const Session&) = delete;
    };

    static CLEARPROP_INLINE void multiply(const Bfloat16* a, const Bfloat16* b, float* c, int steps) {
        constexpr int half = 16, a_row = 64, pair_row = 128;  // bytes of a row
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
        _tile_loadd(4, a, a_row);
        _tile_loadd(6, b, pair_row);
        _tile_loadd(7, b + 2 * half, pair_row);
        _tile_loadd(5, a + half * block_side, a_row);
        for (int s = 1; s < steps; s++) {  // a tile is loaded anew when its last product has begun
            a += block_size;
            b += block_size;
            _tile_dpbf16ps(0, 4, 6);
            fetch_half(a + block_size);
            _tile_dpbf16ps(1, 4, 7);
            _tile_loadd(4, a, a_row);
            fetch_half(b + block_size);
            _tile_dpbf16ps(3, 5, 7);
            _tile_loadd(7, b + 2 * half, pair_row);
            fetch_half(b + block_size + half * block_side);
            _tile_dpbf16ps(2, 5, 6);
            _tile_loadd(6, b, pair_row);
            _tile_loadd(5, a + half * block_side, a_row);
            fetch_half(a + block_size + half * block_side);
        }
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
        _tile_stored(0, c, pair_row);
        _tile_stored(1, c + half, pair_row);
        _tile_stored(2, c + half * block_side, pair_row);
        _tile_stored(3, c + half * block_side + half, pair_row);
    }

  private:
    // Half a block, from the second-level cache: up to three times faster where others use that cache as well.
    static CLEARPROP_INLINE void fetch_half(const Bfloat16* block) {
#pragma GCC unroll 16
        for (int line = 0; line < block_side / 2; line++)
            _mm_prefetch(reinterpret_cast<const char*>(block + line * block_side), _MM_HINT_T0);
    }
};

struct DotProducts {
    struct Session {
        Session() {}  // so that a variable of this type counts as used
    };

    static CLEARPROP_INLINE __m512bh pair(const Bfloat16* a) {
        std::int32_t both;
        std::memcpy(&both, a, sizeof both);
        return std::bit_cast<__m512bh>(_mm512_set1_epi32(both));
    }

    static CLEARPROP_INLINE __m512bh pairs(const Bfloat16* b) {
        return std::bit_cast<__m512bh>(_mm512_loadu_si512(b));
    }

    static CLEARPROP_INLINE void multiply(const Bfloat16* a, const Bfloat16* b, float* c, int steps) {
        constexpr int together = 8;  // rows that share the loads of B
        for (int i = 0; i < block_side; i += together)
            multiply_rows<together>(a + i * block_side, b, c + i * block_side, steps);
    }

    template <int together>
    static CLEARPROP_INLINE void multiply_rows(const Bfloat16* a, const Bfloat16* b, float* c, int steps) {
        __m512 sum[together][2];
#pragma GCC unroll 8
        for (int i = 0; i < together; i++) sum[i][0] = sum[i][1] = _mm512_setzero_ps();
        for (int s = 0; s < steps; s++, a += block_size)
            for (int k = 0; k < block_side; k += 2, b += 2 * block_side) {
                const __m512bh low = pairs(b), high = pairs(b + block_side);
#pragma GCC unroll 8
                for (int i = 0; i < together; i++) {
                    const __m512bh of_a = pair(a + i * block_side + k);
                    sum[i][0] = _mm512_dpbf16_ps(sum[i][0], of_a, low);
                    sum[i][1] = _mm512_dpbf16_ps(sum[i][1], of_a, high);
                }
            }
#pragma GCC unroll 8
        for (int i = 0; i < together; i++) {
            _mm512_storeu_ps(c + i * block_side, sum[i][0]);
            _mm512_storeu_ps(c + i * block_side + 16, sum[i][1]);
        }
    }
};

// The first `rows` rows of a 32 × 32 product.
template <class Multiplier>
CLEARPROP_INLINE void multiply_some(const Bfloat16* a, const Bfloat16* b, float* c, int steps, int rows) {
    if (rows >= block_side) {
        Multiplier::multiply(a, b, c, steps);
        return;
    }
    alignas(64) float all[block_size];
    Multiplier::multiply(a, b, all, steps);
    std::memcpy(c, all, std::size_t(rows) * block_side * sizeof(float));
}

}  // namespace CLEARPROP_TARGET
}  // namespace clearprop
