#include "checker/symbolic/prove.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>

#include "checker/explicit/limits.h"
#include "checker/symbolic/ask_in_order.h"
#include "checker/symbolic/bmc.h"
#include "checker/symbolic/cnf.h"
#include "checker/symbolic/one_hot.h"
#include "checker/symbolic/rank_progress.h"
#include "checker/symbolic/ranking_circuit.h"
#include "checker/symbolic/reached_invariant.h"
#include "checker/symbolic/reached_states.h"

namespace untorn::checker::symbolic {

namespace {

using Clock = std::chrono::steady_clock;

class Prover {
 public:
    /// `spent`: seconds of the limit that are over.
    Prover(const system::System& system, const ProveOptions& options, double spent = 0)
        : system_(system), options_(options), begin_(Clock::now()), limits_(limits(options, spent)), watch_(limits_) {}

    /// `for_rankings`: nothing more is proved where there are none.
    std::variant<Proof, Inconsistency> run(std::span<const uint32_t> properties, std::span<const uint32_t> lemmas,
                                           bool for_rankings = false);

 private:
    bool is_progress(uint32_t property) const { return system::is_progress(system_.properties[property].kind); }
    static SearchOptions limits(const ProveOptions& options, double spent) {
        SearchOptions made;
        made.seconds = options.seconds;
        made.spent = spent;
        made.interrupted = options.interrupt;
        return made;
    }
    /// The limit that a part of it ran into: that the flag was set may mean time or the user.
    std::string limit(const std::string& met) const try {
        watch_.check();
        return met;
    } catch (const LimitReached& reached) {
        return reached.what;
    }
    double rest() const {
        if (limits_.seconds <= 0) return 0;
        const std::chrono::duration<double> taken = Clock::now() - begin_;
        return std::max(0.001, limits_.seconds - limits_.spent - taken.count());
    }
    std::vector<uint32_t> bads_of(uint32_t property) const;
    void choose_circuit(const Encoding& encoding);
    void assume(std::span<const uint32_t> lemmas);
    std::optional<Inconsistency> settle_lemmas(std::span<const uint32_t> lemmas);
    std::optional<Inconsistency> decide(LemmaAnswer& answer, BoundedSearch& bounded);
    PdrResult ask(uint32_t bad);
    void decide(uint32_t property, std::span<const uint32_t> bads);
    void decide_outcomes(uint32_t property);
    void note_outcome(const BitRun& run);
    std::optional<Inconsistency> certify();
    std::optional<Inconsistency> check_obligations() const;
    void nothing_proved() {
        proof_.proved.clear();
        proof_.rankings.clear();
        proof_.outcomes.clear();
        proof_.outcome.reset();
        proof_.obligations.clear();
    }
    std::shared_ptr<const StepClauses> step();
    bool do_without_lemma();
    PdrResult search(uint32_t bad);
    std::vector<uint32_t> rank(const Encoding& encoding, std::span<const uint32_t> properties);
    void explore(bool steps);
    void learn_from_reached_states();

    const system::System& system_;
    const ProveOptions& options_;
    Clock::time_point begin_;
    SearchOptions limits_;
    Watch watch_;  ///< time and interrupts, for what has no limit of its own
    std::optional<OneHot> hot_;
    std::shared_ptr<const StepClauses> step_;  ///< of the circuit, if it has not changed since they were made
    TransitionCircuit circuit_;  ///< the same, with a bad for each lemma at the end; well_formed says what is assumed
    Lit plain_well_formed_ = Circuit::yes;
    uint32_t first_lemma_bad_ = 0;
    bool symmetric_ = true;        ///< identities have not been found to be told apart
    std::vector<uint32_t> asked_;  ///< bads that questions are about
    /// Those of them that happen in some reached state, and those that do not; none where that is not known.
    std::vector<uint32_t> happen_, never_;
    bool begun_ = false;                    ///< learning from reached states was tried
    bool explored_ = false;                 ///< reached states were looked for
    std::optional<ReachedStates> reached_;  ///< none where they are too many
    std::optional<Path> to_outcome_;
    std::optional<Pdr> pdr_;
    std::vector<ClauseOrbit> lemmas_;  ///< inductive together
    std::vector<Clause> candidates_;   ///< may hold or not
    std::vector<uint32_t> excluded_;   ///< bads that they exclude
    Proof proof_;
};

std::variant<Proof, Inconsistency> Prover::run(std::span<const uint32_t> properties, std::span<const uint32_t> lemmas,
                                               bool for_rankings) try {
    const Encoding encoding(system_);
    choose_circuit(encoding);
    for (const Conjunct& candidate : options_.candidates)
        if (auto made = clause(system_, *hot_, candidate)) candidates_.push_back(std::move(*made));
    for (const uint32_t lemma : lemmas) asked_.push_back(first_lemma_bad_ + lemma);
    std::vector<uint32_t> open = rank(encoding, properties);
    if (for_rankings && proof_.rankings.empty()) return std::move(proof_);
    for (const uint32_t property : open)
        for (const uint32_t bad : bads_of(property)) asked_.push_back(bad);
    if (auto inconsistency = settle_lemmas(lemmas)) return std::move(*inconsistency);
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
        if (asks_for_outcomes(system_, property))
            decide_outcomes(property);
        else
            decide(property, bads_of(property));
    }
    const ProofLemmas about = proof_lemmas(proof_);
    const bool something = !proof_.proved.empty() || !about.in_invariant.empty() || !about.shown.empty();
    if (proof_.limit.empty() && something)
        if (auto inconsistency = certify()) return std::move(*inconsistency);
    std::ranges::sort(proof_.violated);
    return std::move(proof_);
} catch (const LimitReached& reached) {
    proof_.limit = limit(reached.what);
    nothing_proved();
    if (hot_) {
        for (const ClauseOrbit& lemma : lemmas_) candidates_.push_back(lemma.front());
        proof_.learnt = conjuncts(system_, *hot_, candidates_);
    }
    return std::move(proof_);
} catch (const BrokenRule& broken) {
    return Inconsistency{broken.what};
}

/// Bads whose absence proves the property; of those that ask for outcomes all, satisfied first.
std::vector<uint32_t> Prover::bads_of(uint32_t property) const {
    const system::PropertyKind kind = system_.properties[property].kind;
    std::vector<uint32_t> bads;
    for (uint32_t i = 0; i < circuit_.bads.size(); ++i) {
        // `never` has a second bad, for outcomes where its expression does not hold.
        const bool counts = kind != system::PropertyKind::never || circuit_.bads[i].satisfied;
        if (circuit_.bads[i].property == property && counts) bads.push_back(i);
    }
    return bads;
}

void Prover::choose_circuit(const Encoding& encoding) {
    hot_.emplace(encoding);
    circuit_ = hot_->transition();
    plain_well_formed_ = circuit_.well_formed;
    first_lemma_bad_ = static_cast<uint32_t>(circuit_.bads.size());
    for (uint32_t lemma = 0; lemma < circuit_.claims.size(); ++lemma)
        circuit_.bads.push_back({system::none, !circuit_.claims[lemma], false, false, lemma});
}

/// Lemmas that are inductive together are as good as that every cell has a value of its type.
void Prover::assume(std::span<const uint32_t> lemmas) {
    std::vector<Lit> all{plain_well_formed_};
    for (const uint32_t lemma : lemmas) all.push_back(circuit_.claims[lemma]);
    circuit_.well_formed = circuit_.circuit.all(all);
    step_.reset();
}

/// Of the circuit as it is; to simplify them takes longer than many a search in them.
std::shared_ptr<const StepClauses> Prover::step() {
    if (!step_) step_ = std::make_shared<const StepClauses>(circuit_);
    return step_;
}

// Lemmas of the specification.

std::optional<Inconsistency> Prover::settle_lemmas(std::span<const uint32_t> lemmas) {
    if (system_.lemmas.empty()) return std::nullopt;
    proof_.lemmas_used = inductive_lemmas(circuit_, make_cadical, watch_.flag());
    assume(proof_.lemmas_used);
    Encoding judged(system_, Encoding::Judged::lemmas);
    bool some_open = false;
    for (const uint32_t lemma : lemmas) {
        LemmaAnswer answer;
        answer.lemma = lemma;
        if (std::ranges::find(proof_.lemmas_used, lemma) != proof_.lemmas_used.end()) {
            answer.known = LemmaAnswer::Known::inductive;
            excluded_.push_back(first_lemma_bad_ + lemma);
        } else {
            answer.lacks = counterexample_to_induction(judged, lemma, make_cadical, watch_.flag());
            some_open = true;
        }
        proof_.lemmas.push_back(std::move(answer));
    }
    if (!some_open) return std::nullopt;
    std::vector<uint32_t> shown_by(proof_.lemmas.size(), system::none);  // by answer: the bad of the state it lacks
    for (size_t i = 0; i < proof_.lemmas.size(); ++i)
        if (const auto& lacks = proof_.lemmas[i].lacks)
            shown_by[i] = judged.ask_for({lacks->matters.begin(), lacks->matters.end()}, lacks->losses);
    BoundedSearch bounded(judged, make_cadical, watch_);
    const auto something_to_find = [&] {
        return std::ranges::any_of(proof_.lemmas, [&](const LemmaAnswer& answer) {
            return answer.known == LemmaAnswer::Known::open &&
                   bounded.answers()[answer.lemma].known == BadAnswer::Known::open;
        });
    };
    while (something_to_find() && !bounded.complete() && bounded.steps() <= options_.max_steps) bounded.next();
    for (size_t i = 0; i < proof_.lemmas.size(); ++i) {
        LemmaAnswer& answer = proof_.lemmas[i];
        if (answer.known != LemmaAnswer::Known::open) continue;
        if (auto inconsistency = decide(answer, bounded)) return inconsistency;
        if (answer.known == LemmaAnswer::Known::violated) {
            answer.lacks.reset();
        } else if (answer.lacks) {
            if (bounded.answers()[shown_by[i]].known == BadAnswer::Known::happens)
                throw BrokenRule{"a state from which a lemma is violated is reached, and the lemma is not violated"};
            answer.not_within = bounded.steps() == 0 ? 0 : bounded.steps() - 1;
        }
        if (!proof_.limit.empty()) break;
    }
    return std::nullopt;
}

/// A lemma that is not inductive with the others.
std::optional<Inconsistency> Prover::decide(LemmaAnswer& answer, BoundedSearch& bounded) {
    const auto violated = [&](Trace trace, bool shortest) {
        answer.known = LemmaAnswer::Known::violated;
        answer.trace = std::move(trace);
        answer.shortest = shortest;
    };
    const auto look = [&] {
        const BadAnswer& shown = bounded.answers()[answer.lemma];
        if (shown.known == BadAnswer::Known::happens) violated(*shown.trace, true);
    };
    look();
    if (answer.known == LemmaAnswer::Known::violated) return std::nullopt;
    const uint32_t bad = first_lemma_bad_ + answer.lemma;
    PdrResult found = search(bad);
    if (!found.inconsistency.empty()) return Inconsistency{found.inconsistency};
    if (found.answer == PdrResult::Answer::undecided) {
        proof_.limit = limit(found.limit);
        proof_.learnt = conjuncts(system_, *hot_, candidates_);
    } else if (found.answer == PdrResult::Answer::proved) {
        answer.known = LemmaAnswer::Known::proved;
        lemmas_ = std::move(found.lemmas);
        excluded_.push_back(bad);
    } else {
        // The run, and if limits allow, the shortest one.
        BitRun run = hot_->in_bits(found.run);
        run.bad = answer.lemma;
        violated(replayed(Encoding(system_, Encoding::Judged::lemmas), run), false);
        try {
            while (!answer.shortest && bounded.steps() <= run.steps.size()) {
                bounded.next();
                look();
            }
        } catch (const LimitReached&) {
            return std::nullopt;
        }
        if (!answer.shortest) throw BrokenRule{"pdr found a run where the bounded search finds none"};
    }
    return std::nullopt;
}

// Properties.

void Prover::explore(bool steps) {
    explored_ = true;
    if (options_.most_states == 0) return;
    ReachedLimits few;
    few.states = options_.most_states;
    few.memory = options_.memory;
    few.interrupted = [this] { return watch_.flag()->load(std::memory_order_relaxed); };
    reached_ = reached_states(system_, *hot_, few, steps);
    watch_.check();
}

/// Finds rankings of the progress properties, and adds their bads. Returns what is left to decide.
std::vector<uint32_t> Prover::rank(const Encoding& encoding, std::span<const uint32_t> properties) {
    std::vector<uint32_t> open, asked;
    for (const uint32_t property : properties) {
        const auto unasked = std::ranges::find(encoding.unasked(), property, &Unasked::property);
        if (!is_progress(property))
            open.push_back(property);
        else if (unasked != encoding.unasked().end())
            proof_.unranked.push_back({property, unasked->why});
        else
            asked.push_back(property);
    }
    if (asked.empty()) return open;
    explore(true);
    if (!reached_) {
        const std::string why =
            "a ranking needs all reached states in memory, at most " + std::to_string(options_.most_states);
        for (const uint32_t property : asked) proof_.unranked.push_back({property, why});
        return open;
    }
    RankedProgress ranked = rank_progress(system_, *hot_, *reached_, asked, [this] { watch_.check(); });
    for (const Ranking& ranking : ranked.rankings) {
        add_bads(circuit_, system_, *hot_, ranking);
        open.push_back(ranking.property);
    }
    step_.reset();
    std::ranges::sort(open);
    proof_.rankings = std::move(ranked.rankings);
    proof_.violated = std::move(ranked.violated);
    proof_.no_fair_run = ranked.no_fair_run;
    return open;
}

/// Where few states are reached: what they all have in common, as far as the answers need it.
void Prover::learn_from_reached_states() {
    if (!explored_) explore(false);
    if (!reached_) return;
    ReachedOptions how;
    how.interrupt = watch_.flag();
    how.memory = options_.memory;
    how.candidates = candidates_;
    how.progress = options_.progress;
    if (!symmetric_) how.orbit_limit = 0;
    how.groups = hot_->groups();
    how.step = step();
    ReachedInvariant learnt = reached_invariant(circuit_, reached_->table, asked_, how);
    if (!learnt.complete) {
        for (const ClauseOrbit& lemma : learnt.lemmas) candidates_.push_back(lemma.front());
        return;
    }
    const auto broken = check_invariant(circuit_, {}, learnt.lemmas, learnt.excluded, make_cadical, watch_.flag());
    if (broken && broken->kind == BrokenObligation::Kind::interrupted) return;
    if (broken) {
        // Some images were not kept: identities are told apart somewhere.
        if (!symmetric_ || circuit_.symmetries.empty())
            throw BrokenRule{"what was learnt from the reached states is not inductive"};
        symmetric_ = false;
        return learn_from_reached_states();
    }
    lemmas_ = std::move(learnt.lemmas);
    never_ = std::move(learnt.excluded);
    for (const uint32_t bad : asked_)
        if (std::ranges::find(never_, bad) == never_.end()) happen_.push_back(bad);
}

/// With lemmas for all identities of a scalarset at once, unless that turns out to be wrong.
PdrResult Prover::search(uint32_t bad) {
    if (!begun_) {
        begun_ = true;
        learn_from_reached_states();
    }
    if (std::ranges::find(never_, bad) != never_.end()) {
        PdrResult found;
        found.answer = PdrResult::Answer::proved;
        found.lemmas = lemmas_;
        return found;
    }
    if (!pdr_) {
        PdrOptions how;
        how.interrupt = watch_.flag();
        how.memory = options_.memory;
        how.progress = options_.progress;
        how.candidates = candidates_;
        how.known = lemmas_;
        if (!symmetric_) how.orbit_limit = 0;
        pdr_.emplace(circuit_, std::move(how));
    }
    PdrResult found = pdr_->decide(std::span(&bad, 1));
    if (!found.inconsistency.empty() && symmetric_ && !circuit_.symmetries.empty()) {
        symmetric_ = false;
        pdr_.reset();
        return search(bad);
    }
    if (found.answer == PdrResult::Answer::proved && std::ranges::find(happen_, bad) != happen_.end())
        throw BrokenRule{"pdr proved that something never happens which does in a state that was reached"};
    if (found.answer == PdrResult::Answer::undecided)
        for (const ClauseOrbit& lemma : found.lemmas)
            if (std::ranges::find(candidates_, lemma.front()) == candidates_.end())
                candidates_.push_back(lemma.front());
    return found;
}

/// Whether it can happen. What proves that it cannot is kept; if a limit is met, nothing is proved.
PdrResult Prover::ask(uint32_t bad) {
    PdrResult found = search(bad);
    if (!found.inconsistency.empty()) throw BrokenRule{found.inconsistency};
    if (found.answer == PdrResult::Answer::proved) lemmas_ = std::move(found.lemmas);
    if (found.answer == PdrResult::Answer::undecided) {
        proof_.limit = limit(found.limit);
        nothing_proved();
        proof_.learnt = conjuncts(system_, *hot_, candidates_);
    }
    return found;
}

void Prover::decide(uint32_t property, std::span<const uint32_t> bads) {
    for (const uint32_t bad : bads) {
        const PdrResult found = ask(bad);
        if (found.answer == PdrResult::Answer::undecided) return;
        if (found.answer == PdrResult::Answer::violated) {
            if (is_progress(property)) throw BrokenRule{"reached states obey a ranking, and the circuit does not"};
            proof_.violated.push_back(property);
            return;
        }
    }
    excluded_.insert(excluded_.end(), bads.begin(), bads.end());
    proof_.proved.push_back(property);
}

// Outcomes.

void Prover::decide_outcomes(uint32_t property) {
    const std::vector<uint32_t> bads = bads_of(property);  // satisfied, and not
    const auto exists = [&](bool satisfied) -> std::optional<bool> {
        const PdrResult found = ask(bads.at(satisfied ? 0 : 1));
        if (found.answer == PdrResult::Answer::undecided) return std::nullopt;
        if (found.answer == PdrResult::Answer::violated) note_outcome(found.run);
        return found.answer == PdrResult::Answer::violated;
    };
    if (!explored_) explore(false);
    if (!to_outcome_ && reached_) to_outcome_ = reached_->to_outcome;  // a shortest way
    const OutcomeDecision decision = symbolic::decide_outcomes(system_, property, to_outcome_.has_value(), exists);
    if (decision.known == OutcomeDecision::Known::by_runs) proof_.violated.push_back(property);
    if (decision.known != OutcomeDecision::Known::claimed) return;
    for (const uint32_t bad : bads)
        if (excludes(system_, decision.claim, circuit_.bads[bad].satisfied)) excluded_.push_back(bad);
    proof_.outcomes.push_back(decision.claim);
    proof_.proved.push_back(property);
}

void Prover::note_outcome(const BitRun& run) {
    if (to_outcome_) return;
    if (reached_) throw BrokenRule{"pdr found an outcome, and no state that is reached is one"};
    to_outcome_ = path_of(Encoding(system_), hot_->in_bits(run));
}

// The certificate.

/// Leaves out a lemma that the rest of the invariant does without; false if there is none.
bool Prover::do_without_lemma() {
    for (size_t i = proof_.lemmas_used.size(); i-- > 0;) {
        std::vector<uint32_t> fewer = proof_.lemmas_used;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        assume(fewer);
        const auto broken = check_invariant(circuit_, {}, lemmas_, excluded_, make_cadical, watch_.flag());
        if (!broken) {
            proof_.lemmas_used = std::move(fewer);
            return true;
        }
        if (broken->kind == BrokenObligation::Kind::interrupted) watch_.give_up();
    }
    assume(proof_.lemmas_used);
    return false;
}

std::optional<Inconsistency> Prover::certify() {
    while (do_without_lemma()) {
    }
    // With fewer clauses, a lemma may be left out that was there for the others, and so on.
    do {
        lemmas_ =
            smallest_invariant(*step(), std::move(lemmas_), excluded_, make_cadical, watch_.flag(), options_.shrinking);
        watch_.check();
        std::vector<Clause> clauses = irredundant(*step(), lemmas_, excluded_, make_cadical, watch_.flag());
        watch_.check();
        proof_.invariant = conjuncts(system_, *hot_, clauses);
        lemmas_.clear();
        for (Clause& clause : clauses) lemmas_.push_back({std::move(clause)});
    } while (do_without_lemma());
    const Program program(system_, true);
    proof_.invariant = without_constants(program, std::move(proof_.invariant));
    if (std::ranges::any_of(proof_.outcomes, &OutcomeClaim::every)) {
        if (!to_outcome_) throw BrokenRule{"an outcome is said to exist, and no run to one is known"};
        auto shown = shown_outcome(program, *to_outcome_, proof_.outcomes);
        if (auto* wrong = std::get_if<Inconsistency>(&shown)) return std::move(*wrong);
        proof_.outcome = std::move(std::get<Outcome>(shown));
    }
    proof_.obligations = proof_obligations(program, proof_.invariant, proof_.proved, proof_lemmas(proof_),
                                           proof_.rankings, proof_.outcomes);
    return check_obligations();
}

std::optional<Inconsistency> Prover::check_obligations() const {
    std::optional<Inconsistency> found;
    const std::vector<Obligation>& all = proof_.obligations;
    const auto ask = [&](size_t i) { return ask_z3(all[i].script, options_.interrupt, rest()); };
    ask_in_order(all.size(), options_.threads, ask, [&](size_t i, const SolverAnswer& answer) {
        options_.checking(i + 1, all.size());
        switch (answer.kind) {
            case SolverAnswer::Kind::unsat: break;
            case SolverAnswer::Kind::unknown: throw LimitReached{"the check of " + all[i].title + ": " + answer.detail};
            case SolverAnswer::Kind::error:
                found = Inconsistency{"Z3 does not understand the obligation " + all[i].name + ": " + answer.detail};
                break;
            case SolverAnswer::Kind::sat:
                found = Inconsistency{"the invariant that PDR found is none in words: " + all[i].title + "\n" +
                                      answer.detail};
        }
        return !found;
    });
    return found;
}

/// What the second proof found out beside the first, if it has no rankings to show.
void add_progress(Proof& safety, const Proof& all, std::span<const uint32_t> progress) {
    const auto is_among = [&](uint32_t p) { return std::ranges::find(progress, p) != progress.end(); };
    std::ranges::copy_if(all.violated, std::back_inserter(safety.violated), is_among);
    std::ranges::sort(safety.violated);
    safety.unranked = all.unranked;
    for (const uint32_t p : progress)
        if (std::ranges::find(safety.violated, p) == safety.violated.end() &&
            std::ranges::find(safety.unranked, p, &Unranked::property) == safety.unranked.end())
            safety.unranked.push_back({p, all.limit, true});
    safety.learnt = all.learnt;
}

}  // namespace

std::variant<Proof, Inconsistency> prove(const system::System& system, std::span<const uint32_t> properties,
                                         std::span<const uint32_t> lemmas, const ProveOptions& options) {
    std::vector<uint32_t> safety, progress;
    for (const uint32_t p : properties)
        (system::is_progress(system.properties[p].kind) ? progress : safety).push_back(p);
    if (options.seconds <= 0 || safety.empty() || progress.empty())
        return Prover(system, options).run(properties, lemmas);
    const Clock::time_point begin = Clock::now();
    auto first = Prover(system, options).run(safety, lemmas);
    auto* proof = std::get_if<Proof>(&first);
    if (proof == nullptr || !proof->limit.empty()) return first;
    const std::chrono::duration<double> spent = Clock::now() - begin;
    auto second = Prover(system, options, spent.count()).run(properties, lemmas, true);
    const auto* all = std::get_if<Proof>(&second);
    if (all == nullptr || !all->rankings.empty()) return second;
    add_progress(*proof, *all, progress);
    return first;
}

ProofLemmas proof_lemmas(const Proof& proof) {
    ProofLemmas made;
    made.in_invariant = proof.lemmas_used;
    for (const LemmaAnswer& answer : proof.lemmas) {
        const bool holds = answer.known == LemmaAnswer::Known::inductive || answer.known == LemmaAnswer::Known::proved;
        const bool there = std::ranges::find(made.in_invariant, answer.lemma) != made.in_invariant.end();
        if (holds && !there) made.shown.push_back(answer.lemma);
    }
    return made;
}

}  // namespace untorn::checker::symbolic
