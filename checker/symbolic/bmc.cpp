#include "checker/symbolic/bmc.h"

#include <algorithm>
#include <new>

#include "checker/explicit/limits.h"
#include "checker/symbolic/arithmetic.h"
#include "checker/symbolic/progress_search.h"

namespace untorn::checker::symbolic {

using Known = BadAnswer::Known;

namespace {

/// Every function that the search will ask for.
std::vector<Lit> asked(const Encoding& encoding) {
    std::vector<Lit> lits(encoding.faults());
    for (const Bad& bad : encoding.transition().bads) lits.push_back(bad.happens);
    lits.push_back(encoding.loss());
    for (const Latch& latch : encoding.transition().latches)
        if (latch.cell == no_cell) lits.push_back(latch.current);
    return lits;
}

}  // namespace

BoundedSearch::BoundedSearch(const Encoding& encoding, const MakeSolver& make_solver, const Watch& watch)
    : encoding_(encoding),
      system_(encoding.transition()),
      watch_(watch),
      solver_(make_solver()),
      unrolling_(system_, *solver_, Unrolling::From::initial, asked(encoding), false),
      answers_(system_.bads.size()),
      numbers_cnf_(numbers_, *solver_),
      sums_{Bits{Circuit::no}} {
    solver_->interrupt_with(watch.flag());
    const auto& loss = encoding.system().power_loss;
    most_losses_ = loss ? static_cast<uint64_t>(std::max<int64_t>(0, loss->budget)) : 0;
    look_at_init(make_solver);
}

void BoundedSearch::look_at_init(const MakeSolver& make_solver) {
    for (const Bad& initial : system_.initial_bads) {
        const auto bad =
            std::ranges::find_if(system_.bads, [&](const Bad& b) { return b.property == initial.property; });
        BadAnswer& answer = answers_[static_cast<size_t>(bad - system_.bads.begin())];
        if (answer.known != Known::open) continue;
        const auto solver = make_solver();
        Cnf cnf(system_.circuit, *solver);
        solver->add_clause({cnf.literal(initial.happens)});
        if (solver->solve({}) != SatSolver::Answer::satisfiable) continue;
        std::vector<bool> inputs;
        for (Lit input : system_.initial_inputs) inputs.push_back(cnf.has(input) && solver->value(cnf.literal(input)));
        answer = {Known::happens, replayed_initial(encoding_, inputs, initial.property), true, {}};
    }
}

void BoundedSearch::next() {
    watch_.check(bytes());
    while (unrolling_.frames() <= steps_ + most_losses_) unrolling_.extend();
    const std::vector<Target> all = targets();
    for (;;) {
        std::vector<int> any;
        for (const Target& target : all)
            if (answers_[target.bad].known == Known::open) any.push_back(target.literal);
        if (any.empty()) break;
        const int now = one_of(std::move(any));
        if (!ask({now})) {
            solver_->add_clause({-now});
            break;
        }
        uint32_t bad = UINT32_MAX;
        for (const Target& target : all)
            if (answers_[target.bad].known == Known::open && solver_->value(target.literal))
                bad = std::min(bad, target.bad);
        solver_->add_clause({-now});
        found(bad, all);
    }
    for (const Target& target : all) solver_->add_clause({-target.literal});
    // Is there a state after so many steps?
    std::vector<int> states;
    for (uint64_t losses = 0; losses <= most_losses_; ++losses)
        states.push_back(target(UINT32_MAX, steps_ + losses, losses, std::nullopt));
    const int now = one_of(std::move(states));
    complete_ = !ask({now});
    solver_->add_clause({-now});
    ++steps_;
}

std::vector<BoundedSearch::Target> BoundedSearch::targets() {
    std::vector<Target> all;
    for (uint32_t bad = 0; bad < system_.bads.size(); ++bad) {
        if (answers_[bad].known != Known::open || system_.bads[bad].happens == Circuit::no) continue;
        for (uint64_t losses = 0; losses <= most_losses_; ++losses) {
            const size_t frame = steps_ + losses;
            if (!system_.bads[bad].of_move) {
                all.push_back({bad, frame, target(bad, frame, losses, std::nullopt)});
                continue;
            }
            // A step that fails counts, a loss that fails does not.
            if (steps_ > 0) all.push_back({bad, frame - 1, target(bad, frame - 1, losses, false)});
            if (losses < most_losses_) all.push_back({bad, frame, target(bad, frame, losses, true)});
        }
    }
    return all;
}

/// A literal that implies: the frame is there, after so many losses, and the bad (if it is one) happens, by a loss, or
/// by a step.
int BoundedSearch::target(uint32_t bad, size_t frame, uint64_t losses, std::optional<bool> by_loss) {
    const int literal = solver_->new_variable();
    const auto demand = [&](int part) { solver_->add_clause({-literal, part}); };
    demand(unrolling_.exists(frame));
    for (const Latch& latch : system_.latches) {
        if (latch.cell != no_cell) continue;
        const int bit = unrolling_.literal(frame, latch.current);
        demand((losses >> latch.bit & 1) != 0 ? bit : -bit);
    }
    if (bad != UINT32_MAX) demand(unrolling_.literal(frame, system_.bads[bad].happens));
    if (by_loss) demand(unrolling_.literal(frame, *by_loss ? encoding_.loss() : !encoding_.loss()));
    return literal;
}

/// A literal that implies: one of the targets of the steps in hand is met. All these runs have all states but the last,
/// which the solver would otherwise learn one target after the other.
int BoundedSearch::one_of(std::vector<int> targets) {
    const int now = solver_->new_variable();
    targets.push_back(-now);
    solver_->add_clause(targets);
    solver_->add_clause({-now, unrolling_.exists(steps_ > 0 ? steps_ - 1 : 0)});
    return now;
}

bool BoundedSearch::ask(const std::vector<int>& assumptions) {
    switch (solver_->solve(assumptions)) {
        case SatSolver::Answer::satisfiable: return true;
        case SatSolver::Answer::unsatisfiable: return false;
        case SatSolver::Answer::interrupted: break;
    }
    watch_.give_up();
}

/// The bad happens in a run of the steps in hand: looks for one with the fewest faults.
void BoundedSearch::found(uint32_t bad, const std::vector<Target>& all) {
    std::vector<Target> ways;
    for (const Target& target : all)
        if (target.bad == bad) ways.push_back(target);
    std::optional<Trace> best;
    for (;;) {
        std::vector<int> any;
        for (const Target& way : ways) any.push_back(best ? with_faults(way, best->faults - 1) : way.literal);
        const int now = one_of(std::move(any));
        const bool shown = ask({now});
        if (shown) {
            const auto reached = std::ranges::find_if(ways, [&](const Target& t) { return solver_->value(t.literal); });
            Trace trace = replayed(encoding_, run(*reached));
            if (trace.length != steps_ || (best && trace.faults >= best->faults))
                throw BrokenRule{"bounded search counts steps or faults of a run otherwise than its replay"};
            best = std::move(trace);
        }
        solver_->add_clause({-now});
        if (!shown || best->faults == 0) break;
    }
    if (!best) throw BrokenRule{"bounded search loses a run that it has found"};
    answers_[bad] = {Known::happens, std::move(best), true, {}};
}

BitRun BoundedSearch::run(const Target& target) {
    std::vector<std::vector<bool>> inputs;
    for (size_t frame = 0; frame <= target.frame; ++frame) inputs.push_back(unrolling_.inputs(frame));
    return simulated(system_, unrolling_.initial_inputs(), inputs, target.bad);
}

Bits BoundedSearch::faults_before(size_t frame) {
    Arithmetic arithmetic(numbers_);
    while (sums_.size() <= frame) {
        Bits spent;
        for (Lit bit : encoding_.faults()) {
            spent.push_back(numbers_.input());
            numbers_cnf_.bind(spent.back(), unrolling_.literal(sums_.size() - 1, bit));
        }
        spent.push_back(Circuit::no);
        sums_.push_back(arithmetic.add(sums_.back(), spent));
        sums_.back().back() = Circuit::no;
    }
    return sums_[frame];
}

int BoundedSearch::with_faults(const Target& target, uint64_t most) {
    Bits faults = faults_before(target.frame + (system_.bads[target.bad].of_move ? 1 : 0));
    faults.pop_back();  // the sign
    const Lit fits = Arithmetic(numbers_).code_at_most(faults, most);
    const int literal = solver_->new_variable();
    solver_->add_clause({-literal, target.literal});
    solver_->add_clause({-literal, numbers_cnf_.literal(fits)});
    return literal;
}

bool BoundedSearch::open() const {
    for (size_t i = 0; i < answers_.size(); ++i)
        if (answers_[i].known == Known::open && system_.bads[i].happens != Circuit::no) return true;
    return false;
}

bool BoundedSearch::violated() const {
    for (size_t i = 0; i < answers_.size(); ++i)
        if (answers_[i].known == Known::happens && !system_.bads[i].satisfied) return true;
    return false;
}

std::string within(const std::string& limit, const BoundedSearch& search) {
    if (search.steps() == 0) return limit + ": reached nothing";
    const uint64_t steps = search.steps() - 1;
    return limit + ": no violation within " + std::to_string(steps) + (steps == 1 ? " step" : " steps");
}

std::variant<SearchResult, Inconsistency> bmc(const system::System& system, const SearchOptions& options,
                                              const MakeSolver& make_solver) {
    const auto label = [](SearchResult result, const std::string& reached) {
        result.engine = "bmc";
        result.reached = reached;
        return result;
    };
    try {
        const Encoding encoding(system);
        const Watch watch(options);
        BoundedSearch search(encoding, make_solver, watch);
        const uint64_t most = options.max_steps > 0 ? options.max_steps : default_max_steps;
        std::string limit;
        try {
            while (search.open() && !search.complete()) {
                if (search.steps() > most) throw LimitReached{"--max-steps " + std::to_string(most)};
                if (options.stop_early && search.violated()) throw LimitReached{"--stop-early"};
                search.next();
                SearchProgress now;
                now.engine = "bmc";
                now.depth = search.steps();
                now.bytes = search.bytes();
                if (options.progress) options.progress(now);
            }
            limit = within("bounded search", search);
            if (search.complete()) limit += ", and no run has more; --engine induction proves that";
        } catch (const LimitReached& reached) {
            limit = within(reached.what, search);
        } catch (const std::bad_alloc&) {
            limit = within("out of memory", search);
        }
        const uint64_t steps = search.steps() == 0 ? 0 : search.steps() - 1;
        SearchResult result = verdicts(encoding, search.answers(), limit, false);
        find_lassos(encoding, {options, watch, make_solver, make_z3}, result);
        return label(std::move(result), "runs of up to " + std::to_string(steps) + (steps == 1 ? " step" : " steps"));
    } catch (const LimitReached& reached) {
        return label(undecided(system, reached.what), "nothing");
    } catch (const BrokenRule& broken) {
        return Inconsistency{broken.what};
    }
}

}  // namespace untorn::checker::symbolic
