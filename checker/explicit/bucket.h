// The bits of a bucket of a StateSet: heads of 16 bits, one for each slot, and behind them bodies of any number of bits
// without gaps. Nothing here looks at memory outside the bucket, since what lies beside it may be another thread's.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace untorn::checker::bucket {

inline uint64_t low_bits(unsigned count) { return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1; }

inline uint16_t head_at(const std::byte* bucket, uint32_t slot) {
    uint16_t head = 0;
    std::memcpy(&head, bucket + slot * sizeof head, sizeof head);
    return head;
}

/// The slots among the first `slots` whose heads, under `mask`, are `wanted`: one bit each.
inline uint32_t slots_where(const std::byte* bucket, uint32_t slots, uint16_t mask, uint16_t wanted) {
    uint64_t found = 0;
#if defined(__SSE2__)
    const __m128i masks = _mm_set1_epi16(static_cast<short>(mask));
    const __m128i sought = _mm_set1_epi16(static_cast<short>(wanted));
    for (uint32_t first = 0; first < slots; first += 16) {  // reads on into the bodies
        const auto* at = reinterpret_cast<const __m128i*>(bucket + first * sizeof(uint16_t));
        const __m128i low = _mm_cmpeq_epi16(_mm_and_si128(_mm_loadu_si128(at), masks), sought);
        const __m128i high = _mm_cmpeq_epi16(_mm_and_si128(_mm_loadu_si128(at + 1), masks), sought);
        found |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(low, high)))} << first;
    }
#else
    for (uint32_t i = 0; i < slots; ++i) found |= uint64_t{(head_at(bucket, i) & mask) == wanted} << i;
#endif
    return static_cast<uint32_t>(found & low_bits(slots));
}

inline uint64_t load(const std::byte* at) {
    uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

/// The bits of a bucket from number `bit` on that are no further than `count`, at most 64; reads nothing behind it.
inline uint64_t bits_at(const std::byte* bucket, uint32_t bucket_bytes, uint64_t bit, unsigned count) {
    const uint64_t byte = std::min<uint64_t>(bit >> 3, bucket_bytes - 8);
    const auto shift = static_cast<unsigned>(bit - byte * 8) & 63;
    uint64_t word = load(bucket + byte) >> shift;
    if (shift + count > 64) word |= static_cast<uint64_t>(bucket[byte + 8]) << (64 - shift);
    return word & low_bits(count);
}

/// Changes, from the byte of this number on, those bits where `change << shift | carried` has ones: `count` bits, which
/// with shift at most 7 may be 71. Touches nothing behind the bucket.
inline void flip_at(std::byte* bucket, uint32_t bucket_bytes, uint64_t byte, unsigned count, uint64_t change,
                    unsigned shift, uint64_t carried) {
    const uint64_t at = std::min<uint64_t>(byte, bucket_bytes - 8);
    const auto moved = static_cast<unsigned>(byte - at) * 8;
    const uint64_t word = load(bucket + at) ^ (change << shift | carried) << (moved & 63);
    std::memcpy(bucket + at, &word, sizeof word);
    if (moved + count > 64) bucket[at + 8] ^= static_cast<std::byte>(change >> 1 >> (63 - shift));
}

}  // namespace untorn::checker::bucket
