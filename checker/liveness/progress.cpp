#include "checker/liveness/progress.h"

#include <algorithm>
#include <chrono>
#include <new>

#include "checker/explicit/paths.h"
#include "checker/liveness/explored_graph.h"
#include "checker/liveness/lasso.h"

namespace untorn::checker {

using system::PropertyKind;

namespace {

/// Memory that is given back at the end of a scope.
class Loan {
 public:
    Loan(MemoryBudget& memory, uint64_t bytes) : memory_(memory), bytes_(bytes) { memory.take(bytes); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() { memory_.give_back(bytes_); }

 private:
    MemoryBudget& memory_;
    uint64_t bytes_;
};

class Progress {
 public:
    Progress(const Program& whole, const SearchOptions& options)
        : whole_(whole),
          run_(whole, options, Purpose::progress),
          context_(run_.program(), options, false),
          explored_(context_, run_),
          graph_(explored_.graph()),
          judge_(whole.system),
          machine_(whole) {}

    /// Says whether it was in reduced states.
    bool decide(SearchResult& result) {
        bool violated = false;
        for (const ProgressQuestion& question : explored_.questions()) {
            PropertyResult decided = answer(question);
            violated = violated || decided.verdict == Verdict::violated;
            result.properties[question.property] = std::move(decided);
        }
        if (!violated && !any_fair_run())
            for (const ProgressQuestion& question : explored_.questions())
                result.properties[question.property].how = "no fair run";
        result.graph_states = graph_.states();
        result.graph_edges = graph_.edges();
        for (const std::string& name : result.reductions)
            if (!keeps_progress(name)) result.reduction_remarks.push_back(name + ": not used for progress properties");
        return run_.has_normal_forms();
    }

 private:
    PropertyResult answer(const ProgressQuestion& question);
    bool any_fair_run();
    std::optional<Lasso> lasso(const Waiting& waiting);
    FairComponents components(const StateBits& states, bool faults);
    Path follow(const Lasso& lasso, Claim& claim);
    void step(uint64_t edge, Path& path);

    const std::function<void()> poll_ = [this] { context_.tick(); };
    const Program& whole_;
    ReducedRun run_;
    SearchContext context_;
    ExploredGraph explored_;
    const StateGraph& graph_;
    system::Evaluator judge_;
    Machine machine_;  ///< of the whole program
};

PropertyResult Progress::answer(const ProgressQuestion& question) {
    PropertyResult result;
    result.property = question.property;
    const PropertyKind kind = whole_.system.properties[question.property].kind;
    Waiting waiting;
    waiting.at_start = kind == PropertyKind::eventually;
    if (kind == PropertyKind::leads_to) waiting.triggers = &question.triggers;
    waiting.unanswered = &question.unanswered;
    const auto found = lasso(waiting);
    if (!found) {
        result.verdict = Verdict::holds;
        result.how = "exhaustive";
        return result;
    }
    result.verdict = Verdict::violated;
    result.how = "counterexample";
    Claim claim;
    claim.property = question.property;
    const Path path = follow(*found, claim);
    auto replayed = replay(whole_.system, judge_, path, claim);
    if (auto* wrong = std::get_if<Inconsistency>(&replayed)) throw BrokenRule{wrong->what};
    result.trace = std::move(std::get<Trace>(replayed));
    return result;
}

/// Cycles without faults come first: what goes wrong by itself says more than what needs a fault again and again.
std::optional<Lasso> Progress::lasso(const Waiting& waiting) {
    const StateBits states = waiting_states(graph_, waiting, poll_);
    FairComponents fair = components(states, true);
    if (fair.count == 0) return std::nullopt;
    bool faults = graph_.any_fault();
    if (faults) {
        FairComponents without = components(states, false);
        if (without.count != 0) {
            fair = std::move(without);
            faults = false;
        }
    }
    const Loan stem(context_.memory, uint64_t{graph_.states()} * 32);
    auto found = find_lasso(graph_, waiting, fair, faults, context_.options.order_by_steps, poll_);
    if (!found) throw BrokenRule{"no way leads to a fair cycle"};
    return found;
}

FairComponents Progress::components(const StateBits& states, bool faults) {
    const Loan loan(context_.memory, uint64_t{graph_.states()} * 32);  // two numbers, and the search's stacks
    return fair_components(graph_, states, faults, poll_);
}

bool Progress::any_fair_run() {
    StateBits all(graph_.states());
    for (uint32_t state = 0; state < graph_.states(); ++state) all.insert(state);
    return components(all, true).count != 0;
}

/// The lasso in the whole program.
Path Progress::follow(const Lasso& lasso, Claim& claim) {
    Path path;
    append_move(path, whole_, machine_, Move::Kind::init, explored_.init_instance(lasso.start));
    for (const uint64_t edge : lasso.stem) step(edge, path);
    if (lasso.cycle.empty()) {
        claim.stutters = true;
        return path;
    }
    Rounds rounds;
    for (;;) {
        claim.loop_start = rounds.begin(path);
        if (claim.loop_start) return path;
        for (const uint64_t edge : lasso.cycle) step(edge, path);
    }
}

/// The step of an edge, which must be the same step in the whole program.
void Progress::step(uint64_t edge, Path& path) {
    const uint32_t number = explored_.instance(edge);
    const Instance& instance = whole_.instances[number];
    machine_.begin(path.states.back().data());
    if (machine_(instance.guard) == 0 || machine_.failing(instance) != nullptr)
        throw BrokenRule{"a step of the reduced program cannot be made in the whole one"};
    append_move(path, whole_, machine_, Move::Kind::step, number);
    const std::vector<uint64_t> reduced = explored_.normal_form(path.states.back().data());
    if (!std::ranges::equal(reduced, std::span(explored_.state(graph_.target(edge)), reduced.size())))
        throw BrokenRule{"a step leads elsewhere in the whole program than in the reduced one"};
}

/// What is violated stays so. What holds does not: whether it holds of nothing was not found out.
void leave_undecided(SearchResult& result, const system::System& system, const std::string& limit) {
    for (PropertyResult& property : result.properties) {
        if (!system::is_progress(system.properties[property.property].kind)) continue;
        if (property.verdict == Verdict::violated) continue;
        const uint32_t number = property.property;
        property = {};
        property.property = number;
        property.limit = limit;
    }
}

/// Violations of reduced states are looked for once more in whole ones, so that a lasso does not depend on reductions.
/// If that is beyond a limit, the lassos stay as they are.
void show_in_whole_states(SearchResult& result, const Program& program, const SearchOptions& options) {
    SearchResult whole = result;
    try {
        Progress(program, options).decide(whole);
    } catch (const LimitReached&) {
        return;
    } catch (const std::bad_alloc&) {
        return;
    }
    for (size_t p = 0; p < result.properties.size(); ++p) {
        if (!system::is_progress(program.system.properties[result.properties[p].property].kind)) continue;
        if (result.properties[p].verdict != whole.properties[p].verdict)
            throw BrokenRule{"progress is another with reductions than without"};
        result.properties[p].trace = std::move(whole.properties[p].trace);
    }
}

bool violates_progress(const SearchResult& result, const system::System& system) {
    return std::ranges::any_of(result.properties, [&](const PropertyResult& p) {
        return system::is_progress(system.properties[p.property].kind) && p.verdict == Verdict::violated;
    });
}

}  // namespace

std::optional<Inconsistency> decide_progress(const system::System& system, const SearchOptions& options,
                                             SearchResult& result) {
    const auto begin = std::chrono::steady_clock::now();
    try {
        const Program program(system);
        const bool reduced = Progress(program, options).decide(result);
        if (!reduced || !violates_progress(result, system)) return std::nullopt;
        SearchOptions rest = options.after(begin);
        rest.reductions = {};
        show_in_whole_states(result, program, rest);
    } catch (const LimitReached& limit) {
        leave_undecided(result, system, limit.what + ": infinite runs were not searched to the end");
    } catch (const std::bad_alloc&) {
        leave_undecided(result, system, "out of memory: infinite runs were not searched to the end");
    } catch (const BrokenRule& broken) {
        return Inconsistency{broken.what};
    }
    return std::nullopt;
}

}  // namespace untorn::checker
