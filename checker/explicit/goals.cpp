#include "checker/explicit/goals.h"

#include <algorithm>

namespace untorn::checker {

using system::PropertyKind;

namespace {

FormulaId stands_at(const Program& program, Formulas& formulas, uint32_t counter, const std::vector<bool>& locations) {
    const Cell& cell = program.cells[counter];
    ValueSet values(cell.size, false);
    for (size_t location = 0; location < locations.size(); ++location) {
        const auto number = static_cast<uint64_t>(static_cast<int64_t>(location) - cell.lo);
        if (locations[location] && number < cell.size) values[number] = true;
    }
    return formulas.cell_in(counter, values);
}

/// Calls `f(instance, location formula)` for every instance of the run.
template <class F>
void for_each_instance(const Program& program, Formulas& formulas, F f) {
    for (const ActorInstance& actor : program.actors) {
        for (size_t location = 0; location + 1 < actor.first_of.size(); ++location) {
            if (actor.first_of[location] == actor.first_of[location + 1]) continue;
            std::vector<bool> here(location + 1, false);
            here[location] = true;
            const FormulaId at = stands_at(program, formulas, actor.counter, here);
            for (uint32_t i = actor.first_of[location]; i < actor.first_of[location + 1]; ++i) f(i, at);
        }
    }
}

FormulaId threads_ended(const Program& program, Formulas& formulas) {
    std::vector<bool> end(system::ended + 1, false);
    end[system::ended] = true;
    std::vector<FormulaId> parts;
    for (uint32_t counter : program.thread_counters) parts.push_back(stands_at(program, formulas, counter, end));
    return formulas.all(parts);
}

/// Some thread is unfinished, or some actor stands where it must not rest (rule 14).
FormulaId unfinished(const Program& program, Formulas& formulas) {
    std::vector<FormulaId> parts;
    for (const ActorInstance& actor : program.actors) {
        std::vector<bool> restless = actor.may_rest;
        restless.flip();
        parts.push_back(stands_at(program, formulas, actor.counter, restless));
    }
    for (uint32_t counter : program.thread_counters) {
        std::vector<bool> before(program.cells[counter].size, true);
        before[system::ended] = false;
        parts.push_back(stands_at(program, formulas, counter, before));
    }
    return formulas.any(parts);
}

/// At most so many of the instance's faults are spent.
FormulaId spends_at_most(CodeAnalysis& analysis, Formulas& formulas, const Instance& instance, size_t most) {
    // By number still allowed: over the codes from the last one down to the one in hand.
    std::vector<FormulaId> allowed(most + 1, Formulas::yes);
    for (size_t i = instance.faults.size(); i-- > 0;) {
        const FormulaId spent = formulas.of(analysis, instance.faults[i]),
                        kept = formulas.of(analysis, instance.faults[i], false);
        for (size_t left = most + 1; left-- > 0;) {
            const FormulaId then = left == 0 ? Formulas::no : allowed[left - 1];
            allowed[left] = formulas.any({formulas.all({spent, then}), formulas.all({kept, allowed[left]})});
        }
    }
    return allowed[most];
}

/// Some instance fails a check of this property, and none before it, in a step with at most so many faults.
FormulaId some_check_fails(CodeAnalysis& analysis, Formulas& formulas, uint32_t property, size_t most_faults) {
    const Program& program = analysis.program();
    std::vector<FormulaId> parts;
    for_each_instance(program, formulas, [&](uint32_t i, FormulaId at) {
        const Instance& instance = program.instances[i];
        std::vector<FormulaId> before{at, formulas.of(analysis, instance.guard)};
        if (instance.faults.size() > most_faults)
            before.push_back(spends_at_most(analysis, formulas, instance, most_faults));
        for (const CheckCode& check : instance.checks) {
            if (check.property == property) {
                before.push_back(formulas.of(analysis, check.ok, false));
                parts.push_back(formulas.all(before));
                before.pop_back();
            }
            before.push_back(formulas.of(analysis, check.ok));
        }
    });
    return formulas.any(parts);
}

/// The failing step may spend faults itself. That some step fails with no, at most one, ... fault are goals of their
/// own, so that the least number is found.
void add_check_goals(CodeAnalysis& analysis, Formulas& formulas, uint32_t property, std::vector<Goal>& goals) {
    size_t most_faults = 0;
    for (const Instance& instance : analysis.program().instances)
        most_faults = std::max(most_faults, instance.faults.size());
    FormulaId before = Formulas::no;
    for (size_t faults = 0; faults <= most_faults; ++faults) {
        const FormulaId fails = some_check_fails(analysis, formulas, property, faults);
        if (fails != before) goals.push_back({fails, false, {}});
        before = fails;
    }
}

}  // namespace

uint32_t run_instances(const Program& program) {
    uint32_t end = 0;
    for (const ActorInstance& actor : program.actors) end = std::max(end, actor.first_of.back());
    return end;
}

Enabledness enabledness(CodeAnalysis& analysis, Formulas& formulas) {
    const Program& program = analysis.program();
    Enabledness made;
    made.moves.assign(run_instances(program), Formulas::no);
    made.guards.assign(run_instances(program), Formulas::no);
    for_each_instance(program, formulas, [&](uint32_t i, FormulaId at) {
        const Instance& instance = program.instances[i];
        made.guards[i] = formulas.all({at, formulas.of(analysis, instance.guard)});
        std::vector<FormulaId> parts{made.guards[i]};
        for (const CheckCode& check : instance.checks) parts.push_back(formulas.of(analysis, check.ok));
        made.moves[i] = formulas.all(parts);
    });
    return made;
}

std::vector<Goal> make_goals(CodeAnalysis& analysis, Formulas& formulas, std::span<const uint32_t> asked,
                             const std::optional<std::vector<uint32_t>>& outcome_cells, std::string& refused) {
    const Program& program = analysis.program();
    const bool power_can_be_lost = program.system.power_loss && program.system.power_loss->budget > 0;
    std::vector<Goal> goals;
    if (power_can_be_lost) {
        Goal image;
        for (uint32_t cell = 0; cell < program.cells.size(); ++cell)
            if (program.changing[cell] &&
                (program.lost_reads[cell] || survives_power_loss(program.system.variables[program.cells[cell].var])))
                image.cells.push_back(cell);
        goals.push_back(std::move(image));
    }
    const FormulaId ended = threads_ended(program, formulas);
    for (uint32_t p : asked) {
        const FormulaId yes = formulas.of(analysis, program.properties[p]);
        const FormulaId no = formulas.of(analysis, program.properties[p], false);
        switch (program.system.properties[p].kind) {
            case PropertyKind::antecedent: break;  // nothing is claimed of them where steps are left out
            case PropertyKind::invariant: goals.push_back({no, false, {}}); break;
            case PropertyKind::cover: goals.push_back({yes, false, {}}); break;
            case PropertyKind::final: goals.push_back({formulas.all({ended, no}), false, {}}); break;
            case PropertyKind::quiescent: goals.push_back({formulas.all({ended, no}), true, {}}); break;
            case PropertyKind::deadlock: goals.push_back({unfinished(program, formulas), true, {}}); break;
            case PropertyKind::assertion:
            case PropertyKind::range:
            case PropertyKind::lock:
            case PropertyKind::atomic_block: add_check_goals(analysis, formulas, p, goals); break;
            case PropertyKind::crash_invariant:
            case PropertyKind::crash_cover:
            case PropertyKind::recovery: break;  // about what a loss of power leaves
            case PropertyKind::never:
            case PropertyKind::sometimes:
            case PropertyKind::always:
                if (power_can_be_lost) break;  // likewise
                goals.push_back({formulas.all({ended, yes}), false, {}});
                goals.push_back({formulas.all({ended, no}), false, {}});
                break;
            case PropertyKind::eventually:
            case PropertyKind::always_eventually:
            case PropertyKind::leads_to:
                if (refused.empty())
                    refused = "`" + program.system.properties[p].name + "` is about cycles, and not all are kept";
                break;
        }
    }
    if (!power_can_be_lost && outcome_cells) goals.push_back({ended, false, *outcome_cells});
    std::erase_if(goals, [](const Goal& goal) { return goal.formula == Formulas::no; });
    return goals;
}

}  // namespace untorn::checker
