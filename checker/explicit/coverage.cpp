#include "checker/explicit/coverage.h"

#include <algorithm>

namespace untorn::checker {

Coverage::Coverage(const Program& program, bool asked)
    : passed_(program.system.sites.size(), false), executed_(program.system.transitions.size(), false) {
    auto shared = std::make_shared<Shared>(Shared{program, 0, 0, 0, {}, {}});
    shared->init = static_cast<uint32_t>(program.instances.size());
    shared->power_loss = shared->init + static_cast<uint32_t>(program.init.size());
    shared->steps = shared->power_loss + (program.power_loss ? 1 : 0);
    shared->of_site.resize(passed_.size());
    shared->of_transition.resize(executed_.size());
    open_.assign(shared->steps, 0);
    for (uint32_t step = 0; asked && step < shared->steps; ++step) {
        const Instance& instance = shared->instance(step);
        open_[step] = static_cast<uint32_t>(instance.passes.size());
        for (const PassCode& pass : instance.passes) shared->of_site[pass.site].push_back(step);
        if (step >= shared->init) continue;
        ++open_[step];
        shared->of_transition[instance.transition].push_back(step);
    }
    shared_ = std::move(shared);
}

void Coverage::close(uint32_t site) {
    if (passed_[site]) return;
    passed_[site] = true;
    new_sites_.push_back(site);
    for (const uint32_t step : shared_->of_site[site]) --open_[step];
}

void Coverage::execute(uint32_t transition) {
    if (executed_[transition]) return;
    executed_[transition] = true;
    new_transitions_.push_back(transition);
    for (const uint32_t step : shared_->of_transition[transition]) --open_[step];
}

void Coverage::learn(const Coverage& other) {
    for (const uint32_t site : other.new_sites_) close(site);
    for (const uint32_t transition : other.new_transitions_) execute(transition);
}

void Coverage::forget_news() {
    new_sites_.clear();
    new_transitions_.clear();
}

std::vector<CodeId> Coverage::open_conditions() const {
    std::vector<CodeId> conditions;
    for (uint32_t step = 0; step < shared_->init; ++step)
        if (open_[step] != 0)
            for (const PassCode& pass : shared_->instance(step).passes)
                if (!passed_[pass.site]) conditions.push_back(pass.when);
    std::ranges::sort(conditions);
    const auto same = std::ranges::unique(conditions);
    conditions.erase(same.begin(), same.end());
    return conditions;
}

}  // namespace untorn::checker
