// Proofs of the repository's specifications: every obligation is discharged, and what PDR says is what the exhaustive
// search says.
#include "checker/symbolic/prove.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "checker/answer.h"
#include "tests/explicit/spec_runs.h"

namespace untorn::checker::symbolic {

namespace {

std::vector<uint32_t> provable_properties(const system::System& system) {
    std::vector<uint32_t> found;
    for (uint32_t p = 0; p < system.properties.size(); ++p)
        if (provable(system, p)) found.push_back(p);
    return found;
}

}  // namespace

TEST_CASE("proofs agree with the exhaustive search, and every obligation is discharged") {
    const char* folders = std::getenv("UNTORN_PROVE");
    size_t proved = 0;
    testing::for_each_spec_run(
        {folders ? folders : "specs/litmus"}, [&](const std::string& name, const system::System& system) {
            CAPTURE(name);
            const auto properties = provable_properties(system);
            const auto started = std::chrono::steady_clock::now();
            const auto result = prove(system, properties, {});
            if (std::getenv("UNTORN_PROVE_TIME"))
                printf("%s %.2f\n", name.c_str(),
                       std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count()),
                    fflush(stdout);
            if (const auto* bad = std::get_if<Inconsistency>(&result)) {
                FAIL_CHECK(bad->what);
                return;
            }
            const Proof& proof = std::get<Proof>(result);
            CHECK(proof.limit.empty());
            SearchOptions how;
            how.max_states = 3000000;
            const auto searched = answer(system, how);
            REQUIRE(std::holds_alternative<SearchResult>(searched));
            for (const PropertyResult& property : std::get<SearchResult>(searched).properties) {
                const auto kind = system.properties[property.property].kind;
                const bool cover = kind == system::PropertyKind::cover || kind == system::PropertyKind::crash_cover;
                const bool holds = (property.verdict == Verdict::holds) != cover;
                const bool in = std::ranges::find(proof.proved, property.property) != proof.proved.end();
                if (!provable(system, property.property) || property.verdict == Verdict::undecided) continue;
                CHECK_MESSAGE(in == holds, system.properties[property.property].name);
                proved += in ? 1 : 0;
            }
        });
    CHECK(proved > 0);
}

}  // namespace untorn::checker::symbolic
