// Stubborn sets against the full search, on random systems, on every specification of the repository, and on awb: the
// same verdicts with as few faults, and with `keep_length` also as few steps.
#include "checker/explicit/stubborn.h"

#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include "tests/explicit/awb.h"
#include "tests/explicit/explorer.h"
#include "tests/explicit/random_actors.h"
#include "tests/explicit/random_system.h"
#include "tools/cli/runs.h"

namespace untorn::testing {

using checker::LimitReached;
using checker::Program;
using checker::StubbornOptions;
using checker::StubbornSets;

namespace {

/// All but liveness.
std::vector<uint32_t> everything(const system::System& system) {
    std::vector<uint32_t> all;
    for (uint32_t p = 0; p < system.properties.size(); ++p) {
        const PropertyKind kind = system.properties[p].kind;
        if (kind != PropertyKind::eventually && kind != PropertyKind::always_eventually &&
            kind != PropertyKind::leads_to)
            all.push_back(p);
    }
    return all;
}

/// What is asked of a reduction.
struct Question {
    std::vector<uint32_t> properties;
    bool outcomes = false, keep_length = false;

    bool asks(const Mark& mark) const {
        if (mark.kind == Mark::Kind::image) return true;
        if (mark.kind == Mark::Kind::outcome) return outcomes;
        return std::ranges::find(properties, mark.property) != properties.end();
    }
    StubbornSets sets(const Program& program, const Explorer& explorer) const {
        StubbornOptions options;
        options.keep_length = keep_length;
        if (outcomes) options.outcome_cells = explorer.outcome_cells();
        auto made = StubbornSets::make(program, explorer.layout(), properties, options);
        REQUIRE_MESSAGE(std::holds_alternative<StubbornSets>(made), std::get<std::string>(made));
        return std::get<StubbornSets>(std::move(made));
    }
};

/// All together, with and without outcomes, and each property alone (which reduces more).
std::vector<Question> questions(const system::System& system) {
    std::vector<Question> result;
    const std::vector<uint32_t> all = everything(system);
    for (const bool keep_length : {false, true}) {
        result.push_back({all, false, keep_length});
        result.push_back({all, true, keep_length});
        result.push_back({{}, true, keep_length});
        for (uint32_t p : all) result.push_back({{p}, false, keep_length});
    }
    return result;
}

struct Sums {
    uint64_t full = 0, reduced = 0, found = 0;
};

std::string text(const Program& program, const Mark& mark) {
    return program.system.properties.empty() || mark.kind > Mark::Kind::false_outcome
               ? "values"
               : program.system.properties[mark.property].name;
}

/// The reduced search must find what the full search finds.
void compare(const Program& program, Explorer& explorer, const Explored& full, const Question& question, Sums& sums) {
    CAPTURE(question.keep_length);
    StubbornSets sets = question.sets(program, explorer);
    const Explored reduced = explorer.explore(
        [&](const uint64_t* state, uint64_t* begin, uint64_t* end) { return sets.filter(state, begin, end); });
    CHECK(reduced.states <= full.states);
    for (const auto& [number, expected] : full.found) {
        const Mark mark = explorer.mark(number);
        if (!question.asks(mark)) continue;
        const auto found = reduced.found.find(number);
        if (found == reduced.found.end()) {
            FAIL_CHECK("not found: " << text(program, mark));
            continue;
        }
        ++sums.found;
        CHECK_MESSAGE(found->second.first == expected.first, text(program, mark));
        if (question.keep_length) CHECK_MESSAGE(found->second.second == expected.second, text(program, mark));
    }
    sums.full += full.states;
    sums.reduced += reduced.states;
}

/// The whole graph of a system, for questions about all of its states at once.
class Graph {
 public:
    using Cost = Explored::Cost;
    using Distances = std::vector<std::optional<Cost>>;  ///< by state: the least cost from it on

    explicit Graph(Explorer& explorer) : explorer_(explorer) {
        for (const auto& state : explorer.initial()) number(state);
        for (size_t i = 0; i < states_.size(); ++i) expand(i);
    }

    size_t size() const { return states_.size(); }
    size_t edges() const { return edges_.size(); }
    /// Marks the edges that a filter keeps; returns their number.
    size_t mark(StubbornSets& sets) {
        size_t count = 0;
        for (Edge& edge : edges_) edge.kept = false;
        for (size_t i = 0; i < states_.size(); ++i) {
            const std::vector<uint64_t> records = filtered(sets, i);
            for (size_t at = 0; at < records.size(); at += explorer_.record_words()) {
                const checker::Tag tag{records[at + explorer_.record_words() - 1]};
                if (tag.fails()) continue;
                edges_[edge_of_.at({i, tag.instance()})].kept = true;
                ++count;
            }
        }
        return count;
    }
    /// The filter decides as its copy that has decided nothing yet, also about states that it has met.
    void check_decisions(const StubbornSets& new_sets) const {
        StubbornSets sets = new_sets;
        for (int round = 0; round < 2; ++round) {
            for (size_t i = 0; i < states_.size(); ++i) {
                StubbornSets fresh = new_sets;
                CHECK(filtered(sets, i) == filtered(fresh, i));
            }
        }
    }
    /// All marks of states.
    std::set<uint32_t> marks() const {
        std::set<uint32_t> result;
        for (const auto& reached : reached_)
            for (const auto& [mark, cost] : reached) result.insert(mark);
        return result;
    }
    /// From every state: the least cost at which a state with the mark is reached.
    Distances distances(uint32_t mark, bool only_kept) const {
        Distances least(states_.size());
        const auto better = [&](size_t state, Cost cost) {
            if (least[state] && *least[state] <= cost) return false;
            least[state] = cost;
            return true;
        };
        for (size_t i = 0; i < states_.size(); ++i)
            for (const auto& [other, cost] : reached_[i])
                if (other == mark) better(i, cost);
        for (bool changed = true; changed;) {
            changed = false;
            for (const Edge& edge : edges_) {
                if ((only_kept && !edge.kept) || !least[edge.to]) continue;
                const Cost cost = *least[edge.to];
                if (better(edge.from, {cost.first + edge.faults, cost.second + 1})) changed = true;
            }
        }
        return least;
    }

 private:
    struct Edge {
        size_t from = 0, to = 0;
        uint64_t faults = 0;
        bool kept = false;
    };

    std::vector<uint64_t> filtered(StubbornSets& sets, size_t i) const {
        std::vector<uint64_t> records = records_[i];
        const uint64_t* end = sets.filter(states_[i].data(), records.data(), records.data() + records.size());
        records.resize(static_cast<size_t>(end - records.data()));
        return records;
    }
    size_t number(const std::vector<uint64_t>& state) {
        const auto [place, is_new] = numbers_.try_emplace(state, states_.size());
        if (is_new) states_.push_back(state);
        return place->second;
    }
    void expand(size_t i) {
        const size_t size = explorer_.record_words();
        std::vector<uint64_t> records(explorer_.most_record_words());
        const std::vector<uint64_t> state = states_[i];
        uint64_t* end = explorer_.code().successors(state.data(), records.data());
        records.resize(static_cast<size_t>(end - records.data()));
        reached_.push_back(explorer_.reached(state.data(), records.data(), records.data() + records.size()));
        for (size_t at = 0; at < records.size(); at += size) {
            const checker::Tag tag{records[at + size - 1]};
            if (tag.fails()) continue;
            const auto begin = records.begin() + static_cast<std::ptrdiff_t>(at);
            edge_of_[{i, tag.instance()}] = edges_.size();
            edges_.push_back({i, number({begin, begin + static_cast<std::ptrdiff_t>(size) - 1}), tag.faults()});
        }
        records_.push_back(std::move(records));
    }

    Explorer& explorer_;
    std::vector<std::vector<uint64_t>> states_, records_;
    std::map<std::vector<uint64_t>, size_t> numbers_;
    std::vector<std::vector<std::pair<uint32_t, Cost>>> reached_;
    std::vector<Edge> edges_;
    std::map<std::pair<size_t, uint32_t>, size_t> edge_of_;
};

/// From each reachable state on, not only from the initial ones, the steps that are kept lead to all that can be
/// reached.
void compare_everywhere(const system::System& system, Sums& sums) {
    const Program program(system);
    Explorer explorer(program);
    Graph graph(explorer);
    std::map<uint32_t, Graph::Distances> full;
    for (uint32_t number : graph.marks()) full[number] = graph.distances(number, false);
    for (const Question& question : questions(system)) {
        CAPTURE(question.keep_length);
        StubbornSets sets = question.sets(program, explorer);
        sums.reduced += graph.mark(sets);
        sums.full += graph.edges();
        for (const auto& [number, expected] : full) {
            const Mark mark = explorer.mark(number);
            if (!question.asks(mark)) continue;
            const auto found = graph.distances(number, true);
            bool same = true;
            for (size_t i = 0; i < graph.size(); ++i) {
                same = same && expected[i].has_value() == found[i].has_value();
                if (!expected[i] || !found[i]) continue;
                ++sums.found;
                same = same && expected[i]->first == found[i]->first;
                if (question.keep_length) same = same && expected[i]->second == found[i]->second;
            }
            CHECK_MESSAGE(same, text(program, mark));
        }
    }
}

void compare_all(const system::System& system, Sums& sums) {
    const Program program(system);
    Explorer explorer(program);
    const Explored full = explorer.explore({});
    for (const Question& question : questions(system)) compare(program, explorer, full, question, sums);
}

/// The systems are worth the while: much is found, and much is left out.
void check_worth(const Sums& sums) {
    CHECK(sums.found > 15000);
    CHECK(sums.reduced * 100 < sums.full * 85);
}

/// How many seeds to try: the environment may ask for more than a test run should take.
uint32_t seeds(uint32_t usual) {
    const char* factor = std::getenv("UNTORN_STUBBORN_SEEDS");
    return factor == nullptr ? usual : usual * static_cast<uint32_t>(std::atoi(factor));
}

}  // namespace

TEST_CASE("from every state of random systems stubborn sets lead to all that can be reached") {
    Sums sums;
    for (uint32_t seed = 0; seed < seeds(300); ++seed) {
        CAPTURE(seed);
        RandomSystem random(seed + 10000);
        compare_everywhere(random.make(), sums);
    }
    check_worth(sums);
}

TEST_CASE("from every state of random actors stubborn sets lead to all that can be reached") {
    Sums sums;
    for (uint32_t seed = 0; seed < seeds(1000); ++seed) {
        CAPTURE(seed);
        RandomActors random(seed + 10000);
        compare_everywhere(random.make(), sums);
    }
    check_worth(sums);
}

TEST_CASE("what stubborn sets were chosen before changes nothing") {
    for (uint32_t seed = 0; seed < seeds(100); ++seed) {
        CAPTURE(seed);
        const system::System system = seed % 2 == 0 ? RandomSystem(seed).make() : RandomActors(seed).make();
        const Program program(system);
        Explorer explorer(program);
        const Graph graph(explorer);
        for (const Question& question : questions(system)) graph.check_decisions(question.sets(program, explorer));
    }
}

TEST_CASE("on random systems a search with stubborn sets finds what the full search finds") {
    Sums sums;
    for (uint32_t seed = 0; seed < seeds(1000); ++seed) {
        CAPTURE(seed);
        RandomSystem random(seed);
        compare_all(random.make(), sums);
    }
    check_worth(sums);
}

TEST_CASE("on random actors a search with stubborn sets finds what the full search finds") {
    Sums sums;
    for (uint32_t seed = 0; seed < seeds(1000); ++seed) {
        CAPTURE(seed);
        RandomActors random(seed);
        compare_all(random.make(), sums);
    }
    check_worth(sums);
}

TEST_CASE("on every specification a search with stubborn sets finds what the full search finds") {
    Sums sums;
    uint64_t runs = 0, too_large = 0;
    for (const char* folder : {"specs", "tests/specs"}) {
        tools::Options options;
        options.paths = {std::string(UNTORN_SOURCE_DIR "/") + folder};
        options.quiet = true;
        options.color = tools::Color::never;
        tools::Complaints complaints(options);
        const std::vector<tools::Spec> specs = tools::load_specs(options, complaints);
        tools::for_each_run(specs, complaints, [&](const tools::Spec& spec, language::Run run) {
            CAPTURE(spec.path);
            const Program program(run.system);
            Explorer explorer(program, 60000);
            const Explored full = explorer.explore({});
            ++runs;
            if (!full.complete) {
                ++too_large;
                return true;
            }
            const std::vector<uint32_t> all = everything(run.system);
            compare(program, explorer, full, {all, false, false}, sums);
            compare(program, explorer, full, {all, true, true}, sums);
            return true;
        });
        CHECK(complaints.empty());
    }
    CHECK(runs > 400);
    CHECK(too_large < 10);
    check_worth(sums);
}

namespace {

/// A second actor that has nothing to do with anything, so that there is a choice.
void add_bystander(Build& b) {
    const ActorId bystander = b.actor("bystander", ActorKind::thread, {"step"});
    b.point(bystander, 2, {ExprPool::yes, {}, system::ended});
}

/// The number of states with stubborn sets, if only `property` is asked; it must be found as in the full search.
uint64_t reduced_states(Build& b, uint32_t property) {
    const Program program(b.finish());
    Explorer explorer(program);
    const Explored full = explorer.explore({});
    Sums sums;
    compare(program, explorer, full, {{property}, false, false}, sums);
    CHECK(sums.found == (full.found.contains(property) ? 1 : 0));
    return sums.reduced;
}

}  // namespace

TEST_CASE("an instance waits for what can disable it and what mends that") {
    // `first` may go at once; or `second` raises the flag, goes on as first has not been, and lowers it again.
    Build b;
    const VarId flag = b.variable("flag", 0), x = b.variable("x", 0), y = b.variable("y", 0);
    const ActorId first = b.actor("first", ActorKind::thread, {"await !flag"});
    const ActorId second = b.actor("second", ActorKind::thread, {"raise", "await flag and !x"});
    b.point(first, 2, {b.is(flag, 0), {b.set(x, 1)}, system::ended});
    b.point(second, 2, {ExprPool::yes, {b.set(flag, 1)}, 3});
    b.point(second, 3, {b.system.pool.both(b.is(flag, 1), b.is(x, 0)), {b.set(y, 1), b.set(flag, 0)}, system::ended});
    const uint32_t both = b.property("both", PropertyKind::cover, b.system.pool.both(b.is(x, 1), b.is(y, 1)));
    CHECK(reduced_states(b, both) == 6);  // all
}

TEST_CASE("a store that may be overwritten in the same step may last") {
    Build b;
    const VarId x = b.variable("x", 0), low = b.variable("low", 0), high = b.variable("high", 0);
    const ActorId writer = b.actor("writer", ActorKind::thread, {"x = 1; if (low < high) x = 0;", "both"});
    Update again = b.set(x, 0);
    again.when = b.system.pool.less(b.get(low), b.get(high));
    b.point(writer, 2, {ExprPool::yes, {b.set(x, 1), again}, 3});
    b.point(writer, 3, {ExprPool::yes, {b.set(low, 1), b.set(high, 1)}, system::ended});
    add_bystander(b);
    const uint32_t one = b.property("one", PropertyKind::cover, b.is(x, 1));
    CHECK(reduced_states(b, one) == 2);
}

TEST_CASE("a store to a cell that only the state knows leaves the others") {
    Build b;
    const TypeId index = b.range(0, 1);
    const VarId slots = b.variable("slots", 0, Storage::memory, {index}), at = b.variable("at", index);
    const ActorId writer = b.actor("writer", ActorKind::thread, {"slots[1] = 1; slots[at] = 0;", "at = 1;"});
    b.point(writer, 2, {ExprPool::yes, {b.set(slots, 1, {b.number(1)}), b.set(slots, 0, {b.get(at)})}, 3});
    b.point(writer, 3, {ExprPool::yes, {b.set(at, 1)}, system::ended});
    add_bystander(b);
    const uint32_t one = b.property("one", PropertyKind::cover, b.is(slots, 1, {b.number(1)}));
    CHECK(reduced_states(b, one) == 2);
}

TEST_CASE("actors that share nothing are run one after the other") {
    const auto build = [](Build& b) {
        for (const char* name : {"a", "b", "c"}) {
            const ActorId actor = b.actor(name, ActorKind::thread, {"1", "2", "3"});
            for (LocationId from = 2; from < 4; ++from) b.point(actor, from, {ExprPool::yes, {}, from + 1});
            b.point(actor, 4, {ExprPool::yes, {}, system::ended});
        }
    };
    Build deadlock;
    build(deadlock);
    const uint32_t never = deadlock.property("deadlock", PropertyKind::deadlock);
    CHECK(reduced_states(deadlock, never) == 10);  // of 64
    Build nothing;
    build(nothing);
    const uint32_t impossible = nothing.property("nothing", PropertyKind::cover, ExprPool::no);
    CHECK(reduced_states(nothing, impossible) == 1);
}

TEST_CASE("liveness is refused with a reason") {
    Build b;
    add_bystander(b);
    const uint32_t p = b.property("it ends", PropertyKind::eventually, ExprPool::yes);
    const Program program(b.finish());
    const Explorer explorer(program);
    const auto made = StubbornSets::make(program, explorer.layout(), std::vector<uint32_t>{p});
    REQUIRE(std::holds_alternative<std::string>(made));
    CHECK(std::get<std::string>(made) == "`it ends` is about cycles, and not all are kept");
}

TEST_CASE("making them can be interrupted at every instance") {
    Build b;
    add_bystander(b);
    const uint32_t p = b.property("nothing", PropertyKind::cover, ExprPool::no);
    const Program program(b.finish());
    const Explorer explorer(program);
    size_t calls = 0;
    StubbornOptions options;
    options.poll = [&] { ++calls; };
    const auto make = [&] { return StubbornSets::make(program, explorer.layout(), std::vector<uint32_t>{p}, options); };
    CHECK(std::holds_alternative<StubbornSets>(make()));
    CHECK(calls >= program.instances.size());
    for (size_t end = calls; end > 0; --end) {
        size_t count = 0;
        options.poll = [&count, end] {
            if (++count == end) throw LimitReached{"interrupted"};
        };
        CHECK_THROWS_AS(make(), LimitReached);
    }
}

TEST_CASE("of awb, stubborn sets leave so many states") {
    struct Row {
        AwbSize size;
        uint64_t full, reduced, keeping_length;
    };
    const std::vector<Row> rows{{{2, 2, 1, true, true}, 180, 152, 152},
                                {{2, 3, 2, true, true}, 708, 465, 579},
                                {{3, 2, 1, true, true}, 1682, 1252, 1240},
                                {{3, 2, 1, true, false}, 8813, 6323, 7300},
                                {{3, 2, 1, false, true}, 27978, 11129, 15738}};
    for (const Row& row : rows) {
        CAPTURE(row.full);
        Build b;
        build_awb(b, row.size);
        b.property("deadlock", PropertyKind::deadlock);
        const Program program(b.finish());
        Explorer explorer(program);
        const Explored full = explorer.explore({});
        CHECK(full.states == row.full);
        Sums reduced, keeping_length;
        compare(program, explorer, full, {{0, 1}, false, false}, reduced);
        CHECK(reduced.reduced == row.reduced);
        compare(program, explorer, full, {{0, 1}, false, true}, keeping_length);
        CHECK(keeping_length.reduced == row.keeping_length);
    }
}

}  // namespace untorn::testing
