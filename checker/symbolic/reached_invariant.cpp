#include "checker/symbolic/reached_invariant.h"

#include <algorithm>

#include "checker/explicit/limits.h"
#include "checker/symbolic/initial_states.h"
#include "checker/symbolic/lifting.h"
#include "checker/symbolic/orbit.h"
#include "checker/symbolic/step_solver.h"

namespace untorn::checker::symbolic {

namespace {

using Answer = SatSolver::Answer;

// As in frames.cpp: what a solver takes for a node of the circuit, and for one more literal of a clause.
constexpr uint64_t bytes_per_node = 256, bytes_per_literal = 16;

class Learning {
 public:
    Learning(const TransitionCircuit& system, const StateTable& reached, const ReachedOptions& options)
        : system_(system),
          reached_(reached),
          options_(options),
          clauses_(options.step ? options.step : std::make_shared<const StepClauses>(system)),
          step_(system, *clauses_, StepSolver::From::anywhere, options.make_solver, options.interrupt),
          lifting_(system, options.make_solver, options.interrupt),
          weights_(system.latches.size(), 0),
          bytes_(2 * system.circuit.size() * bytes_per_node) {}

    ReachedInvariant run(std::span<const uint32_t> bads) {
        try {
            for (const Clause& clause : options_.candidates)
                if (!reached_.meets(negated(clause))) add(negated(clause));
            for (const uint32_t bad : bads)
                if (exclude(bad)) made_.excluded.push_back(bad);
            for (size_t i = 0; i < made_.lemmas.size(); ++i) keep(negated(made_.lemmas[i].front()));
            made_.complete = true;
        } catch (const Interrupted&) {
            made_.excluded.clear();
        }
        return std::move(made_);
    }

 private:
    /// False where the bad happens in a reached state.
    bool exclude(uint32_t bad) {
        const std::span one(&bad, 1);
        while (is_satisfiable([&] { return step_.shows(one); })) {
            const Cube cube = lifting_.showing(step_.model(), one);
            if (reached_.meets(cube)) return false;
            learn(cube);
        }
        return true;
    }
    /// Learns until no step leads from where all lemmas hold into the cube. By symmetry, nor into its images.
    void keep(const Cube& cube) {
        while (is_satisfiable([&] { return step_.reaches(cube, false); })) {
            const Cube before = lifting_.into(step_.model(), cube);
            if (reached_.meets(before))
                throw BrokenRule{"a step leads from a reached state to one that is not reached"};
            learn(before);
        }
    }
    template <class Question>
    bool is_satisfiable(const Question& question) {
        ++made_.queries;
        if (options_.memory != 0 && bytes_ > options_.memory) throw Interrupted{};
        if (options_.interrupt && options_.interrupt->load(std::memory_order_relaxed)) throw Interrupted{};
        if (options_.progress) options_.progress({0, made_.lemmas.size(), made_.queries});
        const Answer answer = question();
        if (answer == Answer::interrupted) throw Interrupted{};
        return answer == Answer::satisfiable;
    }

    /// No state of the cube is reached.
    void learn(const Cube& cube) {
        const Cube few = reached_.separator(cube, weights_);
        add(options_.groups.empty() ? few : reached_.widened(few, options_.groups));
    }
    void add(const Cube& cube) {
        std::vector<Cube> images;
        if (options_.orbit_limit != 0) images = orbit(cube, system_.symmetries, options_.orbit_limit);
        // Where an image is reached, identities are told apart somewhere.
        const bool alone = std::ranges::any_of(images, [&](const Cube& image) { return reached_.meets(image); });
        if (alone || images.empty()) images = {cube};
        ClauseOrbit& lemma = made_.lemmas.emplace_back();
        for (const Cube& image : images) {
            lemma.push_back(negated(image));
            step_.add(lemma.back());
            bytes_ += image.size() * bytes_per_literal;
            for (const LatchValue& part : image) weights_[part.latch] += 1.0 / static_cast<double>(images.size());
        }
    }

    const TransitionCircuit& system_;
    const StateTable& reached_;
    const ReachedOptions& options_;
    std::shared_ptr<const StepClauses> clauses_;
    StepSolver step_;  ///< from where all lemmas hold
    Lifting lifting_;
    std::vector<double> weights_;  ///< by latch: how often it occurs in lemmas
    uint64_t bytes_;
    ReachedInvariant made_;
};

}  // namespace

ReachedInvariant reached_invariant(const TransitionCircuit& system, const StateTable& reached,
                                   std::span<const uint32_t> bads, const ReachedOptions& options) {
    return Learning(system, reached, options).run(bads);
}

}  // namespace untorn::checker::symbolic
