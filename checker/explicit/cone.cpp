#include "checker/explicit/cone.h"

#include <algorithm>
#include <span>

namespace untorn::checker {

namespace {

/// Closes a set of cells under the writes of some instances: what a write to a cell of the set reads is in it.
class Closure {
 public:
    explicit Closure(const Program& program) : program_(program), reads_(program), writers_(program.cells.size()) {}

    /// What is in the set so far.
    CellReads& reads() { return reads_; }

    /// Instances that may be taken: what decides about them matters, and their writes may influence.
    void add_instances(std::span<const Instance> instances) {
        for (const Instance& instance : instances) {
            reads_.add_decisions(instance);
            for (const WriteCode& write : instance.writes)
                for_each_target(program_, write, [&](uint32_t cell) { writers_[cell].push_back(&write); });
        }
    }

    std::vector<bool> close() {
        std::vector<bool> inside(program_.cells.size(), false);
        for (size_t i = 0; i < reads_.cells().size(); ++i) {  // it grows
            const uint32_t cell = reads_.cells()[i];
            inside[cell] = true;
            for (const WriteCode* write : writers_[cell]) reads_.add(*write);
        }
        return inside;
    }

 private:
    const Program& program_;
    CellReads reads_;
    std::vector<std::vector<const WriteCode*>> writers_;  ///< by cell
};

std::span<const Instance> recover_instances(const Program& program) {
    if (!program.has_recover) return {};
    return std::span(program.instances).subspan(program.recover.first_of.front());
}

void add_after_power_loss(Closure& closure, const Program& program, const Asked& asked) {
    if (program.power_loss) closure.add_instances(std::span(&program.power_loss->instance, 1));
    closure.add_instances(recover_instances(program));
    if (program.has_recover) closure.reads().add_cell(program.recover.counter);
    for (uint32_t p : asked.properties)
        if (judged(system::judged_as(program.system, p), true) == Judged::after_power_loss)
            closure.reads().add_property(p);
    if (asked.outcomes)
        for (uint32_t cell : outcome_cells(program)) closure.reads().add_cell(cell);
}

}  // namespace

std::vector<bool> relevant_cells(const Program& program, const Asked& asked) {
    Closure closure(program);
    const size_t run_instances = program.instances.size() - recover_instances(program).size();
    closure.add_instances(std::span(program.instances).first(run_instances));
    for (const ActorInstance& actor : program.actors) closure.reads().add_cell(actor.counter);
    const bool loses_power = asked.power_loss && power_can_be_lost(program.system);
    for (uint32_t p : asked.properties) {
        const Judged where = judged(system::judged_as(program.system, p), loses_power);
        if (where == Judged::everywhere || where == Judged::at_end) closure.reads().add_property(p);
    }
    if (loses_power) {
        add_after_power_loss(closure, program, asked);
    } else if (asked.outcomes) {
        for (uint32_t cell : outcome_cells(program)) closure.reads().add_cell(cell);
    }
    return closure.close();
}

std::vector<bool> relevant_after_power_loss(const Program& program, const Asked& asked) {
    Closure closure(program);
    if (asked.power_loss && power_can_be_lost(program.system)) add_after_power_loss(closure, program, asked);
    return closure.close();
}

Program slice(const Program& program, const std::vector<bool>& relevant) {
    Program sliced = program;
    const auto narrow = [&](std::vector<bool>& cells) {
        for (size_t cell = 0; cell < cells.size(); ++cell) cells[cell] = cells[cell] && relevant[cell];
    };
    narrow(sliced.changing);
    narrow(sliced.lost_reads);
    narrow(sliced.recover_changes);
    const auto irrelevant = [&](const WriteCode& write) {
        bool any = false;
        for_each_target(program, write, [&](uint32_t cell) { any = any || relevant[cell]; });
        return !any;
    };
    const auto narrow_all = [&](std::span<Instance> instances) {
        for (Instance& instance : instances) std::erase_if(instance.writes, irrelevant);
    };
    narrow_all(sliced.instances);
    narrow_all(sliced.init);
    if (sliced.power_loss) narrow_all(std::span(&sliced.power_loss->instance, 1));
    if (sliced.power_losses) narrow_all(*sliced.power_losses);
    return sliced;
}

}  // namespace untorn::checker
