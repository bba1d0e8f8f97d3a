#include "checker/liveness/progress.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "checker/answer.h"
#include "checker/symbolic/prove.h"
#include "model/system/evaluator.h"
#include "tests/explicit/random_system.h"
#include "tests/explicit/trace_text.h"
#include "tests/liveness/naive_fairness.h"

namespace untorn::testing {

using checker::FairnessReason;
using system::Evaluator;
using system::State;

namespace {

SearchResult answered(const system::System& system, const SearchOptions& options = {}) {
    auto answer = checker::answer(system, options);
    if (const auto* wrong = std::get_if<Inconsistency>(&answer)) FAIL(wrong->what);
    return std::get<SearchResult>(std::move(answer));
}

SearchResult answered(Build& b, const SearchOptions& options = {}) { return answered(b.finish(), options); }

void fair(Build& b, ActorId actor, bool strong = false, const std::string& label = "") {
    b.system.fairness.push_back({actor, label, strong, {}});
}

/// Threads and daemons are weakly fair.
void usual_fairness(system::System& system) {
    for (ActorId a = 0; a < system.actors.size(); ++a)
        if (system.actors[a].kind == ActorKind::thread || system.actors[a].kind == ActorKind::daemon)
            system.fairness.push_back({a, "", false, {}});
}

/// The state graph by the reference evaluator, and the states themselves.
struct NaiveGraph {
    explicit NaiveGraph(const system::System& system) : system_(system), evaluator(system), graph(strengths(system)) {
        for (const auto& [choices, executed] : evaluator.initial())
            if (executed.next) number(*executed.next);
        graph.initial = static_cast<uint32_t>(states.size());
        for (size_t i = 0; i < states.size(); ++i) expand(State(states[i]));
    }

    std::vector<State> states;

 private:
    static std::vector<bool> strengths(const system::System& system) {
        std::vector<bool> strong;
        for_each_constraint(system, [&](const system::Fairness& f, int64_t) { strong.push_back(f.strong); });
        return strong;
    }
    template <class F>
    static void for_each_constraint(const system::System& system, F f) {
        for (const system::Fairness& fairness : system.fairness) {
            const auto& identity = system.actors[fairness.actor].identity;
            if (!identity) f(fairness, 0);
            if (identity)
                for (int64_t i = system.types[*identity].lo; i <= system.types[*identity].hi; ++i) f(fairness, i);
        }
    }
    uint32_t number(const State& state) {
        const auto [at, added] = numbers_.try_emplace(state.cells, static_cast<uint32_t>(states.size()));
        if (added) states.push_back(state);
        return at->second;
    }
    void expand(const State& state) {
        checker::ConstraintSet enabled(graph.constraints());
        for (const system::Instance& instance : evaluator.enabled(state)) {
            const system::Executed executed = evaluator.execute(instance, state);
            const system::Transition& transition = system_.transitions[instance.transition];
            checker::StepKind kind{checker::ConstraintSet(graph.constraints()),
                                   static_cast<uint32_t>(executed.faults.size())};
            uint32_t c = 0;
            for_each_constraint(system_, [&](const system::Fairness& fairness, int64_t identity) {
                const bool passes =
                    fairness.label.empty() || std::ranges::any_of(transition.step.labels, [&](const auto& label) {
                        return label.label == fairness.label &&
                               evaluator.evaluate(label.when, state, transition.actor, identity, instance.choices) != 0;
                    });
                if (kind.faults == 0 && transition.actor == fairness.actor && instance.identity == identity && passes)
                    kind.taken.insert(c);
                ++c;
            });
            enabled |= kind.taken;
            if (executed.next) graph.add_edge(number(*executed.next), kind);
        }
        graph.close_state(enabled);
    }

    const system::System& system_;
    std::map<std::vector<int64_t>, uint32_t> numbers_;

 public:
    Evaluator evaluator;
    checker::StateGraph graph;
};

/// Whether the property is violated, from rules 15 and 16 alone.
bool naively_violated(const NaiveGraph& naive, const system::Property& property) {
    const checker::StateGraph& graph = naive.graph;
    std::set<uint32_t> unanswered, region;
    const bool leads_to = property.kind == PropertyKind::leads_to;
    for (uint32_t s = 0; s < graph.states(); ++s)
        if (naive.evaluator.evaluate(leads_to ? property.consequent : property.expr, naive.states[s]) == 0)
            unanswered.insert(s);
    for (const uint32_t s : unanswered) {
        if (property.kind == PropertyKind::eventually && s >= graph.initial) continue;
        if (leads_to && naive.evaluator.evaluate(property.expr, naive.states[s]) == 0) continue;
        region.insert(s);
    }
    const std::set<uint32_t> fair = fair_states(graph, unanswered, true);
    return std::ranges::any_of(region, [&](uint32_t s) { return fair.contains(s); });
}

/// Rankings prove what holds, with obligations that Z3 has discharged, and nothing else. Returns their number.
size_t proved_by_rankings(system::System system, const SearchResult& known) {
    system.files = {LineIndex("random", "")};
    std::vector<uint32_t> progress;
    for (uint32_t p = 0; p < system.properties.size(); ++p)
        if (system::is_progress(system.properties[p].kind)) progress.push_back(p);
    const auto result = checker::symbolic::prove(system, progress, {}, {});
    if (const auto* bad = std::get_if<checker::Inconsistency>(&result)) FAIL(bad->what);
    const auto& proof = std::get<checker::symbolic::Proof>(result);
    REQUIRE(proof.limit == "");
    std::vector<uint32_t> holding;
    for (const uint32_t p : progress)
        if (known.properties[p].verdict == Verdict::holds) holding.push_back(p);
    REQUIRE(proof.proved == holding);
    REQUIRE(proof.violated.size() + proof.proved.size() == progress.size());
    return holding.size();
}

}  // namespace

TEST_CASE("on random systems progress is what the evaluator and a fixpoint say, with reductions and without") {
    size_t violated = 0, holds = 0, loops = 0, vacuous = 0, bigger = 0, ranked = 0;
    for (uint32_t seed = 0; seed < 1500; ++seed) {
        CAPTURE(seed);
        RandomSystem random(seed);
        random.make();
        system::System system = random.b.system;
        Dice dice(seed);
        usual_fairness(system);
        for (system::Fairness& fairness : system.fairness) fairness.strong = dice.below(4) == 0;
        const auto some = [&] {  // a condition on a cell without indices
            const auto var = static_cast<VarId>(dice.below(2));
            const system::Type& type = system.types[system.variables[var].type];
            return system.pool.equal(system.pool.read(var, {}, type.lo, type.hi),
                                     system.pool.constant(type.lo + static_cast<int64_t>(dice.below(2))));
        };
        for (system::Transition& t : system.transitions)
            for (const char* label : {"L", "M"})
                if (dice.below(2) == 0) t.step.labels.push_back({dice.below(2) == 0 ? ExprPool::yes : some(), label});
        for (ActorId a = 0; a < system.actors.size(); ++a)
            if (system.actors[a].kind != ActorKind::recover && dice.below(3) == 0)
                system.fairness.push_back({a, dice.below(2) == 0 ? "L" : "M", dice.below(2) == 0, {}});
        for (const PropertyKind kind :
             {PropertyKind::eventually, PropertyKind::always_eventually, PropertyKind::leads_to})
            system.properties.push_back({"progress", kind, some(), some(), {}});

        const NaiveGraph naive(system);
        SearchOptions options;
        options.reductions = checker::Reductions::bisimilar();
        const SearchResult reduced = answered(system, options), full = answered(system);
        REQUIRE(full.graph_states == naive.states.size());
        REQUIRE(full.graph_edges == naive.graph.edges());
        REQUIRE(reduced.graph_states <= full.graph_states);
        bigger += reduced.graph_states < full.graph_states ? 1 : 0;
        std::set<uint32_t> all;
        for (uint32_t s = 0; s < naive.graph.states(); ++s) all.insert(s);
        const bool any = !fair_states(naive.graph, all, true).empty();
        REQUIRE(std::ranges::count_if(full.properties, [&](const PropertyResult& p) {
                    return system::is_progress(system.properties[p.property].kind) && p.verdict != Verdict::undecided;
                }) == 3);
        for (const PropertyResult& p : full.properties) {
            if (!system::is_progress(system.properties[p.property].kind)) continue;
            const PropertyResult& other = reduced.properties[p.property];
            const bool wrong = naively_violated(naive, system.properties[p.property]);
            REQUIRE(p.verdict == (wrong ? Verdict::violated : Verdict::holds));
            REQUIRE(other.verdict == p.verdict);
            REQUIRE(other.how == p.how);
            REQUIRE(p.trace.has_value() == wrong);
            REQUIRE(text(p.trace) == text(other.trace));
            REQUIRE((p.how == "no fair run") == !any);
            violated += wrong ? 1 : 0;
            holds += wrong ? 0 : 1;
            vacuous += any ? 0 : 1;
            if (wrong && p.trace->steps.back().kind == TraceStep::Kind::step) ++loops;
        }
        if (seed % 30 == 0) ranked += proved_by_rankings(system, full);
    }
    // The systems are worth the while.
    CHECK(violated > 1000);
    CHECK(holds > 300);
    CHECK(loops > 100);
    CHECK(vacuous > 5);
    CHECK(bigger > 300);
    CHECK(ranked > 15);
}

TEST_CASE("a cycle of reduced states is followed until it closes in the whole program") {
    // x matters to nobody: the reduced daemon has one state. In the whole program it goes round in three.
    Build b;
    const VarId x = b.variable("x", b.range(0, 2), Storage::ghost);
    const ActorId d = b.actor("d", ActorKind::daemon, {"step"});
    const ExprId next = b.system.pool.modulo(b.system.pool.add(b.get(x), b.number(1)), b.number(3));
    b.point(d, 2, Branch{ExprPool::yes, {Build::put(x, next)}, 2});
    b.property("p", PropertyKind::eventually, ExprPool::no);
    fair(b, d);
    SearchOptions options;
    options.reductions = checker::Reductions::bisimilar();
    b.finish();
    for (const uint64_t most :
         {uint64_t{0}, uint64_t{2}}) {  // with 2, the whole program has too many states to look for the lasso in them
        CAPTURE(most);
        options.max_states = most;
        const SearchResult result = answered(b.system, options);
        CHECK(result.graph_states == 1);
        REQUIRE(result.properties[0].trace);
        CHECK(text(result.properties[0].trace) == "start d:step{x=1} d:step{x=2} d:step{x=0}");
        CHECK(result.properties[0].trace->loop_start == 0);
    }
}

TEST_CASE("what decides whether a label is passed matters, although nothing else reads it") {
    // d flips x where it stands, or goes on; going on passes the label only where x is true. Flipping for ever is
    // unfair to the label, unless x is forgotten.
    Build b;
    const VarId x = b.variable("x", 0);
    const ActorId d = b.actor("d", ActorKind::daemon, {"flip or go", "there"});
    b.point(d, 2,
            std::vector<Branch>{{ExprPool::yes, {Build::put(x, b.system.pool.negate(b.get(x)))}, 2},
                                {ExprPool::yes, {}, 3}});
    const ExprId goes = b.system.pool.equal(b.system.pool.choice(0, 0, 1), b.number(1));
    b.system.transitions.back().step.labels.push_back({b.system.pool.both(goes, b.is(x, 1)), "gone"});
    b.point(d, 3, Branch{ExprPool::yes, {}, 2});
    b.property("p", PropertyKind::eventually, b.at(d, 3));
    fair(b, d);
    fair(b, d, true, "gone");
    b.finish();
    for (const bool cone : {false, true}) {
        SearchOptions options;
        options.reductions.cone = cone;
        CHECK(answered(b.system, options).properties[0].verdict == Verdict::holds);
    }
}

TEST_CASE("progress of one of two members is not lost in an orbit of both") {
    // Two members take turns at a token, which one of them alone may pass back: among orbits under symmetry `somebody
    // has the token` goes round, while each single member gets it again and again.
    Build b;
    const TypeId member = b.system.types.intern({system::TypeKind::scalarset, "W", 0, 1, {"W#0", "W#1"}, 0});
    const VarId turn = b.variable("turn", member);
    const ActorId w = b.actor("w", ActorKind::daemon, {"pass"}, member);
    const ExprId other = b.system.pool.subtract(b.number(1), b.get(turn));
    b.point(w, 2, Branch{b.system.pool.equal(b.get(turn), b.self(w)), {Build::put(turn, other)}, 2});
    b.property("p", PropertyKind::always_eventually, b.is(turn, 0));
    b.property("q", PropertyKind::always_eventually, b.is(turn, 1));
    fair(b, w);
    SearchOptions options;
    options.reductions = checker::Reductions::bisimilar();
    const SearchResult result = answered(b, options);
    CHECK(result.graph_states == 2);
    CHECK(result.properties[0].verdict == Verdict::holds);
    CHECK(result.properties[1].verdict == Verdict::holds);
}

TEST_CASE("symmetry is used for the states and left out for progress, and that is said") {
    Build b;
    const TypeId member = b.system.types.intern({system::TypeKind::scalarset, "W", 0, 1, {"W#0", "W#1"}, 0});
    const ActorId w = b.actor("w", ActorKind::thread, {"first", "second"}, member);
    b.point(w, 2, Branch{ExprPool::yes, {}, 3});
    b.point(w, 3, Branch{ExprPool::yes, {}, system::ended});
    b.property("p", PropertyKind::eventually, b.at(w, system::ended, {b.number(0)}));
    fair(b, w);
    SearchOptions options;
    options.reductions.symmetry = true;
    const SearchResult result = answered(b, options);
    CHECK(result.states == 6);
    CHECK(result.graph_states == 9);
    CHECK(result.reduction_remarks == std::vector<std::string>{"symmetry: not used for progress properties"});
    CHECK(result.properties[0].verdict == Verdict::holds);
}

TEST_CASE("where every run fails a check, progress holds of nothing, and that is said") {
    Build b;
    const uint32_t assertion = b.property("assertion", PropertyKind::assertion);
    const ActorId t = b.actor("t", ActorKind::thread, {"go"});
    b.point(t, 2, Branch{ExprPool::yes, {}, system::ended, {}, {b.check(ExprPool::no, assertion)}});
    b.property("p", PropertyKind::eventually, ExprPool::no);
    fair(b, t);
    const SearchResult result = answered(b);
    CHECK(result.properties[1].verdict == Verdict::holds);
    CHECK(result.properties[1].how == "no fair run");
}

namespace {
/// A ring of n states.
void build_ring(Build& b, int64_t n) {
    const VarId at = b.variable("at", b.range(0, n - 1));
    const ActorId d = b.actor("d", ActorKind::daemon, {"step"});
    const ExprId next = b.system.pool.modulo(b.system.pool.add(b.get(at), b.number(1)), b.number(n));
    b.point(d, 2, Branch{ExprPool::yes, {Build::put(at, next)}, 2});
    b.property("arrives", PropertyKind::always_eventually, b.is(at, n - 1));
    b.property("never there", PropertyKind::eventually, ExprPool::no);
    fair(b, d);
}
}  // namespace

TEST_CASE("a search that was cut never says that progress holds") {
    for (const auto& [states, bytes, limit] : std::vector<std::tuple<uint64_t, uint64_t, std::string>>{
             {50, 0, "--max-states 50"}, {0, 5000, "--memory 5000"}}) {
        const std::string& cut = limit;  // Clang does not capture structured bindings
        CAPTURE(cut);
        Build b;
        build_ring(b, 100);
        SearchOptions options;
        options.max_states = states;
        options.memory_bytes = bytes;
        for (const PropertyResult& p : answered(b, options).properties) {
            CHECK(p.verdict == Verdict::undecided);
            CHECK(p.limit.starts_with(limit));
            CHECK(!p.trace);
        }
    }
}

TEST_CASE("a limit in the search for cycles leaves progress undecided, and the rest as it is") {
    Build b;
    build_ring(b, 30000);
    b.property("in range", PropertyKind::invariant, ExprPool::yes);
    SearchOptions options;
    options.memory_bytes = 1'500'000;  // enough for the states, not for the graph and its components
    const SearchResult result = answered(b, options);
    CHECK(result.exhaustive);
    CHECK(result.properties[0].verdict == Verdict::undecided);
    CHECK(result.properties[0].limit == "--memory 1500000 bytes: infinite runs were not searched to the end");
    CHECK(result.properties[1].verdict == Verdict::undecided);
    CHECK(result.properties[2].verdict == Verdict::holds);
}

TEST_CASE("the time is for the search and for what comes after it together, and the limit is called as it was given") {
    Build b;
    build_ring(b, 5000);
    const system::System& system = b.finish();
    auto found = checker::search(system, {});
    auto& result = std::get<SearchResult>(found);
    SearchOptions options;
    options.seconds = 3600;
    options.spent = 3600;
    CHECK(!checker::decide_progress(system, options, result));
    CHECK(result.properties[0].limit == "--time 3600 s: infinite runs were not searched to the end");
}

TEST_CASE("an interrupt ends the search for cycles, too") {
    Build b;
    build_ring(b, 5000);
    const system::System& system = b.finish();
    std::atomic<bool> interrupted = false;
    SearchOptions options;
    options.interrupted = &interrupted;
    auto found = checker::search(system, options);
    auto& result = std::get<SearchResult>(found);
    REQUIRE(result.exhaustive);
    interrupted = true;
    CHECK(!checker::decide_progress(system, options, result));
    CHECK(result.properties[0].verdict == Verdict::undecided);
    CHECK(result.properties[0].limit == "interrupted: infinite runs were not searched to the end");
}

TEST_CASE("the answer does not depend on threads or machine code") {
    Build b;
    build_ring(b, 20000);
    const system::System& system = b.finish();
    SearchOptions plain;
    plain.native_code = false;
    SearchOptions fast;
    fast.threads = 3;
    const SearchResult a = answered(system, plain), c = answered(system, fast);
    for (size_t p = 0; p < a.properties.size(); ++p) {
        CHECK(a.properties[p].verdict == c.properties[p].verdict);
        CHECK(text(a.properties[p].trace) == text(c.properties[p].trace));
    }
    CHECK(a.properties[1].trace->length == 20000);
}

TEST_CASE("the reasons say for each constraint who moves and who cannot") {
    // `busy` goes round; `idle` waits for something that never comes; `other` could move in every second state, and is
    // not strongly fair; `late` is, by its label, and takes it.
    Build b;
    const VarId odd = b.variable("odd", 0);
    const ActorId busy = b.actor("busy", ActorKind::daemon, {"flip"});
    const ActorId idle = b.actor("idle", ActorKind::daemon, {"*wait"});
    const ActorId other = b.actor("other", ActorKind::daemon, {"*when odd"});
    const ActorId late = b.actor("late", ActorKind::daemon, {"*when odd"});
    b.point(busy, 2, Branch{ExprPool::yes, {Build::put(odd, b.system.pool.negate(b.get(odd)))}, 2});
    b.point(idle, 2, Branch{ExprPool::no, {}, 2});
    b.point(other, 2, Branch{b.is(odd, 1), {}, system::ended});
    b.point(late, 2, Branch{b.is(odd, 1), {}, 2});
    b.system.transitions.back().step.labels.push_back({ExprPool::yes, "seen"});
    b.property("p", PropertyKind::eventually, b.at(other, system::ended));
    for (const ActorId a : {busy, idle, other}) fair(b, a);
    fair(b, late, true, "seen");
    const SearchResult result = answered(b);
    const Trace& trace = result.properties[0].trace.value();
    CHECK(text(trace) == "start busy:flip{odd=true} late:when odd busy:flip{odd=false}");
    CHECK(trace.loop_start == 0);
    std::string reasons;
    for (const FairnessReason& reason : trace.fairness)
        reasons += reason.actor + " " + reason.label + (reason.strong ? " strong" : "") +
                   (reason.why == FairnessReason::Why::taken ? " takes " : " disabled ") + std::to_string(reason.step) +
                   "\n";
    CHECK(reasons == "busy  takes 1\nidle  disabled 0\nother  disabled 0\nlate seen strong takes 2\n");
}

}  // namespace untorn::testing
