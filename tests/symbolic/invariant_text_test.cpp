// Invariants as text: what is written is read back as the same, and clauses over latches say what their conjuncts say.
#include "checker/symbolic/invariant_text.h"

#include <doctest/doctest.h>

#include <random>

#include "tests/explicit/spec_runs.h"

namespace untorn::checker::symbolic {

namespace {

Clause random_clause(const TransitionCircuit& transition, std::mt19937& random) {
    Clause clause;
    for (size_t i = 1 + random() % 5; i > 0; --i)
        clause.push_back({static_cast<uint32_t>(random() % transition.latches.size()), random() % 2 == 0});
    std::ranges::sort(clause);
    clause.erase(
        std::unique(clause.begin(), clause.end(), [](const auto& a, const auto& b) { return a.latch == b.latch; }),
        clause.end());
    return clause;
}

/// A well-formed state: a random value for each cell.
std::vector<int64_t> random_cells(const system::System& system, std::mt19937& random) {
    const Cells layout(system);
    std::vector<int64_t> cells;
    for (size_t cell = 0; cell < layout.size(); ++cell)
        cells.push_back(layout[cell].lo + static_cast<int64_t>(random() % layout[cell].size));
    return cells;
}

/// By what each latch stands for.
bool holds_of(const system::System& system, const OneHot& circuit, const Clause& clause,
              const std::vector<int64_t>& cells, int64_t losses) {
    const Cells layout(system);
    return std::ranges::any_of(clause, [&](const LatchValue& part) {
        const OneHot::Meaning meaning = circuit.meaning(part.latch);
        const auto code =
            static_cast<uint64_t>(meaning.cell == no_cell ? losses : cells[meaning.cell] - layout[meaning.cell].lo);
        const bool set = meaning.of_value ? code == meaning.number : (code >> meaning.number & 1) != 0;
        return set == part.value;
    });
}

}  // namespace

TEST_CASE("invariants: what is written is read back; clauses and conjuncts say the same of every state") {
    std::mt19937 random(3);
    size_t compared = 0;
    testing::for_each_spec_run({"specs/litmus", "tests/specs/classic"}, [&](const std::string& name,
                                                                            const system::System& system) {
        CAPTURE(name);
        const Encoding encoding(system);
        const OneHot circuit(encoding);
        if (circuit.transition().latches.empty()) return;
        const InvariantText text(system);
        std::vector<Clause> made;
        for (int i = 0; i < 40; ++i) made.push_back(random_clause(circuit.transition(), random));
        const std::vector<Conjunct> invariant = conjuncts(system, circuit, made);
        const std::string written = text.write(invariant);
        const auto again = text.read(written);
        if (const auto* error = std::get_if<InvariantError>(&again))
            FAIL_CHECK(error->line << ": " << error->message);
        else
            CHECK(std::get<0>(again) == invariant);
        for (const Clause& said : made) {
            const std::vector<Conjunct> one = conjuncts(system, circuit, std::span(&said, 1));
            const int64_t losses =
                system.power_loss
                    ? static_cast<int64_t>(random() % static_cast<uint64_t>(system.power_loss->budget + 1))
                    : 0;
            for (int i = 0; i < 5; ++i) {
                const std::vector<int64_t> cells = random_cells(system, random);
                std::vector<bool> latches;
                // Cells that never change have one value only.
                std::vector<int64_t> fitting = encoding.cells(std::vector<bool>(encoding.transition().latches.size()));
                for (const Latch& latch : encoding.transition().latches)
                    if (latch.cell != no_cell) fitting[latch.cell] = cells[latch.cell];
                REQUIRE(encoding.latches(fitting, static_cast<uint64_t>(losses), latches));
                const bool expected = holds_of(system, circuit, said, fitting, losses);
                const bool all = std::ranges::all_of(one, [&](const Conjunct& c) { return holds(c, fitting, losses); });
                CHECK(all == expected);
                for (const Conjunct& conjunct : one) {
                    const auto back = clause(system, circuit, conjunct);
                    if (!back) continue;
                    CHECK(holds_of(system, circuit, *back, fitting, losses) == expected);
                    ++compared;
                }
            }
        }
    });
    CHECK(compared > 1000);
}

TEST_CASE("invariants: what is no statement about the system is an error with its line") {
    size_t tried = 0;
    testing::for_each_spec_run(
        {"specs/litmus/dma+overwrite.untorn"}, [&](const std::string&, const system::System& system) {
            const InvariantText text(system);
            for (const auto& [line, message] : {std::pair{"lemma a: nonsense;", "no statement"},
                                                {"lemma a: folio.dirt == true;", "no variable"},
                                                {"lemma a: folio.lock == nobody;", "no such value"},
                                                {"lemma a: at(nobody, 3);", "no such actor"},
                                                {"lemma a: folio.dirty", "expected `lemma"},
                                                {"folio.dirty;", "expected `lemma"}}) {
                const auto read = text.read(std::string("// a comment\n\n") + line + "\n");
                REQUIRE(std::holds_alternative<InvariantError>(read));
                CHECK(std::get<InvariantError>(read).line == 3);
                CHECK(std::get<InvariantError>(read).message.find(message) != std::string::npos);
                ++tried;
            }
            CHECK(std::get<0>(text.read("")).empty());
        });
    CHECK(tried > 0);
}

}  // namespace untorn::checker::symbolic
