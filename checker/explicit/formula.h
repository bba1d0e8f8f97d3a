// State predicates as `all` and `any` over atoms, in negation normal form: what is needed to say which instances can
// make a predicate true or false, and which part of a conjunction is to blame that it does not hold.
//
// An atom that reads a single cell of few values is a set of values; any other is a code, or the negation of one. All
// formulas of one pool are shared, and constant ones are folded away.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "checker/explicit/code_analysis.h"

namespace untorn::checker {

using FormulaId = uint32_t;
inline constexpr uint32_t no_cell = UINT32_MAX;

struct Atom {
    uint32_t cell = no_cell;      ///< of an atom that is a set of values
    ValueSet values;              ///< where it holds
    CodeId code = 0;              ///< of any other atom
    bool wanted = true;           ///< it holds where the code is (not) 0
    std::vector<uint32_t> cells;  ///< what it depends on
};

struct Formula {
    enum class Kind : uint8_t { yes, no, atom, all, any } kind = Kind::yes;
    uint32_t atom = 0;
    std::vector<FormulaId> parts;
};

class Formulas {
 public:
    static constexpr FormulaId yes = 0, no = 1;

    Formulas() : formulas_{{Formula::Kind::yes, 0, {}}, {Formula::Kind::no, 0, {}}} {}

    /// The code is true (as a condition), or not.
    FormulaId of(CodeAnalysis& analysis, CodeId code, bool wanted = true);
    FormulaId cell_in(uint32_t cell, const ValueSet& values);
    FormulaId all(const std::vector<FormulaId>& parts) { return join(Formula::Kind::all, parts); }
    FormulaId any(const std::vector<FormulaId>& parts) { return join(Formula::Kind::any, parts); }

    const Formula& operator[](FormulaId id) const { return formulas_[id]; }
    const std::vector<Formula>& formulas() const { return formulas_; }
    const std::vector<Atom>& atoms() const { return atoms_; }
    /// The conjuncts of a formula: itself unless it is an `all`.
    std::vector<FormulaId> conjuncts(FormulaId id) const;
    /// Calls `f(atom)` for every atom in the formula, once each.
    template <class F>
    void for_each_atom(FormulaId id, F f) const {
        std::vector<bool> seen(formulas_.size(), false);
        std::vector<FormulaId> open{id};
        while (!open.empty()) {
            const FormulaId next = open.back();
            open.pop_back();
            if (seen[next]) continue;
            seen[next] = true;
            const Formula& formula = formulas_[next];
            if (formula.kind == Formula::Kind::atom) f(formula.atom);
            open.insert(open.end(), formula.parts.begin(), formula.parts.end());
        }
    }

 private:
    FormulaId join(Formula::Kind kind, const std::vector<FormulaId>& parts);
    FormulaId atom(Atom made);
    FormulaId append(Formula made);
    bool contradictory(Formula::Kind kind, const std::vector<FormulaId>& parts) const;

    std::vector<Formula> formulas_;
    std::vector<Atom> atoms_;
    std::map<std::pair<CodeId, bool>, FormulaId> of_code_;
    std::map<std::pair<uint32_t, ValueSet>, FormulaId> of_cell_;
    std::map<std::pair<Formula::Kind, std::vector<FormulaId>>, FormulaId> joined_;
};

}  // namespace untorn::checker
