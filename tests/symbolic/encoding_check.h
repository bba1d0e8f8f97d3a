// Compares an Encoding with the reference evaluator, state by state: the moves that are possible and where they lead,
// the moves that fail and which property they fail, faults, and what is bad in the state. Both ways: the evaluator has
// no other moves than the circuit, and the circuit none that the evaluator lacks.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <tuple>
#include <vector>

#include "checker/symbolic/cnf.h"
#include "checker/symbolic/encode.h"
#include "model/system/evaluator.h"

namespace untorn::checker::symbolic {

class EncodingCheck {
 public:
    explicit EncodingCheck(const system::System& system)
        : system_(system),
          evaluator_(system),
          encoding_(system),
          circuit_(encoding_.transition()),
          solver_(make_cadical()),
          cnf_(circuit_.circuit, *solver_),
          values_(circuit_.circuit) {
        std::vector<int> something{cnf_.literal(circuit_.possible)};
        for (const Bad& bad : circuit_.bads)
            if (bad.of_move) something.push_back(cnf_.literal(bad.happens));
        solver_->add_clause(something);
    }

    /// A state, and how often power was lost.
    struct Where {
        system::State state;
        int64_t losses = 0;
        auto operator<=>(const Where& other) const {
            return std::tie(state.cells, losses) <=> std::tie(other.state.cells, other.losses);
        }
        bool operator==(const Where&) const = default;
    };

    const Encoding& encoding() const { return encoding_; }

    /// The initial states, both ways.
    std::vector<Where> initial() {
        std::map<std::vector<int64_t>, std::pair<std::optional<system::State>, uint32_t>> expected, found;
        for (const auto& [choices, executed] : evaluator_.initial())
            expected[choices] = {executed.next, executed.failed_check
                                                    ? system_.init.checks[*executed.failed_check].property
                                                    : system::none};
        const size_t inputs = circuit_.initial_inputs.size();
        REQUIRE(inputs < 16);
        for (uint32_t code = 0; code < uint32_t{1} << inputs; ++code) {
            std::vector<bool> bits;
            for (size_t i = 0; i < inputs; ++i) {
                bits.push_back((code >> i & 1) != 0);
                values_.set(circuit_.initial_inputs[i], bits.back());
            }
            values_.evaluate();
            const auto choices = encoding_.initial(bits).choices;
            for (const Bad& bad : circuit_.initial_bads)
                if (values_[bad.happens]) found[choices] = {std::nullopt, bad.property};
            if (!values_[circuit_.initial_possible]) continue;
            std::vector<bool> latches;
            for (const Latch& latch : circuit_.latches) latches.push_back(values_[latch.initial]);
            found[choices] = {system::State{encoding_.cells(latches)}, system::none};
        }
        REQUIRE(found == expected);
        std::vector<Where> states;
        for (const auto& [choices, result] : expected)
            if (result.first) states.push_back({*result.first, 0});
        return states;
    }

    /// The successors of a state, compared.
    std::vector<Where> compare(const Where& from) {
        std::vector<bool> latches;
        REQUIRE(encoding_.latches(from.state.cells, static_cast<uint64_t>(from.losses), latches));
        REQUIRE(encoding_.cells(latches) == from.state.cells);
        const Moves expected = reference(from);
        const Moves found = enumerated(latches);
        for (const auto& one : expected) REQUIRE_MESSAGE(found.contains(one.first), text(one.first));
        for (const auto& one : found) {
            REQUIRE_MESSAGE(expected.contains(one.first), text(one.first));
            REQUIRE_MESSAGE(one.second == expected.at(one.first), text(one.first));
        }
        compare_bads(from, latches);
        std::vector<Where> next;
        for (const auto& [move, effect] : expected)
            if (effect.next) next.push_back(*effect.next);
        return next;
    }

    /// Any state that latches can have, well-formed.
    Where random_state(std::mt19937& random) {
        for (;;) {
            std::vector<bool> latches;
            for (const Latch& latch : circuit_.latches) {
                latches.push_back(random() % 2 == 0);
                values_.set(latch.current, latches.back());
            }
            values_.evaluate();
            if (values_[circuit_.well_formed])
                return {{encoding_.cells(latches)}, static_cast<int64_t>(encoding_.losses(latches))};
        }
    }

    /// As random_state, but from a state that can be reached a few cells are changed.
    Where disturbed(const Where& from, std::mt19937& random) {
        std::vector<bool> latches;
        REQUIRE(encoding_.latches(from.state.cells, static_cast<uint64_t>(from.losses), latches));
        for (;;) {
            std::vector<bool> other = latches;
            for (int i = 0; i < 4 && !other.empty(); ++i) {
                const size_t at = random() % other.size();
                other[at] = !other[at];
            }
            for (size_t i = 0; i < other.size(); ++i) values_.set(circuit_.latches[i].current, other[i]);
            values_.evaluate();
            if (values_[circuit_.well_formed])
                return {{encoding_.cells(other)}, static_cast<int64_t>(encoding_.losses(other))};
        }
    }

 private:
    /// Kind (0 step, 1 loss), transition, identity, choices.
    using Move = std::tuple<int, uint32_t, int64_t, std::vector<int64_t>>;
    struct Effect {
        std::optional<Where> next;
        uint32_t failed = system::none;  ///< property
        uint64_t faults = 0;
        bool operator==(const Effect&) const = default;
    };
    using Moves = std::map<Move, Effect>;

    static std::string text(const Move& move) {
        std::string line = "kind " + std::to_string(std::get<0>(move)) + " transition " +
                           std::to_string(std::get<1>(move)) + " identity " + std::to_string(std::get<2>(move)) + ":";
        for (int64_t choice : std::get<3>(move)) line += " " + std::to_string(choice);
        return line;
    }

    int64_t budget() const { return system_.power_loss ? system_.power_loss->budget : 0; }

    Moves reference(const Where& from) const {
        Moves moves;
        const auto note = [&](const Move& move, const system::Step& step, const system::Executed& executed, bool loss) {
            Effect effect;
            effect.faults = executed.faults.size() + (loss ? 1 : 0);
            if (executed.next) effect.next = {*executed.next, from.losses + (loss ? 1 : 0)};
            if (executed.failed_check) effect.failed = step.checks[*executed.failed_check].property;
            moves[move] = effect;
        };
        for (const system::Instance& instance : evaluator_.enabled(from.state, from.losses > 0))
            note({0, instance.transition, instance.identity, instance.choices},
                 system_.transitions[instance.transition].step, evaluator_.execute(instance, from.state), false);
        if (from.losses < budget()) {
            const system::Step& step = system_.power_loss->step;
            for (const auto& choices : evaluator_.enabled_choices(step, from.state, system::none, 0))
                note({1, 0, 0, choices}, step, evaluator_.lose_power(from.state, choices), true);
        }
        return moves;
    }

    Moves enumerated(const std::vector<bool>& latches) {
        Moves moves;
        std::vector<int> assumptions{solver_->new_variable()};  // turns off the clauses that leave out what was seen
        const int seen = assumptions[0];
        for (size_t i = 0; i < latches.size(); ++i) {
            const int literal = cnf_.literal(circuit_.latches[i].current);
            assumptions.push_back(latches[i] ? literal : -literal);
        }
        while (solver_->solve(assumptions) == SatSolver::Answer::satisfiable) {
            for (size_t i = 0; i < latches.size(); ++i) values_.set(circuit_.latches[i].current, latches[i]);
            std::vector<bool> inputs;
            for (Lit input : circuit_.step_inputs) {
                inputs.push_back(solver_->value(cnf_.literal(input)));
                values_.set(input, inputs.back());
            }
            values_.evaluate();
            const TraceStep step = encoding_.move(latches, inputs);
            const bool loss = step.kind == TraceStep::Kind::power_loss;
            REQUIRE(loss == values_[encoding_.loss()]);
            const Move move{loss ? 1 : 0, step.transition, step.identity, step.choices};
            REQUIRE_MESSAGE(!moves.contains(move), text(move));
            moves[move] = effect();
            std::vector<int> other{-seen};
            for (const auto& [input, value] : encoding_.inputs(step)) {
                REQUIRE(inputs[input] == value);
                const int literal = cnf_.literal(circuit_.step_inputs[input]);
                other.push_back(value ? -literal : literal);
            }
            solver_->add_clause(other);
        }
        solver_->add_clause({-seen});
        return moves;
    }

    /// Of the move that values_ holds.
    Effect effect() const {
        Effect effect;
        if (values_[circuit_.possible]) {
            std::vector<bool> next;
            for (const Latch& latch : circuit_.latches) next.push_back(values_[latch.next]);
            effect.next = {{encoding_.cells(next)}, static_cast<int64_t>(encoding_.losses(next))};
        }
        for (const Bad& bad : circuit_.bads) {
            if (!bad.of_move || !values_[bad.happens]) continue;
            REQUIRE(effect.failed == system::none);
            effect.failed = bad.property;
        }
        for (size_t i = 0; i < encoding_.faults().size(); ++i)
            if (values_[encoding_.faults()[i]]) effect.faults |= uint64_t{1} << i;
        return effect;
    }

    void compare_bads(const Where& at, const std::vector<bool>& latches) {
        for (size_t i = 0; i < latches.size(); ++i) values_.set(circuit_.latches[i].current, latches[i]);
        values_.evaluate();
        REQUIRE(values_[circuit_.well_formed]);
        REQUIRE(values_[encoding_.running()] == (at.losses == 0));
        for (const Bad& bad : circuit_.bads) {
            if (bad.of_move) continue;
            const system::Property& property = system_.properties[bad.property];
            bool expected = false;
            if (property.kind == system::PropertyKind::deadlock)
                expected = at.losses == 0 && evaluator_.deadlocked(at.state);
            else if (property.kind == system::PropertyKind::recovery)
                expected = at.losses > 0 && !recovered(at) && !moves(at);
            else if (judged(property.kind, at))
                expected = (evaluator_.evaluate(property.expr, at.state) != 0) == bad.satisfied;
            REQUIRE_MESSAGE(values_[bad.happens] == expected, property.name);
        }
    }

    bool moves(const Where& at) const {
        return std::ranges::any_of(evaluator_.enabled(at.state, at.losses > 0), [&](const auto& instance) {
            return evaluator_.execute(instance, at.state).faults.empty();
        });
    }

    bool recovered(const Where& at) const {
        if (at.losses == 0 || system_.power_loss->recover == system::none) return at.losses > 0;
        const system::Actor& recover = system_.actors[system_.power_loss->recover];
        return at.state.cells[evaluator_.cell(recover.counter, {})] == system::ended;
    }

    /// Whether a property of this kind, which has an expression, is judged in the state.
    bool judged(system::PropertyKind kind, const Where& at) const {
        using system::PropertyKind;
        const bool running = at.losses == 0, ended = running && evaluator_.all_threads_ended(at.state);
        switch (kind) {
            case PropertyKind::invariant:
            case PropertyKind::cover: return running;
            case PropertyKind::final: return ended;
            case PropertyKind::quiescent: return ended && !moves(at);
            case PropertyKind::crash_invariant:
            case PropertyKind::crash_cover: return recovered(at);
            case PropertyKind::never:
            case PropertyKind::sometimes:
            case PropertyKind::always: return budget() > 0 ? recovered(at) : ended;
            default: FAIL("a bad for a property without states"); return false;
        }
    }

    const system::System& system_;
    system::Evaluator evaluator_;
    Encoding encoding_;
    const TransitionCircuit& circuit_;
    std::unique_ptr<SatSolver> solver_;
    Cnf cnf_;
    CircuitValues values_;
};

}  // namespace untorn::checker::symbolic
