// Compares two codes under a permutation of identities g: has b in g(s) the value that g makes of a's value in s, for
// all states s?
//
// First by form, node by node: constants and cells are each other's images, equal operators have matching operands, and
// the type of a term says how g acts on it (an identity, `some` of it, a set, the holder of a mutex, or nothing). Where
// simplifications made the forms different (with two identities `w == 1` is the truth value w), by value, in all
// assignments to the cells that they read, if those are few. Incomplete, so a symmetry may be missed, never invented.
//
// A part matters only where the others do not decide the whole, so conditions can be assumed: `value(o)` denotes some
// member even if o is none, but then nobody asks for it.
#pragma once

#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "checker/explicit/machine.h"
#include "checker/explicit/permutation.h"
#include "checker/explicit/supports.h"

namespace untorn::checker {

class Equivariance {
 public:
    using Sort = Permutation::Sort;

    /// Where codes are evaluated: which actor instance moves, from where. It decides whether its own locals are
    /// assigned. No actor: anywhere.
    struct Mover {
        system::ActorId actor = system::none;
        int64_t identity = 0;
        system::LocationId location = 0;
    };
    /// A state and its image.
    struct Pair {
        const std::vector<int64_t>& here;
        const std::vector<int64_t>& there;
        Machine& machine_here;
        Machine& machine_there;
    };

    /// All must outlive it.
    Equivariance(const Program& program, Supports& supports, const Permutation& permutation);

    /// From now on for this mover, and without assumptions.
    void begin(const Mover& mover);
    /// From now on in states only in which the code does (not) hold.
    void assume(CodeId code, bool holds);
    /// ... in which one of the codes does not hold.
    void assume_not_all(std::vector<CodeId> codes);
    void forget_assumptions() { drop_assumptions(0); }

    bool match(CodeId a, CodeId b, Sort sort);
    /// Whether b holds in g(s), by what is assumed of s.
    bool implied(CodeId b);
    /// Surely no state is as assumed.
    bool contradictory();
    /// Whether b denotes in g(s) the image of the cell that a denotes in s.
    bool match(const Address& a, const Address& b);
    /// Whether `f` is true of all states, as far as the cells of `support` (and what decides whether they are assigned)
    /// tell them apart. The other cells have some value. Also false where there are too many.
    bool in_all_states(std::vector<uint32_t> support, const std::function<bool(const Pair&)>& f);

    bool own(uint32_t cell) const;
    /// Of what the cell holds where the mover stands; absent if that depends on where another actor stands.
    std::optional<Sort> sort_of_cell(uint32_t cell) const;
    /// Whether some cell is conditional (see permutation.h).
    bool any_conditional() const { return any_conditional_; }

 private:
    /// The codes all hold, or not all of them do.
    struct Assumption {
        std::vector<CodeId> codes;
        bool holds = true;
    };
    struct Comparison {
        bool result = false;
        uint64_t when = 0;  ///< under which assumptions: a number in when_
    };

    void drop_assumptions(size_t count);
    template <class F>
    bool assuming(CodeId code, bool holds, F f);
    bool same_form(CodeId a, CodeId b, Sort sort);
    bool same_operation(const Code& a, const Code& b, Sort sort);
    bool same_values(CodeId a, CodeId b, Sort sort);
    std::vector<CodeId> parts(CodeId chain, Code::Op op) const;
    bool same_chain(CodeId a, CodeId b, Code::Op op);
    Sort guess(CodeId code) const;
    bool within(CodeId code, int64_t lo, int64_t hi) const;

    const Program& program_;
    Supports& supports_;
    const Permutation& g_;
    bool any_conditional_ = false;
    Mover mover_;
    std::vector<Assumption> assumed_;
    std::vector<uint64_t> when_{0};  ///< a number for each prefix of assumed_
    uint64_t last_when_ = 0;
    std::unordered_map<uint64_t, Comparison> known_[5];  ///< by sort: pairs of codes that were compared
    uint64_t work_ = 0;                                  ///< assignments tried so far
    std::vector<int64_t> here_, there_;
    Machine machine_here_, machine_there_;
};

}  // namespace untorn::checker
