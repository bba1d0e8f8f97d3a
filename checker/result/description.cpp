#include "checker/result/description.h"

namespace untorn::checker {

using system::State;
using system::Step;

namespace {

system::ActorId actor_of(const system::System& system, const TraceStep& move) {
    return move.kind == TraceStep::Kind::step ? system.transitions[move.transition].actor : system::none;
}

void describe_location(const system::System& system, TraceStep& move) {
    const system::Transition& transition = system.transitions[move.transition];
    const system::Actor& actor = system.actors[transition.actor];
    const system::Location& location = actor.locations[transition.from];
    move.actor = actor.name;
    if (actor.identity) move.id = system.types.text(*actor.identity, move.identity);
    if (location.span.file < system.files.size())
        move.place = system.files[location.span.file].place(location.span.begin);
    move.text = location.text;
}

void describe_faults(const system::System& system, TraceStep& move, const system::Executed& executed) {
    if (move.kind == TraceStep::Kind::power_loss) move.actor = move.text = move.fault = "power_loss";
    for (const uint32_t fault : executed.faults) {
        if (!move.fault.empty()) move.fault += ", ";
        move.fault += system.faults[fault].name;
    }
}

void describe_choices(const system::System& system, const system::Evaluator& evaluator, TraceStep& move,
                      const State& before) {
    const Step& step = step_of(system, move);
    const system::ActorId actor = actor_of(system, move);
    for (size_t i = 0; i < step.choices.size() && i < move.choices.size(); ++i) {
        const system::Choice& choice = step.choices[i];
        if (evaluator.evaluate(choice.made, before, actor, move.identity, move.choices) == 0) continue;
        const auto branch = static_cast<size_t>(move.choices[i] - system.types[choice.type].lo);
        if (!choice.name.empty()) {
            move.choice_texts.push_back(choice.name + " = " + system.types.text(choice.type, move.choices[i]));
        } else if (branch < choice.labels.size()) {
            move.choice_texts.push_back(choice.labels[branch]);
        }
    }
}

void describe_labels(const system::System& system, const system::Evaluator& evaluator, TraceStep& move,
                     const State& before) {
    for (const system::LabelPassed& passed : step_of(system, move).labels)
        if (evaluator.evaluate(passed.when, before, actor_of(system, move), move.identity, move.choices) != 0)
            move.labels.push_back(passed.label);
}

void describe_changes(const system::System& system, const system::Evaluator& evaluator, TraceStep& move,
                      const State& before, const State& after) {
    for (size_t cell = 0; cell < after.cells.size(); ++cell) {
        if (before.cells[cell] == after.cells[cell]) continue;
        const system::Variable& variable = system.variables[evaluator.variable_of(cell)];
        if (variable.hidden || variable.storage == system::Storage::counter) continue;
        const bool survives =
            variable.storage == system::Storage::durable || variable.storage == system::Storage::ghost;
        if (move.kind == TraceStep::Kind::power_loss && !survives) continue;
        move.changed.emplace_back(evaluator.cell_name(cell), system.types.text(variable.type, after.cells[cell]));
    }
}

void describe_failure(const system::System& system, TraceStep& move, size_t failed_check) {
    const system::Check& check = step_of(system, move).checks[failed_check];
    move.violation = check.message;
    if (check.span.file < system.files.size())
        move.violation_place = system.files[check.span.file].place(check.span.begin);
}

}  // namespace

const Step& step_of(const system::System& system, const TraceStep& move) {
    if (move.kind == TraceStep::Kind::initial) return system.init;
    if (move.kind == TraceStep::Kind::power_loss) return system.power_loss->step;
    return system.transitions[move.transition].step;
}

system::Executed execute(const system::System& system, const system::Evaluator& evaluator, const TraceStep& move,
                         const State& before) {
    if (move.kind == TraceStep::Kind::initial)
        return evaluator.execute(system.init, before, system::none, 0, move.choices);
    if (move.kind == TraceStep::Kind::power_loss) return evaluator.lose_power(before, move.choices);
    return evaluator.execute({move.transition, move.identity, move.choices}, before);
}

void describe(const system::System& system, const system::Evaluator& evaluator, TraceStep& move, const State& before,
              const system::Executed& executed) {
    if (move.kind == TraceStep::Kind::step) describe_location(system, move);
    describe_faults(system, move, executed);
    describe_choices(system, evaluator, move, before);
    describe_labels(system, evaluator, move, before);
    if (executed.next) describe_changes(system, evaluator, move, before, *executed.next);
    if (executed.failed_check) describe_failure(system, move, *executed.failed_check);
}

}  // namespace untorn::checker
