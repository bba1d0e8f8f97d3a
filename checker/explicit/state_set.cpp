#include "checker/explicit/state_set.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>

namespace untorn::checker {

namespace {

using bucket::bits_at;
using bucket::flip_at;
using bucket::head_at;
using bucket::low_bits;
using bucket::slots_where;

/// Buckets of many slots are filled more evenly: 0.86 for 8 slots, 0.92 for 27.
double greatest_load(uint32_t slots) { return 1 - 0.4 / std::sqrt(slots); }

}  // namespace

StateSet::StateSet(std::span<const unsigned> word_bits, MemoryBudget& memory)
    : mixed_(static_cast<uint32_t>(std::ranges::max_element(word_bits) - word_bits.begin())),
      mixed_bits_(std::max(1U, word_bits[mixed_])),
      align_(64 - mixed_bits_),
      mix_shift_(std::max(1U, (mixed_bits_ + 1) / 2)),
      mixed_mask_(low_bits(mixed_bits_)),
      memory_(memory) {
    if (word_bits.size() > greatest_words)
        throw LimitReached{"the greatest width of a state (" + std::to_string(greatest_words) + " words of 64 bits)"};
    for (uint32_t i = 0; i < word_bits.size(); ++i)
        if (i != mixed_ && word_bits[i] > 0) rest_.push_back({i, word_bits[i]});
    for (const RestWord& word : rest_) rest_bits_ += word.bits;
    for (unsigned p = 0; p < partitions; ++p) {
        // Sizes a constant factor apart, over one doubling: see the head of state_set.h.
        const auto slots = static_cast<uint64_t>(std::lround(128.0 * std::exp2(double(p) / partitions)));
        Partition& partition = partitions_[p];
        partition.shape = shape_for(slots);
        partition.limit = limit_of(partition.shape);
        memory_.take(partition.shape.bytes());
        allocate(partition);
    }
}

StateSet::~StateSet() {
    for (Partition& partition : partitions_) release(partition);
}

/// Gives memory to a partition that has none. How many of its extents were used before: they come first, and are not
/// cleared.
size_t StateSet::allocate(Partition& partition) {
    const Shape& shape = partition.shape;
    if (shape.pooled()) {
        partition.extent_shift = static_cast<unsigned>(std::countr_zero(ExtentPool::extent_bytes / shape.bucket_bytes));
        return pool_.take((shape.bytes() + ExtentPool::extent_bytes - 1) / ExtentPool::extent_bytes, partition.extents);
    }
    partition.extent_shift = 32;
    partition.extents.resize(1);
    auto* memory = static_cast<std::byte*>(::operator new (shape.bytes(), std::align_val_t{64}));
    std::memset(memory, 0, shape.bytes());
    partition.extents[0] = memory;
    return 0;
}

void StateSet::release(Partition& partition) {
    if (partition.shape.pooled())
        pool_.give_back(partition.extents);
    else if (!partition.extents.empty())
        ::operator delete (partition.extents[0], std::align_val_t{64});
    partition.extents.clear();
}

/// How many states fill the partition.
uint32_t StateSet::limit_of(const Shape& shape) {
    const double limit = greatest_load(shape.slots) * static_cast<double>(shape.buckets) * shape.slots;
    return static_cast<uint32_t>(std::min<double>(limit, UINT32_MAX));
}

// A home bucket stands for at most 2^(mixed_bits - 5) / buckets values of x behind the partition's number, rounded
// up; so many low bits tell them apart.
StateSet::Shape StateSet::with_buckets(uint64_t buckets) const {
    const unsigned address = partition_bits + static_cast<unsigned>(std::bit_width(buckets) - 1);
    Shape shape;
    shape.buckets = static_cast<uint32_t>(buckets);
    shape.kept = mixed_bits_ > address ? mixed_bits_ - address : 0;
    shape.body_bits = shape.kept_in_body() + rest_bits_;
    shape.body_words = std::max(1U, (shape.body_bits + 63) / 64);
    return shape;
}

// For each size of a bucket, as many slots as fit: the more slots, the fewer buckets, and the more bits a slot keeps.
// Wider buckets waste less, but cost more cache lines: they must save a twelfth.
StateSet::Shape StateSet::shape_for(uint64_t slots) const {
    Shape best;
    for (uint32_t bytes = 64; bytes <= ExtentPool::extent_bytes; bytes *= 2) {  // a bucket lies in one extent
        for (uint32_t of_bucket = 32; of_bucket >= 6; --of_bucket) {
            const uint64_t buckets = slots / of_bucket + 1;
            if (buckets > UINT32_MAX) throw LimitReached{"the greatest number of states (2^32)"};
            Shape shape = with_buckets(buckets);
            if (of_bucket * (16 + shape.body_bits) > bytes * 8) continue;
            shape.bucket_bytes = bytes;
            shape.slots = of_bucket;
            if (best.slots == 0 || shape.bytes() * 12 < best.bytes() * 11) best = shape;
            break;
        }
    }
    return best;
}

/// The slot without its displacement.
void StateSet::fill(const Shape& shape, uint64_t hash, const uint64_t* state, Slot& slot) const {
    const uint64_t kept = hash >> align_ & low_bits(shape.kept);
    slot.head = static_cast<uint16_t>(kept << tag_bits);
    Wide bits = kept >> head_kept;
    unsigned count = shape.kept_in_body();  // less than 64
    size_t full = 0;
    for (const RestWord& word : rest_) {
        bits |= static_cast<Wide>(state[word.index]) << count;
        count += word.bits;
        if (count < 64) continue;
        slot.body[full++] = static_cast<uint64_t>(bits);
        bits >>= 64;
        count -= 64;
    }
    slot.body[full] = static_cast<uint64_t>(bits);
}

template <uint32_t Words>
bool StateSet::has_body(const Shape& shape, const std::byte* bucket, uint32_t slot, const Slot& wanted) {
    uint64_t bit = body_at(shape, slot);
    uint64_t difference = 0;
    uint32_t left = shape.body_bits;
    for (uint32_t word = 0; word < words<Words>(shape); ++word, bit += 64, left -= 64)
        difference |= bits_at(bucket, shape.bucket_bytes, bit, std::min(left, 64U)) ^ wanted.body[word];
    return difference == 0;
}

/// Whether the bucket has the slot.
template <uint32_t Words>
bool StateSet::holds(const Shape& shape, const std::byte* bucket, const Slot& wanted) {
    for (uint32_t matches = slots_where(bucket, shape.slots, 0xffff, wanted.head); matches != 0; matches &= matches - 1)
        if (has_body<Words>(shape, bucket, static_cast<uint32_t>(std::countr_zero(matches)), wanted)) return true;
    return false;
}

/// The first empty slot from `home` on.
bool StateSet::nearest_room(const Partition& partition, uint64_t home, Place& place) {
    const uint64_t end = uint64_t{partition.shape.buckets} + most_displacement;
    for (uint64_t bucket = home; bucket < end && bucket - home <= most_distance; ++bucket) {
        const std::byte* memory = bucket_at(partition, bucket);
        if (is_full(partition.shape, memory)) continue;
        const uint32_t empty = slots_where(memory, partition.shape.slots, tag_mask, 0);
        place = {bucket, static_cast<uint32_t>(std::countr_zero(empty)), static_cast<unsigned>(bucket - home)};
        return true;
    }
    return false;
}

/// How an empty slot comes near enough to `home`. Of the states that can move to it, the one that brings it nearest.
bool StateSet::plan(const Partition& partition, uint64_t home, Path& path) {
    if (!nearest_room(partition, home, path.places[0])) return false;
    for (path.count = 1; path.places[path.count - 1].bucket - home > most_displacement; ++path.count) {
        if (path.count == Path::most_places) return false;
        const uint64_t empty = path.places[path.count - 1].bucket;
        bool found = false;
        for (unsigned distance = most_displacement; distance > 0 && !found; --distance) {
            const std::byte* memory = bucket_at(partition, empty - distance);
            for (unsigned tag = 1; tag <= 1 + most_displacement - distance && !found; ++tag) {
                const uint32_t nearer =
                    slots_where(memory, partition.shape.slots, tag_mask, static_cast<uint16_t>(tag));
                if (nearer == 0) continue;
                path.places[path.count] = {empty - distance, static_cast<uint32_t>(std::countr_zero(nearer)), tag - 1};
                found = true;
            }
        }
        if (!found) return false;
    }
    return true;
}

/// Adds a state for which there is no room near its home: others move on for it. False if that does not help.
template <uint32_t Words>
bool StateSet::make_room(const Partition& partition, uint64_t home, Slot& slot) {
    Path path;
    if (!plan(partition, home, path)) return false;
    const Shape& shape = partition.shape;
    Slot leaving{}, change;  // of the slot in hand: what is in it, and what it will have in its place
    for (size_t i = 0; i < path.count; ++i) {
        const Place& place = path.places[i];
        std::byte* memory = bucket_at(partition, place.bucket);
        const bool last = i + 1 == path.count;
        const Slot* coming = &slot;
        Slot moved;
        auto displacement = static_cast<unsigned>(place.bucket - home);
        if (!last) {
            const Place& from = path.places[i + 1];
            read<Words>(shape, bucket_at(partition, from.bucket), from.slot, moved);
            displacement = from.displacement + static_cast<unsigned>(place.bucket - from.bucket);
            coming = &moved;
        }
        change.head = static_cast<uint16_t>(((coming->head & ~tag_mask) + displacement + 1) ^ leaving.head);
        for (uint32_t word = 0; word < words<Words>(shape); ++word)
            change.body[word] = coming->body[word] ^ leaving.body[word];
        write<Words>(shape, memory, place.slot, change);
        if (last) return true;
        leaving.head = moved.head;
        std::copy_n(moved.body.begin(), words<Words>(shape), leaving.body.begin());
    }
    return true;
}

/// Adds the slot, bit by bit without carries, to one whose bits are 0 (or the same: they are 0 then).
//
// The body is shifted as a whole: words that are loaded and stored again one by one must not share bytes, or else each
// load waits for the store before it.
template <uint32_t Words>
void StateSet::write(const Shape& shape, std::byte* bucket, uint32_t number, const Slot& slot) {
    const auto head = static_cast<uint16_t>(head_at(bucket, number) ^ slot.head);
    std::memcpy(bucket + number * sizeof head, &head, sizeof head);
    const uint64_t bit = body_at(shape, number);
    const unsigned shift = bit & 7;
    const uint32_t last = words<Words>(shape) - 1;
    std::byte* at = bucket + (bit >> 3);
    uint64_t carried = 0;
    for (uint32_t word = 0; word < last; ++word, at += 8) {
        const uint64_t changed = bucket::load(at) ^ (slot.body[word] << shift | carried);
        std::memcpy(at, &changed, sizeof changed);
        carried = slot.body[word] >> 1 >> (63 - shift);
    }
    // Bits carried into the last word lie below its own.
    flip_at(bucket, shape.bucket_bytes, static_cast<uint64_t>(at - bucket), shift + shape.body_bits - last * 64,
            slot.body[last], shift, carried);
}

/// Adds a state that is not in the partition, without counting it. False if there is no room near its home.
bool StateSet::add(const Partition& partition, uint64_t home, Slot& slot) {
    Place place;
    if (!nearest_room(partition, home, place)) return false;
    if (place.displacement > most_displacement) return make_room<0>(partition, home, slot);
    slot.head = static_cast<uint16_t>(slot.head + place.displacement + 1);
    write<0>(partition.shape, bucket_at(partition, place.bucket), place.slot, slot);
    return true;
}

/// One bucket on the way of a state: those before it are full and do not have the state.
template <uint32_t Words>
StateSet::Tried StateSet::try_bucket_of(Partition& partition, uint64_t hash, const uint64_t* state,
                                        unsigned displacement) const {
    const Shape& shape = partition.shape;
    const uint64_t bucket = home(partition, hash) + displacement;
    std::byte* memory = bucket_at(partition, bucket);
    Slot slot;
    fill(shape, hash, state, slot);
    const uint16_t head = slot.head;
    slot.head = static_cast<uint16_t>(head + displacement + 1);
    if (holds<Words>(shape, memory, slot)) return Tried::present;
    const bool full = is_full(shape, memory);
    if (full && displacement < most_displacement) return Tried::full;
    if (partition.count >= partition.limit) return Tried::must_grow;
    if (full) [[unlikely]] {
        slot.head = head;
        if (!make_room<Words>(partition, bucket - displacement, slot)) return Tried::must_grow;
    } else {
        const uint32_t empty = slots_where(memory, shape.slots, tag_mask, 0);
        write<Words>(shape, memory, static_cast<uint32_t>(std::countr_zero(empty)), slot);
    }
    ++partition.count;
    return full ? Tried::made_room : Tried::added;
}

StateSet::Tried StateSet::try_bucket(uint64_t hash, const uint64_t* state, unsigned displacement) {
    Partition& partition = partitions_[partition_of(hash)];
    switch (partition.shape.body_words) {
        case 1: return try_bucket_of<1>(partition, hash, state, displacement);
        case 2: return try_bucket_of<2>(partition, hash, state, displacement);
        case 3: return try_bucket_of<3>(partition, hash, state, displacement);
        default: return try_bucket_of<0>(partition, hash, state, displacement);
    }
}

bool StateSet::insert(uint64_t hash, const uint64_t* state) {
    for (unsigned displacement = 0;;) {
        switch (try_bucket(hash, state, displacement)) {
            case Tried::present: return false;
            case Tried::added:
            case Tried::made_room: return true;
            case Tried::full: ++displacement; break;
            case Tried::must_grow:
                grow(partitions_[partition_of(hash)]);
                displacement = 0;
                break;
        }
    }
}

bool StateSet::contains(uint64_t hash, const uint64_t* state) const {
    const Partition& partition = partitions_[partition_of(hash)];
    const uint64_t at = home(partition, hash);
    Slot slot;
    fill(partition.shape, hash, state, slot);
    for (unsigned displacement = 0; displacement <= most_displacement; ++displacement) {
        const std::byte* memory = bucket_at(partition, at + displacement);
        ++slot.head;
        if (holds<0>(partition.shape, memory, slot)) return true;
        if (!is_full(partition.shape, memory)) return false;
    }
    return false;
}

uint64_t StateSet::size() const {
    uint64_t sum = 0;
    for (const Partition& partition : partitions_) sum += partition.count;
    return sum;
}

uint64_t StateSet::bytes() const {
    uint64_t sum = 0;
    for (const Partition& partition : partitions_) sum += partition.shape.bytes();
    return sum;
}

}  // namespace untorn::checker
