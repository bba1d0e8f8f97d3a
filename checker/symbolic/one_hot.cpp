#include "checker/symbolic/one_hot.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

namespace untorn::checker::symbolic {

namespace {

using system::TypeKind;

/// What a transposition of two identities of a scalarset does to cells and codes.
class Transposition {
 public:
    Transposition(const system::System& system, const Cells& cells, system::TypeId scalarset, int64_t a)
        : system_(system), cells_(cells), scalarset_(scalarset), a_(a) {}

    uint32_t cell(uint32_t cell) const {
        const system::VarId var = cells_[cell].var;
        const uint32_t offset = cell - cells_.base(var);
        const auto dimensions = cells_.dimensions(var);
        uint32_t to = cells_.base(var);
        for (size_t d = 0; d < dimensions.size(); ++d) {
            const int64_t index = offset / dimensions[d].stride % dimensions[d].size;
            const int64_t image = system_.variables[var].dims[d] == scalarset_ ? identity(index) : index;
            to += static_cast<uint32_t>(image) * dimensions[d].stride;
        }
        return to;
    }
    /// Of a value of the cell, as its code.
    uint64_t code(uint32_t cell, uint64_t code) const {
        const system::TypeId id = system_.variables[cells_[cell].var].type;
        const system::Type& type = system_.types[id];
        const auto value = static_cast<int64_t>(code);
        if (id == scalarset_) return static_cast<uint64_t>(identity(value));
        if (type.kind == TypeKind::optional && type.base == scalarset_ && value > 0)
            return static_cast<uint64_t>(1 + identity(value - 1));
        if (type.kind == TypeKind::mutex && value > 0) return static_cast<uint64_t>(1 + holder(value - 1));
        return code;
    }
    /// Of a bit of the cell's code.
    uint64_t bit(uint32_t cell, uint64_t bit) const {
        const system::Type& type = system_.types[system_.variables[cells_[cell].var].type];
        if (type.kind == TypeKind::set && type.base == scalarset_)
            return static_cast<uint64_t>(identity(static_cast<int64_t>(bit)));
        return bit;
    }

 private:
    int64_t identity(int64_t of) const { return of == a_ ? a_ + 1 : of == a_ + 1 ? a_ : of; }
    int64_t holder(int64_t instance) const {
        for (const system::Actor& actor : system_.actors) {
            if (actor.identity != scalarset_ || actor.kind == system::ActorKind::recover) continue;
            const int64_t i = instance - actor.first_instance;
            if (i >= 0 && i < system_.types[scalarset_].size()) return actor.first_instance + identity(i);
        }
        return instance;
    }

    const system::System& system_;
    const Cells& cells_;
    system::TypeId scalarset_;
    int64_t a_;
};

bool names_identities(const system::System& system, system::TypeId id) {
    const system::Type& type = system.types[id];
    if (type.kind == TypeKind::scalarset || type.kind == TypeKind::mutex) return true;
    return type.kind == TypeKind::optional && system.types[type.base].kind == TypeKind::scalarset;
}

}  // namespace

OneHot::OneHot(const Encoding& encoding) {
    make_groups(encoding);
    make_circuit(encoding.transition());
    make_symmetries(encoding.system());
}

void OneHot::make_groups(const Encoding& encoding) {
    const auto& latches = encoding.transition().latches;
    const Cells cells(encoding.system());
    bit_latches_ = latches.size();
    for (uint32_t i = 0; i < latches.size(); ++i) {
        if (groups_.empty() || groups_.back().cell != latches[i].cell) groups_.push_back({latches[i].cell, {}, {}, 0});
        groups_.back().bits.push_back(i);
    }
    for (Group& group : groups_) {
        if (group.cell == no_cell) continue;
        const Cell& cell = cells[group.cell];
        const system::TypeId type = encoding.system().variables[cell.var].type;
        const bool hot = cell.size > 2 || names_identities(encoding.system(), type);
        const bool set = encoding.system().types[type].kind == TypeKind::set;
        if (hot && !set && cell.size <= most_values) group.values = cell.size;
    }
}

void OneHot::make_circuit(const TransitionCircuit& bits) {
    Circuit& circuit = made_.circuit;
    std::vector<Lit> image(bits.circuit.size(), Circuit::no);
    const auto mapped = [&](Lit lit) { return lit.negated() ? !image[lit.node()] : image[lit.node()]; };
    for (Lit input : bits.step_inputs) made_.step_inputs.push_back(image[input.node()] = circuit.input());
    for (Lit input : bits.initial_inputs) made_.initial_inputs.push_back(image[input.node()] = circuit.input());

    std::vector<Lit> exactly_one;
    for (uint32_t g = 0; g < groups_.size(); ++g) {
        Group& group = groups_[g];
        const size_t count = group.values != 0 ? group.values : group.bits.size();
        Bits made = circuit.inputs(count);
        for (size_t i = 0; i < count; ++i) {
            group.latches.push_back(static_cast<uint32_t>(made_.latches.size()));
            const std::string& name = bits.latches[group.bits[group.values != 0 ? 0 : i]].name;
            made_.latches.push_back({made[i], {}, {}, group.values != 0 ? name + "=" + std::to_string(i) : name});
            meaning_.emplace_back(g, i);
        }
        for (size_t bit = 0; bit < group.bits.size(); ++bit) {
            std::vector<Lit> with;
            for (size_t value = 0; value < group.values; ++value)
                if ((value >> bit & 1) != 0) with.push_back(made[value]);
            image[bits.latches[group.bits[bit]].current.node()] = group.values != 0 ? circuit.any(with) : made[bit];
        }
        if (group.values == 0) continue;
        exactly_one.push_back(circuit.any(made));
        for (size_t i = 0; i < count; ++i)
            for (size_t j = 0; j < i; ++j) exactly_one.push_back(!circuit.both(made[i], made[j]));
    }
    for (uint32_t node = 1; node < bits.circuit.size(); ++node)
        if (!bits.circuit.is_input(node))
            image[node] = circuit.both(mapped(bits.circuit.left(node)), mapped(bits.circuit.right(node)));

    for (const Group& group : groups_) {
        for (size_t i = 0; i < group.latches.size(); ++i) {
            Latch& latch = made_.latches[group.latches[i]];
            const auto decoded = [&](Lit Latch::*what) {
                if (group.values == 0) return mapped(bits.latches[group.bits[i]].*what);
                std::vector<Lit> parts;
                for (size_t bit = 0; bit < group.bits.size(); ++bit) {
                    const Lit lit = mapped(bits.latches[group.bits[bit]].*what);
                    parts.push_back((i >> bit & 1) != 0 ? lit : !lit);
                }
                return circuit.all(parts);
            };
            latch.next = decoded(&Latch::next);
            latch.initial = decoded(&Latch::initial);
        }
    }
    made_.initial_possible = mapped(bits.initial_possible);
    made_.possible = mapped(bits.possible);
    made_.well_formed = circuit.both(mapped(bits.well_formed), circuit.all(exactly_one));
    for (Bad bad : bits.bads) {
        bad.happens = mapped(bad.happens);
        made_.bads.push_back(bad);
    }
    for (Lit claim : bits.claims) made_.claims.push_back(mapped(claim));
    made_.goes_on = mapped(bits.goes_on);
    for (const FairnessBits& fair : bits.fairness)
        made_.fairness.push_back({mapped(fair.enabled), mapped(fair.taken), fair.strong});
    for (const ProgressBits& asked : bits.progress)
        made_.progress.push_back({asked.property, asked.at_start, mapped(asked.triggers), mapped(asked.unanswered)});
}

void OneHot::make_symmetries(const system::System& system) {
    const Cells cells(system);
    std::map<uint32_t, const Group*> by_cell;
    for (const Group& group : groups_)
        if (group.cell != no_cell) by_cell[group.cell] = &group;
    const auto permutation = [&](const Transposition& swap) -> std::optional<LatchPermutation> {
        LatchPermutation made;
        made.image.resize(made_.latches.size());
        std::iota(made.image.begin(), made.image.end(), 0U);
        for (const auto& [cell, group] : by_cell) {
            const auto to = by_cell.find(swap.cell(cell));
            if (to == by_cell.end() || to->second->latches.size() != group->latches.size()) return {};
            for (size_t i = 0; i < group->latches.size(); ++i) {
                const uint64_t image = group->values != 0 ? swap.code(cell, i) : swap.bit(cell, i);
                if (image >= group->latches.size()) return {};
                made.image[group->latches[i]] = to->second->latches[image];
            }
        }
        for (size_t i = 0; i < made.image.size(); ++i) {
            const Lit a = made_.latches[i].initial, b = made_.latches[made.image[i]].initial;
            if ((a.node() == 0 || b.node() == 0) && a != b) return {};
        }
        return made;
    };
    for (system::TypeId id = 0; id < system.types.size(); ++id) {
        const system::Type& type = system.types[id];
        if (type.kind != TypeKind::scalarset) continue;
        std::vector<LatchPermutation> generators;
        for (int64_t a = 0; a + 1 < type.size(); ++a) {
            auto made = permutation(Transposition(system, cells, id, a));
            if (!made) break;
            generators.push_back(std::move(*made));
        }
        if (static_cast<int64_t>(generators.size()) + 1 != type.size()) continue;
        for (LatchPermutation& generator : generators)
            if (!std::ranges::is_sorted(generator.image)) made_.symmetries.push_back(std::move(generator));
    }
}

std::vector<std::vector<uint32_t>> OneHot::groups() const {
    std::vector<std::vector<uint32_t>> made;
    for (const auto& [g, value] : meaning_)
        made.push_back(groups_[g].values != 0 ? groups_[g].latches : std::vector<uint32_t>{});
    return made;
}

BitRun OneHot::in_bits(const BitRun& run) const {
    BitRun made = run;
    for (StateAndInputs& step : made.steps) {
        std::vector<bool> bits(bit_latches_, false);
        for (size_t i = 0; i < meaning_.size(); ++i) {
            if (!step.state[i]) continue;
            const auto& [g, value] = meaning_[i];
            const Group& group = groups_[g];
            if (group.values == 0) {
                bits[group.bits[value]] = true;
            } else {
                for (size_t bit = 0; bit < group.bits.size(); ++bit) bits[group.bits[bit]] = (value >> bit & 1) != 0;
            }
        }
        step.state = std::move(bits);
    }
    return made;
}

std::vector<Lit> OneHot::in_bits(Circuit& circuit, std::span<const Lit> bits) const {
    std::vector<Lit> functions;  // by latch here
    for (const auto& [g, value] : meaning_) {
        const Group& group = groups_[g];
        std::vector<Lit> parts;
        for (size_t bit = 0; bit < group.bits.size(); ++bit) {
            const Lit lit = bits[group.bits[bit]];
            if (group.values != 0)
                parts.push_back((value >> bit & 1) != 0 ? lit : !lit);
            else if (bit == value)
                parts.push_back(lit);
        }
        functions.push_back(circuit.all(parts));
    }
    return functions;
}

}  // namespace untorn::checker::symbolic
