#include "checker/symbolic/prove.h"

#include <algorithm>
#include <chrono>

#include "checker/explicit/limits.h"

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
    std::optional<Inconsistency> certify(const Encoding& encoding, const PdrResult& found,
                                         std::span<const uint32_t> bads);

    const system::System& system_;
    const ProveOptions& options_;
    Clock::time_point begin_;
    Proof proof_;
};

std::variant<Proof, Inconsistency> Prover::run(std::span<const uint32_t> properties) try {
    const Encoding encoding(system_);
    std::vector<uint32_t> open(properties.begin(), properties.end());
    std::vector<Clause> learnt;
    for (const Conjunct& candidate : options_.candidates)
        for (Clause& clause : clauses(encoding, candidate)) learnt.push_back(std::move(clause));
    // Init itself can fail a check: then no run begins so, and there is nothing to unroll.
    for (const Bad& bad : encoding.transition().initial_bads) {
        const auto solver = make_cadical();
        Cnf cnf(encoding.transition().circuit, *solver);
        solver->add_clause({cnf.literal(bad.happens)});
        if (solver->solve({}) == SatSolver::Answer::satisfiable && std::erase(open, bad.property) > 0)
            proof_.violated.push_back(bad.property);
    }
    while (!open.empty()) {
        std::vector<uint32_t> bads;
        for (const uint32_t property : open) {
            const auto some = bads_of(encoding, property);
            bads.insert(bads.end(), some.begin(), some.end());
        }
        PdrOptions how;
        how.interrupt = options_.interrupt;
        how.seconds = rest();
        how.memory = options_.memory;
        how.progress = options_.progress;
        how.candidates = learnt;
        const PdrResult found = pdr(encoding.transition(), bads, how);
        if (!found.inconsistency.empty()) return Inconsistency{found.inconsistency};
        if (found.answer == PdrResult::Answer::undecided) {
            proof_.limit = found.limit;
            std::vector<Clause> all;
            for (const ClauseOrbit& lemma : found.lemmas) all.insert(all.end(), lemma.begin(), lemma.end());
            proof_.learnt = conjuncts(encoding, all);
            break;
        }
        if (found.answer == PdrResult::Answer::violated) {
            const uint32_t property = encoding.transition().bads[found.run.bad].property;
            proof_.violated.push_back(property);
            std::erase(open, property);
            learnt.clear();
            for (const ClauseOrbit& lemma : found.lemmas) learnt.insert(learnt.end(), lemma.begin(), lemma.end());
            continue;
        }
        proof_.proved = open;
        if (auto inconsistency = certify(encoding, found, bads)) return std::move(*inconsistency);
        break;
    }
    std::ranges::sort(proof_.violated);
    return std::move(proof_);
} catch (const LimitReached& reached) {
    proof_.limit = reached.what;
    proof_.proved.clear();
    proof_.obligations.clear();
    return std::move(proof_);
}

std::optional<Inconsistency> Prover::certify(const Encoding& encoding, const PdrResult& found,
                                             std::span<const uint32_t> bads) {
    std::vector<Clause> clauses;
    for (const ClauseOrbit& lemma : found.lemmas) clauses.insert(clauses.end(), lemma.begin(), lemma.end());
    std::ranges::sort(clauses);
    clauses.erase(std::unique(clauses.begin(), clauses.end()), clauses.end());
    clauses = subset_minimal(encoding.transition(), std::move(clauses), bads, options_.interrupt);
    proof_.invariant = conjuncts(encoding, clauses);
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
                return Inconsistency{"the invariant that was found in bits is none in words: " + obligation.title +
                                     "\n" + answer.detail};
        }
    }
    return std::nullopt;
}

}  // namespace

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

std::variant<Proof, Inconsistency> prove(const system::System& system, std::span<const uint32_t> properties,
                                         const ProveOptions& options) {
    return Prover(system, options).run(properties);
}

}  // namespace untorn::checker::symbolic
