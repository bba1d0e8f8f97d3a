#include "checker/explicit/unassigned.h"

#include <algorithm>

namespace untorn::checker {

namespace {

constexpr uint64_t most_assignments = uint64_t{1} << 14;

}  // namespace

std::vector<std::vector<int64_t>> initial_states(const Program& program) {
    std::vector<std::vector<int64_t>> states;
    const std::vector<int64_t> first = program.cells.first_values();
    Machine machine(program);
    machine.begin(first.data());
    std::vector<Machine::Write> writes;
    for (const Instance& instance : program.init) {
        if (machine(instance.guard) == 0 || machine.failing(instance) != nullptr) continue;
        machine.writes(instance, writes);
        std::vector<int64_t> cells = first;
        for (const Machine::Write& write : writes) cells[write.cell] = write.value;
        states.push_back(std::move(cells));
    }
    std::ranges::sort(states);
    states.erase(std::ranges::unique(states).begin(), states.end());
    return states;
}

int64_t value_after(const Program& program, Machine& machine, const Instance& instance, uint32_t cell,
                    const std::vector<int64_t>& values) {
    int64_t value = values[cell];
    for (const WriteCode& write : instance.writes) {
        uint32_t target = write.target;
        if (write.computed) {
            const Address& address = program.addresses[write.target];
            target = address.base;
            bool good = true;
            for (uint32_t d = 0; d < address.count; ++d) {
                const Indexing& indexing = program.indexings[address.first + d];
                const int64_t offset = machine(indexing.index) - indexing.lo;
                good = good && offset >= 0 && offset < indexing.size;
                if (good) target += static_cast<uint32_t>(offset) * indexing.stride;
            }
            if (!good) continue;
        }
        if (target == cell && machine(write.when) != 0) value = machine(write.value);
    }
    return value;
}

std::vector<uint32_t> deciding(const Program& program, Supports& supports, const Instance& instance,
                               const std::vector<uint32_t>& cells) {
    std::vector<uint32_t> all = cells;
    const auto add = [&](CodeId code) {
        const auto& support = supports.of(code);
        all.insert(all.end(), support.begin(), support.end());
    };
    for (const WriteCode& write : instance.writes) {
        const std::vector<uint32_t> targets = supports.targets(write);
        if (std::ranges::find_first_of(targets, cells) == targets.end()) continue;
        add(write.when);
        add(write.value);
        if (!write.computed) continue;
        const Address& address = program.addresses[write.target];
        for (uint32_t d = 0; d < address.count; ++d) add(program.indexings[address.first + d].index);
    }
    std::erase_if(all, [&](uint32_t cell) { return !program.changing[cell]; });
    make_set(all);
    return all;
}

std::vector<system::LocationId> next_locations(const Program& program, const Instance& instance) {
    const system::Transition& transition = program.system.transitions[instance.transition];
    const system::Actor& actor = program.system.actors[transition.actor];
    const uint32_t base = program.cells.base(actor.counter), count = program.cells.count(actor.counter);
    std::vector<system::LocationId> next;
    const auto leaves = [&](auto& self, CodeId id) -> bool {
        const Code& code = program.codes[id];
        if (code.op == Code::Op::ite) return self(self, code.b) && self(self, code.c);
        if (code.op != Code::Op::constant) return false;
        next.push_back(static_cast<system::LocationId>(code.value));
        return true;
    };
    bool stays = true;
    for (const WriteCode& write : instance.writes) {
        const uint32_t cell = write.computed ? program.addresses[write.target].base : write.target;
        if (cell < base || cell >= base + count) continue;
        if (!leaves(leaves, write.value)) {
            for (system::LocationId l = 0; l < actor.locations.size(); ++l) next.push_back(l);
            break;
        }
        const Code& when = program.codes[write.when];
        if (when.op == Code::Op::constant && when.value != 0 && !write.computed) stays = false;
    }
    if (stays) next.push_back(transition.from);
    make_set(next);
    return next;
}

uint32_t counter_of(const Program& program, uint32_t cell) {
    const system::VarId var = program.cells[cell].var;
    const system::Actor& actor = program.system.actors[program.system.variables[var].actor];
    const uint32_t base = program.cells.base(actor.counter);
    if (!actor.identity) return base;
    return base + (cell - program.cells.base(var)) / program.cells.dimensions(var)[0].stride;
}

Unassigned::Unassigned(const Program& program, const std::vector<std::vector<int64_t>>& initial, Supports& supports)
    : program_(program), at_(program.system.variables.size()) {
    const system::System& system = program.system;
    bool any = false;
    for (system::VarId var = 0; var < system.variables.size(); ++var) {
        const system::Variable& variable = system.variables[var];
        if (variable.storage != system::Storage::local || variable.actor == system::none) continue;
        const system::Actor& actor = system.actors[variable.actor];
        const system::Type& type = system.types[variable.type];
        if (type.kind != system::TypeKind::scalarset || type.size() < 2) continue;
        if (actor.kind == system::ActorKind::recover) continue;
        at_[var].assign(actor.locations.size(), true);
        any = true;
        for (const std::vector<int64_t>& state : initial)
            for (uint32_t i = 0; i < program.cells.count(var); ++i) {
                const uint32_t cell = program.cells.base(var) + i;
                if (state[cell] != program.cells[cell].lo)
                    at_[var][static_cast<size_t>(state[counter_of(program, cell)])] = false;
            }
    }
    if (!any) return;
    // The greatest fixed point of: unassigned after a step that begins where it is unassigned and does not assign it.
    Machine machine(program);
    std::vector<int64_t> values = program.cells.first_values();
    for (bool changed = true; changed;) {
        changed = false;
        for (const Instance& instance : program.instances) changed |= refine(instance, supports, machine, values);
    }
}

bool Unassigned::refine(const Instance& instance, Supports& supports, Machine& machine, std::vector<int64_t>& values) {
    const system::System& system = program_.system;
    const system::Transition& transition = system.transitions[instance.transition];
    const system::Actor& actor = system.actors[transition.actor];
    bool changed = false;
    for (system::VarId var = 0; var < at_.size(); ++var) {
        if (!concerns(var) || system.variables[var].actor != transition.actor) continue;
        const auto dimensions = program_.cells.dimensions(var);
        for (uint32_t i = 0; i < program_.cells.count(var); ++i) {
            const uint32_t cell = program_.cells.base(var) + i;
            if (actor.identity && dimensions[0].lo + i / dimensions[0].stride != instance.identity) continue;
            if (!program_.changing[cell]) continue;
            const uint32_t counter = counter_of(program_, cell);
            const bool before = at_[var][transition.from];
            const bool written = std::ranges::any_of(instance.writes, [&](const WriteCode& write) {
                return std::ranges::binary_search(supports.targets(write), cell);
            });
            if (!written && before) continue;
            std::vector<uint32_t> support = deciding(program_, supports, instance, {cell, counter});
            std::erase(support, counter);
            if (before) std::erase(support, cell);
            if (!written || assignments(program_.cells, support, most_assignments) > most_assignments) {
                for (const system::LocationId to : next_locations(program_, instance)) {
                    changed |= at(var, to);
                    if (to < at_[var].size()) at_[var][to] = false;
                }
                continue;
            }
            std::ranges::copy(program_.cells.first_values(), values.begin());
            values[counter] = transition.from;
            for_each_assignment(program_.cells, support, values, [&] {
                machine.begin(values.data());
                const int64_t after = value_after(program_, machine, instance, cell, values);
                const int64_t to = value_after(program_, machine, instance, counter, values);
                // A value out of range belongs to a state in which a check has failed.
                if (to < 0 || static_cast<size_t>(to) >= at_[var].size()) return true;
                if (after != program_.cells[cell].lo && at_[var][static_cast<size_t>(to)]) {
                    at_[var][static_cast<size_t>(to)] = false;
                    changed = true;
                }
                return true;
            });
        }
    }
    return changed;
}

}  // namespace untorn::checker
