#include "checker/explicit/refining_normal_form.h"

#include <algorithm>

namespace untorn::checker {

namespace {

uint64_t mix(uint64_t a, uint64_t b) {
    uint64_t x = (a ^ (b + 0x9e3779b97f4a7c15u)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 29) * 0x94d049bb133111ebu;
    return x ^ x >> 32;
}

uint64_t value_of(const Layout::Field& field, const uint64_t* state) {
    return state[field.word] >> field.shift & field.mask;
}

}  // namespace

RefiningNormalForm::RefiningNormalForm(const Layout& layout, std::span<const Role> roles, std::vector<uint32_t> sizes)
    : layout_(layout), moved_bits_(layout.words()), sizes_(std::move(sizes)) {
    uint64_t orders = 1;
    for (uint32_t set = 0; set < sizes_.size(); ++set) {
        first_of_.push_back(elements_count_);
        elements_count_ += sizes_[set];
        set_of_.resize(elements_count_, set);
        for (uint64_t i = 2; i <= sizes_[set] && orders <= most_candidates; ++i) orders *= i;
    }
    exact_ = orders <= most_candidates;
    for (const Role& role : roles) {
        Move move{role, nullptr};
        std::erase_if(move.role.names, [&](const NameRange& range) { return sizes_[range.set] == 0; });
        if (role.subset && sizes_[*role.subset] == 0) move.role.subset.reset();
        // Owners of other sets: the field relates nobody, and stays where it is.
        if (std::ranges::any_of(role.owners, [&](const Element& owner) { return sizes_[owner.set] == 0; })) continue;
        if (move.role.owners.empty() && move.role.names.empty() && !move.role.subset) continue;
        if (role.condition) move.counter = layout.field(role.condition->counter);
        const Layout::Field& field = layout.fields()[role.field];
        moved_bits_[field.word] |= field.mask << field.shift;
        moves_.push_back(std::move(move));
    }
    gained_.resize(elements_count_);
    image_.resize(elements_count_);
    candidate_.resize(layout.words());
}

bool RefiningNormalForm::assigned(const Move& move, const uint64_t* state) const {
    if (move.counter == nullptr) return true;
    const uint64_t location = value_of(*move.counter, state);
    return location >= move.role.condition->unassigned.size() ||
           !move.role.condition->unassigned[static_cast<size_t>(location)];
}

// What concerns one identity goes into its colour at once; the rest becomes facts.
void RefiningNormalForm::note(uint64_t what, std::span<const uint32_t> elements, Colours& colours) {
    if (elements.size() == 1) {
        colours[elements[0]] += mix(what, 1);
    } else if (elements.size() > 1) {
        facts_.push_back({what, static_cast<uint32_t>(elements_.size()), static_cast<uint32_t>(elements.size())});
        elements_.insert(elements_.end(), elements.begin(), elements.end());
    }
}

void RefiningNormalForm::collect(const uint64_t* state, Colours& colours) {
    facts_.clear();
    elements_.clear();
    for (uint32_t e = 0; e < elements_count_; ++e) colours[e] = set_of_[e];
    std::vector<uint32_t>& whom = whom_;
    for (const Move& move : moves_) {
        const uint64_t value = value_of(layout_.fields()[move.role.field], state);
        if (value == 0 && move.role.names.empty()) continue;  // most fields say nothing
        whom.clear();
        for (const Element& owner : move.role.owners) whom.push_back(number(owner));
        const uint64_t orbit = move.role.orbit;
        if (move.role.subset) {
            whom.push_back(0);
            for (uint32_t i = 0; i < sizes_[*move.role.subset]; ++i) {
                if ((value >> i & 1) == 0) continue;
                whom.back() = number({*move.role.subset, i});
                note(mix(orbit, 1), whom, colours);
            }
            continue;
        }
        uint64_t what = mix(mix(orbit, 2), value);
        if (assigned(move, state)) {
            for (size_t r = 0; r < move.role.names.size(); ++r) {
                const NameRange& range = move.role.names[r];
                if (value - range.base >= sizes_[range.set]) continue;
                whom.push_back(number({range.set, static_cast<uint32_t>(value - range.base)}));
                what = mix(mix(orbit, 3), r);
            }
        }
        note(what, whom, colours);
    }
}

size_t RefiningNormalForm::count(const Colours& colours) {
    sorted_ = colours;
    std::ranges::sort(sorted_);
    return static_cast<size_t>(std::ranges::unique(sorted_).begin() - sorted_.begin());
}

void RefiningNormalForm::refine(Colours& colours) {
    if (facts_.empty()) return;
    for (size_t before = count(colours); before < elements_count_;) {
        std::ranges::fill(gained_, uint64_t{0});
        for (const Fact& fact : facts_) {
            const uint32_t* whom = elements_.data() + fact.first;
            uint64_t hash = fact.what;
            for (uint32_t p = 0; p < fact.count; ++p) {
                hash = mix(hash, colours[whom[p]]);
                for (uint32_t q = 0; q < p; ++q) hash = mix(hash, whom[p] == whom[q] ? 1 : 0);
            }
            for (uint32_t p = 0; p < fact.count; ++p) gained_[whom[p]] += mix(hash, p);
        }
        for (uint32_t e = 0; e < elements_count_; ++e) colours[e] = mix(colours[e], gained_[e]);
        const size_t after = count(colours);
        if (after == before) break;
        before = after;
    }
}

/// The first identities that share a colour: of the first set, of the least colour.
bool RefiningNormalForm::tied(const Colours& colours, std::vector<uint32_t>& elements) const {
    elements.clear();
    for (uint32_t set = 0; set < sizes_.size() && elements.empty(); ++set) {
        const uint32_t begin = first_of_[set], end = begin + sizes_[set];
        bool any = false;
        uint64_t least = 0;
        for (uint32_t a = begin; a < end; ++a)
            for (uint32_t b = a + 1; b < end; ++b)
                if (colours[a] == colours[b] && (!any || colours[a] < least)) {
                    any = true;
                    least = colours[a];
                }
        for (uint32_t a = begin; any && a < end; ++a)
            if (colours[a] == least) elements.push_back(a);
    }
    return !elements.empty();
}

void RefiningNormalForm::apply(uint64_t* to) {
    for (uint32_t w = 0; w < moved_bits_.size(); ++w) to[w] = state_[w] & ~moved_bits_[w];
    for (const Move& move : moves_) {
        uint64_t value = value_of(layout_.fields()[move.role.field], state_);
        if (value == 0 && move.role.names.empty()) continue;
        if (move.role.subset) {
            uint64_t set = 0;
            for (uint32_t i = 0; i < sizes_[*move.role.subset]; ++i)
                set |= (value >> i & 1) << image_[number({*move.role.subset, i})];
            value = set;
        } else if (assigned(move, state_)) {
            for (const NameRange& range : move.role.names) {
                if (value - range.base >= sizes_[range.set]) continue;
                value = range.base + image_[number({range.set, static_cast<uint32_t>(value - range.base)})];
                break;
            }
        }
        uint32_t cell = move.role.origin;
        for (size_t i = 0; i < move.role.strides.size(); ++i)
            cell += image_[number(move.role.owners[i])] * move.role.strides[i];
        const Layout::Field& field = *layout_.field(cell);
        to[field.word] |= value << field.shift;
    }
}

void RefiningNormalForm::leaf(const Colours& colours) {
    for (uint32_t a = 0; a < elements_count_; ++a) {
        image_[a] = 0;
        const uint32_t begin = first_of_[set_of_[a]], end = begin + sizes_[set_of_[a]];
        for (uint32_t b = begin; b < end; ++b) image_[a] += colours[b] < colours[a] ? 1 : 0;
    }
    apply(candidate_.data());
    if (candidates_++ == 0) first_ = best_ = candidate_;
    best_ = std::min(best_, candidate_);
}

void RefiningNormalForm::search(const Colours& colours) {
    std::vector<uint32_t> ties;
    if (!tied(colours, ties)) return leaf(colours);
    std::vector<uint32_t> tried;
    for (const uint32_t element : ties) {
        // Exchanging it with one that was tried changes nothing, so the same candidates would come again.
        const bool again = std::ranges::any_of(tried, [&](uint32_t other) {
            for (uint32_t e = 0; e < elements_count_; ++e) image_[e] = e - first_of_[set_of_[e]];
            std::swap(image_[element], image_[other]);
            apply(candidate_.data());
            return std::equal(candidate_.begin(), candidate_.end(), state_);
        });
        if (again) continue;
        tried.push_back(element);
        Colours next = colours;
        next[element] = mix(next[element], 0x1d);
        refine(next);
        search(next);
        if (candidates_ > most_candidates) return;
    }
}

void RefiningNormalForm::normalize(uint64_t* state) {
    state_ = state;
    candidates_ = 0;
    Colours colours(elements_count_);
    collect(state, colours);
    refine(colours);
    search(colours);
    const std::vector<uint64_t>& result = candidates_ > most_candidates ? first_ : best_;
    std::ranges::copy(result, state);
}

}  // namespace untorn::checker
