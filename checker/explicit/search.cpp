#include "checker/explicit/search.h"

#include <algorithm>
#include <new>

#include "checker/explicit/crash_search.h"
#include "checker/explicit/paths.h"
#include "checker/explicit/recovery.h"
#include "checker/explicit/run_search.h"

namespace untorn::checker {

using system::PropertyKind;

namespace {

/// The two searches in one order, and what they say together.
class Search {
 public:
    Search(const Program& whole, const SearchOptions& options)
        : program_(whole),
          reduced_(whole, options),
          context_(reduced_.program(), options, !reduced_.has_stubborn_sets()),
          crash_(context_),
          run_(context_, reduced_, listener()) {
        crash_.follow(run_);
    }

    SearchResult run();
    /// Lets run() end with the level in which these properties have been violated or witnessed as they were here.
    void look_only_for(const SearchResult& found);

 private:
    /// What a limit leaves to report: the counts of the last complete level.
    struct Counts {
        uint64_t states = 0, transitions = 0, depth = 0, crash_images = 0;
        LevelKey last;
        bool any = false;
    };

    PowerLossListener* listener() { return context_.power_can_be_lost ? &crash_ : nullptr; }
    void explore();
    void build_next(LevelKey key, bool in_run);
    void cut(const std::string& limit);
    void look_for_cycles();
    void decide(uint32_t p);
    void decide_outcomes(PropertyResult& result, PropertyKind kind);
    void attach(PropertyResult& result, const Finding& finding);
    void attach_cycle(PropertyResult& result);
    void list_outcomes();
    Trace replayed(const Path& path, const Claim& claim);

    const Program& program_;  ///< before reductions
    ReducedRun reduced_;
    SearchContext context_;
    CrashSearch crash_;
    RunSearch run_;
    Counts counts_;
    LevelKey current_;  ///< the level in hand
    std::vector<uint32_t> sought_;
    std::optional<RecoveryCycle> cycle_;
    std::string cycle_limit_;  ///< why cycles could not be looked for
    std::optional<system::Evaluator> judge_;
    SearchResult result_;
};

SearchResult Search::run() {
    judge_.emplace(program_.system);
    try {
        explore();
    } catch (const LimitReached& limit) {
        cut(limit.what);
    } catch (const std::bad_alloc&) {
        cut("out of memory");
    }
    result_.states = counts_.states;
    result_.transitions = counts_.transitions;
    result_.depth = counts_.depth;
    result_.crash_images = counts_.crash_images;
    result_.state_bits = run_.layout().bits();
    if (!reduced_.has_stubborn_sets()) {
        result_.executed = context_.coverage.executed();
        result_.passed = context_.coverage.passed();
    }
    result_.reductions = reduced_.names();
    result_.reduction_remarks = reduced_.remarks();
    look_for_cycles();
    for (uint32_t p = 0; p < program_.system.properties.size(); ++p) {
        if (program_.system.properties[p].kind != PropertyKind::antecedent)
            decide(p);
        else if (!reduced_.has_stubborn_sets())
            result_.antecedents.push_back({p, context_.findings.holds(p).has_value()});
    }
    list_outcomes();
    return std::move(result_);
}

void Search::look_only_for(const SearchResult& found) {
    for (const PropertyResult& property : found.properties)
        if (property.trace) sought_.push_back(property.property);
}

// Levels of the run and of what follows power loss in one order; of equal levels the run's is first, since its states
// are where power is lost.
void Search::explore() {
    for (;;) {
        const auto in_run = run_.next();
        const auto in_crash = crash_.next();
        if (!in_run && !in_crash) break;
        const bool run_first = in_run && (!in_crash || *in_run <= *in_crash);
        build_next(run_first ? *in_run : *in_crash, run_first);
        if (!sought_.empty() && std::ranges::all_of(sought_, [&](uint32_t p) { return context_.shown(p, current_); }))
            return;
        if (context_.options.stop_early && context_.violated(current_)) {
            if (!run_.next() && !crash_.next()) break;
            cut("--stop-early");
            return;
        }
    }
    result_.exhaustive = true;
}

void Search::build_next(LevelKey key, bool in_run) {
    current_ = key;
    const uint64_t before = uint64_t{run_.size()} + crash_.size();
    if (in_run) {
        run_.build(key);
    } else {
        crash_.build(key);
    }
    const uint64_t after = uint64_t{run_.size()} + crash_.size();
    const LevelKey last = after > before ? key : counts_.last;
    counts_ = {run_.size(), context_.progress.transitions, run_.depth(), crash_.size(), last, true};
}

void Search::cut(const std::string& limit) {
    result_.limit = limit + ": ";
    if (!counts_.any) {
        result_.limit += "reached nothing";
        return;
    }
    result_.limit += "reached depth " + std::to_string(counts_.last.steps);
    if (!context_.options.order_by_steps)
        result_.limit +=
            " with " + std::to_string(counts_.last.faults) + (counts_.last.faults == 1 ? " fault" : " faults");
    result_.limit += ", " + std::to_string(counts_.states) + " states";
    if (counts_.crash_images > 0) result_.limit += " and " + std::to_string(counts_.crash_images) + " after power loss";
}

void Search::look_for_cycles() {
    if (context_.questions.recovery.empty()) return;
    try {
        cycle_ = find_recovery_cycle(crash_, context_.memory);
    } catch (const LimitReached& limit) {
        cycle_limit_ = limit.what + ": no room to look for cycles of recovery";
    } catch (const std::bad_alloc&) {
        cycle_limit_ = "out of memory: no room to look for cycles of recovery";
    }
}

void Search::decide(uint32_t p) {
    PropertyResult result;
    result.property = p;
    const PropertyKind kind = program_.system.properties[p].kind;
    const auto settle = [&](Verdict verdict, const char* how) {
        result.verdict = verdict;
        result.how = how;
    };
    const auto& wrong = violation(context_.findings, program_.system.properties[p], p);
    switch (kind) {
        case PropertyKind::eventually:
        case PropertyKind::always_eventually:
        case PropertyKind::leads_to: result.limit = result_.exhaustive ? "not asked" : result_.limit; break;
        case PropertyKind::cover:
        case PropertyKind::crash_cover:
            if (const auto& found = context_.findings.holds(p)) {
                settle(Verdict::holds, "reached");
                attach(result, *found);
            } else if (result_.exhaustive) {
                settle(Verdict::violated, "not reached");
            }
            break;
        case PropertyKind::never:
        case PropertyKind::sometimes:
        case PropertyKind::always: decide_outcomes(result, kind); break;
        default:
            if (kind == PropertyKind::recovery && cycle_ && (!wrong || cycle_->state < wrong->state)) {
                settle(Verdict::violated, "counterexample");
                attach_cycle(result);
            } else if (wrong) {
                settle(Verdict::violated, "counterexample");
                attach(result, *wrong);
            } else if (kind == PropertyKind::recovery && !cycle_limit_.empty()) {
                result.limit = cycle_limit_;
            } else if (result_.exhaustive) {
                settle(Verdict::holds, "exhaustive");
            }
    }
    if (result.verdict == Verdict::undecided && result.limit.empty()) result.limit = result_.limit;
    result_.properties.push_back(std::move(result));
}

void Search::decide_outcomes(PropertyResult& result, PropertyKind kind) {
    const auto& yes = context_.findings.holds(result.property);
    const auto& no = context_.findings.fails(result.property);
    if (yes && no)
        result.answer = "Sometimes";
    else if (result_.exhaustive && (yes || no))
        result.answer = yes ? "Always" : "Never";
    const auto settle = [&](Verdict verdict, const char* how, const std::optional<Finding>& shown) {
        result.verdict = verdict;
        result.how = how;
        if (shown) attach(result, *shown);
    };
    if (kind == PropertyKind::never && yes) return settle(Verdict::violated, "counterexample", yes);
    if (kind == PropertyKind::always && no) return settle(Verdict::violated, "counterexample", no);
    if (kind == PropertyKind::sometimes && yes && no) return settle(Verdict::holds, "reached", yes);
    if (!result_.exhaustive) return;
    if (kind == PropertyKind::never) return settle(Verdict::holds, "exhaustive", std::nullopt);
    if (!yes) return settle(Verdict::violated, "no outcome", std::nullopt);
    if (kind == PropertyKind::always) return settle(Verdict::holds, "exhaustive", std::nullopt);
    settle(Verdict::violated, "every outcome", std::nullopt);
}

void Search::attach(PropertyResult& result, const Finding& finding) {
    Claim claim;
    claim.property = result.property;
    result.trace = replayed(Paths(program_, context_, run_, crash_).to(finding, claim.property), claim);
    // Levels below the one in hand are complete, and within it states and steps are met in order.
    result.shortest = result_.exhaustive || finding.key <= current_;
}

void Search::attach_cycle(PropertyResult& result) {
    Claim claim;
    claim.property = result.property;
    const Paths::Lasso lasso = Paths(program_, context_, run_, crash_).around(*cycle_);
    claim.loop_start = lasso.loop_start;
    result.trace = replayed(lasso.path, claim);
    result.shortest = false;  // the way to the cycle is, but a later state may lie on a shorter cycle
}

void Search::list_outcomes() {
    if (!context_.options.outcomes) return;
    for (const auto& [values, finding] : context_.outcomes) {
        Outcome outcome;
        outcome.after_power_loss = finding.phase == Phase::crash;
        Claim claim;
        for (size_t i = 0; i < values.size(); ++i) {
            const size_t cell = context_.outcome_cells[i];
            const system::Variable& variable = program_.system.variables[program_.cells[cell].var];
            outcome.content.emplace_back(judge_->cell_name(cell), program_.system.types.text(variable.type, values[i]));
            claim.outcome.emplace_back(cell, values[i]);
        }
        outcome.witness = replayed(Paths(program_, context_, run_, crash_).to(finding, claim.property), claim);
        result_.outcomes.push_back(std::move(outcome));
    }
}

Trace Search::replayed(const Path& path, const Claim& claim) {
    auto answer = replay(program_.system, *judge_, path, claim);
    if (auto* wrong = std::get_if<Inconsistency>(&answer)) throw BrokenRule{wrong->what};
    return std::move(std::get<Trace>(answer));
}

/// The answer where a limit was hit before the search began.
SearchResult nothing_searched(const system::System& system, const std::string& limit) {
    SearchResult result;
    result.limit = limit;
    result.executed.assign(system.transitions.size(), false);
    result.passed.assign(system.sites.size(), false);
    for (uint32_t p = 0; p < system.properties.size(); ++p) {
        if (system.properties[p].kind == PropertyKind::antecedent) continue;
        PropertyResult undecided;
        undecided.property = p;
        undecided.limit = limit;
        result.properties.push_back(std::move(undecided));
    }
    return result;
}

/// Stubborn sets leave out steps of shortest runs, and merged steps are not counted. So what was found with them is
/// looked for again without them, up to the level where the last of it is; if that is beyond a limit, the trace stays
/// as it was.
void shorten(SearchResult& result, const Program& program, const SearchOptions& options) {
    if (std::ranges::all_of(result.reductions, keeps_lengths)) return;
    for (PropertyResult& property : result.properties) property.shortest = false;
    if (std::ranges::none_of(result.properties, [](const PropertyResult& p) { return p.trace.has_value(); })) return;
    SearchOptions without = options;
    without.reductions.stubborn = without.reductions.merge_steps = false;
    without.milestone = 0;
    Search search(program, without);
    search.look_only_for(result);
    SearchResult shorter = search.run();
    for (PropertyResult& property : result.properties) {
        PropertyResult& other = shorter.properties[property.property];
        if (!property.trace || !other.trace) continue;
        const uint64_t faults = other.trace->faults, reduced = property.trace->faults;
        const bool by_faults = !options.order_by_steps;
        if (other.verdict != property.verdict || (by_faults && other.shortest && faults > reduced))
            throw BrokenRule{"reductions find what is not there without them"};
        if (by_faults && other.shortest && result.exhaustive && faults < reduced)
            throw BrokenRule{"reductions miss what is there without them"};
        if (by_faults && faults > reduced) continue;  // found before a limit, not the first in order
        property.trace = std::move(other.trace);
        property.shortest = other.shortest;
    }
}

}  // namespace

std::variant<SearchResult, Inconsistency> search(const system::System& system, const SearchOptions& options) {
    try {
        const Program program(system);
        SearchResult result = Search(program, options).run();
        shorten(result, program, options);
        return result;
    } catch (const LimitReached& limit) {
        return nothing_searched(system, limit.what);
    } catch (const std::bad_alloc&) {
        return nothing_searched(system, "out of memory");
    } catch (const BrokenRule& broken) {
        return Inconsistency{broken.what};
    }
}

}  // namespace untorn::checker
