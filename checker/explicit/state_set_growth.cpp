#include "checker/explicit/state_set_growth.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace untorn::checker {

using bucket::low_bits;

namespace {

constexpr size_t extents_of_part = 4;  ///< at least: less is not worth the seams
constexpr size_t most_parts = 16;
constexpr uint64_t worth_saving = uint64_t{1} << 17;  ///< slots: a smaller partition doubles its size

}  // namespace

/// From the slots of the old buckets, gone through in order, to the x that they stand for.
class StateSet::Growth::Homes {
 public:
    Homes(const Shape& shape, unsigned x_bits, uint64_t first)
        : shape_(shape),
          step_((uint64_t{1} << x_bits) / shape.buckets),
          step_rest_((uint64_t{1} << x_bits) % shape.buckets),
          least_(static_cast<uint64_t>((static_cast<Wide>(first) << x_bits) / shape.buckets)),
          least_rest_(static_cast<uint64_t>((static_cast<Wide>(first) << x_bits) % shape.buckets)) {}

    /// Comes to the next bucket, the first one to begin with.
    void next(uint64_t bucket) {
        least_x_[bucket % 8] = least_ + (least_rest_ > 0 ? 1 : 0);
        least_ += step_;
        least_rest_ += step_rest_;
        if (least_rest_ < shape_.buckets) return;
        least_rest_ -= shape_.buckets;
        ++least_;
    }
    /// No state in the buckets so far has a greater x.
    uint64_t greatest_x() const { return least_; }
    /// The one x whose home is that of the slot and that ends with the bits kept.
    uint64_t x(uint64_t bucket, unsigned displacement, const Slot& slot) const {
        const uint64_t low = uint64_t{slot.head} >> tag_bits | slot.body[0] << head_kept;
        const uint64_t first = least_x_[(bucket - displacement) % 8];
        return first + ((low - first) & low_bits(shape_.kept));
    }

 private:
    const Shape& shape_;
    uint64_t step_, step_rest_;
    uint64_t least_, least_rest_;        ///< 2^x_bits * bucket / buckets, and the rest of that division
    std::array<uint64_t, 8> least_x_{};  ///< by home, modulo 8: the least x whose home it is
};

StateSet::Growth::Growth(StateSet& set, Partition& partition)
    : set_(set),
      partition_(partition),
      x_bits_(set.mixed_bits_ > partition_bits ? set.mixed_bits_ - partition_bits : 0),
      slots_(uint64_t{partition.shape.buckets} * partition.shape.slots) {
    try {
        take_memory();
    } catch (...) {
        give_back_memory();
        throw;
    }
}

StateSet::Growth::~Growth() { give_back_memory(); }

void StateSet::Growth::take_memory() {
    // Nearly the square root of 2: sizes staggered over a doubling stay so. While all is small, time matters more.
    slots_ += slots_ < worth_saving ? slots_ : slots_ * 2 / 5 + 1;
    larger_.shape = set_.shape_for(slots_);
    larger_.limit = limit_of(larger_.shape);
    larger_.count = partition_.count;
    // The budget counts what stays, not the old area while it is copied: 1/32 of the whole.
    const uint64_t old_bytes = partition_.shape.bytes(), bytes = larger_.shape.bytes();
    const uint64_t more = bytes - std::min(bytes, old_bytes);
    set_.memory_.take(more);
    taken_ = more;
    used_ = set_.allocate(larger_);
    const size_t parts =
        larger_.shape.pooled() ? std::clamp<size_t>(larger_.extents.size() / extents_of_part, 1, most_parts) : 1;
    bounds_.clear();
    for (size_t part = 0; part < parts; ++part)
        bounds_.push_back((larger_.extents.size() * part / parts) << larger_.extent_shift);
    bounds_.push_back(larger_.shape.buckets);
    left_.assign(parts, {});
}

void StateSet::Growth::give_back_memory() {
    if (!larger_.extents.empty()) set_.release(larger_);
    set_.memory_.give_back(taken_);
    taken_ = 0;
}

void StateSet::Growth::move(size_t part) {
    switch (partition_.shape.body_words) {
        case 1: return move_part<1>(part);
        case 2: return move_part<2>(part);
        case 3: return move_part<3>(part);
        default: return move_part<0>(part);
    }
}

/// The least home, in the partition as it was, of states whose home in the larger one is at least `home`.
uint64_t StateSet::Growth::first_source(uint64_t home) const {
    const Wide x = ((static_cast<Wide>(home) << x_bits_) + larger_.shape.buckets - 1) / larger_.shape.buckets;
    return static_cast<uint64_t>(x * partition_.shape.buckets >> x_bits_);
}

template <uint32_t Words>
void StateSet::Growth::move_part(size_t part) {
    struct Filled {
        uint32_t count;  ///< of a bucket's slots, from the left
        uint64_t low;    ///< bits that the last body has in the byte where the next one begins
    };
    constexpr uint64_t window = 64;     // a power of 2
    std::array<Filled, window> filled;  // by bucket, modulo `window`
    const Shape shape = partition_.shape, goal = larger_.shape;
    const uint32_t last_word = (goal.body_words == Words ? Words : goal.body_words) - 1;
    const uint64_t begin = bounds_[part], end = bounds_[part + 1];
    const bool last_part = part + 1 == parts();
    const uint64_t places_end = last_part ? end + most_displacement : end;
    const uint64_t sources_end =
        last_part ? uint64_t{shape.buckets} + most_displacement : first_source(end) + most_displacement + 1;
    const uint64_t first = part == 0 ? 0 : first_source(begin);
    Homes homes(shape, x_bits_, first);
    uint64_t front = begin;  // the buckets before it are cleared, and in the window
    size_t cleared = begin >> larger_.extent_shift;
    const auto clear_up_to = [&](uint64_t bucket) {
        for (; cleared < used_ && cleared << larger_.extent_shift < bucket; ++cleared)
            std::memset(larger_.extents[cleared], 0, ExtentPool::extent_bytes);
    };
    Slot slot;
    for (uint64_t bucket = first; bucket < sources_end; ++bucket) {
        homes.next(bucket);
        const auto greatest = static_cast<uint64_t>(static_cast<Wide>(homes.greatest_x()) * goal.buckets >> x_bits_);
        const uint64_t seen = std::min(places_end, greatest + 1 + most_displacement);
        clear_up_to(seen);
        for (; front < seen; ++front) filled[front % window] = {0, 0};
        const std::byte* memory = bucket_at(partition_, bucket);
        for (uint32_t number = 0; number < shape.slots; ++number) {
            const unsigned tag = bucket::head_at(memory, number) & tag_mask;
            if (tag == 0) break;
            const unsigned displacement = tag - 1;
            if (displacement > bucket - first) continue;  // of the part before
            read<Words>(shape, memory, number, slot);
            const uint64_t x = homes.x(bucket, displacement, slot);
            const auto home = static_cast<uint64_t>(static_cast<Wide>(x) * goal.buckets >> x_bits_);
            if (home < begin || home >= end) continue;
            uint64_t place = home;
            const uint64_t far = std::min(home + most_displacement + 1, front);
            if (home + window >= front)
                while (place < far && filled[place % window].count == goal.slots) ++place;
            else
                place = far;
            if (place == far) [[unlikely]] {
                left_[part].push_back({bucket, number});
                continue;
            }
            recode<Words>(slot, x, shape, goal);
            Filled& target = filled[place % window];
            std::byte* const to = bucket_at(larger_, place);
            const auto head = static_cast<uint16_t>(slot.head + (place - home) + 1);
            std::memcpy(to + target.count * sizeof head, &head, sizeof head);
            const uint64_t bit = body_at(goal, target.count);
            const unsigned shift = bit & 7;
            uint64_t byte = bit >> 3;
            uint64_t carried = target.low;
            for (uint32_t word = 0; word < last_word; ++word, byte += 8) {
                const uint64_t bits = slot.body[word] << shift | carried;
                std::memcpy(to + byte, &bits, sizeof bits);
                carried = slot.body[word] >> 1 >> (63 - shift);
            }
            const uint64_t bits = slot.body[last_word] << shift | carried;
            const uint64_t more = slot.body[last_word] >> 1 >> (63 - shift);
            const unsigned count = shift + goal.body_bits - last_word * 64;
            // What lies behind is empty still: zeros may be written over it, but not behind the bucket.
            if (byte + sizeof bits < goal.bucket_bytes) [[likely]] {
                std::memcpy(to + byte, &bits, sizeof bits);
                to[byte + sizeof bits] = static_cast<std::byte>(more);
            } else {
                std::memcpy(to + byte, &bits, goal.bucket_bytes - byte);
            }
            target.low = count < 64 ? bits >> (count & ~7U) : more;
            ++target.count;
        }
    }
    clear_up_to(last_part ? ~uint64_t{0} : end);
}

void StateSet::Growth::finish() {
    while (!move_left()) {
        give_back_memory();
        take_memory();
        for (size_t part = 0; part < parts(); ++part) move(part);
    }
    if (larger_.shape.bytes() < partition_.shape.bytes())
        set_.memory_.give_back(partition_.shape.bytes() - larger_.shape.bytes());
    taken_ = 0;
    std::swap(partition_, larger_);
}

/// False if some state does not find room near its home.
bool StateSet::Growth::move_left() {
    for (const std::vector<Source>& sources : left_) {
        for (const Source& source : sources) {
            const std::byte* memory = bucket_at(partition_, source.bucket);
            Slot slot;
            read<0>(partition_.shape, memory, source.slot, slot);
            const unsigned displacement = (slot.head & tag_mask) - 1U;
            Homes homes(partition_.shape, x_bits_, source.bucket - displacement);
            homes.next(source.bucket - displacement);
            const uint64_t x = homes.x(source.bucket, displacement, slot);
            recode<0>(slot, x, partition_.shape, larger_.shape);
            if (!add(larger_, static_cast<uint64_t>(static_cast<Wide>(x) * larger_.shape.buckets >> x_bits_), slot))
                return false;
        }
    }
    return true;
}

/// The slot of x in the new shape, without a displacement, made from the one in the old.
template <uint32_t Words>
void StateSet::Growth::recode(Slot& slot, uint64_t x, const Shape& from, const Shape& to) {
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

void StateSet::grow(Partition& partition) {
    Growth growth(*this, partition);
    for (size_t part = 0; part < growth.parts(); ++part) growth.move(part);
    growth.finish();
}

bool StateSet::nearly_full(unsigned partition, uint64_t more) const {
    const Partition& p = partitions_[partition];
    return p.shape.pooled() && p.limit - p.count < more;
}

}  // namespace untorn::checker
