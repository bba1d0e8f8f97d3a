#include "checker/symbolic/progress_search.h"

#include <algorithm>
#include <functional>
#include <new>

#include "checker/explicit/limits.h"

namespace untorn::checker::symbolic {

using Known = ProgressAnswer::Known;

namespace {

std::vector<Lit> asked(const LassoCircuit& circuit) {
    std::vector<Lit> lits;
    for (const Bad& bad : circuit.transition().bads) lits.push_back(bad.happens);
    return lits;
}

/// The lasso, replayed. Of whether a fair run exists there is no trace.
ProgressAnswer shown(const Encoding& encoding, const LassoCircuit& circuit, const BitRun& run, bool fewest_steps) {
    ProgressAnswer answer;
    answer.known = Known::happens;
    const uint32_t property = circuit.transition().bads[run.bad].property;
    Claim claim;
    bool more_rounds = false;
    const Path path = lasso_path(encoding, circuit, run, claim, more_rounds);
    if (property != system::none) claim.property = property;
    auto replayed = replay(encoding.system(), system::Evaluator(encoding.system()), path, claim);
    if (const auto* wrong = std::get_if<Inconsistency>(&replayed)) throw BrokenRule{wrong->what};
    answer.trace = std::move(std::get<Trace>(replayed));
    answer.shortest = fewest_steps && !more_rounds;
    return answer;
}

}  // namespace

BoundedLasso::BoundedLasso(const Encoding& encoding, std::optional<size_t> question, const MakeSolver& make_solver,
                           const Watch& watch)
    : encoding_(encoding),
      watch_(watch),
      circuit_(encoding.transition(), question, latches_that_matter(encoding.transition(), question)),
      solver_(make_solver()) {
    solver_->interrupt_with(watch.flag());
    unrolling_ =
        std::make_unique<Unrolling>(circuit_.transition(), *solver_, Unrolling::From::initial, asked(circuit_));
}

bool BoundedLasso::ask(int literal) {
    const std::vector<int> assumptions{literal, unrolling_->exists(steps_)};
    switch (solver_->solve(assumptions)) {
        case SatSolver::Answer::satisfiable: return true;
        case SatSolver::Answer::unsatisfiable: return false;
        case SatSolver::Answer::interrupted: break;
    }
    watch_.give_up();
}

void BoundedLasso::next() {
    watch_.check(bytes());
    while (unrolling_->frames() <= steps_) unrolling_->extend();
    for (const uint32_t bad : {LassoCircuit::stutters, LassoCircuit::loops}) {
        const int literal = unrolling_->literal(steps_, circuit_.transition().bads[bad].happens);
        if (!ask(literal)) continue;
        std::vector<std::vector<bool>> inputs;
        for (size_t frame = 0; frame <= steps_; ++frame) inputs.push_back(unrolling_->inputs(frame));
        const BitRun run = simulated(circuit_.transition(), unrolling_->initial_inputs(), inputs, bad);
        if (!is_run(circuit_.transition(), run)) throw BrokenRule{"a lasso that was found is no run of its circuit"};
        answer_ = shown(encoding_, circuit_, run, true);
        break;
    }
    complete_ = !ask(unrolling_->exists(steps_));
    ++steps_;
}

namespace {

/// All progress questions of a run, one after the other.
class Questions {
 public:
    /// Decides one; `question`: index into TransitionCircuit::progress, or none. Throws LimitReached.
    using Decide = std::function<ProgressAnswer(std::optional<size_t> question)>;

    Questions(const Encoding& encoding, const SearchOptions& options, SearchResult& result)
        : encoding_(encoding), options_(options), result_(result) {}

    void run(const Decide& decide) {
        const auto& questions = encoding_.transition().progress;
        if (questions.empty()) return;
        std::vector<ProgressAnswer> answers(questions.size());
        bool violated = std::ranges::any_of(
            result_.properties, [](const PropertyResult& property) { return property.verdict == Verdict::violated; });
        // A limit of steps leaves one open, and says nothing of the others; any other limit ends them all.
        const auto limited = [](std::string& limit, const auto& work) {
            try {
                work();
            } catch (const LimitReached& reached) {
                limit = reached.what;
            } catch (const std::bad_alloc&) {
                limit = "out of memory";
            }
        };
        std::vector<std::string> limits(questions.size());
        for (size_t i = 0; i < questions.size(); ++i)
            limited(limits[i], [&] {
                if (options_.stop_early && violated) throw LimitReached{"--stop-early"};
                answers[i] = decide(i);
                violated = violated || answers[i].known == Known::happens;
            });
        // A lasso of any of them is a fair run.
        const bool lasso =
            std::ranges::any_of(answers, [](const ProgressAnswer& answer) { return answer.known == Known::happens; });
        const bool holds =
            std::ranges::any_of(answers, [](const ProgressAnswer& answer) { return answer.known == Known::never; });
        ProgressAnswer any;
        if (lasso) any.known = Known::happens;
        std::string any_limit;
        if (holds && !lasso) limited(any_limit, [&] { any = decide(std::nullopt); });
        for (size_t i = 0; i < questions.size(); ++i)
            settle(questions[i].property, answers[i], any, answers[i].known == Known::never ? any_limit : limits[i]);
        limits.push_back(any_limit);
        for (const std::string& limit : limits)
            if (result_.limit.empty()) result_.limit = limit;
    }

 private:
    void settle(uint32_t property, const ProgressAnswer& answer, const ProgressAnswer& any, const std::string& limit) {
        PropertyResult& settled = *std::ranges::find(result_.properties, property, &PropertyResult::property);
        settled = {};
        settled.property = property;
        if (answer.known == Known::happens) {
            settled.verdict = Verdict::violated;
            settled.how = "counterexample";
            settled.trace = answer.trace;
            settled.shortest = answer.shortest;
        } else if (answer.known == Known::never && any.known != Known::open) {
            settled.verdict = Verdict::holds;
            settled.how = any.known == Known::never ? "no fair run" : answer.how;
        } else {
            settled.limit = limit;
            if (answer.known == Known::never) settled.limit += ": it holds, but whether some run is fair is not known";
        }
    }

    const Encoding& encoding_;
    const SearchOptions& options_;
    SearchResult& result_;
};

void report(const ProgressHow& how, const char* engine, uint64_t depth, uint64_t bytes) {
    if (!how.options.progress) return;
    SearchProgress now;
    now.engine = engine;
    now.depth = depth;
    now.bytes = bytes;
    how.options.progress(now);
}

uint64_t most_steps(const ProgressHow& how) {
    return how.options.max_steps > 0 ? how.options.max_steps : default_max_steps;
}

/// The limit with how far it got.
[[noreturn]] void give_up(const std::string& limit, uint64_t steps) {
    if (steps == 0) throw LimitReached{limit + ": reached nothing"};
    throw LimitReached{limit + ": no lasso within " + counted(steps - 1, "step")};
}

}  // namespace

void find_lassos(const Encoding& encoding, const ProgressHow& how, SearchResult& result) {
    Questions(encoding, how.options, result).run([&](std::optional<size_t> question) {
        BoundedLasso lasso(encoding, question, how.make_solver, how.watch);
        try {
            while (lasso.open() && !lasso.complete()) {
                if (lasso.steps() > most_steps(how))
                    throw LimitReached{"--max-steps " + std::to_string(most_steps(how))};
                lasso.next();
                report(how, "bmc", lasso.steps(), lasso.bytes());
            }
        } catch (const LimitReached& reached) {
            give_up(reached.what, lasso.steps());
        }
        if (lasso.open()) give_up("bounded search", lasso.steps());
        return lasso.answer();
    });
}

void prove_progress_by_induction(const Encoding& encoding, const ProgressHow& how, SearchResult& result) {
    static constexpr uint32_t both[]{LassoCircuit::stutters, LassoCircuit::loops};
    Questions(encoding, how.options, result).run([&](std::optional<size_t> question) {
        BoundedLasso base(encoding, question, how.make_solver, how.watch);
        InductionStep step(base.circuit().transition(), how.make_solver, how.watch);
        const std::vector<uint32_t> bads(std::begin(both), std::end(both));
        // The base once more, by the other solver.
        const auto demand_no_lasso = [&](uint64_t steps) {
            BoundedLasso again(encoding, question, how.make_checker, how.watch);
            while (again.steps() < steps) again.next();
            if (!again.open()) throw BrokenRule{"two solvers disagree on whether a lasso exists"};
            if (again.complete() != base.complete()) throw BrokenRule{"two solvers disagree on how long runs are"};
        };
        try {
            for (;;) {
                if (base.steps() > most_steps(how))
                    throw LimitReached{"--max-steps " + std::to_string(most_steps(how))};
                base.next();
                report(how, "induction", base.steps(), base.bytes() + step.bytes());
                if (!base.open()) return base.answer();
                if (base.complete()) {
                    demand_no_lasso(base.steps());
                    return ProgressAnswer{Known::never, std::nullopt, false, "proved: no run goes on"};
                }
                if (base.steps() > 1) step.extend();
                if (step.inductive(bads) != bads) continue;
                demand_no_lasso(base.steps());
                InductionStep again(base.circuit().transition(), how.make_checker, how.watch);
                while (again.k() < step.k()) again.extend();
                for (const InductionStep::Pair& pair : step.pairs()) again.differ(pair);
                if (again.inductive(bads) != bads)
                    throw BrokenRule{"two solvers disagree on an induction step, k = " + std::to_string(step.k())};
                return ProgressAnswer{Known::never, std::nullopt, false,
                                      "proved by k-induction, k = " + std::to_string(step.k())};
            }
        } catch (const LimitReached& reached) {
            give_up(reached.what, base.steps());
        }
    });
}

void prove_progress_by_pdr(const Encoding& encoding, const OneHot& hot, const std::vector<Clause>& candidates,
                           const ProgressHow& how, SearchResult& result) {
    static constexpr uint32_t both[]{LassoCircuit::stutters, LassoCircuit::loops};
    Questions(encoding, how.options, result).run([&](std::optional<size_t> question) {
        BoundedLasso bounded(encoding, question, how.make_solver, how.watch);
        const std::vector<bool> matters = latches_that_matter(encoding.transition(), question);
        const LassoCircuit lasso(hot.transition(), question, latches_that_matter(hot, encoding.transition(), matters));
        PdrOptions options;
        options.make_solver = how.make_solver;
        options.interrupt = how.watch.flag();
        options.memory = how.options.memory_bytes;
        options.max_frames = how.options.max_steps;
        options.candidates = candidates;
        options.progress = [&](const PdrProgress& now) { report(how, "pdr", now.frames, 0); };
        const PdrResult found = pdr(lasso.transition(), both, options);
        if (!found.inconsistency.empty()) throw BrokenRule{found.inconsistency};
        const std::string reached =
            ": pdr, " + counted(found.reached.frames, "frame") + ", " + counted(found.reached.lemmas, "lemma");
        if (found.answer == PdrResult::Answer::undecided) {
            try {
                how.watch.check();
            } catch (const LimitReached& limit) {
                throw LimitReached{limit.what + reached};
            }
            const std::string what =
                found.limit == "frames" ? "--max-steps " + std::to_string(how.options.max_steps) : found.limit;
            throw LimitReached{what + reached};
        }
        if (found.answer == PdrResult::Answer::proved) {
            TransitionCircuit bits = bounded.circuit().transition();
            const std::vector<Lit> functions = lasso.in_bits(hot, bounded.circuit(), bits.circuit);
            InvariantCheck check(bits, how.make_checker, how.watch.flag());
            auto broken = check.keeps(disjunctions(found.lemmas, functions));
            if (!broken) broken = check.excludes(both);
            if (broken && broken->kind == BrokenObligation::Kind::interrupted) how.watch.give_up();
            if (broken) throw BrokenRule{"two solvers disagree on an inductive invariant"};
            return ProgressAnswer{Known::never, std::nullopt, false,
                                  "proved by pdr, " + counted(found.lemmas.size(), "lemma")};
        }
        // The lasso that PDR found; then the one with the fewest steps, if limits allow.
        ProgressAnswer answer = shown(encoding, lasso, found.run, false);
        if (!question) return answer;
        try {
            while (bounded.open()) {
                if (bounded.complete() || bounded.steps() > found.run.steps.size())
                    throw BrokenRule{"pdr found a lasso where the bounded search finds none"};
                bounded.next();
                report(how, "pdr", bounded.steps(), bounded.bytes());
            }
        } catch (const LimitReached&) {
            return answer;
        }
        return bounded.answer();
    });
}

}  // namespace untorn::checker::symbolic
