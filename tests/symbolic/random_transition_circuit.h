// Random transition circuits that are small enough for every state to be visited, and what visiting them says.
#pragma once

#include <optional>
#include <random>
#include <set>
#include <vector>

#include "checker/symbolic/transition_circuit.h"

namespace untorn::checker::symbolic {

/// A random function of the given ones.
inline Lit random_function(Circuit& circuit, std::mt19937& random, std::vector<Lit> made, int gates) {
    const auto any = [&] {
        const Lit lit = made[random() % made.size()];
        return random() % 2 ? !lit : lit;
    };
    for (int gate = 0; gate < gates; ++gate)
        made.push_back(random() % 3 ? circuit.both(any(), any()) : circuit.differ(any(), any()));
    return random() % 2 ? made.back() : !made.back();
}

/// Latches with random functions; one latch in two starts with a constant.
inline TransitionCircuit random_transition_circuit(std::mt19937& random) {
    TransitionCircuit system;
    Circuit& circuit = system.circuit;
    const size_t latches = 2 + random() % 6;
    system.step_inputs = circuit.inputs(1 + random() % 3);
    system.initial_inputs = circuit.inputs(random() % 3);
    std::vector<Lit> all = system.step_inputs;
    for (size_t i = 0; i < latches; ++i) {
        const Lit current = circuit.input();
        all.push_back(current);
        system.latches.push_back({current, {}, {}, "latch" + std::to_string(i)});
    }
    const auto initially = [&] {
        if (system.initial_inputs.empty() || random() % 2) return Circuit::constant(random() % 4 == 0);
        return random_function(circuit, random, system.initial_inputs, 1);
    };
    for (Latch& latch : system.latches) {
        latch.next = random_function(circuit, random, all, 4);
        if (random() % 2)
            latch.next = circuit.choose(latch.next, latch.current, random_function(circuit, random, all, 2));
        latch.initial = initially();
    }
    if (random() % 2) system.possible = random_function(circuit, random, all, 3);
    if (!system.initial_inputs.empty() && random() % 3 == 0)
        system.initial_possible = random_function(circuit, random, system.initial_inputs, 1);
    const auto bad = [&] {
        std::vector<Lit> parts;
        for (int i = 0; i < 3; ++i) parts.push_back(random_function(circuit, random, all, 1));
        return circuit.all(parts);
    };
    for (uint32_t i = 0; i < 2; ++i) system.bads.push_back({i, bad()});
    return system;
}

/// Alike parts with two latches each, which share one more: the parts can change their roles.
inline TransitionCircuit random_symmetric_circuit(std::mt19937& random) {
    TransitionCircuit system;
    Circuit& circuit = system.circuit;
    const uint32_t parts = 2 + random() % 2, shared = 2 * parts;
    system.step_inputs = circuit.inputs(parts);
    for (uint32_t i = 0; i <= shared; ++i)
        system.latches.push_back({circuit.input(), {}, i % 2 ? Circuit::no : Circuit::constant(random() % 2), ""});
    for (uint32_t i = 0; i < parts; ++i) system.latches[2 * i].initial = system.latches[0].initial;
    // The same random functions for every part: replayed from the same seed.
    const auto of_part = [&](unsigned seed, uint32_t part, Lit everybody, int gates) {
        std::mt19937 same(seed);
        return random_function(circuit, same,
                               {system.latches[2 * part].current, system.latches[2 * part + 1].current,
                                system.latches[shared].current, system.step_inputs[part], everybody},
                               gates);
    };
    const auto any_part = [&](unsigned seed, Lit everybody) {
        std::vector<Lit> all;
        for (uint32_t i = 0; i < parts; ++i) all.push_back(of_part(seed, i, everybody, 2));
        return circuit.any(all);
    };
    const Lit somebody = any_part(static_cast<unsigned>(random()), Circuit::no);
    const auto first = static_cast<unsigned>(random()), second = static_cast<unsigned>(random()),
               both = static_cast<unsigned>(random());
    for (uint32_t i = 0; i < parts; ++i) {
        system.latches[2 * i].next = of_part(first, i, somebody, 4);
        system.latches[2 * i + 1].next = of_part(second, i, somebody, 4);
    }
    system.latches[shared].next = any_part(static_cast<unsigned>(random()), somebody);
    if (random() % 2) system.possible = any_part(static_cast<unsigned>(random()), somebody);
    std::vector<Lit> pairs;
    for (uint32_t i = 0; i < parts; ++i)
        for (uint32_t j = 0; j < i; ++j)
            pairs.push_back(circuit.both(of_part(both, i, somebody, 2), of_part(both, j, somebody, 2)));
    system.bads.push_back({0, circuit.any(pairs)});
    for (uint32_t i = 0; i + 1 < parts; ++i) {
        LatchPermutation swap;
        for (uint32_t latch = 0; latch <= shared; ++latch) swap.image.push_back(latch);
        for (uint32_t bit = 0; bit < 2; ++bit) std::swap(swap.image[2 * i + bit], swap.image[2 * i + 2 + bit]);
        system.symmetries.push_back(std::move(swap));
    }
    return system;
}

/// Every state and every move, one after the other.
class Enumeration {
 public:
    using State = std::vector<bool>;

    explicit Enumeration(const TransitionCircuit& system) : system_(system), values_(system.circuit) {
        for (unsigned bits = 0; bits < 1u << system.initial_inputs.size(); ++bits) {
            set(system.initial_inputs, bits);
            values_.evaluate();
            if (!values_[system.initial_possible]) continue;
            State state;
            for (const Latch& latch : system.latches) state.push_back(values_[latch.initial]);
            initial_.insert(state);
        }
    }

    const std::set<State>& initial() const { return initial_; }

    /// Calls what(values of the circuit, state after the move) for every choice of inputs in the state.
    template <typename What>
    void for_each_move(const State& state, const What& what) {
        for (size_t i = 0; i < state.size(); ++i) values_.set(system_.latches[i].current, state[i]);
        for (unsigned bits = 0; bits < 1u << system_.step_inputs.size(); ++bits) {
            set(system_.step_inputs, bits);
            values_.evaluate();
            State after;
            for (const Latch& latch : system_.latches) after.push_back(values_[latch.next]);
            what(values_, after);
        }
    }
    template <typename What>
    void for_each_state(const What& what) {
        for (unsigned bits = 0; bits < 1u << system_.latches.size(); ++bits) {
            State state;
            for (size_t i = 0; i < system_.latches.size(); ++i) state.push_back((bits >> i & 1) != 0);
            what(state);
        }
    }

    /// States that are reached from these, by breadth first; `distance` of the first state where the bad happens.
    std::set<State> reached(std::set<State> from, uint32_t bad, std::optional<size_t>* distance) {
        std::set<State> known = from;
        for (size_t steps = 0; !from.empty(); ++steps) {
            std::set<State> next;
            for (const State& state : from)
                for_each_move(state, [&](const CircuitValues& values, const State& after) {
                    if (distance && !*distance && values[system_.bads[bad].happens]) *distance = steps;
                    if (values[system_.possible] && known.insert(after).second) next.insert(after);
                });
            from = std::move(next);
        }
        return known;
    }

 private:
    void set(const std::vector<Lit>& inputs, unsigned bits) {
        for (size_t i = 0; i < inputs.size(); ++i) values_.set(inputs[i], (bits >> i & 1) != 0);
    }

    const TransitionCircuit& system_;
    CircuitValues values_;
    std::set<State> initial_;
};

}  // namespace untorn::checker::symbolic
