#include "checker/explicit/sorting_normal_form.h"

#include <algorithm>
#include <bit>
#include <map>

namespace untorn::checker {

SortingNormalForm::SortingNormalForm(const Layout& layout, std::span<const Role> roles, uint32_t set, uint32_t size)
    : size_(size), order_(size), rank_(size) {
    std::map<uint32_t, std::vector<Place>> orbits;
    std::map<uint32_t, uint64_t> masks;
    for (const Role& role : roles) {
        if (!role.concerns(set)) continue;
        const Layout::Field& field = layout.fields()[role.field];
        if (!role.owners.empty()) {
            auto& places = orbits[role.orbit];
            places.resize(size);
            places[role.owners[0].identity] = {field.word, field.shift};
            masks[role.orbit] = field.mask;
        } else if (role.subset) {
            std::vector<Place> bits;
            for (uint32_t i = 0; i < size; ++i) bits.push_back({field.word, field.shift + i});
            add_slot(1, bits);
        }
    }
    for (const auto& [orbit, places] : orbits) add_slot(masks[orbit], places);
    for (const Role& role : roles) {
        const Layout::Field& field = layout.fields()[role.field];
        for (const NameRange& range : role.names) {
            if (range.set != set) continue;
            Name name{{field.word, field.shift}, field.mask, range.base, 0, 0, UINT32_MAX};
            std::tie(name.key_word, name.key_shift) = key_bits(1);
            if (role.condition) {
                // A counter without a field never changes: its actor is where it was before init, and has no locals.
                if (const Layout::Field* counter = layout.field(role.condition->counter)) {
                    name.condition = static_cast<uint32_t>(conditions_.size());
                    conditions_.push_back({{counter->word, counter->shift}, counter->mask, role.condition->unassigned});
                }
            }
            names_.push_back(name);
        }
    }
    keys_.resize(size_t{size_} * key_words_);
}

std::pair<uint32_t, unsigned> SortingNormalForm::key_bits(unsigned width) {
    if (key_used_ + width > 64) {
        ++key_words_;
        key_used_ = 0;
    }
    const unsigned shift = key_used_;
    key_used_ += width;
    return {key_words_ - 1, shift};
}

void SortingNormalForm::add_slot(uint64_t mask, const std::vector<Place>& places) {
    Slot slot{mask, 0, 0, static_cast<uint32_t>(places_.size())};
    std::tie(slot.key_word, slot.key_shift) = key_bits(static_cast<unsigned>(std::bit_width(mask)));
    slots_.push_back(slot);
    places_.insert(places_.end(), places.begin(), places.end());
    for (const Place& place : places) {
        auto owned = std::ranges::find(owned_, place.word, &Owned::word);
        if (owned == owned_.end()) owned = owned_.insert(owned_.end(), {place.word, 0});
        owned->mask |= mask << place.shift;
    }
}

bool SortingNormalForm::names_nobody(const Name& name, const uint64_t* state) const {
    if (name.condition == UINT32_MAX) return false;
    const WhereUnassigned& where = conditions_[name.condition];
    const auto location = static_cast<size_t>(state[where.counter.word] >> where.counter.shift & where.mask);
    return location < where.unassigned.size() && where.unassigned[location];
}

void SortingNormalForm::normalize(uint64_t* state) {
    if (key_words_ == 1) {
        normalize_keys<true>(state);
    } else {
        normalize_keys<false>(state);
    }
}

// Every state that the search reaches goes through here. Most keys fit into one word; most states are nearly sorted, as
// they are successors of sorted ones.
template <bool OneWord>
void SortingNormalForm::normalize_keys(uint64_t* state) {
    const uint32_t size = size_;
    const uint32_t words = OneWord ? 1 : key_words_;
    uint64_t* keys = keys_.data();
    std::fill(keys, keys + size_t{size} * words, uint64_t{0});
    for (const Slot& slot : slots_) {
        const Place* place = places_.data() + slot.first;
        uint64_t* key = keys + (OneWord ? 0 : slot.key_word);
        for (uint32_t i = 0; i < size; ++i, key += words)
            *key |= (state[place[i].word] >> place[i].shift & slot.mask) << slot.key_shift;
    }
    for (const Name& name : names_) {
        const uint64_t identity = (state[name.place.word] >> name.place.shift & name.mask) - name.base;
        if (identity < size && !names_nobody(name, state))
            keys[identity * words + (OneWord ? 0 : name.key_word)] |= uint64_t{1} << name.key_shift;
    }

    const auto less = [&](uint32_t a, uint32_t b) {
        if constexpr (OneWord) return keys[a] < keys[b];
        const uint64_t* x = keys + size_t{a} * words;
        const uint64_t* y = keys + size_t{b} * words;
        return std::lexicographical_compare(x, x + words, y, y + words);
    };
    uint32_t sorted = 1;
    while (sorted < size && !less(sorted, sorted - 1)) ++sorted;
    if (sorted == size) return;
    for (uint32_t i = 0; i < size; ++i) order_[i] = i;
    for (uint32_t i = sorted; i < size; ++i) {
        const uint32_t identity = order_[i];
        uint32_t j = i;
        for (; j > 0 && less(identity, order_[j - 1]); --j) order_[j] = order_[j - 1];
        order_[j] = identity;
    }
    for (uint32_t i = 0; i < size; ++i) rank_[order_[i]] = i;

    // Names first: the counters that decide whether they count must be the old ones. (They are not owned: see
    // Role::relates.)
    for (const Name& name : names_) {
        uint64_t& word = state[name.place.word];
        const uint64_t identity = (word >> name.place.shift & name.mask) - name.base;
        if (identity >= size || names_nobody(name, state)) continue;
        word ^= ((identity + name.base) ^ (rank_[identity] + name.base)) << name.place.shift;
    }
    for (const Owned& owned : owned_) state[owned.word] &= ~owned.mask;
    for (const Slot& slot : slots_) {
        const Place* place = places_.data() + slot.first;
        for (uint32_t i = 0; i < size; ++i) {
            const uint64_t key = keys[size_t{order_[i]} * words + (OneWord ? 0 : slot.key_word)];
            state[place[i].word] |= (key >> slot.key_shift & slot.mask) << place[i].shift;
        }
    }
}

}  // namespace untorn::checker
