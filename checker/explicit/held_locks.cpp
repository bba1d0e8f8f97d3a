#include "checker/explicit/held_locks.h"

#include <algorithm>
#include <set>
#include <utility>

#include "checker/explicit/goals.h"
#include "checker/explicit/limits.h"
#include "checker/explicit/reads.h"
#include "checker/explicit/valuations.h"

namespace untorn::checker {

namespace {
constexpr uint32_t no_lock = UINT32_MAX;
constexpr size_t most_locks = 64;
constexpr uint64_t most_flag_values = 8;
constexpr uint32_t most_instances = 4096;
constexpr uint64_t most_valuations = 4096;     ///< of one instance
constexpr uint64_t most_together = 1U << 20U;  ///< of all, so that big programs are not analysed for long
}  // namespace

/// Finds what the instances do.
class HeldLocks::Trial {
 public:
    explicit Trial(const HeldLocks& of) : of_(of), program_(of.program_), valuations_(program_), reads_(program_) {}

    Step of(const Instance& instance, uint32_t counter, size_t from);

 private:
    bool concerns(const WriteCode& write, uint32_t counter) const;
    bool enumerate(const Instance& instance, bool with_guard, uint32_t counter, size_t from, Step& step);
    void try_one(const Instance& instance, Machine& machine, const std::vector<int64_t>& values, uint32_t counter,
                 size_t from);
    Values values_of(const std::vector<int64_t>& values) const;

    const HeldLocks& of_;
    const Program& program_;
    Valuations valuations_;
    CellReads reads_;
    uint64_t left_ = most_together;
    Instance part_;  ///< of the instance: what is tried of it
    std::vector<Machine::Write> writes_;
    std::set<Outcome> outcomes_;
    std::vector<bool> tried_;  ///< by lock: its values are
};

bool HeldLocks::Trial::concerns(const WriteCode& write, uint32_t counter) const {
    bool concerns = false;
    for_each_target(program_, write,
                    [&](uint32_t cell) { concerns = concerns || cell == counter || of_.lock_of_[cell] != no_lock; });
    return concerns;
}

HeldLocks::Step HeldLocks::Trial::of(const Instance& instance, uint32_t counter, size_t from) {
    Step step{of_.full_, {}, false};
    part_ = {};
    part_.guard = instance.guard;
    for (const WriteCode& write : instance.writes)
        if (concerns(write, counter)) part_.writes.push_back(write);
    if (!enumerate(instance, true, counter, from, step) && !enumerate(instance, false, counter, from, step)) {
        Outcome unknown{anywhere_, of_.full_, std::vector<int>(of_.locks_.size(), same_)};
        for (const WriteCode& write : part_.writes)
            for_each_target(program_, write, [&](uint32_t cell) {
                if (of_.lock_of_[cell] != no_lock) unknown.leaves[of_.lock_of_[cell]] = anything_;
            });
        step = {of_.full_, {std::move(unknown)}, false};
    }
    for (const Outcome& outcome : step.outcomes)
        step.changes = step.changes || std::ranges::any_of(outcome.leaves, [](int leaves) { return leaves != same_; });
    return step;
}

bool HeldLocks::Trial::enumerate(const Instance& instance, bool with_guard, uint32_t counter, size_t from, Step& step) {
    reads_.clear();
    if (with_guard) reads_.add(instance.guard);
    for (const WriteCode& write : part_.writes) reads_.add(write);
    const std::vector<uint32_t> cells = reads_.cells();
    const uint64_t count = valuations_.count(cells, std::min(most_valuations, left_));
    if (count == 0) return false;
    left_ -= count;
    tried_.assign(of_.locks_.size(), false);
    for (uint32_t cell : cells)
        if (of_.lock_of_[cell] != no_lock) tried_[of_.lock_of_[cell]] = true;
    part_.checks.clear();  // those that what is tried decides
    for (const CheckCode& check : instance.checks) {
        reads_.clear();
        reads_.add(check.ok);
        const auto tried = [&](uint32_t cell) { return std::ranges::find(cells, cell) != cells.end(); };
        if (std::ranges::all_of(reads_.cells(), tried)) part_.checks.push_back(check);
    }
    outcomes_.clear();
    Values enabled(of_.locks_.size(), 0);
    try {
        valuations_.all(cells, count, [&](Machine& machine, const std::vector<int64_t>& values) {
            if (with_guard && machine(instance.guard) == 0) return true;
            const Values here = values_of(values);
            for (size_t lock = 0; lock < here.size(); ++lock) enabled[lock] |= here[lock];
            if (machine.failing(part_) == nullptr) try_one(part_, machine, values, counter, from);
            return true;
        });
    } catch (const BrokenRule&) {  // checks that were not tried exclude it
        return false;
    }
    step.enabled_in = with_guard ? std::move(enabled) : of_.full_;
    step.outcomes.assign(outcomes_.begin(), outcomes_.end());
    return true;
}

/// What the valuation says of the locks.
HeldLocks::Values HeldLocks::Trial::values_of(const std::vector<int64_t>& values) const {
    Values here = of_.full_;
    for (size_t lock = 0; lock < here.size(); ++lock) {
        const uint32_t cell = of_.locks_[lock];
        if (tried_[lock]) here[lock] = uint64_t{1} << static_cast<uint64_t>(values[cell] - program_.cells[cell].lo);
    }
    return here;
}

void HeldLocks::Trial::try_one(const Instance& instance, Machine& machine, const std::vector<int64_t>& values,
                               uint32_t counter, size_t from) {
    Outcome outcome{from, values_of(values), std::vector<int>(of_.locks_.size(), same_)};
    machine.writes(instance, writes_);
    for (const Machine::Write& write : writes_) {
        if (write.cell == counter) outcome.to = static_cast<size_t>(write.value);
        if (const uint32_t lock = of_.lock_of_[write.cell]; lock != no_lock)
            outcome.leaves[lock] = static_cast<int>(write.value - program_.cells[write.cell].lo);
    }
    outcomes_.insert(std::move(outcome));
}

HeldLocks::HeldLocks(const Program& program) : program_(program), lock_of_(program.cells.size(), no_lock) {
    if (run_instances(program) > most_instances) return;
    find_locks();
    if (locks_.empty()) return;
    for (const ActorInstance& actor : program.actors) at_.emplace_back(actor.first_of.size() - 1);
    std::vector<uint32_t> owner(program.cells.size(), UINT32_MAX);  // of counters
    for (uint32_t a = 0; a < program.actors.size(); ++a) owner[program.actors[a].counter] = a;
    steps_.resize(run_instances(program));
    actor_of_.resize(steps_.size());
    location_of_.resize(steps_.size());
    Trial trial(*this);
    for (uint32_t a = 0; a < program.actors.size(); ++a) {
        const ActorInstance& actor = program.actors[a];
        for (size_t l = 0; l + 1 < actor.first_of.size(); ++l) {
            for (uint32_t i = actor.first_of[l]; i < actor.first_of[l + 1]; ++i) {
                bool moves_others = false;
                for (const WriteCode& write : program.instances[i].writes)
                    for_each_target(program, write, [&](uint32_t cell) {
                        moves_others = moves_others || (owner[cell] != UINT32_MAX && owner[cell] != a);
                    });
                if (moves_others) return;
                steps_[i] = trial.of(program.instances[i], actor.counter, l);
                actor_of_[i] = a;
                location_of_[i] = l;
            }
        }
    }
    start();
    while (propagate()) {
    }
    known_ = true;
}

void HeldLocks::find_locks() {
    CellReads guards(program_);
    for (uint32_t i = 0; i < run_instances(program_); ++i) guards.add(program_.instances[i].guard);
    std::vector<bool> waited_for(program_.cells.size(), false);
    for (uint32_t cell : guards.cells()) waited_for[cell] = true;
    for (uint32_t cell = 0; cell < program_.cells.size() && locks_.size() < most_locks; ++cell) {
        const Cell& c = program_.cells[cell];
        const system::Variable& variable = program_.system.variables[c.var];
        const bool mutex = program_.system.types[variable.type].kind == system::TypeKind::mutex;
        const bool flag = c.size <= most_flag_values && waited_for[cell] &&
                          (variable.storage == system::Storage::memory || variable.storage == system::Storage::device);
        if (!(mutex || flag) || !program_.changing[cell] || c.size > 64) continue;
        lock_of_[cell] = static_cast<uint32_t>(locks_.size());
        locks_.push_back(cell);
        full_.push_back(c.size == 64 ? ~uint64_t{0} : (uint64_t{1} << c.size) - 1);
    }
}

void HeldLocks::start() {
    Machine machine(program_);
    const std::vector<int64_t> first = program_.cells.first_values();
    std::vector<Machine::Write> writes;
    for (const Instance& init : program_.init) {
        machine.begin(first.data());
        if (machine(init.guard) == 0 || machine.failing(init) != nullptr) continue;
        machine.writes(init, writes);
        std::vector<int64_t> cells = first;
        for (const Machine::Write& write : writes) cells[write.cell] = write.value;
        Values values;
        for (uint32_t cell : locks_)
            values.push_back(uint64_t{1} << static_cast<uint64_t>(cells[cell] - program_.cells[cell].lo));
        for (uint32_t a = 0; a < program_.actors.size(); ++a)
            join(a, static_cast<size_t>(cells[program_.actors[a].counter]), values);
    }
}

/// One round over all steps; whether there was any news.
bool HeldLocks::propagate() {
    bool news = false;
    for (uint32_t i = 0; i < steps_.size(); ++i)
        if (!at_[actor_of_[i]][location_of_[i]].empty()) news = take(actor_of_[i], location_of_[i], steps_[i]) || news;
    return news;
}

bool HeldLocks::take(uint32_t actor, size_t location, const Step& step) {
    bool news = false;
    for (const Outcome& outcome : step.outcomes) {
        Values here = at_[actor][location];
        if (!meet(here, outcome.if_in)) continue;
        const Values then = after(here, outcome);
        if (outcome.to != anywhere_) {
            news = join(actor, outcome.to, then) || news;
        } else {
            for (size_t l = 0; l < at_[actor].size(); ++l) news = join(actor, l, then) || news;
        }
        if (!step.changes) continue;
        for (uint32_t other = 0; other < at_.size(); ++other) {
            for (size_t l = 0; other != actor && l < at_[other].size(); ++l) {
                Values both = here;
                if (at_[other][l].empty() || !meet(both, at_[other][l])) continue;
                news = join(other, l, after(std::move(both), outcome)) || news;
            }
        }
    }
    return news;
}

HeldLocks::Values HeldLocks::after(Values values, const Outcome& outcome) const {
    for (size_t lock = 0; lock < values.size(); ++lock) {
        if (outcome.leaves[lock] == anything_) values[lock] = full_[lock];
        if (outcome.leaves[lock] >= 0) values[lock] = uint64_t{1} << static_cast<unsigned>(outcome.leaves[lock]);
    }
    return values;
}

/// Intersects; whether something is left of each.
bool HeldLocks::meet(Values& into, const Values& other) {
    for (size_t lock = 0; lock < into.size(); ++lock)
        if ((into[lock] &= other[lock]) == 0) return false;
    return true;
}

bool HeldLocks::join(uint32_t actor, size_t location, const Values& values) {
    Values& at = at_[actor][location];
    const bool first = at.empty();
    if (first) at = values;
    bool news = first;
    for (size_t lock = 0; lock < values.size(); ++lock) {
        news = news || (values[lock] & ~at[lock]) != 0;
        at[lock] |= values[lock];
    }
    return news;
}

bool HeldLocks::may_meet(uint32_t actor, size_t location, uint32_t instance) const {
    if (!known_) return true;
    const Values& theirs = at_[actor_of_[instance]][location_of_[instance]];
    Values both = at_[actor][location];
    if (both.empty() || theirs.empty()) return false;
    return meet(both, theirs) && meet(both, steps_[instance].enabled_in);
}

bool HeldLocks::may_be(uint32_t actor, size_t location, uint32_t cell, int64_t value) const {
    if (!known_) return true;
    const Values& values = at_[actor][location];
    if (values.empty()) return false;
    if (lock_of_[cell] == no_lock) return true;
    return (values[lock_of_[cell]] >> static_cast<uint64_t>(value - program_.cells[cell].lo) & 1) != 0;
}

}  // namespace untorn::checker
