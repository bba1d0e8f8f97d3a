// untorn_proof_bench check [OPTIONS] FILE: what `untorn check --engine pdr` does for one run, with its time in parts,
// as one line of JSON: what Z3 took to check the proofs, and everything else (reading, encoding, PDR and the check by a
// fresh CaDiCaL). CPU seconds. The exit status is 0 if every property holds, 3 if not.
#include <fmt/core.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "checker/symbolic/pdr_engine.h"
#include "tools/cli/runs.h"

namespace untorn::bench {

namespace {

using checker::symbolic::MakeSolver;
using checker::symbolic::SatSolver;

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Adds the time until it goes out of scope.
class Clock {
 public:
    explicit Clock(double& sum) : sum_(sum), begin_(cpu_seconds()) {}
    ~Clock() { sum_ += cpu_seconds() - begin_; }
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;

 private:
    double& sum_;
    double begin_;
};

/// A solver whose time is summed up.
class Timed final : public SatSolver {
 public:
    Timed(const MakeSolver& make, double& sum) : sum_(sum) {
        const Clock clock(sum_);
        inner_ = make();
    }
    ~Timed() override {
        const Clock clock(sum_);
        inner_.reset();
    }
    int new_variable() override {
        const Clock clock(sum_);
        return inner_->new_variable();
    }
    void add_clause(std::span<const int> literals) override {
        const Clock clock(sum_);
        inner_->add_clause(literals);
    }
    Answer solve(std::span<const int> assumptions) override {
        const Clock clock(sum_);
        return inner_->solve(assumptions);
    }
    bool value(int literal) override { return inner_->value(literal); }
    bool needed(int assumption) override { return inner_->needed(assumption); }
    void interrupt_with(const std::atomic<bool>* flag) override { inner_->interrupt_with(flag); }

 private:
    double& sum_;
    std::unique_ptr<SatSolver> inner_;
};

/// N of `proved by pdr, N lemmas`.
uint64_t lemmas(const std::string& how) {
    const size_t comma = how.find(", ");
    return comma == std::string::npos ? 0 : std::stoull(how.substr(comma + 2));
}

int measure(const system::System& system, const tools::Options& options) {
    double z3 = 0;
    checker::SearchOptions how;
    how.seconds = options.seconds;
    const auto found = checker::symbolic::answer_by_pdr(system, how, checker::symbolic::make_cadical, [&] {
        return std::make_unique<Timed>(checker::symbolic::make_z3, z3);
    });
    const auto* result = std::get_if<checker::SearchResult>(&found);
    uint64_t most = 0;
    bool holds = result != nullptr;
    if (result != nullptr) {
        for (const checker::PropertyResult& property : result->properties) {
            holds = holds && property.verdict == checker::Verdict::holds;
            most = std::max(most, lemmas(property.how));
        }
    }
    nlohmann::ordered_json line{{"holds", holds},
                                {"lemmas", most},
                                {"z3_seconds", z3},
                                {"other_seconds", cpu_seconds() - z3},
                                {"reached", result != nullptr ? result->reached : "inconsistency"}};
    fmt::print("{}\n", line.dump());
    return holds ? 0 : 3;
}

int run(int argc, const char* const* argv) {
    const tools::Parsed parsed = tools::parse_options(argc, argv);
    if (!parsed.options || parsed.options->command != tools::Command::check) {
        fmt::print(stderr, "{}untorn_proof_bench: give the arguments of untorn check\n", parsed.text);
        return 2;
    }
    int status = 2;
    tools::Complaints complaints(*parsed.options);
    const auto specs = tools::load_specs(*parsed.options, complaints);
    if (!tools::demand_one_run(specs, complaints, "one run is measured")) return status;
    tools::for_each_run(specs, complaints, [&](const tools::Spec&, const language::Run& one) {
        status = measure(one.system, *parsed.options);
        return true;
    });
    return complaints.empty() ? status : 2;
}

}  // namespace

}  // namespace untorn::bench

int main(int argc, char** argv) { return untorn::bench::run(argc, argv); }
