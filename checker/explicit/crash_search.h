// The search of what follows power loss: the states right after it, and those of recovery, in which power may be lost
// again. They are numbered apart from the run's.
//
// What a loss leaves behind depends on the cells that survive and on what power_loss reads, so running states count
// once for each value of those (RunSearch projects them): the first such state, which has the least (faults, steps), is
// asked. A loss spends a fault and takes no step.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "checker/explicit/context.h"
#include "checker/explicit/frontier.h"
#include "checker/explicit/power_loss.h"
#include "checker/explicit/run_search.h"
#include "checker/explicit/store.h"

namespace untorn::checker {

/// How a state after power loss was first reached.
struct Origin {
    uint32_t parent = 0;
    Phase phase = Phase::run;  ///< whose numbering `parent` belongs to
    Move::Kind kind = Move::Kind::loss;
    uint32_t instance = 0;  ///< into Program::instances; of a loss, the number of its choices
};

class CrashSearch : public PowerLossListener {
 public:
    explicit CrashSearch(SearchContext& context);
    /// The search whose states are told of; to be called once, before build().
    void follow(const RunSearch& run) { run_ = &run; }

    void may_lose_power(uint32_t projection, LevelKey key) override;

    std::optional<LevelKey> next() const { return frontier_.next(); }
    /// Finds and judges all states of the level. The run's states of lower levels (with `--order steps`: of this one,
    /// too) must have been found.
    void build(LevelKey key);

    uint32_t size() const { return store_.size(); }
    /// Sets all cells but those that keep their first value, and `losses`.
    void unpack(uint32_t state, int64_t* cells, int64_t& losses) const;
    const Origin& origin(uint32_t state) const { return origins_[state]; }
    /// The choices of a loss.
    const std::vector<int64_t>& choices(uint32_t number) const { return *choices_[number]; }
    LevelKey key_of(uint32_t state) const { return frontier_.key_of(state); }
    uint64_t depth() const { return depth_; }

    /// Recovery steps without a fault out of `state`: calls edge(instance, target) in order of instances. Leaves out
    /// steps that fail a check and targets not found yet.
    template <class F>
    void for_each_free_step(uint32_t state, F edge) {
        enter(state);
        for_each_step([&](uint32_t number) {
            const Instance& instance = program_.instances[number];
            if (machine_.faults(instance) != 0 || machine_.failing(instance) != nullptr) return;
            const uint32_t target = store_.find(after_step(instance));
            if (target != Store::absent) edge(number, target);
        });
    }
    uint64_t free_steps() const { return free_steps_; }  ///< how many there are, in all states expanded

 private:
    template <class F>
    void for_each_step(F f) {
        if (!program_.has_recover) return;
        const ActorInstance& recover = program_.recover;
        const auto location = static_cast<size_t>(cells_[recover.counter]);
        for (uint32_t i = recover.first_of[location]; i < recover.first_of[location + 1]; ++i)
            if (machine_(program_.instances[i].guard) != 0) f(i);
    }
    void enter(uint32_t state);
    void enter_run(uint32_t projection);
    void expand(uint32_t state, LevelKey key);
    void take(uint32_t number, LevelKey key);
    void lose(const Postponed& from, LevelKey key);
    void lose_again(uint32_t state, LevelKey key);
    uint32_t number_of_choices();
    const uint64_t* after_step(const Instance& instance);
    void arrive(const Origin& origin, LevelKey key);
    bool recovered(const int64_t* cells) const;
    int64_t& losses() { return cells_.back(); }

    SearchContext& context_;
    const Program& program_;
    const RunSearch* run_ = nullptr;
    Layout layout_;
    Store store_;
    std::deque<Origin> origins_;
    std::map<std::vector<int64_t>, uint32_t> choice_numbers_;
    std::vector<const std::vector<int64_t>*> choices_;
    Frontier frontier_;
    uint64_t depth_ = 0;
    uint64_t free_steps_ = 0;

    Machine machine_;       ///< in the state where moves begin
    Machine judge_;         ///< in the state just found
    uint32_t current_ = 0;  ///< number of the state where moves begin
    uint32_t ticks_ = 0;
    std::vector<int64_t> first_;  ///< every cell at its first value, and no losses
    std::vector<int64_t> cells_;  ///< of the state where moves begin, and how often power may be lost after it
    std::vector<int64_t> next_;   ///< of the state they lead to
    std::vector<uint64_t> packed_;
    std::vector<Machine::Write> writes_;
};

}  // namespace untorn::checker
