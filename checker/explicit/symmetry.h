// Symmetry reduction over scalarsets: states that differ by a permutation of identities are one (Ip, Dill, "Better
// verification through symmetry", Formal Methods in System Design 9, 1996; Clarke, Enders, Filkorn, Jha, "Exploiting
// symmetry in temporal logic model checking", ibid.). The search keeps one representative of each orbit: the normal
// form.
//
// Soundness. A scalarset is used only if Automorphism has proved, for generators of all its permutations, that they map
// the initial states, the steps (with their failing checks and their faults) and the power losses of the program to
// themselves, and that no property sees them. So the quotient is bisimilar to the full graph: an orbit is reachable
// exactly if its members are, at the same level (faults, steps); a check fails, or a property does not hold, in all
// members of an orbit or in none; deadlock, too. What follows a power loss in one member is the image of what follows
// it in another, so it is enough to lose power in representatives.
//
// normalize() gives a state of the same orbit and depends on nothing but the state. Where exact(), the same one for all
// states of the orbit. A trace is rebuilt by matching: from a concrete state whose normal form is s, some step leads to
// one whose normal form is s', wherever the reduced graph has an edge from s to s'.
//
// Not preserved: the sets of outcomes (`outcomes`), which name identities: reduced, they come up to symmetry. Numbers
// of transitions are those of the quotient.
//
// Limits: at most most_identities in a scalarset; ranges used as identities are not symmetric, as the language lets
// them be compared and counted.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "checker/explicit/layout.h"
#include "checker/explicit/program.h"
#include "checker/explicit/refining_normal_form.h"
#include "checker/explicit/sorting_normal_form.h"

namespace untorn::checker {

/// A scalarset of the system, and whether its identities are interchangeable in this run.
struct ScalarsetSymmetry {
    system::TypeId type = 0;
    std::string name;
    uint32_t identities = 0;
    std::string why_not;  ///< empty if they are; else the reason, as text for users
};

/// Normalizes packed states. Has scratch memory of its own: each thread needs a copy.
class Symmetry {
 public:
    static constexpr uint32_t most_identities = 64;
    static constexpr bool preserves_outcomes = false;

    /// `layout` is copied; all identities of `symmetric` are interchangeable.
    Symmetry(const Layout& layout, std::vector<ScalarsetSymmetry> symmetric, const std::vector<Role>& roles);
    Symmetry(const Symmetry&) = default;
    Symmetry& operator=(const Symmetry&) = delete;

    /// Replaces the state by its normal form.
    void normalize(uint64_t* state) {
        for (SortingNormalForm& form : sorting_) form.normalize(state);
        for (RefiningNormalForm& form : refining_) form.normalize(state);
    }
    /// Two states have the same normal form if and only if they are in one orbit.
    bool exact() const;
    const std::vector<ScalarsetSymmetry>& scalarsets() const { return scalarsets_; }

 private:
    std::vector<ScalarsetSymmetry> scalarsets_;
    std::shared_ptr<const Layout> layout_;
    std::vector<SortingNormalForm> sorting_;
    std::vector<RefiningNormalForm> refining_;  ///< none or one
};

struct SymmetryReport {
    std::vector<ScalarsetSymmetry> scalarsets;  ///< of more than one identity, in order of types
    std::unique_ptr<Symmetry> symmetry;         ///< null if none of them is symmetric
};

/// Members of a scalarset change together: if a cell changes, so do those that permutations may exchange it with. (Else
/// identity 0, say, which is every variable's first value, might have a cell that is never given another, and no bits
/// for it.) To be called before layouts are made; it only adds bits.
void let_members_change_together(Program& program);

/// Proves which scalarsets are symmetric in the run that `program` is, and prepares normal forms of states packed by
/// `layout`. The symmetry needs neither afterwards.
SymmetryReport find_symmetry(const Program& program, const Layout& layout);

}  // namespace untorn::checker
