#include "checker/explicit/symmetry.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "checker/explicit/automorphism.h"

namespace untorn::checker {

namespace {

/// A transposition and a cycle generate all permutations.
std::vector<std::vector<uint32_t>> generators(uint32_t size) {
    std::vector<uint32_t> transposition(size), cycle(size);
    std::iota(transposition.begin(), transposition.end(), 0);
    std::iota(cycle.begin(), cycle.end(), 0);
    std::swap(transposition[0], transposition[1]);
    std::ranges::rotate(cycle, cycle.begin() + 1);
    if (size == 2) return {transposition};
    return {transposition, cycle};
}

bool is_used(const Program& program, const Permutation& permutation, system::TypeId scalarset) {
    for (uint32_t cell = 0; cell < program.cells.size(); ++cell) {
        const system::TypeId type = program.system.variables[program.cells[cell].var].type;
        if (permutation.cell(cell) != cell ||
            (program.changing[cell] && (type == scalarset || program.system.types[type].base == scalarset)))
            return true;
    }
    return false;
}

}  // namespace

void let_members_change_together(Program& program) {
    const system::System& system = program.system;
    for (system::VarId var = 0; var < system.variables.size(); ++var) {
        const auto dimensions = program.cells.dimensions(var);
        const uint32_t base = program.cells.base(var), count = program.cells.count(var);
        // By the cell with all identities 0: whether one of its images changes.
        const auto origin = [&](uint32_t offset) {
            for (size_t d = 0; d < dimensions.size(); ++d)
                if (system.types[system.variables[var].dims[d]].kind == system::TypeKind::scalarset)
                    offset -= offset / dimensions[d].stride % dimensions[d].size * dimensions[d].stride;
            return offset;
        };
        std::vector<bool> changes(count, false);
        for (uint32_t offset = 0; offset < count; ++offset)
            if (program.changing[base + offset]) changes[origin(offset)] = true;
        for (uint32_t offset = 0; offset < count; ++offset)
            if (changes[origin(offset)]) program.changing[base + offset] = true;
    }
}

SymmetryReport find_symmetry(const Program& program, const Layout& layout) {
    SymmetryReport report;
    const system::System& system = program.system;
    for (system::TypeId id = 0; id < system.types.size(); ++id) {
        const system::Type& type = system.types[id];
        if (type.kind == system::TypeKind::scalarset && type.size() > 1)
            report.scalarsets.push_back({id, type.name, static_cast<uint32_t>(type.size()), {}});
    }
    if (report.scalarsets.empty()) return report;

    const std::vector<std::vector<int64_t>> initial = initial_states(program);
    Supports supports(program);
    const Unassigned unassigned(program, initial, supports);
    std::vector<ScalarsetSymmetry> symmetric;
    std::vector<system::TypeId> types;
    for (ScalarsetSymmetry& scalarset : report.scalarsets) {
        if (scalarset.identities > Symmetry::most_identities) {
            scalarset.why_not = fmt::format("more than {} identities", Symmetry::most_identities);
            continue;
        }
        for (std::vector<uint32_t>& image : generators(scalarset.identities)) {
            const Permutation permutation(program, unassigned, scalarset.type, std::move(image));
            if (!is_used(program, permutation, scalarset.type)) scalarset.why_not = "no state mentions an identity";
            if (!scalarset.why_not.empty()) break;
            Automorphism automorphism(program, unassigned, initial, supports, permutation);
            if (const auto why = automorphism.refutation()) {
                scalarset.why_not = *why;
                break;
            }
            for (uint32_t cell = 0; cell < program.cells.size(); ++cell)
                if (layout.has(cell) != layout.has(permutation.cell(cell)))
                    scalarset.why_not = "the packed state holds cells of some identities only";
            if (!scalarset.why_not.empty()) break;
        }
        if (!scalarset.why_not.empty()) continue;
        symmetric.push_back(scalarset);
        types.push_back(scalarset.type);
    }
    if (!symmetric.empty())
        report.symmetry =
            std::make_unique<Symmetry>(layout, std::move(symmetric), roles(program, layout, unassigned, types));
    return report;
}

Symmetry::Symmetry(const Layout& layout, std::vector<ScalarsetSymmetry> symmetric, const std::vector<Role>& roles)
    : scalarsets_(std::move(symmetric)), layout_(std::make_shared<const Layout>(layout)) {
    std::vector<bool> related(scalarsets_.size(), false);
    for (const Role& role : roles)
        for (uint32_t set = 0; set < related.size(); ++set)
            if (role.relates() && role.concerns(set)) related[set] = true;
    std::vector<uint32_t> sizes;
    for (uint32_t set = 0; set < related.size(); ++set) {
        sizes.push_back(related[set] ? scalarsets_[set].identities : 0);
        if (!related[set]) sorting_.emplace_back(*layout_, roles, set, scalarsets_[set].identities);
    }
    if (std::ranges::find(related, true) != related.end()) refining_.emplace_back(*layout_, roles, std::move(sizes));
}

bool Symmetry::exact() const {
    return std::ranges::all_of(refining_, [](const RefiningNormalForm& form) { return form.exact(); });
}

}  // namespace untorn::checker
