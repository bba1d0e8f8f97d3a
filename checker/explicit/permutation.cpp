#include "checker/explicit/permutation.h"

#include <numeric>

namespace untorn::checker {

Permutation::Permutation(const Program& program, const Unassigned& unassigned, system::TypeId scalarset,
                         std::vector<uint32_t> image)
    : program_(program), unassigned_(unassigned), scalarset_(scalarset), image_(std::move(image)) {
    const system::System& system = program.system;
    for (system::VarId var = 0; var < system.variables.size(); ++var) {
        const auto dimensions = program.cells.dimensions(var);
        for (uint32_t offset = 0; offset < program.cells.count(var); ++offset) {
            uint32_t to = program.cells.base(var);
            for (size_t d = 0; d < dimensions.size(); ++d) {
                const uint32_t index = (offset / dimensions[d].stride) % dimensions[d].size;
                to += (system.variables[var].dims[d] == scalarset ? image_[index] : index) * dimensions[d].stride;
            }
            cells_.push_back(to);
        }
    }
    holders_.resize(system.instances + size_t{1});
    std::iota(holders_.begin(), holders_.end(), int64_t{0});
    for (const system::Actor& actor : system.actors) {
        if (actor.identity != scalarset || actor.kind == system::ActorKind::recover) continue;
        for (uint32_t i = 0; i < image_.size(); ++i)
            holders_[1 + size_t{actor.first_instance} + i] = int64_t{1} + actor.first_instance + image_[i];
    }
}

Permutation::Sort Permutation::sort(system::TypeId id) const {
    const system::Type& type = program_.system.types[id];
    if (id == scalarset_) return Sort::identity;
    if (type.kind == system::TypeKind::optional && type.base == scalarset_) return Sort::optional;
    if (type.kind == system::TypeKind::set && type.base == scalarset_) return Sort::set;
    if (type.kind == system::TypeKind::mutex) return Sort::mutex;
    return Sort::plain;
}

int64_t Permutation::value(Sort sort, int64_t value) const {
    const auto size = static_cast<int64_t>(image_.size());
    switch (sort) {
        case Sort::plain: return value;
        case Sort::identity: return value >= 0 && value < size ? image_[static_cast<size_t>(value)] : value;
        case Sort::optional: return value >= 1 && value <= size ? 1 + image_[static_cast<size_t>(value - 1)] : value;
        case Sort::mutex:
            return value >= 0 && static_cast<size_t>(value) < holders_.size() ? holders_[static_cast<size_t>(value)]
                                                                              : value;
        case Sort::set: {
            const auto set = static_cast<uint64_t>(value);
            uint64_t result = size >= 64 ? 0 : set >> size << size;
            for (size_t i = 0; i < image_.size() && i < 64; ++i) result |= (set >> i & 1) << image_[i];
            return static_cast<int64_t>(result);
        }
    }
    return value;
}

std::vector<int64_t> Permutation::state(const std::vector<int64_t>& cells) const {
    std::vector<int64_t> result(cells.size());
    for (uint32_t cell = 0; cell < cells.size(); ++cell) {
        const int64_t location = conditional(cell) ? cells[counter_of(program_, cell)] : 0;
        result[cells_[cell]] = value(sort_of_cell(cell, location), cells[cell]);
    }
    return result;
}

}  // namespace untorn::checker
