// A plain breadth-first search over the records of a StateCode, with or without a filter on them: what is reached, and
// at which least cost, for the tests of reductions.
#pragma once

#include <compare>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "checker/explicit/interpreted_code.h"

namespace untorn::testing {

/// What a search of the run found, by mark: the least (faults, steps) of a state, or of a step that fails, with it.
struct Explored {
    using Cost = std::pair<uint64_t, uint64_t>;
    uint64_t states = 0, transitions = 0;
    bool complete = true;  ///< there were not more states than allowed
    std::map<uint32_t, Cost> found;
};

/// What matters about a state: it violates a property, or witnesses it (cover, never, sometimes, always); the mark is
/// the property's index. Further marks, numbered as they are met: a property over outcomes is false in an outcome; all
/// that a loss of power can depend on has these values; the threads have ended with these values of outcome_cells().
struct Mark {
    enum class Kind : uint8_t { property, false_outcome, image, outcome } kind = Kind::property;
    uint32_t property = 0;
    std::vector<int64_t> values;
    auto operator<=>(const Mark&) const = default;
};

class Explorer {
 public:
    /// Removes records of the state, and returns the new end.
    using Filter = std::function<uint64_t*(const uint64_t*, uint64_t*, uint64_t*)>;

    explicit Explorer(const checker::Program& program, uint64_t most_states = UINT64_MAX)
        : program_(program), layout_(run_layout(program)), code_(program, layout_), most_states_(most_states) {}

    const checker::Layout& layout() const { return layout_; }

    Explored explore(const Filter& filter) {
        found_ = {};
        costs_.clear();
        queue_.clear();
        start();
        std::vector<uint64_t> records(checker::most_enabled(program_) * record_words());
        while (!queue_.empty()) {
            const auto next = queue_.begin();
            const Explored::Cost cost = next->first;
            const std::vector<uint64_t> state = next->second.front();
            next->second.pop_front();
            if (next->second.empty()) queue_.erase(next);
            if (costs_.at(state) < cost) continue;
            ++found_.states;
            if (found_.states > most_states_) {
                found_.complete = false;
                break;
            }
            uint64_t* begin = records.data();
            uint64_t* end = code_.successors(state.data(), begin);
            for (const auto& [mark, more] : reached(state.data(), begin, end))
                note(mark, {cost.first + more.first, cost.second + more.second});
            if (filter) end = filter(state.data(), begin, end);
            for (uint64_t* record = begin; record != end; record += record_words()) {
                ++found_.transitions;
                const checker::Tag tag{record[layout_.words()]};
                if (!tag.fails()) {
                    reach({record, record + layout_.words()}, {cost.first + tag.faults(), cost.second + 1});
                }
            }
        }
        return found_;
    }

    /// The marks of a state (or of a step out of it that fails, with the cost of the step), given all of its records.
    std::vector<std::pair<uint32_t, Explored::Cost>> reached(const uint64_t* state, const uint64_t* begin,
                                                             const uint64_t* end) {
        std::vector<std::pair<uint32_t, Explored::Cost>> result;
        bool quiet = true;
        for (const uint64_t* record = begin; record != end; record += record_words()) {
            const checker::Tag tag{record[layout_.words()]};
            if (tag.faults() == 0) quiet = false;
            if (tag.fails())
                result.push_back({program_.instances[tag.instance()].checks[tag.check()].property, {tag.faults(), 1}});
        }
        std::vector<int64_t> cells = program_.cells.first_values();
        layout_.unpack(state, cells.data());
        bool ended = true, at_rest = true;
        for (uint32_t counter : program_.thread_counters) ended = ended && cells[counter] == system::ended;
        for (const checker::ActorInstance& actor : program_.actors)
            at_rest = at_rest && actor.may_rest[static_cast<size_t>(cells[actor.counter])];
        for (uint32_t p = 0; p < program_.system.properties.size(); ++p) {
            using system::PropertyKind;
            const bool value = code_.holds(p, state);
            bool is = false;
            switch (program_.system.properties[p].kind) {
                case PropertyKind::invariant: is = !value; break;
                case PropertyKind::cover: is = value; break;
                case PropertyKind::final: is = ended && !value; break;
                case PropertyKind::quiescent: is = ended && quiet && !value; break;
                case PropertyKind::deadlock: is = quiet && !(ended && at_rest); break;
                case PropertyKind::never:
                case PropertyKind::sometimes:
                case PropertyKind::always:
                    if (power_can_be_lost() || !ended) break;
                    is = value;
                    if (!value) result.push_back({number({Mark::Kind::false_outcome, p, {}}), {0, 0}});
                    break;
                default: break;
            }
            if (is) result.push_back({p, {0, 0}});
        }
        const auto content = [&](Mark::Kind kind, const std::vector<uint32_t>& of) {
            Mark mark{kind, 0, {}};
            for (uint32_t cell : of) mark.values.push_back(cells[cell]);
            result.push_back({number(std::move(mark)), {0, 0}});
        };
        if (power_can_be_lost()) {
            content(Mark::Kind::image, image_cells());
        } else if (ended) {
            content(Mark::Kind::outcome, outcome_cells());
        }
        return result;
    }
    /// What a number in Explored::found stands for.
    Mark mark(uint32_t number) const {
        const auto properties = static_cast<uint32_t>(program_.system.properties.size());
        return number < properties ? Mark{Mark::Kind::property, number, {}} : marks_[number - properties];
    }

    bool power_can_be_lost() const { return program_.system.power_loss && program_.system.power_loss->budget > 0; }
    std::vector<uint32_t> image_cells() const {
        std::vector<uint32_t> result = program_.surviving;
        for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
            if (program_.lost_reads[cell]) result.push_back(cell);
        return result;
    }
    /// Durable data, and what threads return.
    std::vector<uint32_t> outcome_cells() const {
        std::vector<uint32_t> result;
        const system::System& system = program_.system;
        for (uint32_t cell = 0; cell < program_.cells.size(); ++cell) {
            const system::VarId var = program_.cells[cell].var;
            const system::ActorId actor = system.variables[var].actor;
            const bool is_result = actor != system::none && system.actors[actor].result == var;
            if (system.variables[var].storage == system::Storage::durable || is_result) result.push_back(cell);
        }
        return result;
    }

    /// Initial states, in which no check of init fails.
    std::vector<std::vector<uint64_t>> initial() {
        found_ = {};
        costs_.clear();
        queue_.clear();
        start();
        std::vector<std::vector<uint64_t>> states;
        for (const auto& [state, cost] : costs_) states.push_back(state);
        return states;
    }
    size_t record_words() const { return layout_.words() + size_t{1}; }
    size_t most_record_words() const { return checker::most_enabled(program_) * record_words(); }
    checker::StateCode& code() { return code_; }

 private:
    struct Hash {
        size_t operator()(const std::vector<uint64_t>& words) const {
            uint64_t sum = 0;
            for (uint64_t word : words) sum = (sum ^ word ^ (sum >> 29)) * 0x9e3779b97f4a7c15;
            return sum ^ (sum >> 32);
        }
    };

    static checker::Layout run_layout(const checker::Program& program) {
        checker::Layout layout;
        for (uint32_t cell = 0; cell < program.cells.size(); ++cell)
            if (program.changing[cell]) layout.add(cell, program.cells[cell].lo, program.cells[cell].size);
        return layout;
    }
    void start() {
        std::vector<int64_t> cells = program_.cells.first_values();
        checker::Machine machine(program_);
        machine.begin(cells.data());
        for (const checker::Instance& instance : program_.init) {
            if (machine(instance.guard) == 0) continue;
            if (const checker::CheckCode* check = machine.failing(instance)) {
                note(check->property, {0, 0});  // before any step: no reduction matters
                continue;
            }
            std::vector<checker::Machine::Write> writes;
            machine.writes(instance, writes);
            std::vector<uint64_t> state(layout_.words());
            layout_.pack(cells.data(), state.data());
            for (const auto& write : writes) layout_.set(state.data(), write.cell, write.value);
            reach(state, {0, 0});
        }
    }

    void reach(const std::vector<uint64_t>& state, Explored::Cost cost) {
        const auto [place, is_new] = costs_.try_emplace(state, cost);
        if (!is_new && place->second <= cost) return;
        place->second = cost;
        queue_[cost].push_back(state);
    }

    void note(uint32_t mark, Explored::Cost cost) {
        const auto [place, is_new] = found_.found.try_emplace(mark, cost);
        if (!is_new && cost < place->second) place->second = cost;
    }
    uint32_t number(Mark mark) {
        const auto [place, is_new] =
            numbers_.try_emplace(mark, static_cast<uint32_t>(program_.system.properties.size() + marks_.size()));
        if (is_new) marks_.push_back(std::move(mark));
        return place->second;
    }

    const checker::Program& program_;
    checker::Layout layout_;
    checker::InterpretedCode code_;
    uint64_t most_states_;
    Explored found_;
    std::vector<Mark> marks_;
    std::map<Mark, uint32_t> numbers_;
    std::unordered_map<std::vector<uint64_t>, Explored::Cost, Hash> costs_;
    std::map<Explored::Cost, std::deque<std::vector<uint64_t>>> queue_;
};

}  // namespace untorn::testing
