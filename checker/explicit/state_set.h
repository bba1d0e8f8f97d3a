// An exact set of packed states that stores keys only, each as a quotient.
//
// A state of b bits is mapped one to one to (x, rest): x is its fullest word mixed with a hash of the rest, the other
// words. The upper bits of x are the address of a bucket and need not be stored (Cleary,
// "Compact hash tables using bidirectional linear probing", IEEE Trans. Computers 1984): what remains of x, the rest
// and three bits for the distance from the home bucket fill a slot to the bit. Nothing is lost, so nothing can be
// hidden by a collision. A bucket is one or a few cache lines; the first 16 bits of all its slots lie together at its
// begin, so that a few vector instructions tell which slots can match (as in Abseil's Swiss tables). A state goes into
// the first empty slot from its home bucket on. Where that is more than six buckets away, the empty slot is brought
// nearer, by states that can move to it (Herlihy, Shavit, Tzafrir, "Hopscotch hashing", DISC 2008). Slots of a bucket
// fill from the left.
//
// The set is cut into 32 partitions by the uppermost bits of x. A partition grows to 1.4 times its size at a time (it
// doubles it below some 1e5 states), by itself, and the partitions start with sizes staggered over a doubling, so that
// growing neither doubles the memory nor leaves it half empty: the load of a large set is some 0.72 on average. A
// larger partition lies in extents of a pool, which takes back what it lay in before for the next one. Different
// partitions may be used by different threads at the same time.
//
// For n states of b bits about (b - log2(n / 7) + 3) / 0.72 bits a state. Limits: 256 words a state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "checker/explicit/bucket.h"
#include "checker/explicit/extent_pool.h"
#include "checker/explicit/limits.h"

namespace untorn::checker {

class StateSet {
 public:
    static constexpr unsigned partition_bits = 5, partitions = 1U << partition_bits;

    /// States of word_bits.size() words; of word i the lowest word_bits[i] bits are used, the others are 0. `memory`
    /// must outlive the set. Throws LimitReached for too many words.
    StateSet(std::span<const unsigned> word_bits, MemoryBudget& memory);
    StateSet(const StateSet&) = delete;
    StateSet& operator=(const StateSet&) = delete;
    ~StateSet();

    /// x, shifted left so that its uppermost bit is bit 63. The other calls want it.
    uint64_t hash(const uint64_t* state) const {
        uint64_t rest = 0;
        for (const RestWord& word : rest_) {
            rest = (rest ^ state[word.index]) * 0x9e3779b97f4a7c15ULL;
            rest ^= rest >> 32;
        }
        uint64_t x = state[mixed_];
        x ^= x >> mix_shift_;
        x = (x * 0xff51afd7ed558ccdULL) & mixed_mask_;
        x ^= x >> mix_shift_;
        x = (x * 0xc4ceb9fe1a85ec53ULL) & mixed_mask_;
        return (x << align_) ^ ((rest * 0xd6e8feb86659fd93ULL) & (mixed_mask_ << align_));
    }
    static unsigned partition_of(uint64_t hash) { return static_cast<unsigned>(hash >> (64 - partition_bits)); }
    /// Whether the state was not in the set; it is now. Throws LimitReached where the memory ends: the set is
    /// unchanged.
    bool insert(uint64_t hash, const uint64_t* state);
    /// The same for `count` states, as if one after the other, but without waiting for memory (state_set_batch.h).
    /// `hash(i)` and `state(i)` say what number i is; `tell(i, is_new)` is told, in an order of its own. Where it
    /// throws, some are told, or are in the set.
    template <class Hash, class State, class Tell>
    void insert_all(size_t count, const Hash& hash, const State& state, const Tell& tell);
    bool contains(uint64_t hash, const uint64_t* state) const;

    /// A partition on its way into larger memory (state_set_growth.h).
    class Growth;
    /// Whether so many more states would make the partition grow, which is worth the help of other threads.
    bool nearly_full(unsigned partition, uint64_t more) const;

    uint64_t size() const;
    uint64_t bytes() const;

 private:
    /// How the slots of a partition look: a head of 16 bits (the tag and the lowest bits of x kept), and a body (more
    /// of x, the rest).
    struct Shape {
        uint32_t buckets = 0;       ///< homes; some more follow for those that do not fit
        uint32_t bucket_bytes = 0;  ///< a multiple of 64
        uint32_t slots = 0;         ///< of a bucket; at most 32
        uint32_t body_bits = 0;
        uint32_t body_words = 0;  ///< 64-bit words that hold a body; at least 1
        unsigned kept = 0;        ///< bits of x that a slot holds: the lowest
        uint64_t bytes() const { return (uint64_t{buckets} + most_displacement) * bucket_bytes + 64; }
        /// Whether it lies in extents of the pool; a smaller one is one piece from the allocator.
        bool pooled() const { return bytes() >= worth_pooling; }
        unsigned kept_in_body() const { return kept > head_kept ? kept - head_kept : 0; }
    };
    struct alignas(64) Partition {
        std::vector<std::byte*> extents;  ///< where its buckets lie, 2^extent_shift in each
        unsigned extent_shift = 0;
        Shape shape;
        uint32_t count = 0, limit = 0;  ///< states in it; it grows where count reaches the limit
    };
    struct RestWord {
        uint32_t index = 0;
        unsigned bits = 0;
    };
    /// A slot, and how far a state there is from its home.
    struct Place {
        uint64_t bucket;
        uint32_t slot;
        unsigned displacement;
    };
    /// An empty slot, the slot of a state that can move there, the slot of one that can move to that, and so on.
    struct Path {
        static constexpr size_t most_places = 32;
        std::array<Place, most_places> places;
        size_t count = 0;
    };
    static constexpr unsigned tag_bits = 3;  ///< 0: empty; else 1 + displacement
    static constexpr unsigned most_displacement = 6;
    static constexpr uint64_t most_distance = 128;  ///< buckets in which room is looked for
    static constexpr uint16_t tag_mask = (1 << tag_bits) - 1;
    static constexpr unsigned head_kept = 16 - tag_bits;  ///< at most so many bits of x are in the head
    static constexpr unsigned greatest_words = 256;
    static constexpr uint64_t worth_pooling = 4 * ExtentPool::extent_bytes;
    struct Slot {
        uint16_t head;
        std::array<uint64_t, greatest_words + 2> body;
    };
    __extension__ using Wide = unsigned __int128;

    static uint64_t home(const Partition& partition, uint64_t hash) {
        return static_cast<uint64_t>((static_cast<Wide>(hash << partition_bits) * partition.shape.buckets) >> 64);
    }
    static std::byte* bucket_at(const Partition& partition, uint64_t bucket) {
        const uint64_t within = bucket & ((uint64_t{1} << partition.extent_shift) - 1);
        return partition.extents[bucket >> partition.extent_shift] + within * partition.shape.bucket_bytes;
    }
    /// Number of the first bit of the slot's body, in its bucket.
    static uint64_t body_at(const Shape& shape, uint32_t slot) {
        return uint64_t{shape.slots} * 16 + uint64_t{slot} * shape.body_bits;
    }
    /// Slots fill from the left, and never become empty again.
    static bool is_full(const Shape& shape, const std::byte* memory) {
        return (bucket::head_at(memory, shape.slots - 1) & tag_mask) != 0;
    }
    /// What became of a state where it was to go. `made_room`: added, maybe to a bucket on its way that was full.
    enum class Tried : uint8_t { present, added, made_room, full, must_grow };
    /// `Words` below: of a body, so that the usual widths have code of their own; 0: as the shape says.
    static uint32_t limit_of(const Shape& shape);
    Shape with_buckets(uint64_t buckets) const;
    /// At least so many slots.
    Shape shape_for(uint64_t slots) const;
    void fill(const Shape& shape, uint64_t hash, const uint64_t* state, Slot& slot) const;
    template <uint32_t Words>
    static uint32_t words(const Shape& shape) {
        return Words != 0 ? Words : shape.body_words;
    }
    // Always inlined: gcc takes a call that only fetches for one without effect, and leaves it out.
    [[gnu::always_inline]] void prefetch(uint64_t hash, unsigned displacement) const {
        const Partition& partition = partitions_[partition_of(hash)];
        const std::byte* bucket = bucket_at(partition, home(partition, hash) + displacement);
        for (uint32_t line = 0; line < partition.shape.bucket_bytes; line += 64)
            __builtin_prefetch(bucket + line, 1, 3);
    }
    Tried try_bucket(uint64_t hash, const uint64_t* state, unsigned displacement);
    template <uint32_t Words>
    Tried try_bucket_of(Partition& partition, uint64_t hash, const uint64_t* state, unsigned displacement) const;
    template <uint32_t Words>
    static bool holds(const Shape& shape, const std::byte* bucket, const Slot& wanted);
    template <uint32_t Words>
    static bool has_body(const Shape& shape, const std::byte* bucket, uint32_t slot, const Slot& wanted);
    static bool nearest_room(const Partition& partition, uint64_t home, Place& place);
    static bool plan(const Partition& partition, uint64_t home, Path& path);
    template <uint32_t Words>
    static bool make_room(const Partition& partition, uint64_t home, Slot& slot);
    template <uint32_t Words>
    static void write(const Shape& shape, std::byte* bucket, uint32_t number, const Slot& slot);
    template <uint32_t Words>
    static void read(const Shape& shape, const std::byte* bucket, uint32_t number, Slot& slot) {
        slot.head = bucket::head_at(bucket, number);
        uint64_t bit = body_at(shape, number);
        uint32_t left = shape.body_bits;
        for (uint32_t word = 0; word < words<Words>(shape); ++word, bit += 64, left -= 64)
            slot.body[word] = bucket::bits_at(bucket, shape.bucket_bytes, bit, left < 64 ? left : 64);
    }
    static bool add(const Partition& partition, uint64_t home, Slot& slot);
    void grow(Partition& partition);
    size_t allocate(Partition& partition);
    void release(Partition& partition);

    uint32_t mixed_ = 0;  ///< number of the fullest word
    std::vector<RestWord> rest_;
    unsigned mixed_bits_, align_, mix_shift_, rest_bits_ = 0;
    uint64_t mixed_mask_;
    MemoryBudget& memory_;
    ExtentPool pool_;
    std::array<Partition, partitions> partitions_;
};

}  // namespace untorn::checker
