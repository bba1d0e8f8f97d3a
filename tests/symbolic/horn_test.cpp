// Horn clauses of a run: Spacer says of them what the exhaustive search says of the run.
#include "checker/symbolic/horn.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "checker/answer.h"
#include "checker/symbolic/proof_obligations.h"
#include "checker/symbolic/smt_script.h"
#include "checker/symbolic/solver_check.h"
#include "tests/explicit/spec_runs.h"

namespace untorn::checker::symbolic {

using Kind = SolverAnswer::Kind;

TEST_CASE("a script becomes one clause: declarations for all, definitions inside, assertions before the head") {
    SmtScript script;
    script.comment("why");
    script.declare("|a b|", "Bool");
    script.declare("x", "(_ BitVec 2)");
    script.define("|x y|", "(_ BitVec 2)", "(bvadd x x)");
    script.define("t", "Bool", "|a b|");
    script.assume("t");
    script.assume("(= |x y| x)");
    CHECK(script.text() ==
          "; why\n(declare-const |a b| Bool)\n(declare-const x (_ BitVec 2))\n"
          "(define-fun |x y| () (_ BitVec 2) (bvadd x x))\n(define-fun t () Bool |a b|)\n"
          "(assert t)\n(assert (= |x y| x))\n");
    CHECK(script.implies("false") ==
          "(assert (forall ((|a b| Bool) (x (_ BitVec 2)))\n(let ((|x y| (bvadd x x)))\n(let ((t |a b|))\n"
          "(=> (and t (= |x y| x))\n    false)))))\n");
    CHECK(SmtScript().implies("p") == "(assert (=> true\n    p))\n");
}

// Spacer does not answer every question in a second, on a loaded machine fewer; what it answers must be right.
TEST_CASE("Spacer answers the Horn clauses of small runs as the exhaustive search does") {
    SearchOptions how;
    how.max_states = 12;
    size_t hold = 0, violated = 0;
    testing::for_each_spec_run({"specs/litmus"}, [&](const std::string& name, const system::System& system) {
        CAPTURE(name);
        const auto searched = answer(system, how);
        REQUIRE(std::holds_alternative<SearchResult>(searched));
        if (!std::get<SearchResult>(searched).exhaustive) return;
        if (hold + violated >= 40) return;
        const Program program(system);
        for (const PropertyResult& property : std::get<SearchResult>(searched).properties) {
            if (!provable_by_invariant(system, property.property)) continue;
            const auto kind = system.properties[property.property].kind;
            const bool cover = kind == system::PropertyKind::cover || kind == system::PropertyKind::crash_cover;
            const bool holds = (property.verdict == Verdict::holds) != cover;
            const SolverAnswer said =
                ask_z3(horn_clauses(program, std::span(&property.property, 1)), nullptr, 1, "HORN");
            if (said.kind == Kind::unknown) continue;
            CHECK_MESSAGE(said.kind == (holds ? Kind::sat : Kind::unsat),
                          system.properties[property.property].name << ": " << said.detail);
            ++(holds ? hold : violated);
        }
    });
    CHECK(hold > 0);
    CHECK(violated > 0);
}

TEST_CASE("a run without anything that changes has Horn clauses, too") {
    // The predicate has no arguments then, or none but a program counter.
    SmtScript reached;
    reached.assume("|is reached|");
    CHECK(ask_z3("(set-logic HORN)\n(declare-fun |is reached| () Bool)\n" + SmtScript().implies("|is reached|") +
                     reached.implies("false") + "(check-sat)\n",
                 nullptr, 0, "HORN")
              .kind == Kind::unsat);
}

}  // namespace untorn::checker::symbolic
