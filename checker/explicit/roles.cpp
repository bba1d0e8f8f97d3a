#include "checker/explicit/roles.h"

#include <algorithm>
#include <map>

namespace untorn::checker {

bool Role::concerns(uint32_t set) const {
    return std::ranges::any_of(owners, [&](const Element& owner) { return owner.set == set; }) ||
           std::ranges::any_of(names, [&](const NameRange& range) { return range.set == set; }) || subset == set;
}

std::vector<Role> roles(const Program& program, const Layout& layout, const Unassigned& unassigned,
                        std::span<const system::TypeId> scalarsets) {
    const system::System& system = program.system;
    const auto number = [&](system::TypeId type) -> std::optional<uint32_t> {
        const auto found = std::ranges::find(scalarsets, type);
        if (found == scalarsets.end()) return std::nullopt;
        return static_cast<uint32_t>(found - scalarsets.begin());
    };
    std::vector<Role> result;
    std::map<uint32_t, uint32_t> orbits;  // by the cell whose owners are all identity 0
    for (uint32_t f = 0; f < layout.fields().size(); ++f) {
        const uint32_t cell = layout.fields()[f].cell;
        const system::VarId var = program.cells[cell].var;
        const system::Variable& variable = system.variables[var];
        const system::Type& type = system.types[variable.type];
        const auto dimensions = program.cells.dimensions(var);
        Role role;
        role.field = f;
        role.origin = cell;
        for (size_t d = 0; d < dimensions.size(); ++d) {
            const auto set = number(variable.dims[d]);
            if (!set) continue;
            const uint32_t index = (cell - program.cells.base(var)) / dimensions[d].stride % dimensions[d].size;
            role.owners.push_back({*set, index});
            role.strides.push_back(dimensions[d].stride);
            role.origin -= index * dimensions[d].stride;
        }
        if (const auto set = number(variable.type)) role.names.push_back({*set, 0});
        if (const auto set = number(type.base); set && type.kind == system::TypeKind::optional)
            role.names.push_back({*set, 1});
        if (const auto set = number(type.base); set && type.kind == system::TypeKind::set) role.subset = set;
        if (type.kind == system::TypeKind::mutex)
            for (const system::Actor& actor : system.actors) {
                if (!actor.identity || actor.kind == system::ActorKind::recover) continue;
                if (const auto set = number(*actor.identity))
                    role.names.push_back({*set, uint64_t{1} + actor.first_instance});
            }
        if (role.owners.empty() && role.names.empty() && !role.subset) continue;
        if (unassigned.concerns(var) && !role.names.empty()) {
            Condition condition{counter_of(program, cell), {}};
            for (system::LocationId l = 0; l < system.actors[variable.actor].locations.size(); ++l)
                condition.unassigned.push_back(unassigned.at(var, l));
            if (std::ranges::find(condition.unassigned, true) != condition.unassigned.end())
                role.condition = std::move(condition);
        }
        role.orbit = orbits.try_emplace(role.origin, static_cast<uint32_t>(orbits.size())).first->second;
        result.push_back(std::move(role));
    }
    return result;
}

}  // namespace untorn::checker
