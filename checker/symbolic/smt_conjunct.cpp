#include "checker/symbolic/smt_conjunct.h"

#include <algorithm>
#include <vector>

namespace untorn::checker::symbolic {

std::string SmtConjuncts::atom(const Atom& atom, const std::map<uint32_t, std::string>& primed, bool after_loss,
                               SmtScript& script) const {
    if (atom.cell == losses_cell) {
        std::vector<std::string> values;
        for (const int64_t value : atom.values)
            values.push_back(std::string("(= ") + (after_loss ? SmtSteps::primed_losses : SmtSteps::losses) + " " +
                             smt_number(value, steps_.losses_width()) + ")");
        return smt_any(values);
    }
    const auto found = primed.find(atom.cell);
    const auto& constant = cells_.constant(atom.cell);
    if (found == primed.end() && constant) {
        const bool yes = atom.of_set ? ((*constant >> atom.member & 1) != 0) == atom.present
                                     : std::ranges::binary_search(atom.values, *constant);
        return yes ? "true" : "false";
    }
    const std::string& symbol = found == primed.end() ? cells_.symbol(atom.cell) : found->second;
    if (atom.of_set) {
        const std::string bit = std::to_string(atom.member);
        return "(= ((_ extract " + bit + " " + bit + ") " + symbol + ") " + smt_number(atom.present ? 1 : 0, 1) + ")";
    }
    if (cells_.is_bool(atom.cell)) {
        if (atom.values.size() == 2) return "true";
        return atom.values[0] != 0 ? symbol : "(not " + symbol + ")";
    }
    const auto among = [&](const std::vector<int64_t>& values) {
        if (values.size() == 1) return "(= " + symbol + " " + cells_.value(atom.cell, values[0]) + ")";
        std::vector<std::string> parts;
        for (const int64_t value : values) parts.push_back("(= x " + cells_.value(atom.cell, value) + ")");
        return script.named("(let ((x " + symbol + ")) " + smt_any(parts) + ")");
    };
    const Cell& domain = program_.cells[atom.cell];
    if (atom.values.size() * 2 <= domain.size) return among(atom.values);
    std::vector<int64_t> others;
    for (uint64_t code = 0; code < domain.size; ++code) {
        const int64_t value = domain.lo + static_cast<int64_t>(code);
        if (!std::ranges::binary_search(atom.values, value)) others.push_back(value);
    }
    return "(not " + among(others) + ")";  // the value is one of the type: that is part of the invariant
}

std::string SmtConjuncts::term(const Conjunct& conjunct, const std::map<uint32_t, std::string>& primed, bool after_loss,
                               SmtScript& script) const {
    std::vector<std::string> parts;
    for (const Atom& part : conjunct.atoms) parts.push_back(atom(part, primed, after_loss, script));
    return smt_any(parts);
}

bool SmtConjuncts::is_constant(const Conjunct& conjunct) const {
    SmtScript unused;
    return std::ranges::any_of(conjunct.atoms,
                               [&](const Atom& part) { return atom(part, {}, false, unused) == "true"; });
}

bool SmtConjuncts::mentions(const Conjunct& conjunct, const std::map<uint32_t, std::string>& primed, bool after_loss) {
    return std::ranges::any_of(conjunct.atoms, [&](const Atom& atom) {
        return atom.cell == losses_cell ? after_loss : primed.contains(atom.cell);
    });
}

std::string SmtConjuncts::all(std::span<const Conjunct> conjuncts, const std::map<uint32_t, std::string>& primed,
                              SmtScript& script) const {
    std::vector<std::string> parts;
    for (const Conjunct& conjunct : conjuncts) parts.push_back(term(conjunct, primed, false, script));
    return smt_all(parts);
}

}  // namespace untorn::checker::symbolic
