// Power loss, recovery and outcomes, on systems small enough to count by hand.
#include "checker/explicit/search.h"

#include "tests/explicit/trace_text.h"

namespace untorn::testing {

namespace {

/// A thread writes true into both blocks of a cache; power_loss lets each dirty block land or not.
struct Tear {
    VarId cache = 0, disk = 0;
    ActorId writer = 0;
    ExprId torn = 0;
};

Tear build_tear(Build& b, int64_t losses) {
    Tear t;
    const TypeId block = b.range(0, 1);
    t.cache = b.variable("cache", 0, Storage::device, {block});
    t.disk = b.variable("disk", 0, Storage::durable, {block});
    t.writer = b.actor("writer", ActorKind::thread, {"write 0", "write 1"});
    b.point(t.writer, 2, {ExprPool::yes, {b.set(t.cache, 1, {b.number(0)})}, 3});
    b.point(t.writer, 3, {ExprPool::yes, {b.set(t.cache, 1, {b.number(1)})}, 1});
    system::PowerLoss loss;
    loss.budget = losses;
    for (int64_t i = 0; i < 2; ++i) {
        const ExprId landed = b.system.pool.choice(i, 0, 1), index = b.number(i);
        loss.step.choices.push_back({"landed" + std::to_string(i), 0, {}});
        loss.step.updates.push_back({ExprPool::yes,
                                     t.disk,
                                     {index},
                                     b.system.pool.ite(landed, b.get(t.cache, {index}), b.get(t.disk, {index}))});
    }
    b.system.power_loss = loss;
    t.torn = b.system.pool.negate(b.system.pool.equal(b.get(t.disk, {b.number(0)}), b.get(t.disk, {b.number(1)})));
    return t;
}

}  // namespace

TEST_CASE("power loss tears a write: fewest steps, with the choices that do it") {
    Build b;
    const Tear t = build_tear(b, 1);
    b.property("untorn", PropertyKind::crash_invariant, b.system.pool.negate(t.torn));
    b.property("second only", PropertyKind::crash_cover, b.is(t.disk, 1, {b.number(1)}));
    b.property("undamaged", PropertyKind::invariant, b.system.pool.negate(t.torn));
    const SearchResult result = searched(b);
    CHECK(result.states == 3);
    CHECK(result.transitions == 2);
    CHECK(result.crash_images == 4);
    CHECK(text(result.properties[0].trace) == "start writer:write 0{cache[0]=true} LOSS{disk[0]=true}");
    CHECK(result.properties[0].trace->faults == 1);
    CHECK(result.properties[0].trace->length == 1);
    CHECK(result.properties[0].trace->steps[2].choice_texts ==
          std::vector<std::string>{"landed0 = true", "landed1 = false"});
    CHECK(text(result.properties[1].trace) ==
          "start writer:write 0{cache[0]=true} writer:write 1{cache[1]=true} LOSS{disk[1]=true}");
    CHECK(result.properties[2].verdict == Verdict::holds);  // not asked after power loss
}

TEST_CASE("with a budget of 0 power is not lost") {
    Build b;
    const Tear t = build_tear(b, 0);
    b.property("untorn", PropertyKind::crash_invariant, b.system.pool.negate(t.torn));
    b.property("torn", PropertyKind::crash_cover, t.torn);
    const SearchResult result = searched(b);
    CHECK(result.crash_images == 0);
    CHECK(result.properties[0].verdict == Verdict::holds);
    CHECK(result.properties[1].verdict == Verdict::violated);
    CHECK(result.properties[1].how == "not reached");
}

TEST_CASE("outcomes are listed once each, in order, with the shortest witness") {
    Build b;
    const Tear t = build_tear(b, 1);
    b.property("never torn", PropertyKind::never, t.torn);
    b.property("sometimes torn", PropertyKind::sometimes, t.torn);
    b.property("always torn", PropertyKind::always, t.torn);
    b.property("always anything", PropertyKind::always);
    b.property("sometimes anything", PropertyKind::sometimes);
    b.property("sometimes nothing", PropertyKind::sometimes, ExprPool::no);
    SearchOptions options;
    options.outcomes = true;
    const SearchResult result = searched(b, options);
    std::vector<std::string> outcomes;
    for (const checker::Outcome& outcome : result.outcomes) {
        CHECK(outcome.after_power_loss);
        std::string line;
        for (const auto& [cell, value] : outcome.content) line += cell + "=" + value + " ";
        outcomes.push_back(line + "after " + std::to_string(outcome.witness.length));
    }
    CHECK(outcomes ==
          std::vector<std::string>{"disk[0]=false disk[1]=false after 0", "disk[0]=false disk[1]=true after 2",
                                   "disk[0]=true disk[1]=false after 1", "disk[0]=true disk[1]=true after 2"});
    const auto verdict = [&](size_t p) {
        return std::pair(result.properties[p].verdict,
                         result.properties[p].how + ": " + text(result.properties[p].trace));
    };
    using P = std::pair<Verdict, std::string>;
    const std::string tear = "start writer:write 0{cache[0]=true} LOSS{disk[0]=true}";
    CHECK(verdict(0) == P{Verdict::violated, "counterexample: " + tear});
    CHECK(verdict(1) == P{Verdict::holds, "reached: " + tear});
    CHECK(verdict(2) == P{Verdict::violated, "counterexample: start LOSS"});
    CHECK(verdict(3) == P{Verdict::holds, "exhaustive: none"});
    CHECK(verdict(4) == P{Verdict::violated, "every outcome: none"});
    CHECK(verdict(5) == P{Verdict::violated, "no outcome: none"});
    std::vector<std::string> answers;
    for (size_t p = 0; p < 6; ++p) answers.push_back(result.properties[p].answer);
    CHECK(answers == std::vector<std::string>{"Sometimes", "Sometimes", "Sometimes", "Always", "Always", "Never"});
}

TEST_CASE("without power loss the outcomes are durable data and results where all threads have ended") {
    Build b;
    const VarId disk = b.variable("disk", b.range(0, 2), Storage::durable);
    const VarId memory = b.variable("memory", b.range(0, 2));
    for (int64_t i = 1; i <= 2; ++i) {
        const std::string name = i == 1 ? "t1" : "t2";
        const ActorId id = b.actor(name, ActorKind::thread, {"read", "write"});
        const VarId result = b.variable(name + ".result", b.range(0, 2), Storage::local, {}, id);
        b.system.actors[id].result = result;
        b.point(id, 2, {ExprPool::yes, {b.put(result, b.get(disk))}, 3});
        b.point(id, 3, {ExprPool::yes, {b.set(disk, i), b.set(memory, i)}, 1});
    }
    SearchOptions options;
    options.outcomes = true;
    const SearchResult result = searched(b, options);
    std::vector<std::string> outcomes;
    for (const checker::Outcome& outcome : result.outcomes) {
        CHECK_FALSE(outcome.after_power_loss);
        std::string line;
        for (const auto& [cell, value] : outcome.content) line += value;
        outcomes.push_back(line);
    }
    // disk, and what each thread read: both 0, or the later one what the first wrote.
    CHECK(outcomes == std::vector<std::string>{"100", "120", "200", "201"});
}

namespace {

/// Two copies of a bit; recover copies the first to the second in two steps, and power may be lost in between.
struct Mirror {
    VarId first = 0, second = 0;
    ActorId recover = 0;
};

Mirror build_mirror(Build& b, int64_t losses) {
    Mirror m;
    m.first = b.variable("first", 0, Storage::durable);
    m.second = b.variable("second", 0, Storage::durable);
    const ActorId writer = b.actor("writer", ActorKind::thread, {"write"});
    b.point(writer, 2, {ExprPool::yes, {b.set(m.first, 1)}, 1});
    m.recover = b.actor("recover", ActorKind::recover, {"read", "repair"});
    const VarId copy = b.variable("recover.copy", 0, Storage::local, {}, m.recover);
    b.point(m.recover, 2, {ExprPool::yes, {b.put(copy, b.get(m.first))}, 3});
    b.point(m.recover, 3, {ExprPool::yes, {b.put(m.second, b.get(copy)), b.set(copy, 0)}, 1});
    b.system.power_loss = system::PowerLoss{losses, {}, m.recover};
    return m;
}

}  // namespace

TEST_CASE("recovery runs step by step, and crash properties are asked where it has ended") {
    Build b;
    const Mirror m = build_mirror(b, 1);
    b.property("mirrored", PropertyKind::crash_invariant, b.system.pool.equal(b.get(m.first), b.get(m.second)));
    b.property("written", PropertyKind::crash_cover, b.is(m.second, 1));
    b.property("recovery", PropertyKind::recovery);
    const SearchResult result = searched(b);
    CHECK(result.states == 2);
    CHECK(result.transitions == 1);   // recovery's are not counted
    CHECK(result.crash_images == 6);  // three each for the bit clear and set
    CHECK(result.properties[0].verdict == Verdict::holds);
    CHECK(text(result.properties[1].trace) ==
          "start writer:write{first=true} LOSS recover:read{recover.copy=true} "
          "recover:repair{second=true,recover.copy=false}");
    CHECK(result.properties[1].trace->length == 3);
    CHECK(result.properties[1].trace->faults == 1);
    CHECK(result.properties[2].verdict == Verdict::holds);
    CHECK(result.executed == std::vector<bool>{true, true, true});
}

TEST_CASE("power may be lost again before, during and after recovery, while losses remain") {
    Build b;
    build_mirror(b, 2);
    const SearchResult result = searched(b);
    // One loss remaining: 6. None remaining: the same 6, and two more before a recovery ends that began with both set.
    CHECK(result.crash_images == 6 + 8);
}

TEST_CASE("a second loss in the middle of recovery is found, and costs a fault") {
    Build b;
    const VarId journal = b.variable("journal", b.range(0, 2), Storage::durable);
    b.actor("t", ActorKind::thread, {});
    const ActorId recover = b.actor("recover", ActorKind::recover, {"begin", "finish"});
    // Recovery that finds itself half done gives up.
    b.point(recover, 2, std::vector<Branch>{{b.is(journal, 0), {b.set(journal, 1)}, 3}, {b.is(journal, 1), {}, 1}});
    b.point(recover, 3, {ExprPool::yes, {b.set(journal, 2)}, 1});
    b.system.power_loss = system::PowerLoss{2, {}, recover};
    b.property("complete", PropertyKind::crash_invariant, b.is(journal, 2));
    b.property("recovery", PropertyKind::recovery);
    const SearchResult result = searched(b);
    CHECK(text(result.properties[0].trace) == "start LOSS recover:begin{journal=1} LOSS recover:begin");
    CHECK(result.properties[0].trace->faults == 2);
    CHECK(result.properties[0].trace->length == 2);
    // And recovery after a complete one blocks: it knows 0 and 1 only.
    CHECK(text(result.properties[1].trace) ==
          "start LOSS recover:begin{journal=1} recover:finish{journal=2} LOSS STUCK");
}

TEST_CASE("recovery that can go round without a fault is a violation with a loop") {
    Build b;
    const VarId flag = b.variable("flag", 0, Storage::durable);
    b.actor("t", ActorKind::thread, {});
    const ActorId recover = b.actor("recover", ActorKind::recover, {"enter", "set", "clear"});
    b.point(recover, 2, {ExprPool::yes, {}, 3});
    b.point(recover, 3, std::vector<Branch>{{ExprPool::yes, {b.set(flag, 1)}, 4}, {ExprPool::yes, {}, 1}});
    b.point(recover, 4, {ExprPool::yes, {b.set(flag, 0)}, 3});
    b.system.power_loss = system::PowerLoss{1, {}, recover};
    b.property("recovery", PropertyKind::recovery);
    const SearchResult result = searched(b);
    const PropertyResult& recovery = result.properties[0];
    CHECK(recovery.verdict == Verdict::violated);
    CHECK(text(recovery.trace) == "start LOSS recover:enter recover:set{flag=true} recover:clear{flag=false}");
    CHECK(recovery.trace->loop_start == 2);
    CHECK_FALSE(recovery.shortest);
}

TEST_CASE("a loop of recovery that takes a fault is none: faults need not strike for ever") {
    Build b;
    const uint32_t fault = b.fault("io_error", std::nullopt);
    b.actor("t", ActorKind::thread, {});
    const ActorId recover = b.actor("recover", ActorKind::recover, {"try"});
    b.point(recover, 2, std::vector<Branch>{{ExprPool::yes, {}, 1}, {ExprPool::yes, {}, 2, {fault}}});
    b.system.power_loss = system::PowerLoss{1, {}, recover};
    b.property("recovery", PropertyKind::recovery);
    const SearchResult result = searched(b);
    CHECK(result.properties[0].verdict == Verdict::holds);
    CHECK(result.crash_images == 2);
}

TEST_CASE("a check that fails in power_loss or in recovery is a violation") {
    Build b;
    const uint32_t first = b.property("in loss", PropertyKind::assertion);
    const uint32_t second = b.property("in recovery", PropertyKind::assertion);
    const VarId media = b.variable("media", b.range(0, 2), Storage::durable);
    const ActorId writer = b.actor("writer", ActorKind::thread, {"one", "two"});
    b.point(writer, 2, {ExprPool::yes, {b.set(media, 1)}, 3});
    b.point(writer, 3, {ExprPool::yes, {b.set(media, 2)}, 1});
    const ActorId recover = b.actor("recover", ActorKind::recover, {"look"});
    b.point(recover, 2, {ExprPool::yes, {}, 1, {}, {b.check(b.is(media, 0), second)}});
    system::PowerLoss loss{1, {}, recover};
    loss.step.checks.push_back(b.check(b.system.pool.negate(b.is(media, 2)), first));
    b.system.power_loss = loss;
    const SearchResult result = searched(b);
    CHECK(result.crash_images == 3);  // media 0 and 1, and recovered from 0
    CHECK(text(result.properties[first].trace) == "start writer:one{media=1} writer:two{media=2} LOSS!it fails");
    CHECK(result.properties[first].trace->faults == 1);
    CHECK(text(result.properties[second].trace) == "start writer:one{media=1} LOSS recover:look!it fails");
    CHECK(result.properties[second].trace->length == 2);
}

TEST_CASE("a cycle of recovery is followed until what the reductions forget comes again, too") {
    Build b;
    const VarId scratch = b.variable("scratch", b.range(0, 2), Storage::durable);
    b.actor("t", ActorKind::thread, {});
    const ActorId recover = b.actor("recover", ActorKind::recover, {"again"});
    const ExprId next = b.system.pool.modulo(b.system.pool.add(b.get(scratch), b.number(1)), b.number(3));
    b.point(recover, 2, {ExprPool::yes, {b.put(scratch, next)}, 2});
    b.system.power_loss = system::PowerLoss{1, {}, recover};
    b.property("recovery", PropertyKind::recovery);
    SearchOptions options;
    options.reductions.cone = true;
    const SearchResult result = searched(b, options);
    CHECK(result.crash_images == 1);
    CHECK(text(result.properties[0].trace) ==
          "start LOSS recover:again{scratch=1} recover:again{scratch=2} recover:again{scratch=0}");
    CHECK(result.properties[0].trace->loop_start == 1);
}

TEST_CASE("states that differ only in what power loss does not read are asked once") {
    Build b;
    const Tear t = build_tear(b, 1);
    const VarId noise = b.variable("noise", b.range(0, 4));
    const ActorId daemon = b.actor("d", ActorKind::daemon, {"*spin"});
    const ExprId next = b.system.pool.modulo(b.system.pool.add(b.get(noise), b.number(1)), b.number(5));
    b.point(daemon, 2, {ExprPool::yes, {b.put(noise, next)}, 2});
    b.property("untorn", PropertyKind::crash_invariant, b.system.pool.negate(t.torn));
    const SearchResult result = searched(b);
    CHECK(result.states == 15);
    CHECK(result.crash_images == 4);
    CHECK(result.properties[0].trace->length == 1);
}

TEST_CASE("stop early meets a torn write after one fault before it searches the runs with one fault") {
    Build b;
    const Tear t = build_tear(b, 1);
    const uint32_t fault = b.fault("page_fault", std::nullopt);
    const VarId noise = b.variable("noise", b.range(0, 99));
    const ActorId daemon = b.actor("d", ActorKind::daemon, {"*spin"});
    const ExprId next = b.system.pool.modulo(b.system.pool.add(b.get(noise), b.number(1)), b.number(100));
    b.point(daemon, 2, {ExprPool::yes, {b.put(noise, next)}, 2, {fault}});
    b.property("untorn", PropertyKind::crash_invariant, b.system.pool.negate(t.torn));
    SearchOptions options;
    options.stop_early = true;
    const SearchResult result = searched(b, options);
    CHECK(result.properties[0].verdict == Verdict::violated);
    CHECK(result.properties[0].shortest);
    CHECK(result.states == 4);  // three without a fault, and with one those of one step
    CHECK(result.limit == "--stop-early: reached depth 1 with 1 fault, 4 states and 2 after power loss");
}

}  // namespace untorn::testing
