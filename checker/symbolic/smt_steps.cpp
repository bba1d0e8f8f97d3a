#include "checker/symbolic/smt_steps.h"

#include <algorithm>

#include "checker/explicit/limits.h"
#include "checker/explicit/reads.h"
#include "model/system/evaluator.h"

namespace untorn::checker::symbolic {

using system::ActorKind;
using system::PropertyKind;

namespace {

constexpr size_t most_choices = size_t{1} << 14;

/// The guard, and if `checked` all checks.
std::string possible(SmtTerms& terms, const Instance& instance, bool checked) {
    std::vector<std::string> parts{terms.truth(instance.guard)};
    if (checked)
        for (const CheckCode& check : instance.checks) parts.push_back(terms.truth(check.ok));
    return smt_all(parts);
}

}  // namespace

bool judges_checks(PropertyKind kind) {
    return kind == PropertyKind::assertion || kind == PropertyKind::range || kind == PropertyKind::lock ||
           kind == PropertyKind::atomic_block;
}

SmtSteps::SmtSteps(const Program& program)
    : program_(program),
      system_(program.system),
      power_(power_can_be_lost(program.system)),
      budget_(power_ ? program.system.power_loss->budget : 0),
      cells_(program, constants()),
      first_(program, first_values()) {
    init_ = {"init", "the initial states", {}, 0, 0, false};
    for (const Instance& instance : program_.init) init_.instances.push_back(&instance);
    loss_ = {"power-loss", "power loss", {}, 0, 0, false};
    if (power_ && program_.power_loss) loss_.instances.push_back(&program_.power_loss->instance);
    if (init_.instances.size() > most_choices) throw LimitReached{"more than 2^14 choices of init in a proof"};
    for (const ActorInstance& actor : program_.actors) collect(actor, false);
    if (program_.has_recover && power_) collect(program_.recover, true);
}

/// A constant must survive power loss, or have its first value, where power can be lost.
std::vector<std::optional<int64_t>> SmtSteps::constants() const {
    std::vector<std::optional<int64_t>> constants(program_.cells.size());
    const system::Evaluator evaluator(system_);
    bool first = true;
    for (const auto& [choices, executed] : evaluator.initial()) {
        if (!executed.next) continue;
        for (uint32_t cell = 0; cell < program_.cells.size(); ++cell) {
            const int64_t value = executed.next->cells[cell];
            if (first)
                constants[cell] = value;
            else if (constants[cell] != value)
                constants[cell].reset();
        }
        first = false;
    }
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
        if (power_ && !survives_power_loss(system_.variables[program_.cells[cell].var]) &&
            constants[cell] != program_.cells[cell].lo)
            constants[cell].reset();
    const auto note = [&](const Instance& instance) {
        for (const WriteCode& write : instance.writes) {
            const Code& value = program_.codes[write.value];
            for_each_target(program_, write, [&](uint32_t cell) {
                if (value.op != Code::Op::constant || constants[cell] != value.value) constants[cell].reset();
            });
        }
    };
    // Recover moves only after a loss. Its instances are the last.
    const bool recovers = program_.has_recover && power_;
    const std::span<const Instance> all = program_.instances;
    const size_t moving = program_.has_recover && !recovers ? program_.recover.first_of.front() : all.size();
    for (const Instance& instance : all.first(moving)) note(instance);
    if (power_ && program_.power_loss) note(program_.power_loss->instance);
    if (recovers) constants[program_.recover.counter].reset();
    return constants;
}

std::vector<std::optional<int64_t>> SmtSteps::first_values() const {
    std::vector<std::optional<int64_t>> values;
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell) values.emplace_back(program_.cells[cell].lo);
    return values;
}

void SmtSteps::collect(const ActorInstance& actor, bool recovery) {
    const system::Actor& who = system_.actors[actor.actor];
    for (size_t location = 0; location + 1 < actor.first_of.size(); ++location) {
        Group group;
        for (uint32_t i = actor.first_of[location]; i < actor.first_of[location + 1]; ++i)
            group.instances.push_back(&program_.instances[i]);
        if (group.instances.empty()) continue;
        if (group.instances.size() > most_choices) throw LimitReached{"more than 2^14 choices of a step in a proof"};
        std::string name = who.name;
        if (who.identity) name += "[" + system_.types.text(*who.identity, group.instances[0]->identity) + "]";
        const system::Location& place = who.locations[location];
        const LineIndex& file = system_.files[place.span.file];
        const std::string path = file.path.substr(file.path.rfind('/') + 1);
        group.name = name + "-" + std::to_string(location);
        group.title =
            name + " at " + path + ":" + std::to_string(file.place(place.span.begin).line) + ": " + place.text;
        group.counter = actor.counter;
        group.location = static_cast<int64_t>(location);
        group.recovery = recovery;
        groups_.push_back(std::move(group));
    }
}

SmtScript SmtSteps::state() const {
    SmtScript script;
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
        if (!cells_.constant(cell)) script.declare(cells_.symbol(cell), cells_.sort(cell));
    if (power_) script.declare(losses, losses_sort());
    script.comment("The invariant: every value is one of its type, and then each conjunct.");
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
        if (!cells_.constant(cell))
            if (std::string fits = cells_.in_type(cell, cells_.symbol(cell)); !fits.empty())
                script.assume(std::move(fits));
    if (power_)
        script.assume(std::string("(and (bvsle ") + smt_number(0, losses_width()) + " " + losses + ") (bvsle " +
                      losses + " " + smt_number(budget_, losses_width()) + "))");
    return script;
}

// Steps.

/// Of several instances, the one that moves.
std::string SmtSteps::chosen(size_t number, size_t count) {
    if (count == 1) return "true";
    return "(= choice! " + smt_number(static_cast<int64_t>(number), system::bits_for(static_cast<int64_t>(count))) +
           ")";
}

std::string SmtSteps::counter_is(const SmtCells& cells, uint32_t cell, int64_t location) {
    if (const auto& constant = cells.constant(cell)) return *constant == location ? "true" : "false";
    return "(= " + cells.symbol(cell) + " " + cells.value(cell, location) + ")";
}

std::string SmtSteps::here(const Group& group) const {
    return smt_all({group.recovery ? lost() : running(), counter_is(group.counter, group.location)});
}

/// Declares the choice among the instances, and says that the one chosen can be taken.
std::string SmtSteps::step(SmtTerms& terms, const Group& group, SmtScript& script) const {
    const size_t count = group.instances.size();
    if (count > 1) {
        script.comment("Which of its choices the step makes.");
        script.declare("choice!", "(_ BitVec " + std::to_string(system::bits_for(static_cast<int64_t>(count))) + ")");
    }
    std::vector<std::string> ways;
    for (size_t i = 0; i < count; ++i) {
        std::vector<std::string> parts;
        if (count > 1) parts.push_back(chosen(i, count));
        parts.push_back(possible(terms, *group.instances[i], true));
        ways.push_back(smt_all(parts));
    }
    return smt_any(ways);
}

/// Defines the cells after the step, those that it may write. By cell, its symbol.
std::map<uint32_t, std::string> SmtSteps::writes(SmtTerms& terms, const Group& group, const SmtCells& before,
                                                 SmtScript& script) const {
    std::map<uint32_t, std::vector<std::string>> after;  // by cell: its value after each instance
    const size_t count = group.instances.size();
    const auto unchanged = [&](uint32_t cell) {
        const auto& constant = before.constant(cell);
        return constant ? before.value(cell, *constant) : before.symbol(cell);
    };
    for (size_t i = 0; i < count; ++i) {
        std::map<uint32_t, std::string> values;
        for (const WriteCode& write : group.instances[i]->writes) {
            for_each_target(program_, write, [&](uint32_t cell) {
                if (&before == &cells_ && cells_.constant(cell)) return;  // it is the value that it has
                std::vector<std::string> when{terms.truth(write.when)};
                if (write.computed) when.push_back(terms.denotes(program_.addresses[write.target], cell));
                const std::string condition = smt_all(when);
                const std::string value = terms.as_cell(write.value, cell);
                const auto found = values.find(cell);
                const std::string old = found == values.end() ? unchanged(cell) : found->second;
                values[cell] = condition == "true" ? value : "(ite " + condition + " " + value + " " + old + ")";
            });
        }
        for (auto& [cell, value] : values) {
            auto& all = after[cell];
            all.resize(count);
            all[i] = std::move(value);
        }
    }
    std::map<uint32_t, std::string> symbols;
    for (auto& [cell, values] : after) {
        std::string term;
        for (size_t i = count; i-- > 0;) {
            const std::string value = values[i].empty() ? unchanged(cell) : values[i];
            if (i + 1 == count || value == term)
                term = value;
            else
                term = "(ite " + chosen(i, count) + " " + value + " " + term + ")";
        }
        script.define(before.primed(cell), before.sort(cell), std::move(term));
        symbols[cell] = before.primed(cell);
    }
    return symbols;
}

/// Power may be lost once more, with these choices, which are declared.
std::string SmtSteps::loss_possible(SmtScript& script) const {
    std::vector<std::string> parts{std::string("(bvslt ") + losses + " " + smt_number(budget_, losses_width()) + ")"};
    if (!program_.power_loss) return parts[0];
    const std::vector<Interval>& choices = program_.power_loss->choices;
    if (!choices.empty()) script.comment("Its choices.");
    for (size_t i = 0; i < choices.size(); ++i) {
        const unsigned width = signed_width(choices[i].lo, choices[i].hi);
        const std::string symbol = SmtTerms::choice(i);
        script.declare(symbol, "(_ BitVec " + std::to_string(width) + ")");
        parts.push_back("(bvsle " + smt_number(choices[i].lo, width) + " " + symbol + ")");
        parts.push_back("(bvsle " + symbol + " " + smt_number(choices[i].hi, width) + ")");
    }
    return smt_all(parts);
}

SmtSteps::Step SmtSteps::initial() const {
    Step made{init_.name, init_.title, Moves::init, {}, {}, {}};
    SmtTerms terms(program_, first_, made.script);
    std::string possible = init_.instances.empty() ? "false" : step(terms, init_, made.script);
    made.script.assume(std::move(possible));
    made.primed = writes(terms, init_, first_, made.script);
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell) {
        if (made.primed.contains(cell)) continue;
        made.primed[cell] = first_.value(cell, program_.cells[cell].lo);
    }
    std::vector<std::string> constants;
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
        if (const auto& constant = cells_.constant(cell))
            constants.push_back("(= " + made.primed[cell] + " " + cells_.value(cell, *constant) + ")");
    made.constants = smt_all(constants);
    if (power_) made.script.define(primed_losses, losses_sort(), smt_number(0, losses_width()));
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
        if (cells_.constant(cell)) made.primed.erase(cell);
    return made;
}

SmtSteps::Step SmtSteps::step(const Group& group, const SmtScript& before, const Assume& also) const {
    Step made{group.name, group.title, group.recovery ? Moves::recovery : Moves::run, before, {}, {}};
    made.group = static_cast<size_t>(&group - groups_.data());
    made.script.comment("The step.");
    made.script.assume(here(group));
    SmtTerms terms(program_, cells_, made.script);
    also(terms, made.script);
    std::string possible = step(terms, group, made.script);
    made.script.assume(std::move(possible));
    made.primed = writes(terms, group, cells_, made.script);
    return made;
}

/// The power_loss step, then what does not survive at its first value, recover at its entry.
SmtSteps::Step SmtSteps::loss(const SmtScript& before, const Assume& also) const {
    Step made{loss_.name, loss_.title, Moves::power, before, {}, {}};
    made.script.comment("Power is lost.");
    made.script.assume(loss_possible(made.script));
    SmtTerms terms(program_, cells_, made.script);
    also(terms, made.script);
    std::string possible = loss_.instances.empty() ? "false" : step(terms, loss_, made.script);
    made.script.assume(std::move(possible));
    std::map<uint32_t, std::string>& primed = made.primed = writes(terms, loss_, cells_, made.script);
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell) {
        if (cells_.constant(cell) || survives_power_loss(system_.variables[program_.cells[cell].var])) continue;
        primed[cell] = cells_.value(cell, program_.cells[cell].lo);
    }
    if (program_.has_recover) {
        const bool has_points = system_.actors[program_.recover.actor].locations.size() > system::ended + 1;
        primed[program_.recover.counter] =
            cells_.value(program_.recover.counter, has_points ? system::ended + 1 : system::ended);
    }
    made.script.define(primed_losses, losses_sort(),
                       std::string("(bvadd ") + losses + " " + smt_number(1, losses_width()) + ")");
    return made;
}

void SmtSteps::for_each_step(const SmtScript& before, const Assume& also, const std::function<void(Step&)>& use) const {
    const auto give = [&](Step made) { use(made); };
    give(initial());
    for (const Group& group : groups_) give(step(group, before, also));
    if (power_) give(loss(before, also));
}

// Violations.

std::string SmtSteps::recovered() const {
    if (!program_.has_recover) return lost();
    return smt_all({lost(), counter_is(program_.recover.counter, system::ended)});
}

std::string SmtSteps::threads_ended() const {
    std::vector<std::string> parts;
    for (const uint32_t counter : program_.thread_counters) parts.push_back(counter_is(counter, system::ended));
    return smt_all(parts);
}

/// Some step without a fault is enabled.
std::string SmtSteps::moves(SmtTerms& terms, bool recovery) const {
    std::vector<std::string> ways;
    for (const Group& group : groups_) {
        if (group.recovery != recovery) continue;
        std::vector<std::string> some;
        for (const Instance* instance : group.instances) {
            std::vector<std::string> parts{terms.truth(instance->guard)};
            for (const CodeId fault : instance->faults) parts.push_back("(not " + terms.truth(fault) + ")");
            some.push_back(smt_all(parts));
        }
        ways.push_back(smt_all({counter_is(group.counter, group.location), smt_any(some)}));
    }
    return smt_any(ways);
}

/// Somebody stands where it must not rest (rule 14).
std::string SmtSteps::stuck() const {
    std::vector<std::string> places;
    for (const ActorInstance& actor : program_.actors)
        for (size_t location = 0; location < actor.may_rest.size(); ++location)
            if (!actor.may_rest[location]) places.push_back(counter_is(actor.counter, static_cast<int64_t>(location)));
    return smt_any(places);
}

/// Where what is bad is bad: rules 9, 13 and 14, and what an outcome is.
std::string SmtSteps::judged_where(PropertyKind kind, SmtTerms& terms) const {
    switch (kind) {
        case PropertyKind::invariant:
        case PropertyKind::cover: return running();
        case PropertyKind::final: return smt_all({running(), threads_ended()});
        case PropertyKind::quiescent: return smt_all({running(), threads_ended(), "(not " + moves(terms, false) + ")"});
        case PropertyKind::deadlock: return smt_all({running(), "(not " + moves(terms, false) + ")", stuck()});
        case PropertyKind::crash_invariant:
        case PropertyKind::crash_cover: return recovered();
        case PropertyKind::recovery:
            return smt_all({lost(), "(not " + recovered() + ")", "(not " + moves(terms, true) + ")"});
        default: return power_ ? recovered() : threads_ended();  // never, sometimes, always
    }
}

/// In some state where the property is judged, its expression holds (`satisfied`) or does not.
SmtSteps::Violation SmtSteps::violation(uint32_t p, bool satisfied, const SmtScript& before, const Assume& also) const {
    const system::Property& property = system_.properties[p];
    Violation made{"safety-" + property.name, std::string(system::name(property.kind)) + " " + property.name,
                   satisfied ? "that it is reached" : "that it is violated", before};
    SmtTerms terms(program_, cells_, made.script);
    also(terms, made.script);
    std::vector<std::string> bad{judged_where(property.kind, terms)};
    const bool has_expression = property.kind != PropertyKind::deadlock && property.kind != PropertyKind::recovery;
    if (has_expression) {
        const std::string holds = terms.truth(program_.properties[p]);
        bad.push_back(satisfied ? holds : "(not " + holds + ")");
    }
    const bool of_outcomes = property.kind == PropertyKind::sometimes || property.kind == PropertyKind::always;
    made.script.comment(of_outcomes ? "There is such an outcome." : "The property is violated.");
    made.script.assume(smt_all(bad));
    return made;
}

SmtSteps::Violation SmtSteps::outcome(uint32_t p, bool satisfied, const SmtScript& before, const Assume& also) const {
    Violation made = violation(p, satisfied, before, also);
    const std::string& name = system_.properties[p].name;
    made.name = (satisfied ? "no-outcome-with-" : "no-outcome-without-") + name;
    made.title += satisfied ? ": outcomes that satisfy it" : ": outcomes that do not satisfy it";
    made.what = satisfied ? "outcomes that satisfy the property" : "outcomes that do not satisfy the property";
    return made;
}

/// A step of recover that spends no fault neither ends it nor leads to a later location.
SmtSteps::Violation SmtSteps::going_back(uint32_t property, const Group& group, const SmtScript& before,
                                         const Assume& also) const {
    const std::string& name = system_.properties[property].name;
    Step taken = step(group, before, also);
    Violation made{"safety-" + name + "-" + group.name, name + " in " + group.title,
                   "that this step leads to no later place", std::move(taken.script)};
    made.script.comment("It spends no fault.");
    SmtTerms terms(program_, cells_, made.script, ".faults");
    const size_t count = group.instances.size();
    for (size_t i = 0; i < count; ++i)
        for (const CodeId fault : group.instances[i]->faults) {
            const std::string none = "(not " + terms.truth(fault) + ")";
            made.script.assume(count > 1 ? "(=> " + chosen(i, count) + " " + none + ")" : none);
        }
    const auto counter = taken.primed.find(group.counter);
    made.script.comment("It does not lead on.");
    if (counter == taken.primed.end()) return made;  // it stays where it is
    std::vector<std::string> earlier;
    for (int64_t location = 0; location <= group.location; ++location)
        if (location != system::ended)
            earlier.push_back("(= " + counter->second + " " + cells_.value(group.counter, location) + ")");
    made.script.assume(smt_any(earlier));
    return made;
}

/// A check of the property is the first to fail in one of the instances; none if there is no such check.
std::optional<SmtSteps::Violation> SmtSteps::failing(uint32_t property, const Group& group, const SmtScript& before,
                                                     const Assume& also) const {
    const bool concerns = std::ranges::any_of(group.instances, [&](const Instance* instance) {
        return std::ranges::any_of(instance->checks,
                                   [&](const CheckCode& check) { return check.property == property; });
    });
    if (!concerns) return {};
    const std::string& name = system_.properties[property].name;
    Violation made{
        "safety-" + name + "-" + group.name, name + " in " + group.title, "that this step violates the property", {}};
    const bool in_init = &group == &init_;
    if (!in_init) {
        made.script = before;
        made.script.assume(&group == &loss_ ? loss_possible(made.script) : here(group));
    }
    SmtTerms terms(program_, in_init ? first_ : cells_, made.script);
    if (!in_init) also(terms, made.script);
    std::vector<std::string> ways;
    for (const Instance* instance : group.instances) {
        std::vector<std::string> so_far{possible(terms, *instance, false)};
        for (const CheckCode& check : instance->checks) {
            const std::string ok = terms.truth(check.ok);
            if (check.property == property) {
                std::vector<std::string> fails = so_far;
                fails.push_back("(not " + ok + ")");
                ways.push_back(smt_all(fails));
            }
            so_far.push_back(ok);
        }
    }
    made.script.comment("The step can be taken, and a check of the property is the first that fails.");
    made.script.assume(smt_any(ways));
    return made;
}

void SmtSteps::for_each_violation(uint32_t property, const SmtScript& before, const Assume& also,
                                  const std::function<void(Violation&)>& use) const {
    const auto give = [&](std::optional<Violation> made) {
        if (made) use(*made);
    };
    if (!judges_checks(system_.properties[property].kind)) {
        const PropertyKind kind = system_.properties[property].kind;
        const bool reached = kind == PropertyKind::cover || kind == PropertyKind::crash_cover;
        give(violation(property, reached || kind == PropertyKind::never, before, also));
        if (kind != PropertyKind::recovery) return;
        for (const Group& group : groups_)
            if (group.recovery) give(going_back(property, group, before, also));
        return;
    }
    give(failing(property, init_, before, also));
    for (const Group& group : groups_) give(failing(property, group, before, also));
    if (power_) give(failing(property, loss_, before, also));
}

}  // namespace untorn::checker::symbolic
