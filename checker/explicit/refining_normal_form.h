// The normal form of packed states under permutations of scalarsets whose identities are related to each other (arrays
// over one that hold identities, arrays with two such dimensions).
//
// This is canonical labelling of a small relational structure, by colour refinement and individualisation (McKay,
// "Practical graph isomorphism", Congressus Numerantium 30, 1981). Identities get colours from what the state says
// about each alone; then from the colours of those that they are related to, until no more colours come apart. Where
// identities still have one colour, each of them in turn is given one of its own, and so on down to orders of all
// identities; those orders give candidates, and the least packed state is the normal form. Colours come from hashes
// that do not see identities, so images of a state under permutations have the same set of candidates: the form is
// canonical. (Equal hashes of different things cost time, nothing else.) Of tied identities that can be exchanged
// without changing the state, one is tried.
//
// Where more than most_candidates orders would have to be tried, the first one is taken. The result is then some state
// of the orbit, a function of the state alone: sound, but states of one orbit may have several such forms.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checker/explicit/roles.h"

namespace untorn::checker {

class RefiningNormalForm {
 public:
    static constexpr uint32_t most_candidates = 5040;

    /// `sizes`: by set, the number of identities, 0 for those that are dealt with elsewhere. `layout` must outlive it.
    RefiningNormalForm(const Layout& layout, std::span<const Role> roles, std::vector<uint32_t> sizes);

    void normalize(uint64_t* state);
    /// There are never more than most_candidates orders, so the form is always canonical.
    bool exact() const { return exact_; }

 private:
    struct Move {
        Role role;
        const Layout::Field* counter = nullptr;  ///< of Role::condition
    };
    struct Fact {
        uint64_t what = 0;              ///< orbit and value
        uint32_t first = 0, count = 0;  ///< into elements_: of whom
    };
    using Colours = std::vector<uint64_t>;

    uint32_t number(Element element) const { return first_of_[element.set] + element.identity; }
    bool assigned(const Move& move, const uint64_t* state) const;
    void collect(const uint64_t* state, Colours& colours);
    void note(uint64_t what, std::span<const uint32_t> elements, Colours& colours);
    void refine(Colours& colours);
    size_t count(const Colours& colours);
    void search(const Colours& colours);
    bool tied(const Colours& colours, std::vector<uint32_t>& elements) const;
    void leaf(const Colours& colours);
    /// Moves `state_` by image_ into `to`.
    void apply(uint64_t* to);

    const Layout& layout_;
    std::vector<Move> moves_;
    std::vector<uint64_t> moved_bits_;  ///< by word: bits of the fields in moves_
    std::vector<uint32_t> sizes_, first_of_, set_of_;
    uint32_t elements_count_ = 0;
    bool exact_ = true;

    const uint64_t* state_ = nullptr;
    std::vector<Fact> facts_;
    std::vector<uint32_t> elements_, whom_;
    std::vector<uint64_t> sorted_, gained_;
    std::vector<uint32_t> image_;  ///< by element: its new identity
    std::vector<uint64_t> candidate_, best_, first_;
    uint32_t candidates_ = 0;
};

}  // namespace untorn::checker
