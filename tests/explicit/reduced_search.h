// A plain search for tests of reductions: states in a map, Dijkstra's order on (faults, steps), power loss in every
// state. It runs a program over states that are put to a normal form, and remembers where states came from.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "checker/explicit/findings.h"
#include "checker/explicit/interpreted_code.h"
#include "checker/explicit/power_loss.h"
#include "checker/explicit/reads.h"
#include "tests/explicit/build.h"

namespace untorn::testing {

using checker::Asked;
using checker::Judged;
using checker::LevelKey;
using checker::Program;

/// What is explored instead of the states themselves.
struct Reduction {
    const Program* program = nullptr;     ///< of the run
    const Program* after_loss = nullptr;  ///< of power_loss and recover
    checker::Layout layout{};
    std::function<void(uint64_t*)> normal = [](uint64_t*) {};
};

inline checker::Layout run_layout(const Program& program) {
    checker::Layout layout;
    for (uint32_t cell = 0; cell < program.cells.size(); ++cell) {
        const checker::Cell& c = program.cells[cell];
        const system::ActorId actor = program.system.variables[c.var].actor;
        const bool of_recover = program.has_recover && actor == program.recover.actor;
        if (program.changing[cell] && !of_recover) layout.add(cell, c.lo, c.size);
    }
    return layout;
}

class ReducedSearch {
 public:
    using Packed = std::vector<uint64_t>;

    struct Result {
        uint64_t states = 0, transitions = 0, crash_states = 0;
        /// By property: the least level where it holds, where it fails (or a check of it does, or there is a deadlock).
        std::map<uint32_t, LevelKey> holds, fails;
        std::map<std::vector<int64_t>, LevelKey> outcomes;
        std::set<uint32_t> executed;            ///< transitions
        std::optional<LevelKey> cut;            ///< the first level that was not explored
        std::vector<std::vector<Packed>> runs;  ///< to states where something was found, and to the last one
    };

    ReducedSearch(const Reduction& reduction, const Asked& asked)
        : reduction_(reduction),
          program_(*reduction.program),
          after_loss_(*reduction.after_loss),
          asked_(asked),
          code_(program_, reduction.layout),
          machine_(program_),
          judge_(program_),
          loses_power_(checker::power_can_be_lost(program_.system)),
          room_(checker::most_enabled(program_) * (reduction.layout.words() + 1)) {}

    /// Stops before a level at which more than `most` states are known, or before level `end`.
    Result explore(uint64_t most = UINT64_MAX, std::optional<LevelKey> end = std::nullopt) {
        start();
        while (!queue_.empty()) {
            const LevelKey key = queue_.begin()->first;
            if (done_.size() + crash_done_.size() > most || (end && key >= *end)) {
                result_.cut = key;
                break;
            }
            // Steps without faults and losses by steps only add to later levels; expand what is here.
            Level level = std::move(queue_.begin()->second);
            queue_.erase(queue_.begin());
            for (const auto& [state, from] : level.run)
                if (done_.emplace(state, from).second) visit(state, key);
            for (const auto& crashed : level.crash)
                if (crash_done_.insert(crashed).second) visit_crash(crashed, key);
        }
        if (!last_.empty()) keep_run(last_);
        return std::move(result_);
    }

 private:
    /// The cells after power loss, and how often power may be lost again.
    using Crashed = std::pair<std::vector<int64_t>, int64_t>;
    struct Level {
        std::vector<std::pair<Packed, Packed>> run;  ///< states, and where from
        std::vector<Crashed> crash;
    };

    void start() {
        const std::vector<int64_t> first = program_.cells.first_values();
        for (const checker::Instance& instance : program_.init) {
            machine_.begin(first.data());
            if (machine_(instance.guard) == 0) continue;
            if (const auto* check = machine_.failing(instance)) {
                note(check->property, false, {});
                continue;
            }
            std::vector<int64_t> cells = after(instance, first);
            Packed packed(reduction_.layout.words());
            reduction_.layout.pack(cells.data(), packed.data());
            reduction_.normal(packed.data());
            queue_[{}].run.push_back({packed, {}});
        }
    }

    std::vector<int64_t> after(const checker::Instance& instance, std::vector<int64_t> cells) {
        std::vector<checker::Machine::Write> writes;
        machine_.writes(instance, writes);
        for (const auto& write : writes) cells[write.cell] = write.value;
        return cells;
    }

    bool note(uint32_t p, bool value, LevelKey key) {
        auto& notes = value ? result_.holds : result_.fails;
        const auto [at, is_new] = notes.emplace(p, key);
        if (key < at->second) at->second = key;
        return is_new;
    }

    void judge(Judged where, bool at_rest, const int64_t* cells, LevelKey key, const Packed* state) {
        judge_.begin(cells);
        for (uint32_t p : asked_.properties) {
            const PropertyKind kind = system::judged_as(program_.system, p);
            if (checker::judged(kind, loses_power_) != where) continue;
            if ((kind == PropertyKind::quiescent) != at_rest) continue;
            const bool is_new = note(p, judge_(program_.properties[p]) != 0, key);
            if (is_new && state != nullptr) keep_run(*state);
        }
    }

    void note_outcome(const int64_t* cells, LevelKey key) {
        if (!asked_.outcomes) return;
        std::vector<int64_t> values;
        for (uint32_t cell : checker::outcome_cells(program_)) values.push_back(cells[cell]);
        result_.outcomes.emplace(values, key);
    }

    void keep_run(Packed state) {
        std::vector<Packed> run;
        for (; !state.empty(); state = done_.at(state)) run.insert(run.begin(), state);
        result_.runs.push_back(run);
    }

    void visit(const Packed& state, LevelKey key) {
        ++result_.states;
        last_ = state;
        std::vector<int64_t> cells = program_.cells.first_values();
        reduction_.layout.unpack(state.data(), cells.data());
        const bool ended = std::ranges::all_of(program_.thread_counters,
                                               [&](uint32_t counter) { return cells[counter] == system::ended; });
        judge(Judged::everywhere, false, cells.data(), key, &state);
        if (ended) {
            judge(Judged::at_end, false, cells.data(), key, &state);
            if (!loses_power_) note_outcome(cells.data(), key);
        }
        bool moves = false;
        const size_t words = reduction_.layout.words();
        const uint64_t* end = code_.successors(state.data(), room_.data());
        for (const uint64_t* record = room_.data(); record != end; record += words + 1) {
            const checker::Tag tag{record[words]};
            const checker::Instance& instance = program_.instances[tag.instance()];
            ++result_.transitions;
            result_.executed.insert(instance.transition);
            const LevelKey target{key.faults + tag.faults(), key.steps + 1};
            if (tag.faults() == 0) moves = true;
            if (tag.fails()) {
                note(instance.checks[tag.check()].property, false, target);
                continue;
            }
            Packed next(record, record + words);
            reduction_.normal(next.data());
            if (!done_.contains(next)) queue_[target].run.push_back({next, state});
        }
        if (!moves) look_around(cells, ended, key, state);
        if (loses_power_) lose(cells, program_.system.power_loss->budget, key);
    }

    void look_around(const std::vector<int64_t>& cells, bool ended, LevelKey key, const Packed& state) {
        const bool rest = std::ranges::all_of(program_.actors, [&](const checker::ActorInstance& actor) {
            return actor.may_rest[static_cast<size_t>(cells[actor.counter])];
        });
        for (uint32_t p : asked_.properties)
            if (program_.system.properties[p].kind == PropertyKind::deadlock && (!ended || !rest)) note(p, false, key);
        if (ended) judge(Judged::at_end, true, cells.data(), key, &state);
    }

    void lose(const std::vector<int64_t>& cells, int64_t losses, LevelKey key) {
        const LevelKey target{key.faults + 1, key.steps};
        machine_.begin(cells.data());
        checker::for_each_loss(after_loss_, machine_, [&] {
            const checker::Instance& instance = after_loss_.power_loss->instance;
            if (const auto* check = machine_.failing(instance)) {
                note(check->property, false, target);
                return;
            }
            const std::vector<int64_t> written = after(instance, cells);
            std::vector<int64_t> next = program_.cells.first_values();
            for (uint32_t cell : program_.surviving)
                if (after_loss_.changing[cell]) next[cell] = written[cell];
            if (program_.has_recover) {
                const bool any = program_.system.actors[program_.recover.actor].locations.size() > 2;
                next[program_.recover.counter] = any ? system::ended + 1 : system::ended;
            }
            queue_[target].crash.push_back({next, losses - 1});
        });
    }

    void visit_crash(const Crashed& crashed, LevelKey key) {
        ++result_.crash_states;
        const auto& [cells, losses] = crashed;
        if (losses > 0) lose(cells, losses, key);
        if (!program_.has_recover || cells[program_.recover.counter] == system::ended) {
            judge(Judged::after_power_loss, false, cells.data(), key, nullptr);
            note_outcome(cells.data(), key);
            return;
        }
        bool moves = false;
        const auto location = static_cast<size_t>(cells[program_.recover.counter]);
        for (uint32_t i = program_.recover.first_of[location]; i < program_.recover.first_of[location + 1]; ++i) {
            const checker::Instance& instance = after_loss_.instances[i];
            machine_.begin(cells.data());
            if (machine_(instance.guard) == 0) continue;
            result_.executed.insert(instance.transition);
            const uint32_t faults = machine_.faults(instance);
            if (faults == 0) moves = true;
            const LevelKey target{key.faults + faults, key.steps + 1};
            if (const auto* check = machine_.failing(instance)) {
                note(check->property, false, target);
            } else {
                queue_[target].crash.push_back({after(instance, cells), losses});
            }
        }
        for (uint32_t p : asked_.properties)
            if (program_.system.properties[p].kind == PropertyKind::recovery && !moves) note(p, false, key);
    }

    const Reduction& reduction_;
    const Program& program_;
    const Program& after_loss_;
    const Asked& asked_;
    checker::InterpretedCode code_;
    checker::Machine machine_, judge_;
    bool loses_power_;
    std::vector<uint64_t> room_;
    std::map<LevelKey, Level> queue_;
    std::map<Packed, Packed> done_;  ///< where from; empty for initial states
    std::set<Crashed> crash_done_;
    Packed last_;
    Result result_;
};

/// Whether the program has a run whose normal forms are these: some enabled move leads on, again and again.
inline bool can_be_matched(const Program& program, const Reduction& reduction,
                           const std::vector<ReducedSearch::Packed>& run) {
    const checker::Layout layout = run_layout(program);
    checker::InterpretedCode code(program, layout);
    checker::Machine machine(program);
    const auto is = [&](const int64_t* cells, const ReducedSearch::Packed& wanted) {
        ReducedSearch::Packed reduced(reduction.layout.words());
        reduction.layout.pack(cells, reduced.data());
        reduction.normal(reduced.data());
        return reduced == wanted;
    };
    std::optional<std::vector<int64_t>> at;
    const std::vector<int64_t> first = program.cells.first_values();
    machine.begin(first.data());
    for (const checker::Instance& instance : program.init) {
        if (at || machine(instance.guard) == 0 || machine.failing(instance) != nullptr) continue;
        std::vector<checker::Machine::Write> writes;
        machine.writes(instance, writes);
        std::vector<int64_t> cells = first;
        for (const auto& write : writes) cells[write.cell] = write.value;
        if (is(cells.data(), run.front())) at = cells;
    }
    std::vector<uint64_t> room(checker::most_enabled(program) * (layout.words() + 1));
    for (size_t i = 1; at && i < run.size(); ++i) {
        std::vector<uint64_t> packed(layout.words());
        layout.pack(at->data(), packed.data());
        const uint64_t* end = code.successors(packed.data(), room.data());
        at.reset();
        for (const uint64_t* record = room.data(); record != end && !at; record += layout.words() + 1) {
            if (checker::Tag{record[layout.words()]}.fails()) continue;
            std::vector<int64_t> cells = first;
            layout.unpack(record, cells.data());
            if (is(cells.data(), run[i])) at = cells;
        }
    }
    return at.has_value();
}

/// Explores both and checks that they say the same; `most`: where to stop. Returns what was found, full first.
inline std::pair<ReducedSearch::Result, ReducedSearch::Result> compare(const Reduction& full, const Reduction& reduced,
                                                                       const Asked& asked, uint64_t most = UINT64_MAX) {
    auto whole = ReducedSearch(full, asked).explore(most);
    auto less = ReducedSearch(reduced, asked).explore(UINT64_MAX, whole.cut);
    CHECK(less.holds == whole.holds);
    CHECK(less.fails == whole.fails);
    CHECK(less.outcomes == whole.outcomes);
    CHECK(less.executed == whole.executed);
    CHECK(less.states <= whole.states);
    CHECK(less.crash_states <= whole.crash_states);
    CHECK(less.transitions <= whole.transitions);
    for (const auto& run : less.runs) CHECK(can_be_matched(*full.program, reduced, run));
    return {std::move(whole), std::move(less)};
}

inline Reduction unreduced(const Program& program) { return {&program, &program, run_layout(program)}; }

}  // namespace untorn::testing
