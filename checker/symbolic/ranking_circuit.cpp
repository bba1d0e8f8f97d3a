#include "checker/symbolic/ranking_circuit.h"

#include <algorithm>
#include <map>

#include "checker/explicit/limits.h"

namespace untorn::checker::symbolic {

namespace {

class RankingBits {
 public:
    RankingBits(TransitionCircuit& transition, const system::System& system, const OneHot& meaning)
        : transition_(transition), circuit_(transition.circuit), cells_(system) {
        for (uint32_t latch = 0; latch < transition.latches.size(); ++latch) {
            latches_of_[meaning.meaning(latch).cell].push_back({latch, meaning.meaning(latch)});
            after_[transition.latches[latch].current.node()] = transition.latches[latch].next;
        }
    }

    void add(const Ranking& ranking);

 private:
    Lit after(Lit function);
    Lit mapped(Lit lit) const { return lit.negated() ? !after_.at(lit.node()) : after_.at(lit.node()); }
    Lit atom(const Atom& atom, bool then);
    Lit all(std::span<const Conjunct> conjuncts, bool then);
    Lit running();
    Lit has_level(const Ranking& ranking, bool then);
    Lit helped(std::span<const RankedLevel> levels);
    Lit leads_on(std::span<const RankedLevel> levels);

    TransitionCircuit& transition_;
    Circuit& circuit_;
    const Cells cells_;
    std::map<uint32_t, Lit> after_;  ///< by node that is a function of the latches: what it is after the move
    std::map<uint32_t, std::vector<std::pair<uint32_t, OneHot::Meaning>>> latches_of_;  ///< by cell
};

/// What a function of the latches is of the state after the move.
Lit RankingBits::after(Lit function) {
    after_.emplace(0, Circuit::no);
    std::vector<uint32_t> open{function.node()}, cone;
    while (!open.empty()) {
        const uint32_t node = open.back();
        open.pop_back();
        if (after_.contains(node)) continue;
        if (circuit_.is_input(node)) throw BrokenRule{"progress depends on the step"};
        cone.push_back(node);
        open.push_back(circuit_.left(node).node());
        open.push_back(circuit_.right(node).node());
    }
    std::ranges::sort(cone);  // arguments stand before what uses them
    for (const uint32_t node : cone)
        if (!after_.contains(node))
            after_[node] = circuit_.both(mapped(circuit_.left(node)), mapped(circuit_.right(node)));
    return mapped(function);
}

Lit RankingBits::atom(const Atom& atom, bool then) {
    const auto latch = [&](uint32_t number) {
        const Latch& one = transition_.latches[number];
        return then ? one.next : one.current;
    };
    const auto found = latches_of_.find(atom.cell);
    if (found == latches_of_.end()) throw BrokenRule{"a ranking speaks of a cell that never changes"};
    const int64_t lo = atom.cell == losses_cell ? 0 : cells_[atom.cell].lo;
    std::vector<Lit> ways;
    if (atom.of_set) {
        for (const auto& [number, meaning] : found->second)
            if (meaning.number == atom.member) ways.push_back(atom.present ? latch(number) : !latch(number));
    }
    for (const int64_t value : atom.values) {
        const auto code = static_cast<uint64_t>(value - lo);
        std::vector<Lit> bits;
        for (const auto& [number, meaning] : found->second) {
            if (!meaning.of_value)
                bits.push_back((code >> meaning.number & 1) != 0 ? latch(number) : !latch(number));
            else if (meaning.number == code)
                bits.push_back(latch(number));
        }
        ways.push_back(circuit_.all(bits));
    }
    return circuit_.any(ways);
}

Lit RankingBits::all(std::span<const Conjunct> conjuncts, bool then) {
    std::vector<Lit> parts;
    for (const Conjunct& conjunct : conjuncts) {
        std::vector<Lit> some;
        for (const Atom& one : conjunct.atoms) some.push_back(atom(one, then));
        parts.push_back(circuit_.any(some));
    }
    return circuit_.all(parts);
}

Lit RankingBits::running() {
    if (!latches_of_.contains(losses_cell)) return Circuit::yes;
    return atom({losses_cell, {0}, false, 0, false}, false);
}

Lit RankingBits::has_level(const Ranking& ranking, bool then) {
    std::vector<Lit> some;
    for (const RankedLevel& level : ranking.levels) some.push_back(all(level.when, then));
    return circuit_.both(all(ranking.waits, then), circuit_.any(some));
}

/// The state has one of the levels, and the helper of the first can move, or those of the time in between tell who can.
Lit RankingBits::helped(std::span<const RankedLevel> levels) {
    std::vector<Lit> ways;
    Lit before = Circuit::no;  // it has one of the levels before
    for (const RankedLevel& level : levels) {
        const Lit here = all(level.when, false);
        const FairnessBits& helper = transition_.fairness[level.helper];
        const Lit fine = helper.strong ? circuit_.either(helper.enabled, helped(level.meanwhile)) : helper.enabled;
        ways.push_back(circuit_.both(circuit_.both(here, !before), fine));
        before = circuit_.either(before, here);
    }
    return circuit_.any(ways);
}

/// The move leads to a lower level, or to the same one without taking the helper.
Lit RankingBits::leads_on(std::span<const RankedLevel> levels) {
    std::vector<Lit> ways;
    Lit before = Circuit::no, lower = Circuit::no;  // of the state before the move, and after it
    for (const RankedLevel& level : levels) {
        const Lit here = all(level.when, false), there = all(level.when, true);
        const FairnessBits& helper = transition_.fairness[level.helper];
        Lit stays = circuit_.both(there, !helper.taken);
        if (helper.strong) {
            const Lit can = circuit_.either(helper.enabled, after(helper.enabled));
            stays = circuit_.both(stays, circuit_.either(can, leads_on(level.meanwhile)));
        }
        ways.push_back(circuit_.both(circuit_.both(here, !before), circuit_.either(lower, stays)));
        before = circuit_.either(before, here);
        lower = circuit_.either(lower, there);
    }
    return circuit_.any(ways);
}

void RankingBits::add(const Ranking& ranking) {
    const auto asked = std::ranges::find(transition_.progress, ranking.property, &ProgressBits::property);
    if (asked == transition_.progress.end()) throw BrokenRule{"a ranking of no progress property"};
    const Lit here = circuit_.both(running(), asked->unanswered);
    const Lit has = has_level(ranking, false);
    const Lit begins = asked->at_start ? Circuit::no : circuit_.both(asked->triggers, !has);
    const Lit alone = circuit_.both(has, !helped(ranking.levels));
    const std::vector<Lit> step{here, has, transition_.goes_on, after(asked->unanswered),
                                !circuit_.both(all(ranking.waits, true), leads_on(ranking.levels))};
    transition_.bads.push_back({ranking.property, circuit_.both(here, circuit_.either(begins, alone))});
    transition_.bads.push_back({ranking.property, circuit_.all(step), false, true});
}

}  // namespace

void add_bads(TransitionCircuit& circuit, const system::System& system, const OneHot& meaning, const Ranking& ranking) {
    RankingBits(circuit, system, meaning).add(ranking);
}

}  // namespace untorn::checker::symbolic
