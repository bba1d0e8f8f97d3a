#include "checker/explicit/context.h"

#include <algorithm>

namespace untorn::checker {

using system::PropertyKind;

namespace {

bool over_outcomes(PropertyKind kind) {
    return kind == PropertyKind::never || kind == PropertyKind::sometimes || kind == PropertyKind::always;
}

/// Violated, or witnessed, by a state where the expression holds.
bool sought(PropertyKind kind) {
    return kind == PropertyKind::cover || kind == PropertyKind::crash_cover || kind == PropertyKind::never ||
           kind == PropertyKind::antecedent;
}

Questions ask(const system::System& system, bool power_can_be_lost) {
    Questions questions;
    for (uint32_t p = 0; p < system.properties.size(); ++p) {
        switch (system::judged_as(system, p)) {
            case PropertyKind::invariant:
            case PropertyKind::cover: questions.everywhere.push_back(p); break;
            case PropertyKind::final: questions.at_end.push_back(p); break;
            case PropertyKind::quiescent: questions.at_rest.push_back(p); break;
            case PropertyKind::crash_invariant:
            case PropertyKind::crash_cover: questions.recovered.push_back(p); break;
            case PropertyKind::never:
            case PropertyKind::sometimes:
            case PropertyKind::always: (power_can_be_lost ? questions.recovered : questions.at_end).push_back(p); break;
            case PropertyKind::deadlock: questions.deadlock.push_back(p); break;
            case PropertyKind::recovery: questions.recovery.push_back(p); break;
            case PropertyKind::assertion:
            case PropertyKind::range:
            case PropertyKind::lock:
            case PropertyKind::atomic_block:  // asked by the checks of steps
            case PropertyKind::eventually:
            case PropertyKind::always_eventually:
            case PropertyKind::antecedent: break;
            case PropertyKind::leads_to:
                if (system.properties[p].kind == PropertyKind::antecedent) questions.everywhere.push_back(p);
                break;
        }
    }
    return questions;
}

}  // namespace

SearchContext::SearchContext(const Program& program_, const SearchOptions& options_, bool covers)
    : program(program_),
      options(options_),
      memory(options_.memory_bytes),
      findings(program_.system.properties.size()),
      coverage(program_, covers),
      threads(std::max(1U, options_.threads)),
      milestone_(options_.milestone),
      begin_(Clock::now()),
      reported_(begin_) {
    const system::System& system = program.system;
    power_can_be_lost = system.power_loss && system.power_loss->budget > 0;
    questions = ask(system, power_can_be_lost);
    const auto add_cells = [&](system::VarId var) {
        for (uint32_t i = 0; i < program.cells.count(var); ++i) outcome_cells.push_back(program.cells.base(var) + i);
    };
    for (system::VarId var = 0; var < system.variables.size(); ++var) {
        const system::Variable& variable = system.variables[var];
        const bool is_result = variable.actor != system::none && system.actors[variable.actor].result == var &&
                               system.actors[variable.actor].kind == system::ActorKind::thread;
        const bool is_media = variable.storage == system::Storage::durable && !variable.hidden;
        if (is_media || (is_result && !power_can_be_lost)) add_cells(var);
    }
}

void SearchContext::count_state() {
    const uint64_t states = progress.states + crash_states;
    if (options.max_states != 0 && states > options.max_states)
        throw LimitReached{"--max-states " + std::to_string(options.max_states)};
    if (milestone_ != 0 && states > milestone_)
        milestone_ = options.at_milestone({states, settled(), &threads, &memory});
}

std::vector<uint32_t> SearchContext::settled() const {
    const LevelKey now{cost(progress.faults), progress.depth};
    std::vector<uint32_t> all;
    for (uint32_t p = 0; p < program.system.properties.size(); ++p)
        if (program.system.properties[p].kind != PropertyKind::antecedent && shown(p, now)) all.push_back(p);
    return all;
}

void SearchContext::tick() {
    if (options.interrupted != nullptr && options.interrupted->load(std::memory_order_relaxed))
        throw LimitReached{"interrupted"};
    const auto now = Clock::now();
    if (options.seconds > 0 && options.spent + std::chrono::duration<double>(now - begin_).count() > options.seconds) {
        std::string seconds = std::to_string(options.seconds);
        seconds.erase(seconds.find_last_not_of('0') + 1);
        if (seconds.ends_with('.')) seconds.pop_back();
        throw LimitReached{"--time " + seconds + " s"};
    }
    if (options.progress && now - reported_ > std::chrono::milliseconds(100)) {
        reported_ = now;
        progress.bytes = memory.used();
        options.progress(progress);
    }
}

void SearchContext::judge(std::vector<uint32_t>& open, Machine& machine, const Finding& finding) {
    for (uint32_t p : open) findings.note(p, machine(program.properties[p]) != 0, finding);
    close(open);
}

// States are judged level by level: the first finding has the least key.
void SearchContext::close(std::vector<uint32_t>& open) const {
    std::erase_if(open, [&](uint32_t p) {
        const PropertyKind kind = program.system.properties[p].kind;
        if (over_outcomes(kind)) return findings.holds(p) && findings.fails(p);
        return (sought(kind) ? findings.holds(p) : findings.fails(p)).has_value();
    });
}

void SearchContext::close_questions() {
    close(questions.everywhere);
    close(questions.at_end);
    close(questions.at_rest);
}

void SearchContext::note_outcome(const int64_t* cells, const Finding& finding) {
    if (!options.outcomes) return;
    std::vector<int64_t> values;
    for (uint32_t cell : outcome_cells) values.push_back(cells[cell]);
    if (outcomes.contains(values)) return;  // states come in order: the first is the least
    memory.take(values.size() * sizeof(int64_t) + sizeof(Finding));
    outcomes.emplace(std::move(values), finding);
}

const std::optional<Finding>& violation(const Findings& findings, const system::Property& property, size_t index) {
    static constexpr std::optional<Finding> nothing;
    switch (property.kind) {
        case PropertyKind::cover:
        case PropertyKind::crash_cover:
        case PropertyKind::sometimes:  // violated by what is missing
        case PropertyKind::eventually:
        case PropertyKind::always_eventually:
        case PropertyKind::leads_to:
        case PropertyKind::antecedent: return nothing;
        case PropertyKind::never: return findings.holds(index);
        default: return findings.fails(index);
    }
}

bool SearchContext::shown(uint32_t p, LevelKey key) const {
    const PropertyKind kind = program.system.properties[p].kind;
    const auto& holds = findings.holds(p);
    const auto& fails = findings.fails(p);
    const bool held = holds && holds->key <= key, failed = fails && fails->key <= key;
    // What is shown of it is an outcome where it holds; that it holds takes another where it does not.
    if (kind == PropertyKind::sometimes) return held && failed;
    return sought(kind) ? held : failed;
}

bool SearchContext::violated(LevelKey key) const {
    for (size_t p = 0; p < program.system.properties.size(); ++p) {
        const auto& found = violation(findings, program.system.properties[p], p);
        if (found && found->key <= key) return true;
    }
    return false;
}

}  // namespace untorn::checker
