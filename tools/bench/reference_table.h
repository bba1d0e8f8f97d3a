// The reference table: what exact storing of states alone costs on this machine.
//
// An open-addressing, key-only hash table of fixed-size keys (linear probing, one word of the key says whether a slot
// is taken), of a capacity fixed beforehand, at most 60 % full, on huge pages where the system grants them. Probes are
// batched: a key is hashed and the line of its first slot prefetched, and only after `in_flight` more keys is it looked
// up (S. Chen, A. Ailamaki, P. Gibbons, T. Mowry, "Improving hash join performance through prefetching", ICDE 2004:
// group prefetching), so that many cache misses are under way at once. Nothing else is done: no successors, no numbers
// for states, no predecessors, no growth, no counts but one. A search that stores the same keys cannot be expected to
// be faster; its distance from this table is what it pays for everything else.
//
// Several threads share one table: a thread claims a slot by exchanging its first word from empty to busy, writes the
// rest, and publishes the first word; a key is found by exactly one thread to be new.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <thread>
#include <vector>

namespace untorn::bench {

__extension__ using Wide = unsigned __int128;

/// The upper half of a product: maps a hash evenly to 0..n-1.
inline uint64_t scale(uint64_t hash, uint64_t n) { return static_cast<uint64_t>((Wide{hash} * n) >> 64); }

template <size_t Words>
using Key = std::array<uint64_t, Words>;

/// Folded multiplication over the words.
template <size_t Words>
uint64_t hash(const Key<Words>& key) {
    uint64_t h = 0x9e3779b97f4a7c15;
    for (const uint64_t word : key) {
        const Wide product = Wide{h ^ word} * 0xd6e8feb86659fd93;
        h = static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
    }
    return h * 0xff51afd7ed558ccd;
}

/// Key number `i` (below 2^48) of a permuted sequence of distinct keys; its first word is neither 0 nor 1.
template <size_t Words>
Key<Words> make_key(uint64_t i) {
    Key<Words> key;
    uint64_t x = (i + 2) * 0x9e3779b97f4a7c15;  // odd: different for different i
    x ^= x >> 32;
    key[0] = x;
    for (size_t w = 1; w < Words; ++w) {
        x += 0xd1342543de82ef95;
        key[w] = x ^ (x >> 29);
    }
    return key;
}

/// The order in which keys are offered: `offers` offers, `keys` of them of a new key, evenly spread, the others
/// repeats.
///
/// How far back the repeats lie follows what breadth-first search does on the benchmark's protocols: half of them are
/// among the last 32 new keys (a diamond: two steps commute), six in sixteen within some power of two up to a level of
/// the search (1/32 of the keys), two in sixteen anywhere in about the last quarter (the way round a cycle).
class OfferOrder {
 public:
    /// Begins with offer number `from`.
    OfferOrder(uint64_t keys, uint64_t offers, uint64_t from = 0) : keys_(keys), offers_(offers), next_(from) {
        const Wide begun = Wide{from} * keys + offers - 1;
        fresh_ = static_cast<uint64_t>(begun / offers);
        phase_ = static_cast<uint64_t>(begun % offers);
        const unsigned far = log2(keys / 4);
        const unsigned level = log2(keys / 32);
        for (unsigned i = 0; i < reach_.size(); ++i) {
            const unsigned bits = i < 8 ? 5 : i < 14 ? 5 + (level > 5 ? level - 5 : 0) * (i - 7) / 6 : far;
            reach_[i] = (uint64_t{1} << bits) - 1;
        }
    }

    /// The number of the next key. No branch depends on what is random here: it would cost more than the table.
    uint64_t next() {
        uint64_t r = ++next_ * 0xbf58476d1ce4e5b9;
        r = (r ^ (r >> 31)) * 0x94d049bb133111eb;
        const uint64_t back = (r & reach_[r >> 60]) + 1;
        phase_ += keys_;
        const bool fresh = phase_ >= offers_;
        phase_ -= fresh ? offers_ : 0;
        const uint64_t key = fresh_ - (fresh ? 0 : back < fresh_ ? back : fresh_);
        fresh_ += fresh ? 1 : 0;
        return key;
    }

 private:
    static unsigned log2(uint64_t n) { return n < 2 ? 0 : static_cast<unsigned>(std::bit_width(n) - 1); }

    uint64_t keys_;
    uint64_t offers_;
    uint64_t next_;
    uint64_t fresh_;  ///< new keys offered so far
    uint64_t phase_;  ///< reaches offers_ when the next new key is due
    std::array<uint64_t, 16> reach_{};
};

/// Zeroed memory, on huge pages if the system has some; touched, so that no page fault is left for later.
class HugePages {
 public:
    explicit HugePages(size_t bytes) : bytes_((bytes + huge - 1) / huge * huge + huge) {
        base_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (base_ == MAP_FAILED) throw std::bad_alloc();
        const auto address = reinterpret_cast<uintptr_t>(base_);
        start_ = reinterpret_cast<std::byte*>((address + huge - 1) / huge * huge);
        madvise(start_, bytes, MADV_HUGEPAGE);  // only a wish: failure costs time, not correctness
        std::memset(start_, 0, bytes);
    }
    ~HugePages() { munmap(base_, bytes_); }
    HugePages(const HugePages&) = delete;
    HugePages& operator=(const HugePages&) = delete;
    std::byte* data() const { return start_; }

 private:
    static constexpr size_t huge = size_t{2} << 20;
    size_t bytes_;
    void* base_ = nullptr;
    std::byte* start_ = nullptr;
};

template <size_t Words, bool Shared>
class ReferenceTable {
 public:
    /// Room for `keys` keys at a load of 60 %.
    explicit ReferenceTable(uint64_t keys) : slots_(keys * 10 / 6 + 64), memory_(slots_ * sizeof(Key<Words>)) {}

    uint64_t slots() const { return slots_; }

    void prefetch(uint64_t h) const {
        const std::byte* slot = memory_.data() + scale(h, slots_) * sizeof(Key<Words>);
        __builtin_prefetch(slot, 1);
        if constexpr (64 % sizeof(Key<Words>) != 0) __builtin_prefetch(slot + sizeof(Key<Words>) - 1, 1);
    }

    /// True if the key was not in the table.
    bool insert(const Key<Words>& key, uint64_t h) {
        for (uint64_t slot = scale(h, slots_);; slot = slot + 1 == slots_ ? 0 : slot + 1) {
            uint64_t* words = reinterpret_cast<uint64_t*>(memory_.data()) + slot * Words;
            if constexpr (Shared) {
                std::atomic_ref<uint64_t> first(words[0]);
                uint64_t seen = first.load(std::memory_order_acquire);
                if (seen == empty && first.compare_exchange_strong(seen, busy, std::memory_order_acquire)) {
                    std::memcpy(words + 1, key.data() + 1, sizeof key - sizeof key[0]);
                    first.store(key[0], std::memory_order_release);
                    return true;
                }
                while (seen == busy) seen = first.load(std::memory_order_acquire);
                if (seen != key[0]) continue;
            } else {
                if (words[0] == empty) {
                    std::memcpy(words, key.data(), sizeof key);
                    return true;
                }
                if (words[0] != key[0]) continue;
            }
            if (std::memcmp(words + 1, key.data() + 1, sizeof key - sizeof key[0]) == 0) return false;
        }
    }

 private:
    static constexpr uint64_t empty = 0;
    static constexpr uint64_t busy = 1;
    uint64_t slots_;
    HugePages memory_;
};

/// Makes the offers number `from` to `to` (not included); returns how many keys were new.
template <size_t Words, bool Shared>
uint64_t offer_range(ReferenceTable<Words, Shared>& table, OfferOrder order, uint64_t from, uint64_t to) {
    constexpr uint64_t in_flight = 32;
    struct Pending {
        Key<Words> key;
        uint64_t hash;
    };
    std::array<Pending, in_flight> pending;
    const auto prepare = [&](Pending& p) {
        p.key = make_key<Words>(order.next());
        p.hash = hash(p.key);
        table.prefetch(p.hash);
    };
    const uint64_t count = to - from;
    const uint64_t first = count < in_flight ? count : in_flight;
    uint64_t added = 0;
    for (uint64_t j = 0; j < first; ++j) prepare(pending[j]);
    for (uint64_t j = first; j < count; ++j) {
        Pending& p = pending[j % in_flight];
        added += table.insert(p.key, p.hash) ? 1 : 0;
        prepare(p);
    }
    for (uint64_t j = count - first; j < count; ++j) {
        const Pending& p = pending[j % in_flight];
        added += table.insert(p.key, p.hash) ? 1 : 0;
    }
    return added;
}

/// Makes all offers, with several threads if the table is shared: they take turns. Returns how many keys were new.
template <size_t Words, bool Shared>
uint64_t offer_all(ReferenceTable<Words, Shared>& table, uint64_t keys, uint64_t offers, unsigned threads) {
    const uint64_t turn = threads > 1 ? uint64_t{1} << 16 : offers;
    std::atomic<uint64_t> next = 0;
    std::atomic<uint64_t> added = 0;
    const auto work = [&] {
        for (uint64_t from = next.fetch_add(turn); from < offers; from = next.fetch_add(turn))
            added += offer_range(table, OfferOrder(keys, offers, from), from, std::min(offers, from + turn));
    };
    std::vector<std::thread> others;
    for (unsigned t = 1; t < threads; ++t) others.emplace_back(work);
    work();
    for (std::thread& t : others) t.join();
    return added;
}

}  // namespace untorn::bench
