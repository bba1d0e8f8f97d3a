#include "checker/explicit/state_set.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace untorn::checker {

namespace {

constexpr double greatest_load = 0.86;
constexpr uint64_t huge_page = uint64_t{1} << 21;
constexpr uint64_t worth_mapping = uint64_t{1} << 16;

uint64_t load(const std::byte* at) {
    uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

/// 64 bits from bit number `bit` on. Reads nine bytes.
uint64_t bits_at(const std::byte* memory, uint64_t bit) {
    const std::byte* at = memory + (bit >> 3);
    const unsigned shift = bit & 7;
    return load(at) >> shift | static_cast<uint64_t>(at[8]) << 1 << (63 - shift);
}

/// Changes those bits where `change` has ones.
void flip_at(std::byte* memory, uint64_t bit, uint64_t change) {
    std::byte* at = memory + (bit >> 3);
    const unsigned shift = bit & 7;
    const uint64_t word = load(at) ^ change << shift;
    std::memcpy(at, &word, sizeof word);
    at[8] ^= static_cast<std::byte>(change >> 1 >> (63 - shift));
}

uint64_t low_bits(unsigned count) { return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1; }

uint16_t head_at(const std::byte* bucket, uint32_t slot) {
    uint16_t head = 0;
    std::memcpy(&head, bucket + slot * sizeof head, sizeof head);
    return head;
}

/// The slots among the first `slots` whose heads, under `mask`, are `wanted`: one bit each.
uint32_t slots_where(const std::byte* bucket, uint32_t slots, uint16_t mask, uint16_t wanted) {
    uint64_t found = 0;
#if defined(__SSE2__)
    const __m128i masks = _mm_set1_epi16(static_cast<short>(mask));
    const __m128i sought = _mm_set1_epi16(static_cast<short>(wanted));
    for (uint32_t first = 0; first < slots; first += 16) {  // reads on into the bodies, and at most 32 bytes behind
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
        partition.memory = allocate(partition.shape.bytes());
    }
}

StateSet::~StateSet() {
    for (const Partition& partition : partitions_)
        if (partition.memory != nullptr) release(partition.memory, partition.shape.bytes());
}

// Small areas come from the allocator; large ones are mapped by themselves, so that they go back to the system when a
// partition moves, and lie on huge pages as far as they fill them.
std::byte* StateSet::allocate(uint64_t bytes) {
    if (bytes < worth_mapping) {
        auto* memory = static_cast<std::byte*>(::operator new (bytes, std::align_val_t{64}));
        std::memset(memory, 0, bytes);
        return memory;
    }
    void* mapped =
        mmap(nullptr, bytes + huge_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    const auto address = reinterpret_cast<uint64_t>(mapped);
    const uint64_t aligned = (address + huge_page - 1) & ~(huge_page - 1);
    const uint64_t end = (aligned + bytes + 4095) & ~uint64_t{4095};
    if (aligned != address) munmap(mapped, aligned - address);
    if (const uint64_t behind = address + bytes + huge_page; end < behind)
        munmap(reinterpret_cast<void*>(end), behind - end);
    auto* memory = reinterpret_cast<std::byte*>(aligned);
    madvise(memory, bytes & ~(huge_page - 1), MADV_HUGEPAGE);  // advice: nothing depends on it
    return memory;
}

void StateSet::release(std::byte* memory, uint64_t bytes) {
    if (bytes < worth_mapping)
        ::operator delete (memory, std::align_val_t{64});
    else
        munmap(memory, (bytes + 4095) & ~uint64_t{4095});
}

template <uint32_t Words>
uint32_t StateSet::words(const Shape& shape) {
    return Words != 0 ? Words : shape.body_words;
}

/// How many states fill the partition.
uint32_t StateSet::limit_of(const Shape& shape) {
    const double limit = greatest_load * static_cast<double>(shape.buckets) * shape.slots;
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
    for (uint32_t bytes = 64; bytes <= 64U * 1024; bytes *= 2) {
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
    uint64_t bit = uint64_t{shape.slots} * 16 + uint64_t{slot} * shape.body_bits;
    uint64_t difference = 0;
    uint32_t left = shape.body_bits;
    for (uint32_t word = 0; word < words<Words>(shape); ++word, bit += 64, left -= 64)
        difference |= (bits_at(bucket, bit) ^ wanted.body[word]) & low_bits(left);
    return difference == 0;
}

/// Whether a state that would be so far from home in this bucket finds an empty slot there, or one of a state that is
/// nearer to its own home.
bool StateSet::has_room(const Partition& partition, uint64_t bucket, unsigned displacement, Place& place) {
    for (unsigned tag = 0; tag <= displacement; ++tag) {
        const uint32_t nearer =
            slots_where(bucket_at(partition, bucket), partition.shape.slots, tag_mask, static_cast<uint16_t>(tag));
        if (nearer == 0) continue;
        place = {bucket, static_cast<uint32_t>(std::countr_zero(nearer)), displacement, tag != 0};
        return true;
    }
    return false;
}

template <uint32_t Words>
StateSet::Probe StateSet::probe(const Partition& partition, uint64_t bucket, const Slot& slot, Place& place) {
    const Shape& shape = partition.shape;
    for (unsigned displacement = 0; displacement <= most_displacement; ++displacement, ++bucket) {
        const std::byte* memory = bucket_at(partition, bucket);
        const auto head = static_cast<uint16_t>(slot.head + displacement + 1);
        for (uint32_t matches = slots_where(memory, shape.slots, 0xffff, head); matches != 0; matches &= matches - 1)
            if (has_body<Words>(shape, memory, static_cast<uint32_t>(std::countr_zero(matches)), slot))
                return Probe::found;
        if (has_room(partition, bucket, displacement, place)) return Probe::absent;  // it cannot have gone farther
    }
    return Probe::full;
}

/// Where a state that is not in the partition goes, from this bucket on.
StateSet::Probe StateSet::room(const Partition& partition, uint64_t bucket, unsigned displacement, Place& place) {
    for (; displacement <= most_displacement; ++displacement, ++bucket) {
        if (has_room(partition, bucket, displacement, place)) return Probe::absent;
    }
    return Probe::full;
}

/// Whether everybody finds room if a state goes to this place.
bool StateSet::can_settle(const Partition& partition, Place place) {
    while (place.taken) {
        const unsigned tag = head_at(bucket_at(partition, place.bucket), place.slot) & tag_mask;
        if (room(partition, place.bucket + 1, tag, place) == Probe::full) return false;
    }
    return true;
}

/// Writes the slot to its place, and moves on whoever was there, and so on: can_settle() has said that it ends.
template <uint32_t Words>
void StateSet::settle(const Partition& partition, Place place, Slot& slot) {
    slot.head = static_cast<uint16_t>(slot.head + place.displacement + 1);
    std::byte* memory = bucket_at(partition, place.bucket);
    if (!place.taken) return write<Words>(partition.shape, memory, place.slot, slot);
    Slot other;
    read<Words>(partition.shape, memory, place.slot, other);
    write<Words>(partition.shape, memory, place.slot, other);  // now all its bits are 0
    write<Words>(partition.shape, memory, place.slot, slot);
    const unsigned tag = other.head & tag_mask;
    other.head = static_cast<uint16_t>(other.head - tag);
    room(partition, place.bucket + 1, tag, place);
    settle<Words>(partition, place, other);
}

/// Adds the slot, bit by bit without carries, to one whose bits are 0 (or the same: they are 0 then).
template <uint32_t Words>
void StateSet::write(const Shape& shape, std::byte* bucket, uint32_t number, const Slot& slot) {
    const auto head = static_cast<uint16_t>(head_at(bucket, number) ^ slot.head);
    std::memcpy(bucket + number * sizeof head, &head, sizeof head);
    uint64_t bit = uint64_t{shape.slots} * 16 + uint64_t{number} * shape.body_bits;
    for (uint32_t word = 0; word < words<Words>(shape); ++word, bit += 64) flip_at(bucket, bit, slot.body[word]);
}

template <uint32_t Words>
void StateSet::read(const Shape& shape, const std::byte* bucket, uint32_t number, Slot& slot) {
    slot.head = head_at(bucket, number);
    uint64_t bit = uint64_t{shape.slots} * 16 + uint64_t{number} * shape.body_bits;
    uint32_t left = shape.body_bits;
    for (uint32_t word = 0; word < words<Words>(shape); ++word, bit += 64, left -= 64)
        slot.body[word] = bits_at(bucket, bit) & low_bits(left);
}

template <uint32_t Words>
bool StateSet::insert_into(Partition& partition, uint64_t hash, const uint64_t* state) {
    Slot slot;
    Place place;
    fill(partition.shape, hash, state, slot);
    const Probe probed = probe<Words>(partition, home(partition, hash), slot, place);
    if (probed == Probe::found) return false;
    if (probed == Probe::absent && partition.count < partition.limit &&
        (!place.taken || can_settle(partition, place))) {
        settle<Words>(partition, place, slot);
        ++partition.count;
        return true;
    }
    grow(partition);
    return insert(hash, state);
}

bool StateSet::insert(uint64_t hash, const uint64_t* state) {
    Partition& partition = partitions_[partition_of(hash)];
    switch (partition.shape.body_words) {
        case 1: return insert_into<1>(partition, hash, state);
        case 2: return insert_into<2>(partition, hash, state);
        case 3: return insert_into<3>(partition, hash, state);
        default: return insert_into<0>(partition, hash, state);
    }
}

bool StateSet::contains(uint64_t hash, const uint64_t* state) const {
    const Partition& partition = partitions_[partition_of(hash)];
    Slot slot;
    Place place;
    fill(partition.shape, hash, state, slot);
    return probe<0>(partition, home(partition, hash), slot, place) == Probe::found;
}

void StateSet::grow(Partition& partition) {
    uint64_t slots = uint64_t{partition.shape.buckets} * partition.shape.slots;
    for (;;) {
        slots += slots / 2 + 1;
        Partition larger;
        larger.shape = shape_for(slots);
        larger.limit = limit_of(larger.shape);
        larger.count = partition.count;
        // The budget counts what stays, not the old area while it is copied: 1/32 of the whole.
        const uint64_t more = larger.shape.bytes() - std::min(larger.shape.bytes(), partition.shape.bytes());
        memory_.take(more);
        try {
            larger.memory = allocate(larger.shape.bytes());
        } catch (const std::bad_alloc&) {
            memory_.give_back(more);
            throw;
        }
        const uint32_t words = partition.shape.body_words;
        const bool moved = words == 1   ? move_all<1>(partition, larger)
                           : words == 2 ? move_all<2>(partition, larger)
                                        : move_all<0>(partition, larger);
        if (moved) {
            release(partition.memory, partition.shape.bytes());
            if (larger.shape.bytes() < partition.shape.bytes())
                memory_.give_back(partition.shape.bytes() - larger.shape.bytes());
            partition = larger;
            return;
        }
        release(larger.memory, larger.shape.bytes());
        memory_.give_back(more);
    }
}

/// False if some state does not find room near its home.
//
// A larger partition has the same states in the same order of homes, so both are gone through from begin to end.
template <uint32_t Words>
bool StateSet::move_all(const Partition& from, const Partition& to) const {
    const Shape& shape = from.shape;
    const unsigned x_bits = mixed_bits_ > partition_bits ? mixed_bits_ - partition_bits : 0;  // behind the number
    const uint64_t step = (uint64_t{1} << x_bits) / shape.buckets;
    const uint64_t step_rest = (uint64_t{1} << x_bits) % shape.buckets;
    uint64_t least = 0, least_rest = 0;  // 2^x_bits * bucket / buckets, and the rest of that division
    std::array<uint64_t, 8> least_x{};   // by home, modulo 8: the least x whose home it is
    const bool narrower = to.shape.body_words <= Words;
    Slot slot;
    for (uint64_t bucket = 0; bucket < uint64_t{shape.buckets} + most_displacement; ++bucket) {
        least_x[bucket % 8] = least + (least_rest > 0 ? 1 : 0);
        least += step;
        least_rest += step_rest;
        if (least_rest >= shape.buckets) {
            least_rest -= shape.buckets;
            ++least;
        }
        const std::byte* memory = bucket_at(from, bucket);
        __builtin_prefetch(memory + 16 * size_t{shape.bucket_bytes});
        for (uint32_t number = 0; number < shape.slots; ++number) {
            read<Words>(shape, memory, number, slot);
            const unsigned tag = slot.head & tag_mask;
            if (tag == 0) break;
            // The one x whose home is that of the slot and that ends with the bits kept.
            const uint64_t low = uint64_t{slot.head} >> tag_bits | slot.body[0] << head_kept;
            const uint64_t first = least_x[(bucket + 1 - tag) % 8];
            const uint64_t x = first + ((low - first) & low_bits(shape.kept));
            const auto home = static_cast<uint64_t>(static_cast<Wide>(x) * to.shape.buckets >> x_bits);
            __builtin_prefetch(bucket_at(to, home + 24), 1);
            recode<Words>(slot, x, shape, to.shape);
            Place place;
            if (room(to, home, 0, place) == Probe::full) return false;
            if (place.taken && !can_settle(to, place)) return false;
            if (narrower)
                settle<Words>(to, place, slot);
            else
                settle<0>(to, place, slot);
        }
    }
    return true;
}

/// The slot of x in the new shape, made from the one in the old.
template <uint32_t Words>
void StateSet::recode(Slot& slot, uint64_t x, const Shape& from, const Shape& to) {
    const unsigned old_bits = from.kept_in_body(), new_bits = to.kept_in_body();
    const uint32_t last = words<Words>(from);
    if (new_bits < old_bits) {
        const unsigned by = old_bits - new_bits;
        slot.body[last] = 0;
        for (uint32_t word = 0; word < last; ++word)
            slot.body[word] = slot.body[word] >> by | slot.body[word + 1] << 1 << (63 - by);
    } else if (new_bits > old_bits) {
        const unsigned by = new_bits - old_bits;
        slot.body[last] = slot.body[last - 1] >> 1 >> (63 - by);
        for (uint32_t word = last - 1; word > 0; --word)
            slot.body[word] = slot.body[word] << by | slot.body[word - 1] >> 1 >> (63 - by);
        slot.body[0] <<= by;
    }
    const uint64_t kept = x & low_bits(to.kept);
    slot.head = static_cast<uint16_t>(kept << tag_bits);
    slot.body[0] = (slot.body[0] & ~low_bits(new_bits)) | kept >> head_kept;
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
