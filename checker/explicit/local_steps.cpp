#include "checker/explicit/local_steps.h"

#include <algorithm>
#include <map>
#include <span>

#include "checker/explicit/cone.h"
#include "checker/explicit/machine.h"

namespace untorn::checker {

namespace {

constexpr uint64_t most_valuations = 4096;

class LocalSteps {
 public:
    LocalSteps(const Program& program, const Asked& asked);
    std::vector<bool> find();

 private:
    static constexpr uint32_t nobody_ = UINT32_MAX, several_ = UINT32_MAX - 1;

    std::span<const Instance> instances(uint32_t actor, size_t location) const {
        const ActorInstance& a = program_.actors[actor];
        return std::span(program_.instances)
            .subspan(a.first_of[location], a.first_of[location + 1] - a.first_of[location]);
    }
    void touch(uint32_t cell, uint32_t actor);
    bool silent(uint32_t actor, size_t location);
    bool one_enabled(uint32_t actor, size_t location);
    std::vector<std::vector<bool>> edges(uint32_t actor, const std::vector<bool>& followed) const;
    void break_cycles(uint32_t actor, std::vector<bool>& followed) const;
    void treat_alike(std::vector<std::vector<bool>>& followed) const;

    const Program& program_;
    CellReads reads_;
    Machine machine_;
    std::vector<uint32_t> toucher_;  ///< by cell: the actor of the run that reads or writes it
    std::vector<bool> judged_, judged_at_end_;
};

LocalSteps::LocalSteps(const Program& program, const Asked& asked)
    : program_(program),
      reads_(program),
      machine_(program),
      toucher_(program.cells.size(), nobody_),
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
    for (uint32_t a = 0; a < program.actors.size(); ++a) {
        reads_.clear();
        const ActorInstance& actor = program.actors[a];
        for (uint32_t i = actor.first_of.front(); i < actor.first_of.back(); ++i) {
            const Instance& instance = program.instances[i];
            reads_.add_decisions(instance);
            for (const WriteCode& write : instance.writes) {
                reads_.add(write);
                for_each_target(program, write, [&](uint32_t cell) { touch(cell, a); });
            }
        }
        for (uint32_t cell : reads_.cells()) touch(cell, a);
        touch(actor.counter, a);
    }
}

void LocalSteps::touch(uint32_t cell, uint32_t actor) {
    if (toucher_[cell] != actor) toucher_[cell] = toucher_[cell] == nobody_ ? actor : several_;
}

/// Whether the steps from here touch the actor's own cells only, always succeed, and change nothing that is judged.
bool LocalSteps::silent(uint32_t actor, size_t location) {
    const system::ActorKind kind = program_.system.actors[program_.actors[actor].actor].kind;
    bool silent = true;
    reads_.clear();
    for (const Instance& instance : instances(actor, location)) {
        silent = silent && instance.checks.empty() && instance.faults.empty();
        reads_.add_decisions(instance);
        for (const WriteCode& write : instance.writes) {
            reads_.add(write);
            for_each_target(program_, write, [&](uint32_t cell) {
                const bool seen_at_end = judged_at_end_[cell] && kind != system::ActorKind::thread;
                silent = silent && toucher_[cell] == actor && !judged_[cell] && !seen_at_end;
            });
        }
    }
    const auto own = [&](uint32_t cell) { return toucher_[cell] == actor; };
    return silent && own(program_.actors[actor].counter) && std::ranges::all_of(reads_.cells(), own);
}

/// Whether in every state one instance of the location is enabled: tries all values of what the guards read.
bool LocalSteps::one_enabled(uint32_t actor, size_t location) {
    reads_.clear();
    for (const Instance& instance : instances(actor, location)) reads_.add(instance.guard);
    uint64_t valuations = 1;
    for (uint32_t cell : reads_.cells()) {
        valuations *= std::min(program_.cells[cell].size, most_valuations + 1);
        if (valuations > most_valuations) return false;
    }
    std::vector<int64_t> values = program_.cells.first_values();
    for (uint64_t v = 0; v < valuations; ++v) {
        uint64_t rest = v;
        for (uint32_t cell : reads_.cells()) {
            values[cell] = program_.cells[cell].lo + static_cast<int64_t>(rest % program_.cells[cell].size);
            rest /= program_.cells[cell].size;
        }
        machine_.begin(values.data());
        size_t enabled = 0;
        for (const Instance& instance : instances(actor, location)) enabled += machine_(instance.guard) != 0 ? 1 : 0;
        if (enabled != 1) return false;
    }
    return true;
}

/// By location: where the followed steps from it may lead.
std::vector<std::vector<bool>> LocalSteps::edges(uint32_t actor, const std::vector<bool>& followed) const {
    std::vector<std::vector<bool>> to(followed.size(), std::vector<bool>(followed.size(), false));
    for (size_t from = 0; from < followed.size(); ++from) {
        if (!followed[from]) continue;
        for (const Instance& instance : instances(actor, from)) {
            bool moves = false;
            for (const WriteCode& write : instance.writes) {
                bool to_counter = false;
                for_each_target(program_, write,
                                [&](uint32_t cell) { to_counter |= cell == program_.actors[actor].counter; });
                if (!to_counter) continue;
                const Code& code = program_.codes[write.value];
                const bool known = code.op == Code::Op::constant;
                for (size_t l = 0; l < followed.size(); ++l)
                    if (!known || code.value == static_cast<int64_t>(l)) to[from][l] = true;
                moves = moves || always_true(program_, write.when);
            }
            if (!moves) to[from][from] = true;
        }
    }
    return to;
}

/// Leaves out the first location of a cycle until there is none.
void LocalSteps::break_cycles(uint32_t actor, std::vector<bool>& followed) const {
    for (size_t start = 0; start < followed.size(); ++start) {
        if (!followed[start]) continue;
        const auto to = edges(actor, followed);
        std::vector<bool> seen(followed.size(), false);
        std::vector<size_t> pending{start};
        while (!pending.empty()) {
            const size_t from = pending.back();
            pending.pop_back();
            for (size_t l = 0; l < followed.size(); ++l) {
                if (!to[from][l] || seen[l]) continue;
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
    std::vector<std::vector<bool>> followed(program_.actors.size());  // by actor and location
    for (uint32_t a = 0; a < program_.actors.size(); ++a)
        for (size_t l = 0; l + 1 < program_.actors[a].first_of.size(); ++l)
            followed[a].push_back(!instances(a, l).empty() && silent(a, l) && one_enabled(a, l));
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
