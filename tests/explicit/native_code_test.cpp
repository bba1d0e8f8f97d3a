// Native code against the interpreter: every record of every state, every property.
#include "checker/explicit/native_code.h"

#include <set>

#include "checker/explicit/interpreted_code.h"
#include "checker/explicit/machine.h"
#include "tests/explicit/awb.h"
#include "tests/explicit/random_system.h"
#include "tests/explicit/state_code.h"
#include "tools/cli/runs.h"

namespace untorn::testing {

using checker::InterpretedCode;
using checker::Layout;
using checker::Machine;
using checker::NativeProgram;
using checker::Program;
using checker::Tag;

namespace {

/// What the init step leads to.
std::vector<PackedState> initial_states(const Program& program, const Layout& layout) {
    std::vector<PackedState> states;
    const std::vector<int64_t> cells = program.cells.first_values();
    Machine machine(program);
    machine.begin(cells.data());
    for (const checker::Instance& instance : program.init) {
        if (machine(instance.guard) == 0 || machine.failing(instance) != nullptr) continue;
        std::vector<Machine::Write> writes;
        machine.writes(instance, writes);
        PackedState state(layout.words());
        layout.pack(cells.data(), state.data());
        for (const Machine::Write& write : writes) layout.set(state.data(), write.cell, write.value);
        states.push_back(state);
    }
    return states;
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
    std::vector<PackedState> queue = initial_states(program, layout);
    std::set<PackedState> known(queue.begin(), queue.end());
    for (size_t at = 0; at < queue.size() && at < limit; ++at) {
        const PackedState state = queue[at];
        CAPTURE(at);
        const Comparison result = compare_codes(plain, *native, program, layout, state);
        REQUIRE(result.difference == "");
        const PackedState& found = result.records;
        ++tally.states;
        if (!result.thrown.empty()) ++tally.thrown;
        for (size_t r = 0; r < found.size(); r += layout.words() + 1) {
            const Tag tag{found[r + layout.words()]};
            ++tally.records;
            if (tag.fails()) ++tally.failures;
            if (tag.faults() > 0) ++tally.faults;
            const PackedState next(found.begin() + static_cast<ptrdiff_t>(r),
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
    build_awb(b, {3, 2, 1, false, false});
    Tally tally;
    if (!compare(b.finish(), SIZE_MAX, tally)) return;
    CHECK(tally.states == 136523);
    CHECK(tally.records == 333605);
    CHECK(tally.interpreted == 0);
}

}  // namespace untorn::testing
