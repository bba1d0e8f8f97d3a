#include "checker/explicit/formula.h"

#include <algorithm>

namespace untorn::checker {

FormulaId Formulas::append(Formula made) {
    formulas_.push_back(std::move(made));
    return static_cast<FormulaId>(formulas_.size() - 1);
}

FormulaId Formulas::atom(Atom made) {
    atoms_.push_back(std::move(made));
    return append({Formula::Kind::atom, static_cast<uint32_t>(atoms_.size() - 1), {}});
}

FormulaId Formulas::cell_in(uint32_t cell, const ValueSet& values) {
    if (std::ranges::all_of(values, [](bool in) { return in; })) return yes;
    if (std::ranges::none_of(values, [](bool in) { return in; })) return no;
    const auto [place, is_new] = of_cell_.try_emplace({cell, values}, yes);
    if (is_new) place->second = atom({cell, values, 0, true, {cell}});
    return place->second;
}

FormulaId Formulas::of(CodeAnalysis& analysis, CodeId id, bool wanted) {
    if (const auto found = of_code_.find({id, wanted}); found != of_code_.end()) return found->second;
    const Code code = analysis.program().codes[id];
    const std::vector<uint32_t>& cells = analysis.reads(id);
    FormulaId made = yes;
    if (cells.empty()) {
        made = (analysis.value(id) != 0) == wanted ? yes : no;
    } else if (cells.size() == 1 && analysis.tabulated(cells[0])) {
        ValueSet values = analysis.truth(id, cells[0]);
        if (!wanted) values.flip();
        made = cell_in(cells[0], values);
    } else if (code.op == Code::Op::negation) {
        made = of(analysis, code.a, !wanted);
    } else if (code.op == Code::Op::conjunction || code.op == Code::Op::disjunction) {
        const FormulaId a = of(analysis, code.a, wanted), b = of(analysis, code.b, wanted);
        made = (code.op == Code::Op::conjunction) == wanted ? all({a, b}) : any({a, b});
    } else {
        made = atom({no_cell, {}, id, wanted, cells});
    }
    of_code_.emplace(std::pair(id, wanted), made);
    return made;
}

std::vector<FormulaId> Formulas::conjuncts(FormulaId id) const {
    if (formulas_[id].kind == Formula::Kind::all) return formulas_[id].parts;
    if (id == yes) return {};
    return {id};
}

/// Two parts about the same cell exclude each other (of an `any`: leave no value out).
bool Formulas::contradictory(Formula::Kind kind, const std::vector<FormulaId>& parts) const {
    const bool all = kind == Formula::Kind::all;
    std::map<uint32_t, ValueSet> left;  // by cell: the values for which no part has decided yet
    for (FormulaId part : parts) {
        if (formulas_[part].kind != Formula::Kind::atom) continue;
        const Atom& atom = atoms_[formulas_[part].atom];
        if (atom.cell == no_cell) continue;
        ValueSet& values = left.try_emplace(atom.cell, ValueSet(atom.values.size(), true)).first->second;
        bool some = false;
        for (size_t i = 0; i < values.size(); ++i) {
            values[i] = values[i] && atom.values[i] == all;
            some = some || values[i];
        }
        if (!some) return true;
    }
    return false;
}

FormulaId Formulas::join(Formula::Kind kind, const std::vector<FormulaId>& given) {
    const FormulaId neutral = kind == Formula::Kind::all ? yes : no, absorbing = kind == Formula::Kind::all ? no : yes;
    std::vector<FormulaId> parts;
    for (FormulaId part : given) {
        if (part == neutral) continue;
        if (part == absorbing) return absorbing;
        if (formulas_[part].kind == kind) {
            parts.insert(parts.end(), formulas_[part].parts.begin(), formulas_[part].parts.end());
        } else {
            parts.push_back(part);
        }
    }
    std::ranges::sort(parts);
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    if (parts.empty()) return neutral;
    if (parts.size() == 1) return parts[0];
    if (contradictory(kind, parts)) return absorbing;
    const auto [place, is_new] = joined_.try_emplace({kind, parts}, yes);
    if (is_new) place->second = append({kind, 0, std::move(parts)});
    return place->second;
}

}  // namespace untorn::checker
