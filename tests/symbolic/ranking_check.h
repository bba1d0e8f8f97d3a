// Rankings checked on the reached states, one by one and step by step: the rules once more, from what conditions say of
// the values of cells. An oracle for rankings in bits and in words.
#pragma once

#include <algorithm>
#include <string>

#include "checker/symbolic/ranking.h"

namespace untorn::testing {

namespace symbolic = checker::symbolic;
using checker::StateGraph;
using symbolic::OneHot;
using symbolic::RankedLevel;
using symbolic::Ranking;
using symbolic::ReachedQuestion;
using symbolic::ReachedStates;

class RankingCheck {
 public:
    RankingCheck(const system::System& system, const OneHot& circuit, const ReachedStates& reached)
        : system_(system), reached_(reached), graph_(*reached.graph) {
        const checker::Cells layout(system);
        for (uint32_t state = 0; state < reached.table.size(); ++state) {
            std::vector<int64_t> values = layout.first_values();
            for (uint32_t latch = 0; latch < circuit.transition().latches.size(); ++latch) {
                const OneHot::Meaning meaning = circuit.meaning(latch);
                if (meaning.cell == symbolic::losses_cell || !reached.table.is_set(state, latch)) continue;
                const auto code = static_cast<int64_t>(meaning.number);
                values[meaning.cell] = meaning.of_value ? layout[meaning.cell].lo + code
                                                        : values[meaning.cell] + (int64_t{1} << meaning.number);
            }
            cells_.push_back(std::move(values));
        }
    }

    /// Of a state: the index of its level, or as many as there are levels.
    size_t level_of(const std::vector<RankedLevel>& levels, uint32_t state) const {
        size_t k = 0;
        while (k < levels.size() && !all(levels[k].when, state)) ++k;
        return k;
    }
    bool all(const std::vector<symbolic::Conjunct>& conjuncts, uint32_t state) const {
        return std::ranges::all_of(conjuncts, [&](const auto& one) { return holds(one, cells_[state], 0); });
    }
    bool has_level(const Ranking& ranking, uint32_t state) const {
        return all(ranking.waits, state) && level_of(ranking.levels, state) < ranking.levels.size();
    }

    /// What is wrong with it, or nothing. `begins` says whether that initial states have levels counts.
    std::string wrong(const Ranking& ranking, bool begins) const {
        const auto question = std::ranges::find(reached_.questions, ranking.property, &ReachedQuestion::property);
        const system::PropertyKind kind = system_.properties[ranking.property].kind;
        const auto waits = [&](uint32_t state) { return question->unanswered[state]; };
        for (uint32_t s = 0; s < graph_.states(); ++s) {
            if (!waits(s)) continue;
            const bool starts = kind == system::PropertyKind::leads_to     ? question->triggers[s]
                                : kind == system::PropertyKind::eventually ? begins && s < graph_.initial
                                                                           : true;
            if (starts && !has_level(ranking, s)) return "a state in which it begins to wait has no level";
            if (!has_level(ranking, s)) continue;
            if (std::string why = helped(ranking.levels, s); !why.empty()) return why;
            for (uint64_t e = graph_.first_edge(s); e < graph_.end_edge(s); ++e) {
                const uint32_t to = graph_.target(e);
                if (!waits(to)) continue;
                if (!all(ranking.waits, to)) return "a step leads to where nobody waits";
                if (std::string why = leads_on(ranking.levels, s, e); !why.empty()) return why;
            }
        }
        return "";
    }

 private:
    bool enabled(uint32_t constraint, uint32_t state) const { return graph_.enabled(state).contains(constraint); }
    std::string helped(const std::vector<RankedLevel>& levels, uint32_t state) const {
        const size_t k = level_of(levels, state);
        if (k == levels.size()) return "a state has no level meanwhile";
        if (enabled(levels[k].helper, state)) return "";
        if (!graph_.strong().contains(levels[k].helper)) return "a helper cannot move";
        return helped(levels[k].meanwhile, state);
    }
    std::string leads_on(const std::vector<RankedLevel>& levels, uint32_t state, uint64_t edge) const {
        const uint32_t to = graph_.target(edge);
        const size_t before = level_of(levels, state), after = level_of(levels, to);
        if (after > before) return "a step leads higher";
        if (after < before) return "";
        const uint32_t helper = levels[before].helper;
        if (graph_.kind(edge).taken.contains(helper)) return "a helper does not lead on";
        if (!graph_.strong().contains(helper) || enabled(helper, state) || enabled(helper, to)) return "";
        return leads_on(levels[before].meanwhile, state, edge);
    }

    const system::System& system_;
    const ReachedStates& reached_;
    const StateGraph& graph_;
    std::vector<std::vector<int64_t>> cells_;  ///< by state
};

}  // namespace untorn::testing
