// Native code against the interpreter: every record of every state, every property.
#include "checker/explicit/native_code.h"

#include <set>

#include "checker/explicit/interpreted_code.h"
#include "checker/explicit/limits.h"
#include "checker/explicit/machine.h"
#include "tests/explicit/awb.h"
#include "tests/explicit/random_system.h"
#include "tools/cli/runs.h"

namespace untorn::testing {

using checker::InterpretedCode;
using checker::Layout;
using checker::Machine;
using checker::NativeProgram;
using checker::Program;
using checker::StateCode;
using checker::Tag;

namespace {

Layout layout_of(const Program& program) {
    Layout layout;
    for (uint32_t cell = 0; cell < program.cells.size(); ++cell)
        if (program.changing[cell]) layout.add(cell, program.cells[cell].lo, program.cells[cell].size);
    return layout;
}

using State = std::vector<uint64_t>;

/// What the init step leads to.
std::vector<State> initial_states(const Program& program, const Layout& layout) {
    std::vector<State> states;
    const std::vector<int64_t> cells = program.cells.first_values();
    Machine machine(program);
    machine.begin(cells.data());
    for (const checker::Instance& instance : program.init) {
        if (machine(instance.guard) == 0 || machine.failing(instance) != nullptr) continue;
        std::vector<Machine::Write> writes;
        machine.writes(instance, writes);
        State state(layout.words());
        layout.pack(cells.data(), state.data());
        for (const Machine::Write& write : writes) layout.set(state.data(), write.cell, write.value);
        states.push_back(state);
    }
    return states;
}

/// The records of a state, or what was thrown.
std::string records(StateCode& code, const Program& program, const Layout& layout, const State& state, State& into) {
    into.assign(checker::most_enabled(program) * (layout.words() + 1), 0);
    try {
        const uint64_t* end = code.successors(state.data(), into.data());
        into.resize(static_cast<size_t>(end - into.data()));
    } catch (const checker::BrokenRule& broken) {
        into.clear();
        return broken.what;
    }
    return {};
}

struct Tally {
    size_t states = 0, records = 0, failures = 0, faults = 0, thrown = 0;
    size_t instances = 0, interpreted = 0, properties = 0, interpreted_properties = 0;
};

/// Explores from the initial states with both, at most `limit` states. False where there is no native code.
bool compare(const system::System& system, size_t limit, Tally& tally) {
    const Program program(system);
    const Layout layout = layout_of(program);
    InterpretedCode plain(program, layout);
    const auto native_program = NativeProgram::make(program, layout);
    if (!native_program) return false;
    tally.instances += program.instances.size();
    tally.interpreted += native_program->interpreted_instances();
    tally.properties += program.properties.size();
    tally.interpreted_properties += native_program->interpreted_properties();
    const auto native = checker::make_native_code(native_program, program, layout);
    std::vector<State> queue = initial_states(program, layout);
    std::set<State> known(queue.begin(), queue.end());
    State expected, found;
    for (size_t at = 0; at < queue.size() && at < limit; ++at) {
        const State state = queue[at];
        CAPTURE(at);
        const std::string wrong = records(plain, program, layout, state, expected);
        const bool same_error = wrong == records(*native, program, layout, state, found);
        REQUIRE(same_error);
        const bool same_records = expected == found;
        REQUIRE(same_records);
        for (uint32_t p = 0; p < program.properties.size(); ++p) {
            const bool same_answer = plain.holds(p, state.data()) == native->holds(p, state.data());
            REQUIRE_MESSAGE(same_answer, system.properties[p].name);
        }
        ++tally.states;
        if (!wrong.empty()) ++tally.thrown;
        for (size_t r = 0; r < found.size(); r += layout.words() + 1) {
            const Tag tag{found[r + layout.words()]};
            ++tally.records;
            if (tag.fails()) ++tally.failures;
            if (tag.faults() > 0) ++tally.faults;
            const State next(found.begin() + static_cast<ptrdiff_t>(r),
                             found.begin() + static_cast<ptrdiff_t>(r + layout.words()));
            if (known.insert(next).second) queue.push_back(next);
        }
    }
    return true;
}

/// Runs of all specifications below a folder.
Tally compare_folder(const std::string& folder, size_t limit) {
    tools::Options options;
    options.paths = {std::string(UNTORN_SOURCE_DIR "/") + folder};
    options.quiet = true;
    options.color = tools::Color::never;
    tools::Complaints complaints(options);
    const std::vector<tools::Spec> specs = tools::load_specs(options, complaints);
    Tally tally;
    tools::for_each_run(specs, complaints, [&](const tools::Spec& spec, language::Run run) {
        CAPTURE(spec.path);
        compare(run.system, limit, tally);
        return true;
    });
    CHECK(complaints.empty());
    return tally;
}

}  // namespace

TEST_CASE("native code and the interpreter agree on random systems") {
    Tally tally;
    for (uint32_t seed = 0; seed < 600; ++seed) {
        CAPTURE(seed);
        RandomSystem random(seed);
        if (!compare(random.make(), 2000, tally)) return;
    }
    CHECK(tally.states > 20000);
    CHECK(tally.records > 40000);
    CHECK(tally.failures > 1000);
    CHECK(tally.faults > 1000);
    CHECK(tally.interpreted == 0);
}

TEST_CASE("native code and the interpreter agree on the specifications of the repository") {
    for (const std::string folder : {"specs", "tests/specs"}) {
        CAPTURE(folder);
        const Tally tally = compare_folder(folder, 1500);
        if (tally.states == 0) return;
        MESSAGE(folder, ": ", tally.states, " states, ", tally.records, " records, ", tally.interpreted, " of ",
                tally.instances, " instances and ", tally.interpreted_properties, " of ", tally.properties,
                " properties interpreted");
        CHECK(tally.records > tally.states / 2);
    }
}

TEST_CASE("native code and the interpreter agree on all of the awb protocol") {
    Build b;
    build_awb(b, {3, 3, 2, false, false});
    Tally tally;
    if (!compare(b.finish(), SIZE_MAX, tally)) return;
    CHECK(tally.interpreted == 0);
}

}  // namespace untorn::testing
