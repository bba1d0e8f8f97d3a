#include "checker/symbolic/reached_states.h"

#include <algorithm>

#include "checker/explicit/machine.h"
#include "checker/explicit/paths.h"
#include "checker/explicit/power_loss.h"
#include "checker/explicit/program.h"
#include "checker/explicit/reads.h"
#include "checker/explicit/store.h"

namespace untorn::checker::symbolic {

namespace {

/// The search. A state is its cells, and behind them how often power has been lost.
class Exploration {
 public:
    Exploration(const system::System& system, const ReachedLimits& limits, bool steps)
        : program_(system),
          limits_(limits),
          memory_(limits.memory),
          first_(program_.cells.first_values()),
          layout_(layout()),
          machine_(program_),
          states_(layout_.words(), memory_),
          packed_(layout_.words()) {
        first_.push_back(0);
        if (!steps) return;
        std::vector<bool> strong;
        for (const Constraint& constraint : program_.constraints) strong.push_back(constraint.strong);
        graph_.emplace(strong);
        for (uint32_t p = 0; p < system.properties.size(); ++p)
            if (system::is_progress(system.properties[p].kind)) questions_.push_back({p, {}, {}});
    }

    /// False where a number of states, or an interrupt, ends it.
    bool run() {
        cells_ = first_;
        machine_.begin(cells_.data());
        from_ = Store::absent;
        for (const Instance& instance : program_.init) take(instance);
        if (graph_) graph_->initial = states_.size();
        for (uint32_t state = 0; state < states_.size(); ++state) {
            if (states_.size() > limits_.states) return false;
            if (state % 1024 == 0 && limits_.interrupted && limits_.interrupted()) return false;
            expand(state);
        }
        return true;
    }
    uint32_t size() const { return states_.size(); }
    std::vector<int64_t> cells(uint32_t state) const {
        std::vector<int64_t> values = first_;
        layout_.unpack(states_[state], values.data());
        return values;
    }
    /// A shortest way to the first state that is an outcome.
    std::optional<Path> to_outcome() {
        if (outcome_ == Store::absent) return std::nullopt;
        std::vector<uint32_t> way;
        for (uint32_t state = outcome_; state != Store::absent; state = parents_[state]) way.push_back(state);
        Path path;
        for (size_t i = way.size(); i-- > 0;) append(path, i + 1 < way.size() ? way[i + 1] : Store::absent, way[i]);
        return path;
    }
    /// For what else is kept of the states.
    MemoryBudget& memory() { return memory_; }
    std::optional<StateGraph> graph() { return std::move(graph_); }
    StateBits running() { return std::move(running_); }
    std::vector<ReachedQuestion> questions() { return std::move(questions_); }

 private:
    static constexpr uint64_t bytes_a_parent = 4, bytes_a_state = 14, bytes_an_edge = 6;

    int64_t losses_allowed() const { return program_.system.power_loss ? program_.system.power_loss->budget : 0; }
    Layout layout() const {
        Layout made;
        for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
            if (program_.changing[cell]) made.add(cell, program_.cells[cell].lo, program_.cells[cell].size);
        made.add(static_cast<uint32_t>(program_.cells.size()), 0, static_cast<uint64_t>(losses_allowed()) + 1);
        return made;
    }

    void expand(uint32_t state) {
        from_ = state;
        cells_ = cells(state);
        machine_.begin(cells_.data());
        const bool running = cells_.back() == 0;
        if (outcome_ == Store::absent && is_outcome()) outcome_ = state;
        if (graph_) judge(state, running);
        ConstraintSet enabled(program_.constraints.size());
        if (running)
            for (const ActorInstance& actor : program_.actors) move(actor, enabled);
        else if (program_.has_recover)
            move(program_.recover, enabled);
        if (graph_) graph_->close_state(enabled);
        if (cells_.back() == losses_allowed()) return;
        for_each_loss(program_, machine_, [&] {
            if (machine_.failing(program_.power_loss->instance) != nullptr) return;
            next_ = cells_;
            lose_power(program_, machine_, cells_.data(), next_.data());
            ++next_.back();
            arrive();
        });
    }
    void move(const ActorInstance& actor, ConstraintSet& enabled) {
        const auto location = static_cast<size_t>(cells_[actor.counter]);
        for (uint32_t i = actor.first_of[location]; i < actor.first_of[location + 1]; ++i) {
            const Instance& instance = program_.instances[i];
            if (!graph_ || cells_.back() != 0) {
                take(instance);
                continue;
            }
            if (machine_(instance.guard) == 0) continue;
            // Rule 16: whether or not a check fails.
            StepKind kind{ConstraintSet(program_.constraints.size()), machine_.faults(instance)};
            if (kind.faults == 0)
                for (const FairCode& fair : instance.fair)
                    if (machine_(fair.when) != 0) kind.taken.insert(fair.constraint);
            enabled |= kind.taken;
            const uint64_t before = graph_->edges();
            if (const auto to = take(instance)) graph_->add_edge(*to, kind);
            memory_.take((graph_->edges() - before) * bytes_an_edge);
        }
    }
    /// The state after it.
    std::optional<uint32_t> take(const Instance& instance) {
        if (machine_(instance.guard) == 0 || machine_.failing(instance) != nullptr) return {};
        next_ = cells_;
        write(instance);
        return arrive();
    }
    uint32_t arrive() {
        layout_.pack(next_.data(), packed_.data());
        const auto [index, is_new] = states_.insert(packed_.data());
        if (is_new) {
            memory_.take(bytes_a_parent);
            parents_.push_back(from_);
        }
        return index;
    }
    /// See Outcome (checker/result/result.h).
    bool is_outcome() const {
        const auto ended = [this](uint32_t counter) { return cells_[counter] == system::ended; };
        if (!power_can_be_lost(program_.system)) return std::ranges::all_of(program_.thread_counters, ended);
        return cells_.back() > 0 && (!program_.has_recover || ended(program_.recover.counter));
    }
    /// The move that led to a state when it was found; `from`: absent for initial states.
    void append(Path& path, uint32_t from, uint32_t to) {
        const bool initial = from == Store::absent;
        const std::vector<int64_t> before = initial ? first_ : cells(from), after = cells(to);
        const auto made =
            before.back() == after.back() ? step_between(before, after, initial) : loss_between(before, after);
        if (!made) throw BrokenRule{"a state was reached by no move"};
        path.moves.push_back(*made);
        path.states.emplace_back(after.begin(), after.end() - 1);
    }
    std::optional<TraceStep> step_between(const std::vector<int64_t>& before, const std::vector<int64_t>& after,
                                          bool initial) {
        machine_.begin(before.data());
        const auto& instances = initial ? program_.init : program_.instances;
        for (uint32_t i = 0; i < instances.size(); ++i) {
            if (!initial && !stands_there(before, i)) continue;
            if (machine_(instances[i].guard) == 0 || machine_.failing(instances[i]) != nullptr) continue;
            next_ = before;
            write(instances[i]);
            if (next_ == after) return trace_move(program_, initial ? Move::Kind::init : Move::Kind::step, i);
        }
        return std::nullopt;
    }
    std::optional<TraceStep> loss_between(const std::vector<int64_t>& before, const std::vector<int64_t>& after) {
        std::optional<TraceStep> made;
        machine_.begin(before.data());
        for_each_loss(program_, machine_, [&] {
            if (made || machine_.failing(program_.power_loss->instance) != nullptr) return;
            next_ = before;
            lose_power(program_, machine_, before.data(), next_.data());
            ++next_.back();
            if (next_ == after) made = trace_loss(machine_.choices());
        });
        return made;
    }
    /// Whether the actor of an instance is where it begins, and moves at all.
    bool stands_there(const std::vector<int64_t>& cells, uint32_t instance) const {
        const auto begins = [&](const ActorInstance& actor) {
            const auto location = static_cast<size_t>(cells[actor.counter]);
            return actor.first_of[location] <= instance && instance < actor.first_of[location + 1];
        };
        if (cells.back() == 0) return std::ranges::any_of(program_.actors, begins);
        return program_.has_recover && begins(program_.recover);
    }
    void write(const Instance& instance) {
        machine_.writes(instance, writes_);
        for (const Machine::Write& write : writes_) next_[write.cell] = write.value;
    }
    /// Rule 15.
    void judge(uint32_t state, bool running) {
        memory_.take(bytes_a_state);
        running_.push_back(state, running);
        for (ReachedQuestion& question : questions_) {
            const uint32_t p = question.property;
            const auto holds = [&](uint32_t code) { return machine_(program_.properties[code]) != 0; };
            const bool leads = program_.system.properties[p].kind == system::PropertyKind::leads_to;
            question.triggers.push_back(state, running && leads && holds(p));
            question.unanswered.push_back(state, running && !holds(leads ? program_.consequents[p] : p));
        }
    }

    const Program program_;
    const ReachedLimits& limits_;
    MemoryBudget memory_;
    std::vector<int64_t> first_;
    Layout layout_;
    Machine machine_;  ///< in the state where moves begin
    Store states_;
    std::vector<int64_t> cells_, next_;  ///< of that state, and after a move
    std::vector<uint64_t> packed_;
    std::vector<Machine::Write> writes_;
    uint32_t from_ = Store::absent;     ///< where moves begin; absent: initially
    std::vector<uint32_t> parents_;     ///< by state: from where it was reached first
    uint32_t outcome_ = Store::absent;  ///< the first one
    std::optional<StateGraph> graph_;
    StateBits running_;
    std::vector<ReachedQuestion> questions_;
};

}  // namespace

std::optional<ReachedStates> reached_states(const system::System& system, const OneHot& circuit,
                                            const ReachedLimits& limits, bool steps) try {
    Exploration search(system, limits, steps);
    if (!search.run()) return std::nullopt;
    const Cells cells(system);
    const size_t latches = circuit.transition().latches.size();
    search.memory().take(latches * search.size() / 8);
    StateTable table(latches);
    for (uint32_t state = 0; state < search.size(); ++state) {
        const std::vector<int64_t> values = search.cells(state);
        table.add([&](uint32_t latch) {
            const OneHot::Meaning meaning = circuit.meaning(latch);
            const int64_t code =
                meaning.cell == no_cell ? values.back() : values[meaning.cell] - cells[meaning.cell].lo;
            const auto bits = static_cast<uint64_t>(code);
            return meaning.of_value ? bits == meaning.number : (bits >> meaning.number & 1) != 0;
        });
    }
    return ReachedStates{std::move(table), search.to_outcome(), search.graph(), search.running(), search.questions()};
} catch (const LimitReached&) {
    return std::nullopt;
}

}  // namespace untorn::checker::symbolic
