#include "checker/symbolic/pdr.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "checker/explicit/limits.h"
#include "checker/symbolic/generalisation.h"
#include "checker/symbolic/obligations.h"

namespace untorn::checker::symbolic {

namespace {

using Clock = std::chrono::steady_clock;

ClauseOrbit clauses(const Lemma& lemma) {
    ClauseOrbit made;
    for (const Cube& image : lemma.images) made.push_back(negated(image));
    return made;
}

std::vector<ClauseOrbit> clauses(std::span<const Lemma> lemmas) {
    std::vector<ClauseOrbit> made;
    for (const Lemma& lemma : lemmas) made.push_back(clauses(lemma));
    return made;
}

std::vector<Lemma> lemmas(std::span<const ClauseOrbit> orbits) {
    std::vector<Lemma> made;
    for (const ClauseOrbit& orbit : orbits) {
        made.emplace_back();
        for (const Clause& clause : orbit) made.back().images.push_back(negated(clause));
    }
    return made;
}

}  // namespace

class Pdr::Search {
 public:
    Search(const TransitionCircuit& system, PdrOptions options)
        : system_(system),
          options_(std::move(options)),
          start_(Clock::now()),
          initial_(system, options_.make_solver, options_.interrupt),
          frames_(system, initial_,
                  {options_.make_solver, options_.interrupt, [this] { check_limits(); },
                   system.symmetries.empty() ? 0 : options_.orbit_limit}),
          lifting_(system, options_.make_solver, options_.interrupt),
          generalisation_(frames_, initial_, lifting_, {options_.obstacle_depth, 3, 6}) {
        passed_ = options_.known.size();
        for (const Latch& latch : system.latches) latches_.push_back(latch.current);
    }

    PdrResult decide(std::span<const uint32_t> bads) {
        bads_ = bads;
        obligations_.clear();
        PdrResult result;
        try {
            search(result);
        } catch (const Interrupted&) {
            result.limit = "interrupted";
        } catch (const LimitReached& reached) {
            result.limit = reached.what;
        }
        if (result.answer == PdrResult::Answer::undecided) result.lemmas = clauses(frames_.lemmas_from(1));
        result.reached = progress();
        return result;
    }

 private:
    PdrProgress progress() const { return {frames_.last(), frames_.lemma_count(), frames_.query_count()}; }

    void check_limits() const {
        if (options_.interrupt && options_.interrupt->load(std::memory_order_relaxed)) throw Interrupted{};
        if (options_.seconds > 0 && std::chrono::duration<double>(Clock::now() - start_).count() > options_.seconds)
            throw LimitReached{"--time"};
        if (options_.memory != 0 && frames_.bytes() > options_.memory) throw LimitReached{"--memory"};
    }

    void search(PdrResult& result) {
        if (const auto found = frames_.initial_bad_state(bads_)) {
            const PdrObligation obligation{lifting_.showing(*found, bads_), found->inputs, nullptr, 0};
            return violated(obligation, result);
        }
        if (frames_.last() == 0) {
            frames_.extend();
            frames_.add_for_ever(lemmas(options_.known));
            use_candidates();
        } else if (check_ && !check_->excludes(bads_)) {
            result.answer = PdrResult::Answer::proved;
            result.lemmas = clauses(std::span(frames_.for_ever()).first(passed_));
            return;
        } else if (frames_.last() > 1) {
            frames_.restart(frames_.for_ever());  // the last question ended in a run
        }
        for (;;) {
            while (const auto found = frames_.bad_state(bads_)) {
                const PdrObligation* obligation =
                    obligations_.make({lifting_.showing(*found, bads_), found->inputs, nullptr, 0});
                obligations_.push(frames_.last(), obligation);
                if (const PdrObligation* reached = discharge()) return violated(*reached, result);
                obligations_.clear();
            }
            if (options_.progress) options_.progress(progress());
            if (frames_.last() == options_.max_frames) throw LimitReached{"frames"};
            frames_.extend();
            if (const size_t level = frames_.propagate()) return proved(level, result);
        }
    }

    /// Those that are inductive together stay for good; of the others, those that hold after one step are lemmas there.
    void use_candidates() {
        std::vector<ClauseOrbit> candidates;
        for (const Clause& clause : options_.candidates) {
            ClauseOrbit lemma;
            if (options_.orbit_limit != 0)
                for (const Cube& cube : orbit(negated(clause), system_.symmetries, options_.orbit_limit))
                    lemma.push_back(negated(cube));
            if (lemma.empty()) lemma = {clause};
            if (std::none_of(candidates.begin(), candidates.end(), [&](const ClauseOrbit& other) {
                    return std::find(other.begin(), other.end(), clause) != other.end();
                }))
                candidates.push_back(std::move(lemma));
        }
        if (candidates.empty()) return;
        const auto kept = largest_inductive(system_, candidates, options_.make_solver, options_.interrupt);
        frames_.add_for_ever(lemmas(kept));
        for (const ClauseOrbit& lemma : candidates) {
            if (std::find(kept.begin(), kept.end(), lemma) != kept.end()) continue;
            const Cube cube = negated(lemma.front());
            if (!initial_.meets(cube) && frames_.inductive_from(0, cube)) frames_.add(1, frames_.unreached());
        }
    }

    /// Shows that the cubes of all obligations are not reached, up to the last frame. An obligation that holds an
    /// initial state, if there is one.
    const PdrObligation* discharge() {
        while (!obligations_.empty()) {
            const auto [level, obligation] = obligations_.pop();
            if (initial_.meets(obligation->cube)) return obligation;
            if (frames_.known(level, obligation->cube)) {
                if (level < frames_.last()) obligations_.push(level + 1, obligation);
                continue;
            }
            if (frames_.inductive_from(level - 1, obligation->cube)) {
                const size_t reached = learn(level);
                if (reached < frames_.last()) obligations_.push(reached + 1, obligation);
                continue;
            }
            const StateAndInputs from = frames_.entry();
            const PdrObligation* before = obligations_.make(
                {lifting_.into(from, obligation->cube), from.inputs, obligation, obligation->distance + 1});
            if (level == 1) return before;
            obligations_.push(level - 1, before);
            obligations_.push(level, obligation);
        }
        return nullptr;
    }

    /// What was just found to be inductive from the frame before `level` becomes a lemma, as general and as far as it
    /// goes.
    size_t learn(size_t level) {
        Cube cube = generalisation_.generalise(level - 1, frames_.unreached());
        while (level < frames_.last() && frames_.inductive_from(level, cube)) {
            cube = frames_.unreached();
            ++level;
        }
        frames_.add(level, cube);
        return level;
    }

    void proved(size_t level, PdrResult& result) {
        std::vector<Lemma> found = frames_.lemmas_from(level + 1);
        std::vector<Lemma> rest = leave_out_unneeded(found);
        auto broken = checked(found);
        if (broken && broken->kind != BrokenObligation::Kind::interrupted) {
            // Some images were not kept. Others may rest on them, and be of no use either.
            std::ranges::move(rest, std::back_inserter(found));
            rest.clear();
            const auto fresh = found.begin() + static_cast<ptrdiff_t>(passed_);
            const auto incomplete =
                std::remove_if(fresh, found.end(), [](const Lemma& lemma) { return !lemma.complete; });
            if (incomplete != found.end()) {
                found.erase(incomplete, found.end());
                check_.reset();
                broken = checked(found);
            }
        }
        if (!broken) {
            passed_ = found.size();
            result.answer = PdrResult::Answer::proved;
            result.lemmas = clauses(found);
            // The others are as inductive; they are checked when a proof needs them.
            std::ranges::move(rest, std::back_inserter(found));
            frames_.restart(std::move(found));
        } else if (broken->kind == BrokenObligation::Kind::interrupted) {
            check_.reset();
            throw Interrupted{};
        } else {
            result.inconsistency = "pdr: the invariant that it found is not inductive, or does not exclude what is bad";
        }
    }

    /// Leaves those that have passed a check, and what the proof needs beside them. The others.
    std::vector<Lemma> leave_out_unneeded(std::vector<Lemma>& found) {
        const std::vector<ClauseOrbit> all = clauses(found);
        const std::span<const ClauseOrbit> conjuncts = all;
        const std::vector<bool> needed =
            needed_lemmas(frames_.step(), conjuncts.first(passed_), conjuncts.subspan(passed_), bads_,
                          options_.make_solver, options_.interrupt);
        std::vector<Lemma> kept, rest;
        for (size_t i = 0; i < found.size(); ++i)
            (i < passed_ || needed[i - passed_] ? kept : rest).push_back(std::move(found[i]));
        found = std::move(kept);
        return rest;
    }

    std::optional<BrokenObligation> checked(std::span<const Lemma> found) {
        const std::vector<DisjunctionOrbit> all = disjunctions(clauses(found), latches_);
        const std::span<const DisjunctionOrbit> conjuncts = all;
        if (!check_) {
            check_.emplace(system_, options_.make_solver, options_.interrupt);
            check_->assume(conjuncts.first(passed_));
        }
        auto broken = check_->keeps(conjuncts.subspan(passed_));
        if (!broken) broken = check_->excludes(bads_);
        return broken;
    }

    /// The obligation holds an initial state: from there its inputs lead on to the bad.
    void violated(const PdrObligation& obligation, PdrResult& result) {
        result.run.initial_inputs = initial_.choices(obligation.cube);
        CircuitValues values(system_.circuit);
        for (size_t i = 0; i < result.run.initial_inputs.size(); ++i)
            values.set(system_.initial_inputs[i], result.run.initial_inputs[i]);
        values.evaluate();
        std::vector<bool> state;
        for (const Latch& latch : system_.latches) state.push_back(values[latch.initial]);
        for (const PdrObligation* at = &obligation; at; at = at->towards) {
            for (size_t i = 0; i < state.size(); ++i) values.set(system_.latches[i].current, state[i]);
            for (size_t i = 0; i < at->inputs.size(); ++i) values.set(system_.step_inputs[i], at->inputs[i]);
            values.evaluate();
            result.run.steps.push_back({state, at->inputs});
            for (size_t i = 0; i < state.size(); ++i) state[i] = values[system_.latches[i].next];
        }
        for (uint32_t bad : bads_)
            if (values[system_.bads[bad].happens]) {
                result.run.bad = bad;
                break;
            }
        if (is_run(system_, result.run))
            result.answer = PdrResult::Answer::violated;
        else
            result.inconsistency = "pdr: the run that it found is none";
    }

    const TransitionCircuit& system_;
    std::span<const uint32_t> bads_;
    const PdrOptions options_;
    const Clock::time_point start_;
    InitialStates initial_;
    Frames frames_;
    Lifting lifting_;
    Generalisation generalisation_;
    Obligations obligations_;
    std::vector<Lit> latches_;
    std::optional<InvariantCheck> check_;
    size_t passed_ = 0;  ///< of the lemmas that are known for ever, how many have passed a check: the first ones
};

Pdr::Pdr(const TransitionCircuit& system, PdrOptions options)
    : search_(std::make_unique<Search>(system, std::move(options))) {}

Pdr::~Pdr() = default;

PdrResult Pdr::decide(std::span<const uint32_t> bads) { return search_->decide(bads); }

PdrResult pdr(const TransitionCircuit& system, std::span<const uint32_t> bads, const PdrOptions& options) {
    return Pdr(system, options).decide(bads);
}

bool is_run(const TransitionCircuit& system, const BitRun& run) {
    if (run.steps.empty() || run.initial_inputs.size() != system.initial_inputs.size()) return false;
    CircuitValues values(system.circuit);
    for (size_t i = 0; i < run.initial_inputs.size(); ++i) values.set(system.initial_inputs[i], run.initial_inputs[i]);
    values.evaluate();
    if (!values[system.initial_possible]) return false;
    std::vector<bool> state;
    for (const Latch& latch : system.latches) state.push_back(values[latch.initial]);
    for (size_t step = 0; step < run.steps.size(); ++step) {
        if (run.steps[step].state != state) return false;
        for (size_t i = 0; i < state.size(); ++i) values.set(system.latches[i].current, state[i]);
        for (size_t i = 0; i < system.step_inputs.size(); ++i)
            values.set(system.step_inputs[i], run.steps[step].inputs[i]);
        values.evaluate();
        if (!values[system.well_formed]) return false;
        if (step + 1 < run.steps.size() && !values[system.possible]) return false;
        for (size_t i = 0; i < state.size(); ++i) state[i] = values[system.latches[i].next];
    }
    return values[system.bads[run.bad].happens];
}

}  // namespace untorn::checker::symbolic
