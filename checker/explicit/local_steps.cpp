#include "checker/explicit/local_steps.h"

#include <algorithm>
#include <map>
#include <span>

#include "checker/explicit/cone.h"
#include "checker/explicit/held_locks.h"
#include "checker/explicit/valuations.h"

namespace untorn::checker {

namespace {

constexpr uint64_t most_valuations = 4096;

class LocalSteps {
 public:
    LocalSteps(const Program& program, const Asked& asked);
    std::vector<bool> find();

 private:
    /// An instance of the run, and whose it is.
    struct User {
        uint32_t actor = 0, instance = 0;
    };

    std::span<const Instance> instances(uint32_t actor, size_t location) const {
        const ActorInstance& a = program_.actors[actor];
        return std::span(program_.instances)
            .subspan(a.first_of[location], a.first_of[location + 1] - a.first_of[location]);
    }
    void use(uint32_t actor, uint32_t instance);
    bool invisible(uint32_t actor, size_t location);
    bool certain(uint32_t actor, size_t location);
    bool undisturbed(uint32_t actor, size_t location);
    std::vector<size_t> destinations(uint32_t actor, size_t location);
    void break_cycles(uint32_t actor, std::vector<bool>& followed);
    void treat_alike(std::vector<std::vector<bool>>& followed) const;

    const Program& program_;
    CellReads reads_;
    Valuations valuations_;
    HeldLocks locks_;
    std::vector<std::vector<User>> readers_, writers_;  ///< by cell
    std::vector<bool> judged_, judged_at_end_;
    bool moved_by_others_ = false;  ///< some actor writes the counter of another
};

LocalSteps::LocalSteps(const Program& program, const Asked& asked)
    : program_(program),
      reads_(program),
      valuations_(program),
      locks_(program),
      readers_(program.cells.size()),
      writers_(program.cells.size()),
      judged_(relevant_after_power_loss(program, asked)),
      judged_at_end_(program.cells.size(), false) {
    const bool loses_power = power_can_be_lost(program.system);
    const auto mark = [&](Judged where, std::vector<bool>& cells) {
        reads_.clear();
        for (uint32_t p : asked.properties)
            if (judged(system::judged_as(program.system, p), loses_power) == where) reads_.add_property(p);
        if (asked.outcomes && where == Judged::at_end)
            for (uint32_t cell : outcome_cells(program)) reads_.add_cell(cell);
        for (uint32_t cell : reads_.cells()) cells[cell] = true;
    };
    mark(Judged::everywhere, judged_);
    mark(Judged::at_end, judged_at_end_);
    for (uint32_t a = 0; a < program.actors.size(); ++a)
        for (uint32_t i = program.actors[a].first_of.front(); i < program.actors[a].first_of.back(); ++i) use(a, i);
    for (uint32_t a = 0; a < program.actors.size(); ++a)
        for (const User& user : writers_[program.actors[a].counter])
            moved_by_others_ = moved_by_others_ || user.actor != a;
}

void LocalSteps::use(uint32_t actor, uint32_t number) {
    const Instance& instance = program_.instances[number];
    std::vector<uint32_t> written;
    reads_.clear();
    reads_.add_decisions(instance);
    for (const WriteCode& write : instance.writes) {
        reads_.add(write);
        for_each_target(program_, write, [&](uint32_t cell) { written.push_back(cell); });
    }
    for (uint32_t cell : reads_.cells()) readers_[cell].push_back({actor, number});
    std::ranges::sort(written);
    written.erase(std::unique(written.begin(), written.end()), written.end());
    for (uint32_t cell : written) writers_[cell].push_back({actor, number});
}

/// Whether the steps from here spend no fault and change nothing that is judged.
bool LocalSteps::invisible(uint32_t actor, size_t location) {
    const system::ActorKind kind = program_.system.actors[program_.actors[actor].actor].kind;
    bool invisible = true;
    for (const Instance& instance : instances(actor, location)) {
        invisible = invisible && instance.faults.empty();
        for (const WriteCode& write : instance.writes)
            for_each_target(program_, write, [&](uint32_t cell) {
                const bool seen_at_end = judged_at_end_[cell] && kind != system::ActorKind::thread;
                invisible = invisible && !judged_[cell] && !seen_at_end;
            });
    }
    return invisible;
}

/// Whether in every state with the actor here one instance is enabled and passes its checks: tries all values of what
/// they read.
bool LocalSteps::certain(uint32_t actor, size_t location) {
    reads_.clear();
    for (const Instance& instance : instances(actor, location)) {
        reads_.add(instance.guard);
        for (const CheckCode& check : instance.checks) reads_.add(check.ok);
    }
    const std::vector<uint32_t> cells = reads_.cells();
    const uint64_t count = valuations_.count(cells, most_valuations);
    if (count == 0) return false;
    return valuations_.all(cells, count, [&](Machine& machine, const std::vector<int64_t>& values) {
        for (uint32_t cell : cells)
            if (!locks_.may_be(actor, location, cell, values[cell])) return true;
        size_t enabled = 0;
        for (const Instance& instance : instances(actor, location)) {
            if (machine(instance.guard) == 0) continue;
            ++enabled;
            if (machine.failing(instance) != nullptr) return false;
        }
        return enabled == 1;
    });
}

/// Whether the steps from here commute with all that others can do meanwhile.
bool LocalSteps::undisturbed(uint32_t actor, size_t location) {
    const auto none_of = [&](const std::vector<User>& users) {
        return std::ranges::none_of(users, [&](const User& user) {
            return user.actor != actor && locks_.may_meet(actor, location, user.instance);
        });
    };
    bool undisturbed = true;
    reads_.clear();
    for (const Instance& instance : instances(actor, location)) {
        reads_.add_decisions(instance);
        for (const WriteCode& write : instance.writes) {
            reads_.add(write);
            for_each_target(program_, write, [&](uint32_t cell) {
                undisturbed = undisturbed && none_of(readers_[cell]) && none_of(writers_[cell]);
            });
        }
    }
    return undisturbed && std::ranges::all_of(reads_.cells(), [&](uint32_t cell) { return none_of(writers_[cell]); });
}

/// Where the steps from here may lead.
std::vector<size_t> LocalSteps::destinations(uint32_t actor, size_t location) {
    const uint32_t counter = program_.actors[actor].counter;
    std::vector<bool> leads_to(program_.actors[actor].first_of.size() - 1, false);
    for (const Instance& instance : instances(actor, location)) {
        Instance part;
        for (const WriteCode& write : instance.writes)
            for_each_target(program_, write, [&](uint32_t cell) {
                if (cell == counter) part.writes.push_back(write);
            });
        reads_.clear();
        reads_.add(instance.guard);
        for (const WriteCode& write : part.writes) reads_.add(write);
        const std::vector<uint32_t> cells = reads_.cells();
        const uint64_t count = valuations_.count(cells, most_valuations);
        if (count == 0) leads_to.assign(leads_to.size(), true);
        std::vector<Machine::Write> writes;
        valuations_.all(cells, count, [&](Machine& machine, const std::vector<int64_t>&) {
            if (machine(instance.guard) == 0) return true;
            machine.writes(part, writes);
            size_t to = location;
            for (const Machine::Write& write : writes)
                if (write.cell == counter) to = static_cast<size_t>(write.value);
            leads_to[to] = true;
            return true;
        });
    }
    std::vector<size_t> result;
    for (size_t l = 0; l < leads_to.size(); ++l)
        if (leads_to[l]) result.push_back(l);
    return result;
}

/// Leaves out the first location of a cycle until there is none.
void LocalSteps::break_cycles(uint32_t actor, std::vector<bool>& followed) {
    std::vector<std::vector<size_t>> to(followed.size());
    for (size_t from = 0; from < followed.size(); ++from)
        if (followed[from]) to[from] = destinations(actor, from);
    for (size_t start = 0; start < followed.size(); ++start) {
        if (!followed[start]) continue;
        std::vector<bool> seen(followed.size(), false);
        std::vector<size_t> pending{start};
        while (!pending.empty()) {
            const size_t from = pending.back();
            pending.pop_back();
            for (size_t l : to[from]) {
                if (seen[l] || !followed[l]) continue;
                seen[l] = true;
                pending.push_back(l);
            }
        }
        if (seen[start]) followed[start] = false;
    }
}

/// A location of a family is followed for all its members, or for none.
void LocalSteps::treat_alike(std::vector<std::vector<bool>>& followed) const {
    std::map<system::ActorId, std::vector<bool>> all;
    for (uint32_t a = 0; a < followed.size(); ++a) {
        std::vector<bool>& family = all.try_emplace(program_.actors[a].actor, followed[a]).first->second;
        for (size_t l = 0; l < family.size(); ++l) family[l] = family[l] && followed[a][l];
    }
    for (uint32_t a = 0; a < followed.size(); ++a) followed[a] = all.at(program_.actors[a].actor);
}

std::vector<bool> LocalSteps::find() {
    if (moved_by_others_) return std::vector<bool>(program_.instances.size(), false);
    std::vector<std::vector<bool>> followed(program_.actors.size());  // by actor and location
    for (uint32_t a = 0; a < program_.actors.size(); ++a)
        for (size_t l = 0; l + 1 < program_.actors[a].first_of.size(); ++l)
            followed[a].push_back(!instances(a, l).empty() && invisible(a, l) && certain(a, l) && undisturbed(a, l));
    treat_alike(followed);
    for (uint32_t a = 0; a < program_.actors.size(); ++a) break_cycles(a, followed[a]);
    treat_alike(followed);
    std::vector<bool> found(program_.instances.size(), false);
    for (uint32_t a = 0; a < program_.actors.size(); ++a) {
        const ActorInstance& actor = program_.actors[a];
        for (size_t l = 0; l < followed[a].size(); ++l)
            for (uint32_t i = actor.first_of[l]; i < actor.first_of[l + 1]; ++i) found[i] = followed[a][l];
    }
    return found;
}

}  // namespace

std::vector<bool> invisible_instances(const Program& program, const Asked& asked) {
    return LocalSteps(program, asked).find();
}

}  // namespace untorn::checker
