#include "checker/explicit/state_set.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>

namespace untorn::checker {

namespace {

constexpr double greatest_load = 0.85;
constexpr uint64_t huge_page = uint64_t{1} << 21;

uint64_t load(const std::byte* at) {
    uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

/// 64 bits from bit number `bit` on. Reads up to nine bytes.
uint64_t bits_at(const std::byte* memory, uint64_t bit) {
    const std::byte* at = memory + (bit >> 3);
    const unsigned shift = bit & 7;
    const uint64_t low = load(at) >> shift;
    return shift == 0 ? low : low | static_cast<uint64_t>(at[8]) << (64 - shift);
}

uint64_t low_bits(unsigned count) { return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1; }

/// Appends the low `count` bits of `value` at `position`.
void put(uint64_t* words, unsigned& position, uint64_t value, unsigned count) {
    if (count == 0) return;
    const unsigned shift = position & 63;
    words[position >> 6] |= value << shift;
    if (shift + count > 64) words[(position >> 6) + 1] |= value >> (64 - shift);
    position += count;
}

/// Changes the `count` bits at `position` where `change` has ones.
void flip(uint64_t* words, unsigned position, uint64_t change, unsigned count) {
    const unsigned shift = position & 63;
    words[position >> 6] ^= change << shift;
    if (shift + count > 64) words[(position >> 6) + 1] ^= change >> (64 - shift);
}

uint64_t get(const uint64_t* words, unsigned& position, unsigned count) {
    if (count == 0) return 0;
    const unsigned shift = position & 63;
    uint64_t value = words[position >> 6] >> shift;
    if (shift + count > 64) value |= words[(position >> 6) + 1] << (64 - shift);
    position += count;
    return value & low_bits(count);
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
        const auto buckets = static_cast<uint32_t>(std::lround(8.0 * std::exp2(double(p) / partitions)));
        Partition& partition = partitions_[p];
        partition.shape = shape_for(buckets);
        partition.limit = static_cast<uint32_t>(greatest_load * buckets * partition.shape.slots);
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
    if (bytes < huge_page) {
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
    if (bytes < huge_page)
        ::operator delete (memory, std::align_val_t{64});
    else
        munmap(memory, (bytes + 4095) & ~uint64_t{4095});
}

// A home bucket stands for at most 2^(mixed_bits - 8) / buckets values of x behind the partition's eight bits, rounded
// up; so many low bits tell them apart.
StateSet::Shape StateSet::shape_for(uint32_t buckets) const {
    const unsigned address = 8 + static_cast<unsigned>(std::bit_width(buckets) - 1);
    Shape shape;
    shape.buckets = buckets;
    shape.kept = mixed_bits_ > address ? mixed_bits_ - address : 0;
    shape.slot_bits = tag_bits + shape.kept + rest_bits_;
    double least_waste = 2;
    for (uint32_t bytes = 64; bytes <= 64U * 1024; bytes *= 2) {
        const uint32_t slots = bytes * 8 / shape.slot_bits;
        const double waste = 1 - double(slots) * shape.slot_bits / (bytes * 8.0);
        if (slots < 6 || waste >= least_waste) continue;
        least_waste = waste;
        shape.bucket_bytes = bytes;
        shape.slots = slots;
        if (waste < 0.09) break;
    }
    return shape;
}

/// The slot without its displacement.
void StateSet::fill(const Shape& shape, uint64_t hash, const uint64_t* state, Slot& slot) const {
    std::fill_n(slot.begin(), shape.slot_bits / 64 + 2, uint64_t{0});
    unsigned position = tag_bits;
    put(slot.data(), position, (hash >> align_) & low_bits(shape.kept), shape.kept);
    for (const RestWord& word : rest_) put(slot.data(), position, state[word.index], word.bits);
}

StateSet::Probe StateSet::probe(const Partition& partition, uint64_t bucket, const Slot& slot, Place& place) const {
    const Shape& shape = partition.shape;
    const unsigned quick_bits = std::min(shape.slot_bits, 57U);  // what one load gives at any bit offset
    const uint64_t quick = low_bits(quick_bits);
    uint64_t wanted = slot[0] + 1;
    for (unsigned displacement = 0; displacement <= most_displacement; ++displacement, ++bucket, ++wanted) {
        uint64_t bit = bucket * shape.bucket_bytes * 8;
        uint64_t nearest_bit = 0;
        unsigned nearest = displacement + 1;  // the least tag below that of `wanted`
        for (uint32_t i = 0; i < shape.slots; ++i, bit += shape.slot_bits) {
            const uint64_t seen = load(partition.memory + (bit >> 3)) >> (bit & 7);
            const auto tag = static_cast<unsigned>(seen & low_bits(tag_bits));
            if (tag < nearest) {
                nearest = tag;
                nearest_bit = bit;
                if (tag == 0) break;
            }
            if (((seen ^ wanted) & quick) != 0) continue;
            bool equal = true;
            for (unsigned done = quick_bits; done < shape.slot_bits && equal; done += 57) {
                const unsigned count = std::min(57U, shape.slot_bits - done);
                unsigned position = done;
                const uint64_t part = load(partition.memory + ((bit + done) >> 3)) >> ((bit + done) & 7);
                equal = ((part ^ get(slot.data(), position, count)) & low_bits(count)) == 0;
            }
            if (equal) return Probe::found;
        }
        // Whoever is nearer to its home than the state would be here gives way to it: it cannot have gone farther.
        if (nearest <= displacement) {
            place = {bucket, nearest_bit, displacement, nearest != 0};
            return Probe::absent;
        }
    }
    return Probe::full;
}

/// 0: an empty slot; else 1 + displacement.
unsigned StateSet::tag_at(const Partition& partition, uint64_t bit) {
    return static_cast<unsigned>(load(partition.memory + (bit >> 3)) >> (bit & 7) & low_bits(tag_bits));
}

/// Where a state that is not in the partition goes, from this bucket on.
StateSet::Probe StateSet::room(const Partition& partition, uint64_t bucket, unsigned displacement, Place& place) {
    const Shape& shape = partition.shape;
    for (; displacement <= most_displacement; ++displacement, ++bucket) {
        uint64_t bit = bucket * shape.bucket_bytes * 8;
        unsigned nearest = displacement + 1;
        for (uint32_t i = 0; i < shape.slots && nearest != 0; ++i, bit += shape.slot_bits) {
            const unsigned tag = tag_at(partition, bit);
            if (tag >= nearest) continue;
            nearest = tag;
            place = {bucket, bit, displacement, tag != 0};
        }
        if (nearest <= displacement) return Probe::absent;
    }
    return Probe::full;
}

/// Whether everybody finds room if a state goes to this place.
bool StateSet::can_settle(const Partition& partition, Place place) {
    while (place.taken)
        if (room(partition, place.bucket + 1, tag_at(partition, place.bit), place) == Probe::full) return false;
    return true;
}

/// Writes the slot to its place, and moves on whoever was there, and so on: can_settle() has said that it ends.
void StateSet::settle(const Partition& partition, Place place, Slot& slot) {
    const unsigned slot_bits = partition.shape.slot_bits;
    for (;;) {
        slot[0] += place.displacement + 1;
        for (unsigned done = 0; done < slot_bits; done += 57) {  // exchanges the slot with what was there
            const unsigned count = std::min(57U, slot_bits - done);
            unsigned position = done;
            const uint64_t part = get(slot.data(), position, count);
            std::byte* at = partition.memory + ((place.bit + done) >> 3);
            const unsigned shift = (place.bit + done) & 7;
            const uint64_t seen = load(at);
            const uint64_t change = ((seen >> shift) ^ part) & low_bits(count);
            const uint64_t written = seen ^ change << shift;
            std::memcpy(at, &written, sizeof written);
            flip(slot.data(), done, change, count);
        }
        if (!place.taken) return;
        const auto tag = static_cast<unsigned>(slot[0] & low_bits(tag_bits));
        slot[0] -= tag;
        room(partition, place.bucket + 1, tag, place);
    }
}

bool StateSet::insert(uint64_t hash, const uint64_t* state) {
    const unsigned number = partition_of(hash);
    Partition& partition = partitions_[number];
    Slot slot;
    Place place;
    for (;;) {
        fill(partition.shape, hash, state, slot);
        const Probe probed = probe(partition, home(partition, hash), slot, place);
        if (probed == Probe::found) return false;
        if (probed == Probe::absent && partition.count < partition.limit && can_settle(partition, place)) break;
        grow(partition, number);
    }
    settle(partition, place, slot);
    ++partition.count;
    return true;
}

bool StateSet::contains(uint64_t hash, const uint64_t* state) const {
    const Partition& partition = partitions_[partition_of(hash)];
    Slot slot;
    Place place;
    fill(partition.shape, hash, state, slot);
    return probe(partition, home(partition, hash), slot, place) == Probe::found;
}

void StateSet::grow(Partition& partition, uint64_t number) {
    uint64_t buckets = partition.shape.buckets;
    for (;;) {
        buckets += buckets / 4 + 1;
        if (buckets > UINT32_MAX) throw LimitReached{"the greatest number of states (2^32)"};
        Partition larger;
        larger.shape = shape_for(static_cast<uint32_t>(buckets));
        const double limit = greatest_load * static_cast<double>(buckets) * larger.shape.slots;
        larger.limit = static_cast<uint32_t>(std::min<double>(limit, UINT32_MAX));
        larger.count = partition.count;
        // The budget counts what stays, not the old area while it is copied: 1/256 of the whole.
        const uint64_t more = larger.shape.bytes() - std::min(larger.shape.bytes(), partition.shape.bytes());
        memory_.take(more);
        try {
            larger.memory = allocate(larger.shape.bytes());
        } catch (const std::bad_alloc&) {
            memory_.give_back(more);
            throw;
        }
        if (move_all(partition, number, larger)) {
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
bool StateSet::move_all(const Partition& from, uint64_t number, Partition& to) const {
    const Shape& shape = from.shape;
    const unsigned x_bits = mixed_bits_ > 8 ? mixed_bits_ - 8 : 0;  // behind the partition's number
    Slot old, made;
    std::array<uint64_t, greatest_words> state;
    for (uint64_t bucket = 0; bucket < uint64_t{shape.buckets} + most_displacement; ++bucket) {
        uint64_t bit = bucket * shape.bucket_bytes * 8;
        for (uint32_t i = 0; i < shape.slots; ++i, bit += shape.slot_bits) {
            for (unsigned done = 0; done < shape.slot_bits; done += 64)
                old[done / 64] = bits_at(from.memory, bit + done);
            const auto tag = static_cast<unsigned>(old[0] & low_bits(tag_bits));
            if (tag == 0) break;
            unsigned position = tag_bits;
            const uint64_t low = get(old.data(), position, shape.kept);
            for (const RestWord& word : rest_) state[word.index] = get(old.data(), position, word.bits);
            // The one value of x whose home this is and that ends with these bits.
            const uint64_t home_bucket = bucket - (tag - 1);
            const auto least =
                static_cast<uint64_t>(((static_cast<Wide>(home_bucket) << x_bits) + shape.buckets - 1) / shape.buckets);
            const uint64_t x = least + ((low - least) & low_bits(shape.kept));
            const uint64_t hash = number << 56 | (x_bits == 0 ? 0 : x << (64 - 8 - x_bits));
            fill(to.shape, hash, state.data(), made);
            Place place;
            if (room(to, home(to, hash), 0, place) == Probe::full || !can_settle(to, place)) return false;
            settle(to, place, made);
        }
    }
    return true;
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
