#include "checker/symbolic/lasso_circuit.h"

#include <map>
#include <set>

#include "checker/explicit/limits.h"

namespace untorn::checker::symbolic {

namespace {

constexpr uint32_t no_latch = UINT32_MAX;
constexpr size_t most_rounds = 10000;

}  // namespace

std::vector<bool> latches_that_matter(const TransitionCircuit& system, std::optional<size_t> question) {
    std::vector<Lit> asked{system.goes_on};
    for (const FairnessBits& fair : system.fairness) asked.insert(asked.end(), {fair.enabled, fair.taken});
    if (question)
        asked.insert(asked.end(), {system.progress[*question].triggers, system.progress[*question].unanswered});
    return latches_behind(system, asked, true);
}

std::vector<bool> latches_that_matter(const OneHot& hot, const TransitionCircuit& bits,
                                      const std::vector<bool>& there) {
    std::set<uint32_t> cells;
    for (size_t i = 0; i < there.size(); ++i)
        if (there[i]) cells.insert(bits.latches[i].cell);
    std::vector<bool> matters;
    for (uint32_t latch = 0; latch < hot.transition().latches.size(); ++latch)
        matters.push_back(cells.contains(hot.meaning(latch).cell));
    return matters;
}

LassoCircuit::LassoCircuit(const TransitionCircuit& system, std::optional<size_t> question, std::vector<bool> matters)
    : system_latches_(system.latches.size()), matters_(std::move(matters)) {
    made_.circuit = system.circuit;
    made_.latches = system.latches;
    made_.step_inputs = system.step_inputs;
    made_.initial_inputs = system.initial_inputs;
    made_.initial_possible = system.initial_possible;
    Circuit& circuit = made_.circuit;
    const Lit save = circuit.input();
    made_.step_inputs.push_back(save);

    // The copies.
    std::vector<Lit> same, image(system.circuit.size(), Circuit::no);
    for (uint32_t i = 0; i < system.latches.size(); ++i) {
        const Latch& latch = system.latches[i];
        image[latch.current.node()] = latch.current;
        copy_.push_back(no_latch);
        if (!matters_[i]) continue;
        copy_[i] = static_cast<uint32_t>(made_.latches.size());
        Latch copy;
        copy.current = circuit.input();
        copy.next = circuit.choose(save, latch.current, copy.current);
        copy.initial = latch.initial;
        copy.name = "saved." + latch.name;
        made_.latches.push_back(copy);
        image[latch.current.node()] = copy.current;
        same.push_back(circuit.same(latch.current, copy.current));
    }
    first_flag_ = made_.latches.size();
    const auto flag = [&](const std::string& name, bool initially) {
        Latch made;
        made.current = circuit.input();
        made.initial = Circuit::constant(initially);
        made.name = name;
        made_.latches.push_back(made);
        return made_.latches.size() - 1;
    };

    // What the copies are codes of, is said of them as it is of the state.
    const auto mapped = [&](Lit lit) { return lit.negated() ? !image[lit.node()] : image[lit.node()]; };
    for (uint32_t node = 1; node < system.circuit.size(); ++node)
        if (!system.circuit.is_input(node))
            image[node] = circuit.both(mapped(system.circuit.left(node)), mapped(system.circuit.right(node)));
    made_.well_formed = circuit.both(system.well_formed, mapped(system.well_formed));

    // Waiting: what was promised has not come since.
    Lit waits = Circuit::yes;
    if (question) {
        const ProgressBits& asked = system.progress[*question];
        const size_t waiting = flag("waits", asked.at_start);
        const Lit before = made_.latches[waiting].current;
        waits = circuit.both(asked.unanswered, asked.at_start ? before : circuit.either(before, asked.triggers));
        made_.latches[waiting].next = waits;
    }
    const size_t saved_latch = flag("saved", false);
    const Lit saved = made_.latches[saved_latch].current;
    const Lit on_loop = circuit.either(saved, save);
    made_.latches[saved_latch].next = on_loop;
    made_.possible =
        circuit.both(system.goes_on, circuit.both(!circuit.both(saved, save), circuit.implies(on_loop, waits)));

    // Why the loop is fair.
    std::vector<Lit> loop{saved, waits}, none_enabled{waits};
    loop.insert(loop.end(), same.begin(), same.end());
    for (size_t c = 0; c < system.fairness.size(); ++c) {
        const FairnessBits& fair = system.fairness[c];
        none_enabled.push_back(!fair.enabled);
        const std::string name = "." + std::to_string(c);
        const auto note = [&](const std::string& what, Lit now) {
            const size_t latch = flag(what + name, false);
            const Lit before = made_.latches[latch].current;
            made_.latches[latch].next = circuit.both(on_loop, circuit.either(circuit.both(saved, before), now));
            return before;
        };
        if (!fair.strong) {
            loop.push_back(note("fair", circuit.either(fair.taken, !fair.enabled)));
        } else {
            const Lit taken = note("taken", fair.taken), enabled = note("enabled", fair.enabled);
            loop.push_back(circuit.either(taken, !enabled));
        }
    }
    const uint32_t property = question ? system.progress[*question].property : system::none;
    made_.bads.push_back({property, circuit.all(none_enabled), false, false});
    made_.bads.push_back({property, circuit.all(loop), false, false});
}

std::vector<Lit> LassoCircuit::in_bits(const OneHot& hot, const LassoCircuit& bits, Circuit& circuit) const {
    std::vector<Lit> now, saved;
    for (size_t i = 0; i < bits.system_latches_; ++i) {
        now.push_back(bits.made_.latches[i].current);
        saved.push_back(bits.matters_[i] ? bits.made_.latches[bits.copy_[i]].current : now.back());
    }
    std::vector<Lit> functions = hot.in_bits(circuit, now);
    const std::vector<Lit> copies = hot.in_bits(circuit, saved);
    for (size_t i = 0; i < system_latches_; ++i)
        if (matters_[i]) functions.push_back(copies[i]);
    for (size_t i = bits.first_flag_; i < bits.made_.latches.size(); ++i)
        functions.push_back(bits.made_.latches[i].current);
    return functions;
}

Path lasso_path(const Encoding& encoding, const LassoCircuit& circuit, const BitRun& run, Claim& claim,
                bool& more_rounds) {
    const TransitionCircuit& system = encoding.transition();
    CircuitValues values(system.circuit);
    std::vector<std::vector<bool>> states;
    const auto moved = [&](const std::vector<bool>& inputs) {
        for (size_t i = 0; i < system.latches.size(); ++i) values.set(system.latches[i].current, states.back()[i]);
        for (size_t i = 0; i < system.step_inputs.size(); ++i) values.set(system.step_inputs[i], inputs[i]);
        values.evaluate();
        if (!values[system.goes_on]) throw BrokenRule{"a loop cannot be gone round"};
        std::vector<bool> after;
        for (const Latch& latch : system.latches) after.push_back(values[latch.next]);
        states.push_back(std::move(after));
    };
    for (size_t i = 0; i < run.initial_inputs.size(); ++i) values.set(system.initial_inputs[i], run.initial_inputs[i]);
    values.evaluate();
    states.emplace_back();
    for (const Latch& latch : system.latches) states.back().push_back(values[latch.initial]);
    Path path;
    path.moves.push_back(encoding.initial(run.initial_inputs));
    path.states.push_back(encoding.cells(states.back()));
    const auto make_move = [&](const std::vector<bool>& inputs) {
        path.moves.push_back(encoding.move(states.back(), inputs));
        moved(inputs);
        path.states.push_back(encoding.cells(states.back()));
    };
    more_rounds = false;
    std::optional<size_t> begin;
    for (size_t i = 0; i + 1 < run.steps.size(); ++i) {
        if (run.steps[i].inputs[circuit.save_input()]) begin = i;
        make_move(run.steps[i].inputs);
    }
    if (run.bad == LassoCircuit::stutters) {
        claim.stutters = true;
        return path;
    }
    if (!begin) throw BrokenRule{"a loop has no beginning"};
    // By state at the begin of a round: the entry of the path.
    std::map<std::vector<bool>, size_t> rounds{{states[*begin], *begin}};
    for (size_t round = 0; round < most_rounds; ++round) {
        const auto [before, is_new] = rounds.try_emplace(states.back(), states.size() - 1);
        if (!is_new) {
            claim.loop_start = before->second;
            return path;
        }
        more_rounds = true;
        for (size_t i = *begin; i + 1 < run.steps.size(); ++i) make_move(run.steps[i].inputs);
    }
    throw LimitReached{"a loop that goes round more than " + std::to_string(most_rounds) + " times"};
}

}  // namespace untorn::checker::symbolic
