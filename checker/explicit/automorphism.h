// Proves that a permutation of identities is a symmetry of a program: that it maps initial states to initial states and
// steps to steps, and that no property tells a state from its image.
//
// Symmetry is usually assumed from the syntax (Ip, Dill, "Better verification through symmetry", Formal Methods in
// System Design 9, 1996: values of a scalarset are only compared, stored and used as an index). Here it is checked on
// the code that the search executes, for generators of the group: they are automorphisms of the program (Emerson,
// Sistla, "Symmetry and model checking", ibid.). So nothing has to be believed about the compiler, about resets to
// first values, or about simplifications that treat members differently.
//
// The proof. For a permutation g, an instance I with identity i and choices c needs an instance J of the same
// transition with identity g(i) such that, in every state s where the actor stands at the transition's location:
//   J is enabled in g(s) where I is in s; the same property fails first, or none; as many faults are spent;
//   and the state after J from g(s) is g of the state after I from s.
// Each is a statement about two codes, which Equivariance shows. What a step does matters where its guard and the
// checks before hold; that is assumed. Finite order of g gives the converse. Properties need: value in g(s) = value in
// s.
//
// Power loss. The power_loss instances are matched in the same way, recover's too. What volatile cells of scalarset
// type hold after the loss is identity 0, whoever it was before: recover, crash properties, and power_loss if it can
// come again, must not read them. Then what follows the loss in g(s) is g of what follows it in s (up to those cells),
// so it is enough to lose power in one state of an orbit.
//
// Incomplete on purpose: a symmetry that cannot be shown is denied. Liveness properties are not looked at; the explicit
// search does not answer them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checker/explicit/equivariance.h"

namespace untorn::checker {

class Automorphism {
 public:
    using Sort = Permutation::Sort;

    /// All must outlive it; `initial` is sorted.
    Automorphism(const Program& program, const Unassigned& unassigned, const std::vector<std::vector<int64_t>>& initial,
                 Supports& supports, const Permutation& permutation);

    /// Nothing if the permutation is an automorphism; else what tells identities apart, as text for users.
    std::optional<std::string> refutation();

 private:
    using Finder = std::map<std::pair<uint32_t, std::pair<int64_t, std::vector<int64_t>>>, const Instance*>;

    std::optional<std::string> cells() const;
    std::optional<std::string> initial_states() const;
    std::optional<std::string> steps(const std::vector<Instance>& instances, const system::Step* step);
    std::optional<std::string> properties();
    std::optional<std::string> after_loss();

    /// Nothing if some instance is the image; else what differs in the likeliest.
    std::optional<std::string> step(const Instance& instance, const system::Step& step, bool of_actor,
                                    const Finder& all);
    /// Which states are looked at: all, or those in which all checks of the instance hold, or those in which one fails.
    enum class Case : uint8_t { all, checks_hold, check_fails };
    std::optional<std::string> differ(const Instance& from, const Instance& to, Case which);
    bool checks(const Instance& from, const Instance& to);
    bool faults(const Instance& from, const Instance& to);
    bool passes(const Instance& from, const Instance& to);
    std::optional<std::string> writes(const Instance& from, const Instance& to);
    bool in_order(const std::vector<std::pair<const WriteCode*, const WriteCode*>>& pairs);
    bool after(const Instance& from, const Instance& to, uint32_t cell);

    std::string describe(const Instance& instance) const;

    const Program& program_;
    const Unassigned& unassigned_;
    const std::vector<std::vector<int64_t>>& initial_;
    Supports& supports_;
    const Permutation& g_;
    Equivariance equivariance_;
    Equivariance::Mover mover_;
    bool recovering_ = false;  ///< what is matched belongs to recover
    std::vector<bool> lost_;   ///< by cell: of the scalarset's type, and lost with power
};

}  // namespace untorn::checker
