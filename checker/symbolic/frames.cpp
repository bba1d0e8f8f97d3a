#include "checker/symbolic/frames.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <set>
#include <utility>

namespace untorn::checker::symbolic {

namespace {

uint64_t signature(const Cube& cube) {
    uint64_t bits = 0;
    for (const LatchValue& part : cube) bits |= uint64_t{1} << ((part.latch * 2 + (part.value ? 1 : 0)) & 63);
    return bits;
}

// About what three clauses, their watches and a variable take in a solver, and what one more literal of a clause takes.
constexpr uint64_t bytes_per_node = 256, bytes_per_literal = 16;

/// Every state of `cube` lies in `larger`.
bool within(const Cube& cube, const Cube& larger) {
    return larger.size() <= cube.size() && std::includes(cube.begin(), cube.end(), larger.begin(), larger.end());
}

bool contains(const Cube& cube, const std::vector<bool>& state) {
    return std::ranges::all_of(cube, [&](const LatchValue& part) { return state[part.latch] == part.value; });
}

}  // namespace

Frames::Frames(const TransitionCircuit& system, InitialStates& initial, Options options)
    : system_(system),
      step_(system),
      initial_(initial),
      options_(std::move(options)),
      activity_(system.latches.size(), 0) {
    levels_.emplace_back();
    solvers_.push_back(make_solver(0));
}

std::unique_ptr<StepSolver> Frames::make_solver(size_t level) {
    bytes_ += system_.circuit.size() * bytes_per_node;
    auto solver = std::make_unique<StepSolver>(system_, step_,
                                               level == 0 ? StepSolver::From::initial : StepSolver::From::anywhere,
                                               options_.make_solver, options_.interrupt);
    if (level == 0) return solver;
    const auto add = [&](const Lemma& lemma) {
        for (const Cube& cube : lemma.images) {
            solver->add(negated(cube));
            bytes_ += cube.size() * bytes_per_literal;
        }
    };
    for (const Lemma& lemma : for_ever_) add(lemma);
    for (size_t i = level; i < levels_.size(); ++i)
        for (const Kept& kept : levels_[i]) add(kept.lemma);
    return solver;
}

void Frames::extend() {
    levels_.emplace_back();
    solvers_.push_back(make_solver(last() + 1));
    bad_solver_ = make_solver(last());
}

Frames::Answer Frames::ask(StepSolver& solver, const Cube& cube, bool from_outside) {
    ++queries_;
    if (options_.before_query) options_.before_query();
    const Answer answer = solver.reaches(cube, from_outside);
    if (answer == Answer::interrupted) throw Interrupted{};
    return answer;
}

bool Frames::inductive_from(size_t level, const Cube& cube) {
    // No initial state lies in the cube, so at level 0 it is left by itself.
    StepSolver& solver = *solvers_[level];
    if (ask(solver, cube, level != 0) == Answer::satisfiable) {
        entry_ = solver.model();
        return false;
    }
    unreached_ = solver.needed(cube);
    if (unreached_.size() < cube.size() && initial_.meets(unreached_)) {
        Cube both;
        const Cube separator = initial_.separator(cube);
        std::set_union(unreached_.begin(), unreached_.end(), separator.begin(), separator.end(),
                       std::back_inserter(both));
        unreached_ = std::move(both);
    }
    return true;
}

std::optional<StateAndInputs> Frames::bad_state(StepSolver& solver, std::span<const uint32_t> bads) {
    ++queries_;
    if (options_.before_query) options_.before_query();
    switch (solver.shows(bads)) {
        case Answer::interrupted: throw Interrupted{};
        case Answer::unsatisfiable: return {};
        default: return solver.model();
    }
}

void Frames::add(size_t level, const Cube& cube) {
    assert(level > 0 && level <= last());
    Lemma lemma;
    if (options_.orbit_limit != 0) {
        lemma.images = orbit(cube, system_.symmetries, options_.orbit_limit);
        lemma.complete = !lemma.images.empty();
    }
    if (lemma.images.empty()) lemma.images = {cube};
    for (size_t i = 1; i <= level; ++i) remove_implied(i, lemma);
    for (const Cube& image : lemma.images)
        for (const LatchValue& part : image) activity_[part.latch] += 1.0 / static_cast<double>(lemma.images.size());
    insert(level, keep(std::move(lemma)), 1);
}

Frames::Kept Frames::keep(Lemma lemma) {
    Kept kept{std::move(lemma), {}, {}};
    for (const Cube& image : kept.lemma.images) kept.signatures.push_back(signature(image));
    return kept;
}

/// Where one image is implied by a lemma with all its images, all are.
void Frames::remove_implied(size_t level, const Lemma& lemma) {
    std::erase_if(levels_[level], [&](const Kept& kept) {
        if (!lemma.complete && kept.lemma.images.size() > 1) return false;
        return std::any_of(lemma.images.begin(), lemma.images.end(),
                           [&](const Cube& image) { return within(kept.lemma.cube(), image); });
    });
}

/// The lemma is new in these frames, and some counterexamples are no longer in them.
void Frames::forget_counterexamples(size_t first, size_t last, const Lemma& lemma) {
    for (size_t i = first; i <= last; ++i)
        for (Kept& kept : levels_[i])
            if (!kept.counterexample.empty() && std::ranges::any_of(lemma.images, [&](const Cube& cube) {
                    return contains(cube, kept.counterexample);
                }))
                kept.counterexample.clear();
}

void Frames::insert(size_t level, Kept kept, size_t first_solver) {
    forget_counterexamples(first_solver, level, kept.lemma);
    for (const Cube& image : kept.lemma.images) {
        const Clause clause = negated(image);
        for (size_t i = first_solver; i <= level; ++i) solvers_[i]->add(clause);
        if (level == last()) bad_solver_->add(clause);
        bytes_ += clause.size() * bytes_per_literal * (level + 1 - first_solver);
    }
    levels_[level].push_back(std::move(kept));
}

void Frames::add_for_ever(std::vector<Lemma> lemmas) {
    for (Lemma& lemma : lemmas) {
        for (const Cube& image : lemma.images) {
            for (size_t i = 1; i < solvers_.size(); ++i) solvers_[i]->add(negated(image));
            if (last() > 0) bad_solver_->add(negated(image));
        }
        for_ever_.push_back(std::move(lemma));
    }
}

void Frames::restart(std::vector<Lemma> inductive) {
    std::set<Cube> now;
    for (const Lemma& lemma : inductive) now.insert(lemma.cube());
    std::vector<Kept> others;
    for (auto& level : levels_)
        for (Kept& kept : level)
            if (!now.contains(kept.lemma.cube())) others.push_back(keep(std::move(kept.lemma)));
    for_ever_ = std::move(inductive);
    levels_.assign(2, {});
    levels_[1] = std::move(others);
    solvers_.resize(1);
    bytes_ = system_.circuit.size() * bytes_per_node;
    solvers_.push_back(make_solver(1));
    bad_solver_ = make_solver(1);
}

bool Frames::known(size_t level, const Cube& cube) const {
    const uint64_t bits = signature(cube);
    for (size_t i = level; i < levels_.size(); ++i)
        for (const Kept& kept : levels_[i])
            for (size_t image = 0; image < kept.signatures.size(); ++image)
                if ((kept.signatures[image] & ~bits) == 0 && within(cube, kept.lemma.images[image])) return true;
    return false;
}

size_t Frames::propagate() {
    for (size_t level = 1; level < last(); ++level) {
        std::vector<Kept> here = std::exchange(levels_[level], {});
        for (Kept& kept : here) {
            StepSolver& solver = *solvers_[level];
            if (kept.counterexample.empty() && ask(solver, kept.lemma.cube(), false) == Answer::unsatisfiable) {
                insert(level + 1, std::move(kept), level + 1);
                continue;
            }
            if (kept.counterexample.empty()) kept.counterexample = solver.model().state;
            levels_[level].push_back(std::move(kept));
        }
        if (levels_[level].empty()) return level;
    }
    return 0;
}

std::vector<Lemma> Frames::lemmas_from(size_t level) const {
    std::vector<Lemma> lemmas = for_ever_;
    for (size_t i = level; i < levels_.size(); ++i)
        for (const Kept& kept : levels_[i]) lemmas.push_back(kept.lemma);
    return lemmas;
}

size_t Frames::lemma_count() const {
    size_t count = for_ever_.size();
    for (const auto& level : levels_) count += level.size();
    return count;
}

}  // namespace untorn::checker::symbolic
