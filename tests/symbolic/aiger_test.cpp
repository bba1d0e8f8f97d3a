// AIGER files, read back and run side by side with the circuit that they were made of.
#include "checker/symbolic/aiger.h"

#include <doctest/doctest.h>

#include <random>
#include <set>

#include "checker/symbolic/encode.h"
#include "tests/explicit/random_system.h"
#include "tests/symbolic/aiger_reader.h"

namespace untorn::checker::symbolic {

namespace {

/// The circuit as AIGER has to run it.
class Plain {
 public:
    explicit Plain(const TransitionCircuit& system) : system_(system), values_(system.circuit) {}

    /// Takes an initial state if the inputs choose one and none was taken; else makes the move if it is possible.
    void step(const std::vector<bool>& initial_inputs, const std::vector<bool>& inputs) {
        set(inputs);
        for (size_t i = 0; i < initial_inputs.size(); ++i) values_.set(system_.initial_inputs[i], initial_inputs[i]);
        values_.evaluate();
        if (state.empty()) {
            if (!values_[system_.initial_possible]) return;
            for (const Latch& latch : system_.latches) state.push_back(values_[latch.initial]);
            return;
        }
        if (!values_[system_.possible]) return;
        for (size_t i = 0; i < state.size(); ++i) state[i] = values_[system_.latches[i].next];
    }
    bool bad(size_t i, const std::vector<bool>& inputs) {
        if (state.empty()) return false;
        set(inputs);
        values_.evaluate();
        return values_[system_.bads[i].happens];
    }

    std::vector<bool> state;  ///< empty: not yet begun

 private:
    void set(const std::vector<bool>& inputs) {
        for (size_t i = 0; i < state.size(); ++i) values_.set(system_.latches[i].current, state[i]);
        for (size_t i = 0; i < inputs.size(); ++i) values_.set(system_.step_inputs[i], inputs[i]);
    }

    const TransitionCircuit& system_;
    CircuitValues values_;
};

std::vector<bool> random_bits(size_t count, std::mt19937& random) {
    std::vector<bool> bits;
    for (size_t i = 0; i < count; ++i) bits.push_back(random() % 2 == 0);
    return bits;
}

}  // namespace

TEST_CASE("an AIGER file runs as the circuit does, in both formats, whatever the initial states are") {
    size_t fixed = 0, open = 0, moves = 0, happened = 0;
    for (uint32_t seed = 0; seed < 60; ++seed) {
        CAPTURE(seed);
        testing::RandomSystem make(seed);
        const Encoding encoding(make.make());
        const TransitionCircuit& system = encoding.transition();
        std::vector<NamedBad> bads;
        for (uint32_t i = 0; i < system.bads.size(); ++i) bads.push_back({i, "bad"});
        for (AigerFormat format : {AigerFormat::binary, AigerFormat::ascii}) {
            testing::AigerReader file(aiger(system, bads, format));
            REQUIRE(file.bads() == bads.size());
            const bool is_fixed = file.latches() == system.latches.size();
            ++(is_fixed ? fixed : open);
            REQUIRE(file.inputs() == system.step_inputs.size() + (is_fixed ? 0 : system.initial_inputs.size()));
            std::set<std::string> names;
            for (const std::string& symbol : file.symbols()) names.insert(symbol.substr(symbol.find(' ')));
            CHECK(names.size() == file.latches() + bads.size());
            Plain plain(system);
            std::mt19937 random(seed);
            if (is_fixed) {  // it begins in its initial state
                CircuitValues values(system.circuit);
                values.evaluate();
                for (const Latch& latch : system.latches) plain.state.push_back(values[latch.initial]);
            }
            for (int step = 0; step < 200; ++step) {
                const auto inputs = random_bits(system.step_inputs.size(), random);
                const auto initial = random_bits(system.initial_inputs.size(), random);
                std::vector<bool> all = inputs;
                if (!is_fixed) all.insert(all.end(), initial.begin(), initial.end());
                file.set(all);
                for (size_t i = 0; i < bads.size(); ++i) {
                    const bool bad = plain.bad(i, inputs);
                    REQUIRE(file.bad(i) == bad);
                    happened += bad;
                }
                const std::vector<bool> before = plain.state;
                plain.step(initial, inputs);
                file.step();
                moves += before != plain.state;
                for (size_t i = 0; i < plain.state.size(); ++i) REQUIRE(file.latch(i) == plain.state[i]);
            }
        }
    }
    CHECK(fixed > 10);
    CHECK(open > 10);
    CHECK(moves > 500);
    CHECK(happened > 500);
}

}  // namespace untorn::checker::symbolic
