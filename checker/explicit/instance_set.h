// A set of transition instances as bits: what stubborn sets are computed with. All sets of one computation have the
// same capacity, so that union and inclusion are loops over words.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace untorn::checker {

class InstanceSet {
 public:
    InstanceSet() = default;
    explicit InstanceSet(uint32_t capacity) : words_((capacity + 63) / 64, 0) {}

    bool has(uint32_t instance) const { return (words_[instance / 64] >> (instance % 64) & 1) != 0; }
    void add(uint32_t instance) { words_[instance / 64] |= uint64_t{1} << (instance % 64); }
    void remove(uint32_t instance) { words_[instance / 64] &= ~(uint64_t{1} << (instance % 64)); }
    void clear() { words_.assign(words_.size(), 0); }

    InstanceSet& operator|=(const InstanceSet& other) {
        for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
        return *this;
    }
    InstanceSet& operator&=(const InstanceSet& other) {
        for (size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
        return *this;
    }
    InstanceSet& operator-=(const InstanceSet& other) {
        for (size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
        return *this;
    }
    bool operator==(const InstanceSet&) const = default;

    bool within(const InstanceSet& other) const {
        uint64_t outside = 0;
        for (size_t i = 0; i < words_.size(); ++i) outside |= words_[i] & ~other.words_[i];
        return outside == 0;
    }
    /// Adds `some` and those of `more` that `among` holds, too.
    void add_common(const InstanceSet& more, const InstanceSet& among) {
        for (size_t i = 0; i < words_.size(); ++i) words_[i] |= more.words_[i] & among.words_[i];
    }
    bool empty() const {
        uint64_t any = 0;
        for (uint64_t word : words_) any |= word;
        return any == 0;
    }
    uint32_t count() const {
        uint32_t sum = 0;
        for (uint64_t word : words_) sum += static_cast<uint32_t>(std::popcount(word));
        return sum;
    }
    /// The least instance, taken out; false if there is none.
    bool take(uint32_t& instance) {
        for (size_t i = 0; i < words_.size(); ++i) {
            if (words_[i] == 0) continue;
            instance = static_cast<uint32_t>(i * 64 + static_cast<size_t>(std::countr_zero(words_[i])));
            words_[i] &= words_[i] - 1;
            return true;
        }
        return false;
    }
    /// Calls `f(instance)` in ascending order.
    template <class F>
    void for_each(F f) const {
        for (size_t i = 0; i < words_.size(); ++i)
            for (uint64_t rest = words_[i]; rest != 0; rest &= rest - 1)
                f(static_cast<uint32_t>(i * 64 + static_cast<size_t>(std::countr_zero(rest))));
    }

 private:
    std::vector<uint64_t> words_;
};

}  // namespace untorn::checker
