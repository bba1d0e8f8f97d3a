#include "checker/explicit/reductions.h"

#include <algorithm>

#include "checker/explicit/cone.h"
#include "checker/explicit/local_steps.h"

namespace untorn::checker {

namespace {

Asked asked_for(Purpose purpose, const system::System& system, bool outcomes) {
    const bool progress = purpose == Purpose::progress;
    Asked asked;
    for (uint32_t p = 0; p < system.properties.size(); ++p)
        if (system::is_progress(system.properties[p].kind) == progress) asked.properties.push_back(p);
    asked.outcomes = outcomes && !progress;
    asked.power_loss = !progress;
    return asked;
}

Reductions usable_for(Purpose purpose, Reductions wanted) {
    if (purpose == Purpose::progress) wanted.symmetry = wanted.stubborn = wanted.merge_steps = false;
    return wanted;
}

}  // namespace

ReducedRun::ReducedRun(const Program& whole, const SearchOptions& options, Purpose purpose)
    : whole_(whole), program_(&whole) {
    const Reductions wanted = usable_for(purpose, options.reductions);
    const Asked asked = asked_for(purpose, whole.system, options.outcomes);
    const bool symmetric = wanted.symmetry && !options.outcomes;
    if (wanted.symmetry && options.outcomes) remarks_.push_back("symmetry: outcomes name identities");

    // A dead cell is one that does not matter after a loss: what it holds must not tell projections apart. Nor does a
    // merged step write one that does.
    std::vector<bool> after_loss(whole.cells.size(), true);
    if (wanted.cone || wanted.dead_variables || wanted.merge_steps)
        after_loss = relevant_after_power_loss(whole, asked);
    if (wanted.cone) {
        own_ = std::make_unique<Program>(slice(whole, relevant_cells(whole, asked)));
        if (own_->changing != whole.changing) names_.push_back("cone");
    }
    if (symmetric && own_ == nullptr) own_ = std::make_unique<Program>(whole);
    SymmetryReport report;
    if (symmetric) let_members_change_together(*own_);
    if (own_ != nullptr) program_ = own_.get();
    lay_out(after_loss);
    if (symmetric) {
        report = find_symmetry(*program_, layout_);
        for (const ScalarsetSymmetry& scalarset : report.scalarsets)
            if (!scalarset.why_not.empty())
                remarks_.push_back("symmetry of " + scalarset.name + ": " + scalarset.why_not);
    }
    if (wanted.dead_variables) {
        auto dead = std::make_unique<DeadVariables>(*program_, layout_, asked, report.symmetry != nullptr);
        if (dead->any()) {
            dead_ = std::move(dead);
            names_.push_back("dead variables");
        }
    }
    if (report.symmetry != nullptr) {
        symmetry_ = std::move(report.symmetry);
        names_.emplace_back(symmetry_name);
    }
    std::vector<bool> merged(program_->instances.size(), false);
    if (wanted.merge_steps && !options.outcomes) merged = invisible_instances(*program_, asked);
    if (wanted.stubborn && !options.outcomes) add_stubborn_sets(asked, merged, options.interrupted);
    if (std::ranges::count(merged, true) > 0) {
        merged_ = std::make_unique<MergedSteps>(*program_, layout_, std::move(merged));
        names_.emplace_back(merged_steps_name);
    }
    if (options.outcomes) {  // each with its shortest witness
        if (wanted.stubborn) remarks_.push_back("stubborn sets: outcomes are listed");
        if (wanted.merge_steps) remarks_.push_back("merged steps: outcomes are listed");
    }
}

void ReducedRun::add_stubborn_sets(const Asked& asked, const std::vector<bool>& merged,
                                   const std::atomic<bool>* interrupted) {
    std::vector<uint32_t> verdicts = asked.properties;
    std::erase_if(verdicts,
                  [&](uint32_t p) { return whole_.system.properties[p].kind == system::PropertyKind::antecedent; });
    StubbornOptions options;
    options.merged = merged;
    options.poll = [interrupted] {
        if (interrupted != nullptr && interrupted->load(std::memory_order_relaxed)) throw LimitReached{"interrupted"};
    };
    auto made = StubbornSets::make(*program_, layout_, verdicts, options);
    if (auto* sets = std::get_if<StubbornSets>(&made)) {
        stubborn_ = std::make_unique<StubbornSets>(std::move(*sets));
        names_.emplace_back(stubborn_sets_name);
    } else {
        remarks_.push_back("stubborn sets: " + std::get<std::string>(made));
    }
}

// Everything that can change but recover's own data.
void ReducedRun::lay_out(const std::vector<bool>& matters_after_loss) {
    for (uint32_t cell = 0; cell < program_->cells.size(); ++cell) {
        const Cell& c = program_->cells[cell];
        const system::Variable& variable = program_->system.variables[c.var];
        if (!program_->changing[cell]) continue;
        if (!program_->has_recover || variable.actor != program_->recover.actor) layout_.add(cell, c.lo, c.size);
        const bool read_then = survives_power_loss(variable) || program_->lost_reads[cell];
        if (read_then && matters_after_loss[cell]) projection_.add(cell, c.lo, c.size);
    }
}

Reducer::Reducer(const ReducedRun& run) : dead_(run.dead_.get()) {
    if (run.symmetry_ != nullptr) symmetry_.emplace(*run.symmetry_);
    if (run.stubborn_ != nullptr) stubborn_.emplace(*run.stubborn_);
}

}  // namespace untorn::checker
