// The normal form of packed states under permutations of one scalarset whose identities are not related to each other:
// no array over the scalarset holds its identities, and none has two dimensions of that kind.
//
// Then all that a state says about an identity is a record: the fields that it owns, and which of the other fields name
// it. Two identities with equal records can be exchanged without changing anything, so sorting the records gives a
// canonical form: two states have the same one if and only if a permutation maps one to the other. (The special case in
// which the orbit problem is sorting; in general it is as hard as graph isomorphism: Clarke, Enders, Filkorn, Jha,
// "Exploiting symmetry in temporal logic model checking", Formal Methods in System Design 9, 1996.)
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checker/explicit/roles.h"

namespace untorn::checker {

class SortingNormalForm {
 public:
    /// Of the set number `set`, which has `size` identities, at most most_identities. The roles that concern it must
    /// not relate identities.
    SortingNormalForm(const Layout& layout, std::span<const Role> roles, uint32_t set, uint32_t size);

    void normalize(uint64_t* state);

 private:
    /// Fields of one orbit, one for each identity; or the bits of a set.
    struct Slot {
        uint64_t mask = 0;
        uint32_t key_word = 0;
        unsigned key_shift = 0;
        uint32_t first = 0;  ///< into places_
    };
    struct Place {
        uint32_t word = 0;
        unsigned shift = 0;
    };
    struct Name {
        Place place;
        uint64_t mask = 0;
        uint64_t base = 0;
        uint32_t key_word = 0;
        unsigned key_shift = 0;
        uint32_t condition = UINT32_MAX;  ///< into conditions_
    };
    struct WhereUnassigned {
        Place counter;
        uint64_t mask = 0;
        std::vector<bool> unassigned;
    };
    struct Owned {
        uint32_t word = 0;
        uint64_t mask = 0;  ///< bits of the word that are in slots
    };

    void add_slot(uint64_t mask, const std::vector<Place>& places);
    std::pair<uint32_t, unsigned> key_bits(unsigned width);
    bool names_nobody(const Name& name, const uint64_t* state) const;
    template <bool OneWord>
    void normalize_keys(uint64_t* state);

    uint32_t size_;
    uint32_t key_words_ = 1;
    unsigned key_used_ = 0;  ///< bits of the last word of a key
    std::vector<Slot> slots_;
    std::vector<Place> places_;
    std::vector<Name> names_;
    std::vector<WhereUnassigned> conditions_;
    std::vector<Owned> owned_;
    std::vector<uint64_t> keys_;   ///< by identity, key_words_ each
    std::vector<uint32_t> order_;  ///< by rank: the identity
    std::vector<uint32_t> rank_;   ///< by identity
};

}  // namespace untorn::checker
