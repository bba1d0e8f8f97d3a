#include "checker/symbolic/prove.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "checker/explicit/limits.h"
#include "checker/symbolic/cnf.h"
#include "checker/symbolic/one_hot.h"

namespace untorn::checker::symbolic {

namespace {

using Clock = std::chrono::steady_clock;

/// Bads whose absence proves the property.
std::vector<uint32_t> bads_of(const Encoding& encoding, uint32_t property) {
    const system::PropertyKind kind = encoding.system().properties[property].kind;
    std::vector<uint32_t> bads;
    const auto& all = encoding.transition().bads;
    for (uint32_t i = 0; i < all.size(); ++i) {
        // `never` has a second bad, for outcomes where its expression does not hold.
        const bool counts = kind != system::PropertyKind::never || all[i].satisfied;
        if (all[i].property == property && counts) bads.push_back(i);
    }
    return bads;
}

/// Of an invariant that lies in `clauses`: a subset that excludes the bads, and of which no single clause can be left
/// out.
std::vector<Clause> subset_minimal(const TransitionCircuit& transition, std::vector<Clause> clauses,
                                   std::span<const uint32_t> bads, const std::atomic<bool>* interrupt) {
    std::vector<ClauseOrbit> singles;
    for (Clause& clause : clauses) singles.push_back({std::move(clause)});
    singles = smallest_invariant(transition, std::move(singles), bads, make_cadical, interrupt);
    clauses.clear();
    for (ClauseOrbit& single : singles) clauses.push_back(std::move(single[0]));
    std::ranges::sort(clauses);
    return clauses;
}

class Prover {
 public:
    Prover(const system::System& system, const ProveOptions& options)
        : system_(system), options_(options), begin_(Clock::now()) {}

    std::variant<Proof, Inconsistency> run(std::span<const uint32_t> properties);

 private:
    double rest() const {
        if (options_.seconds <= 0) return 0;
        return std::max(0.001, options_.seconds - std::chrono::duration<double>(Clock::now() - begin_).count());
    }
    std::optional<Inconsistency> decide(uint32_t property, std::span<const uint32_t> bads);
    std::optional<Inconsistency> certify();
    PdrResult search(uint32_t bad);

    const system::System& system_;
    const ProveOptions& options_;
    Clock::time_point begin_;
    std::optional<OneHot> circuit_;
    bool symmetric_ = true;            ///< identities have not been found to be told apart
    std::vector<ClauseOrbit> lemmas_;  ///< inductive together
    std::vector<Clause> candidates_;   ///< for the next search
    std::vector<uint32_t> excluded_;   ///< bads that they exclude
    Proof proof_;
};

std::variant<Proof, Inconsistency> Prover::run(std::span<const uint32_t> properties) try {
    const Encoding encoding(system_);
    circuit_.emplace(encoding);
    for (const Conjunct& candidate : options_.candidates)
        if (auto made = clause(system_, *circuit_, candidate)) candidates_.push_back(std::move(*made));
    std::vector<uint32_t> open(properties.begin(), properties.end());
    // Init itself can fail a check: then no run begins so, and there is nothing to unroll.
    for (const Bad& bad : encoding.transition().initial_bads) {
        const auto solver = make_cadical();
        Cnf cnf(encoding.transition().circuit, *solver);
        solver->add_clause({cnf.literal(bad.happens)});
        if (solver->solve({}) == SatSolver::Answer::satisfiable && std::erase(open, bad.property) > 0)
            proof_.violated.push_back(bad.property);
    }
    for (const uint32_t property : open) {
        if (!proof_.limit.empty()) break;
        if (auto inconsistency = decide(property, bads_of(encoding, property))) return std::move(*inconsistency);
    }
    if (proof_.limit.empty() && !proof_.proved.empty())
        if (auto inconsistency = certify()) return std::move(*inconsistency);
    std::ranges::sort(proof_.violated);
    return std::move(proof_);
} catch (const LimitReached& reached) {
    proof_.limit = reached.what;
    proof_.proved.clear();
    proof_.obligations.clear();
    return std::move(proof_);
}

/// With lemmas for all identities of a scalarset at once, unless that turns out to be wrong.
PdrResult Prover::search(uint32_t bad) {
    PdrOptions how;
    how.interrupt = options_.interrupt;
    how.seconds = rest();
    how.memory = options_.memory;
    how.progress = options_.progress;
    how.candidates = candidates_;
    if (!symmetric_) how.orbit_limit = 0;
    PdrResult found = pdr(circuit_->transition(), std::span(&bad, 1), how);
    if (found.inconsistency.empty() || !symmetric_ || circuit_->transition().symmetries.empty()) return found;
    symmetric_ = false;
    return search(bad);
}

std::optional<Inconsistency> Prover::decide(uint32_t property, std::span<const uint32_t> bads) {
    std::vector<ClauseOrbit> lemmas;
    for (const uint32_t bad : bads) {
        const PdrResult found = search(bad);
        if (!found.inconsistency.empty()) return Inconsistency{found.inconsistency};
        for (const ClauseOrbit& lemma : found.lemmas)
            if (std::ranges::find(candidates_, lemma.front()) == candidates_.end())
                candidates_.push_back(lemma.front());
        switch (found.answer) {
            case PdrResult::Answer::proved:
                lemmas.insert(lemmas.end(), found.lemmas.begin(), found.lemmas.end());
                break;
            case PdrResult::Answer::violated: proof_.violated.push_back(property); return std::nullopt;
            case PdrResult::Answer::undecided:
                proof_.limit = found.limit;
                proof_.proved.clear();
                proof_.learnt = conjuncts(system_, *circuit_, candidates_);
                return std::nullopt;
        }
    }
    // Inductive invariants are one together, too.
    for (ClauseOrbit& lemma : lemmas)
        if (std::ranges::find(lemmas_, lemma) == lemmas_.end()) lemmas_.push_back(std::move(lemma));
    excluded_.insert(excluded_.end(), bads.begin(), bads.end());
    proof_.proved.push_back(property);
    return std::nullopt;
}

std::optional<Inconsistency> Prover::certify() {
    lemmas_ =
        smallest_invariant(circuit_->transition(), std::move(lemmas_), excluded_, make_cadical, options_.interrupt);
    std::vector<Clause> clauses;
    for (const ClauseOrbit& lemma : lemmas_) clauses.insert(clauses.end(), lemma.begin(), lemma.end());
    std::ranges::sort(clauses);
    clauses.erase(std::unique(clauses.begin(), clauses.end()), clauses.end());
    clauses = subset_minimal(circuit_->transition(), std::move(clauses), excluded_, options_.interrupt);
    proof_.invariant = conjuncts(system_, *circuit_, clauses);
    const Program program(system_);
    proof_.obligations = proof_obligations(program, proof_.invariant, proof_.proved);
    for (size_t i = 0; i < proof_.obligations.size(); ++i) {
        const Obligation& obligation = proof_.obligations[i];
        if (options_.checking) options_.checking(i, proof_.obligations.size());
        const SolverAnswer answer = ask_z3(obligation.script, options_.interrupt, rest());
        switch (answer.kind) {
            case SolverAnswer::Kind::unsat: continue;
            case SolverAnswer::Kind::unknown:
                throw LimitReached{"the check of " + obligation.title + ": " + answer.detail};
            case SolverAnswer::Kind::error:
                return Inconsistency{"Z3 does not understand the obligation " + obligation.name + ": " + answer.detail};
            case SolverAnswer::Kind::sat:
                return Inconsistency{"the invariant that PDR found is none in words: " + obligation.title + "\n" +
                                     answer.detail};
        }
    }
    return std::nullopt;
}

}  // namespace

std::variant<Proof, Inconsistency> prove(const system::System& system, std::span<const uint32_t> properties,
                                         const ProveOptions& options) {
    return Prover(system, options).run(properties);
}

}  // namespace untorn::checker::symbolic
