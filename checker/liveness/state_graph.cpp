#include "checker/liveness/state_graph.h"

#include <algorithm>

#include "checker/explicit/limits.h"

namespace untorn::checker {

StateGraph::StateGraph(const std::vector<bool>& strong)
    : constraints_(strong.size()), weak_(strong.size()), strong_(strong.size()) {
    for (uint32_t c = 0; c < strong.size(); ++c) (strong[c] ? strong_ : weak_).insert(c);
}

uint32_t StateGraph::source(uint64_t edge) const {
    return static_cast<uint32_t>(std::ranges::upper_bound(first_, edge) - first_.begin() - 1);
}

bool StateGraph::any_fault() const {
    return std::ranges::any_of(spends_, [](uint8_t spends) { return spends != 0; });
}

void StateGraph::add_edge(uint32_t target, const StepKind& kind) {
    // Most edges are of the same few kinds as those just before.
    uint16_t number = kind_of_.empty() ? 0 : kind_of_.back();
    if (kinds_.empty() || kinds_[number] != kind) {
        const auto [at, added] = kind_numbers_.try_emplace(kind, static_cast<uint16_t>(kinds_.size()));
        if (added) {
            if (kinds_.size() > UINT16_MAX) throw LimitReached{"more than 65536 kinds of steps for progress"};
            kinds_.push_back(kind);
            spends_.push_back(kind.faults != 0 ? 1 : 0);
        }
        number = at->second;
    }
    targets_.push_back(target);
    kind_of_.push_back(number);
}

void StateGraph::close_state(const ConstraintSet& enabled) {
    uint32_t number = enabled_.empty() ? 0 : enabled_.back();
    if (sets_.empty() || sets_[number] != enabled) {
        const auto [at, added] = set_numbers_.try_emplace(enabled, static_cast<uint32_t>(sets_.size()));
        if (added) {
            sets_.push_back(enabled);
            stutters_.push_back(enabled.empty() ? 1 : 0);
        }
        number = at->second;
    }
    enabled_.push_back(number);
    first_.push_back(targets_.size());
}

}  // namespace untorn::checker
