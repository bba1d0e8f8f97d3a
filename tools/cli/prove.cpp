#include "tools/cli/prove.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "checker/symbolic/invariant_text.h"
#include "checker/symbolic/prove.h"
#include "checker/symbolic/ranking_text.h"
#include "tools/cli/certificate.h"
#include "tools/cli/check.h"
#include "tools/cli/exit_status.h"
#include "tools/cli/grid.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/machine.h"
#include "tools/cli/outcome_replay.h"
#include "tools/cli/output.h"
#include "tools/cli/report.h"
#include "tools/cli/runs.h"
#include "tools/cli/solver_checks.h"

namespace untorn::tools {

using checker::Inconsistency;
using checker::symbolic::Conjunct;
using checker::symbolic::InvariantError;
using checker::symbolic::InvariantText;
using checker::symbolic::LemmaAnswer;
using checker::symbolic::Obligation;
using checker::symbolic::OutcomeClaim;
using checker::symbolic::Proof;
using checker::symbolic::RankingText;

namespace {

/// What is said of a property that is left to `untorn check`.
std::string not_asked(const system::Property& property, const std::string& why) {
    return fmt::format("{} ({}): {}; see untorn check", property.name, system::name(property.kind), why);
}

/// What is there to be reached: a proof of it says that it is not, or not in both ways.
bool is_to_be_reached(system::PropertyKind kind) { return is_cover(kind) || kind == system::PropertyKind::sometimes; }

/// The properties to prove: those named, or all that can be proved but those that are there to be reached.
std::vector<uint32_t> choose_properties(const Options& options, const system::System& system, Complaints& complaints,
                                        Output& out) {
    std::vector<std::string> names;
    for (const system::Property& property : system.properties)
        if (property.kind != system::PropertyKind::antecedent) names.push_back(property.name);
    for (const system::Lemma& lemma : system.lemmas) names.push_back(lemma.name);
    for (const std::string& name : options.properties) {
        if (std::ranges::count(names, name) > 0) continue;
        const std::string near = language::nearest(name, names);
        complaints.add(fmt::format("--property {}: this run has no such property{}", name,
                                   near.empty() ? "" : "; did you mean " + near + "?"));
    }
    std::vector<uint32_t> chosen;
    for (uint32_t p = 0; p < system.properties.size(); ++p) {
        const system::Property& property = system.properties[p];
        if (property.kind == system::PropertyKind::antecedent) continue;
        const bool named = std::ranges::count(options.properties, property.name) > 0;
        if (!options.properties.empty() && !named) continue;
        if (!checker::symbolic::provable(system, p)) {
            const std::string why = not_asked(property, "no inductive invariant can prove it");
            if (named)
                complaints.add(why);
            else if (!options.quiet)
                out.write(fmt::format("  not asked  {}\n", why));
        } else if (named || !is_to_be_reached(property.kind)) {
            chosen.push_back(p);
        }
    }
    return chosen;
}

/// The lemmas to prove: those named, or all.
std::vector<uint32_t> choose_lemmas(const Options& options, const system::System& system) {
    std::vector<uint32_t> chosen;
    for (uint32_t lemma = 0; lemma < system.lemmas.size(); ++lemma)
        if (options.properties.empty() || std::ranges::count(options.properties, system.lemmas[lemma].name) > 0)
            chosen.push_back(lemma);
    return chosen;
}

std::string read_text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) throw InputError(fmt::format("{}: cannot be read", path));
    return std::move(text).str();
}

std::vector<Conjunct> read_lemmas(const std::string& path, const system::System& system) {
    std::error_code error;
    if (path.empty() || !std::filesystem::exists(path, error)) return {};
    auto read = InvariantText(system).read(read_text(path));
    if (const auto* problem = std::get_if<InvariantError>(&read))
        throw InputError(fmt::format("{}:{}: {}", path, problem->line, problem->message));
    return std::move(std::get<0>(read));
}

/// One run being proved.
class Proving {
 public:
    Proving(const Options& options, const std::atomic<bool>& interrupted, const Spec& spec, const language::Run& run,
            Complaints& complaints, Output& out)
        : options_(options),
          interrupted_(interrupted),
          spec_(spec),
          run_(run),
          system_(run.system),
          complaints_(complaints),
          out_(out) {}

    int work() {
        out_.write(label(spec_.path, run_.config) + "\n");
        const std::vector<uint32_t> properties = choose_properties(options_, system_, complaints_, out_);
        const std::vector<uint32_t> lemmas = choose_lemmas(options_, system_);
        if (!complaints_.empty()) return exit_input;
        if (properties.empty() && lemmas.empty()) {
            complaints_.add("nothing to prove");
            return exit_input;
        }
        Line line(!options_.quiet);
        checker::symbolic::ProveOptions how;
        how.seconds = options_.seconds;
        how.memory = options_.memory_bytes.value_or(default_memory_limit());
        how.interrupt = &interrupted_;
        how.candidates = read_lemmas(options_.lemmas, system_);
        if (options_.max_steps != 0) how.max_steps = options_.max_steps;
        how.threads = solver_threads(options_.threads);
        how.progress = [&](const checker::symbolic::PdrProgress& now) {
            const std::string frames = now.frames == 0 ? "" : fmt::format("{} frames, ", now.frames);
            line.show(fmt::format("{}{} lemmas, {} queries", frames, now.lemmas, now.queries));
        };
        how.shrinking = [&](size_t done, size_t of) {
            line.show(fmt::format("which lemmas can be left out: {} of {} tried", done, of));
        };
        how.checking = [&](size_t done, size_t of) {
            line.show(fmt::format("Z3 has checked {} of {} obligations", done, of));
        };
        const auto found = checker::symbolic::prove(system_, properties, lemmas, how);
        line.erase();
        if (const auto* inconsistency = std::get_if<Inconsistency>(&found)) {
            fmt::print(stderr, "untorn: INCONSISTENT: {}; please report it with the specification\n",
                       inconsistency->what);
            return exit_inconsistent;
        }
        return report(std::get<Proof>(found), properties);
    }

 private:
    std::vector<std::string> names(const std::vector<uint32_t>& properties) const {
        std::vector<std::string> found;
        for (const uint32_t p : properties) found.push_back(system_.properties[p].name);
        return found;
    }
    std::vector<std::string> lemma_names(const std::vector<uint32_t>& lemmas) const {
        std::vector<std::string> found;
        for (const uint32_t lemma : lemmas) found.push_back(system_.lemmas[lemma].name);
        return found;
    }
    std::string kind(uint32_t lemma) const { return system_.lemmas[lemma].after_loss ? "crash lemma" : "lemma"; }

    /// Of lemmas that are not inductive together with the others: why, and of false ones a run. The exit status.
    int report(const std::vector<LemmaAnswer>& answers) {
        int status = exit_ok;
        for (const LemmaAnswer& answer : answers) {
            if (answer.known == LemmaAnswer::Known::violated) {
                status = exit_unexpected;
                out_.write(fmt::format("  violated   {} ({}): {}, {}{}\n", system_.lemmas[answer.lemma].name,
                                       kind(answer.lemma), plural(answer.trace->faults, "fault"),
                                       plural(answer.trace->length, "step"),
                                       answer.shortest ? "" : "; not shown to be the shortest"));
                if (!options_.quiet) show(answer.lemma, *answer.trace, "(start)", "VIOLATED");
            } else if (answer.known != LemmaAnswer::Known::inductive && !options_.quiet) {
                explain(answer);
            }
        }
        return status;
    }

    void show(uint32_t number, const checker::Trace& trace, const std::string& start, const std::string& what) {
        const system::Lemma& lemma = system_.lemmas[number];
        GridOptions how;
        how.style = Style::choose(options_.color, STDOUT_FILENO);
        how.width = output_width(STDOUT_FILENO, options_.width);
        how.start = start;
        how.ending = fmt::format("{} {}", lemma.name, what);
        how.ending_place = system_.files[lemma.span.file].place(lemma.span.begin);
        out_.write(grid(trace, system_, how));
    }

    /// The counterexample to induction.
    void explain(const LemmaAnswer& answer) {
        const std::string name = fmt::format("{} ({})", system_.lemmas[answer.lemma].name, kind(answer.lemma));
        if (!answer.lacks) {
            out_.write(
                fmt::format("  not inductive  {}: kept by every step where all lemmas hold, but some of those "
                            "are not inductive\n",
                            name));
            return;
        }
        const checker::symbolic::CounterexampleToInduction& lacks = *answer.lacks;
        out_.write(
            fmt::format("  not inductive  {}: all lemmas hold in this state, and it does not hold after the "
                        "step; what is not shown does not matter\n",
                        name));
        if (lacks.losses > 0)
            out_.write(fmt::format("    after {}\n",
                                   lacks.losses == 1 ? "a power loss" : fmt::format("{} power losses", lacks.losses)));
        for (const std::string& place : lacks.places) out_.write(fmt::format("    {}\n", place));
        checker::Trace two;
        checker::TraceStep state;
        state.kind = checker::TraceStep::Kind::initial;
        state.changed = lacks.values;
        two.steps = {state, lacks.step};
        show(answer.lemma, two, "(a state)", "FAILS");
        if (answer.known == LemmaAnswer::Known::proved)
            out_.write("    no such state is ever reached: proved by an invariant of more than the lemmas\n");
        else
            out_.write(fmt::format("    no such state is reached within {}; another lemma may exclude it\n",
                                   plural(answer.not_within, "step")));
    }

    int report(const Proof& proof, const std::vector<uint32_t>& properties) {
        int status = report(proof.lemmas);
        for (const uint32_t p : proof.violated) {
            const system::Property& property = system_.properties[p];
            const bool reached = is_to_be_reached(property.kind), known = is_expected(p, reached);
            out_.write(fmt::format("  {}  {}{}\n", reached ? "reached  " : "violated ", property.name,
                                   known ? ", as expected" : ": untorn check shows the shortest run"));
            if (!known) status = worse(status, exit_unexpected);
        }
        status = worse(status, report_unranked(proof));
        if (!proof.limit.empty()) return undecided(proof, properties, status);
        keep_learnt(proof);
        const checker::symbolic::ProofLemmas lemmas = checker::symbolic::proof_lemmas(proof);
        std::vector<std::string> proved, refuted;
        for (const uint32_t p : proof.proved) {
            if (const std::string how = violated_by_proof(proof, p); how.empty()) {
                proved.push_back(system_.properties[p].name);
            } else {
                refuted.push_back(fmt::format("{} ({})", system_.properties[p].name, how));
                const bool asked = is_to_be_reached(system_.properties[p].kind) || is_expected(p, false);
                if (!asked) status = worse(status, exit_unexpected);
            }
        }
        for (const LemmaAnswer& answer : proof.lemmas)
            if (answer.known == LemmaAnswer::Known::inductive || answer.known == LemmaAnswer::Known::proved)
                proved.push_back(system_.lemmas[answer.lemma].name);
        if (proved.empty() && refuted.empty()) return status;
        Certificate certificate;
        certificate.spec = spec_.path;
        certificate.config = run_.config;
        certificate.properties = names(proof.proved);
        for (const OutcomeClaim& claim : proof.outcomes)
            certificate.outcomes[system_.properties[claim.property].name] = word(claim);
        if (proof.outcome) certificate.outcome = outcome_text(*proof.outcome);
        certificate.lemmas = lemma_names(lemmas.in_invariant);
        certificate.shown_lemmas = lemma_names(lemmas.shown);
        certificate.invariant = header() + lemma_legend(proof) + InvariantText(system_).write(proof.invariant);
        const checker::Program program(system_);
        const std::string rankings = RankingText(program).write(proof.rankings);
        if (!proof.rankings.empty()) certificate.rankings = ranking_header() + rankings;
        certificate.obligations = proof.obligations;
        std::string solvers = checker::symbolic::z3_version();
        if (!options_.certificate.empty()) {
            write_certificate(options_.certificate, certificate);
            Checks checks(options_, interrupted_, out_);
            checks.ask(proof.obligations, options_.certificate, false);
            if (checks.status() == exit_unexpected) return exit_inconsistent;
            if (checks.status() != exit_ok) return checks.status();
            if (!checks.cvc5().empty()) solvers += " and " + checks.cvc5();
        }
        if (!proved.empty()) out_.write(fmt::format("  holds (proved)  {}\n", fmt::join(proved, ", ")));
        if (!refuted.empty()) out_.write(fmt::format("  violated (proved)  {}\n", fmt::join(refuted, ", ")));
        if (proof.outcome) report_outcome(*proof.outcome);
        const size_t used = lemmas.in_invariant.size();
        out_.write(fmt::format("  invariant: {}{}; {}, unsatisfiable according to {}\n",
                               plural(proof.invariant.size() + used, "lemma"),
                               used == 0 ? "" : fmt::format(" ({} of the specification)", used),
                               plural(proof.obligations.size(), "obligation"), solvers));
        report_rankings(proof);
        if (options_.certificate.empty()) {
            if (!options_.quiet)
                out_.write(indented(lemma_legend(proof) + InvariantText(system_).write(proof.invariant) + rankings));
        } else {
            out_.write(fmt::format("  certificate: {}; check it with untorn certify\n", options_.certificate));
        }
        return status;
    }

    /// Progress that was not looked at, or not proved.
    int report_unranked(const Proof& proof) {
        int status = exit_ok;
        for (const checker::symbolic::Unranked& one : proof.unranked) {
            const system::Property& property = system_.properties[one.property];
            if (one.given_up || std::ranges::count(options_.properties, property.name) > 0) {
                out_.write(fmt::format("  undecided  {} ({})\n", property.name, one.why));
                status = exit_undecided;
            } else if (!options_.quiet) {
                out_.write(fmt::format("  not asked  {}\n", not_asked(property, one.why)));
            }
        }
        return status;
    }

    void report_rankings(const Proof& proof) {
        std::vector<std::string> found;
        for (const checker::symbolic::Ranking& ranking : proof.rankings)
            found.push_back(fmt::format("{} ({})", system_.properties[ranking.property].name,
                                        plural(ranking.levels.size(), "level")));
        if (found.empty()) return;
        out_.write(fmt::format("  rankings: {}\n", fmt::join(found, ", ")));
        if (proof.no_fair_run) out_.write("  no fair run: what holds of progress, holds of nothing\n");
    }

    bool is_expected(uint32_t property, bool holds) const {
        const auto expected = run_.expected.find(system_.properties[property].name);
        if (expected == run_.expected.end()) return false;
        const auto kind = expected->second.kind;
        return kind == (holds ? language::Expected::Kind::holds : language::Expected::Kind::violated);
    }

    /// How a property that was proved is violated; empty: it holds.
    std::string violated_by_proof(const Proof& proof, uint32_t property) const {
        const system::PropertyKind kind = system_.properties[property].kind;
        if (is_cover(kind)) return "not reached";
        const auto claim = std::ranges::find(proof.outcomes, property, &OutcomeClaim::property);
        if (claim == proof.outcomes.end() || (kind == system::PropertyKind::always && claim->every)) return "";
        return std::string(word(*claim));
    }

    void report_outcome(const checker::Outcome& outcome) {
        out_.write(fmt::format("  an outcome exists: {}, {}, executed by the reference evaluator\n",
                               plural(outcome.witness.faults, "fault"), plural(outcome.witness.length, "step")));
        if (options_.quiet || !options_.certificate.empty()) return;
        GridOptions how;
        how.style = Style::choose(options_.color, STDOUT_FILENO);
        how.width = output_width(STDOUT_FILENO, options_.width);
        out_.write(grid(outcome.witness, system_, how));
    }

    int undecided(const Proof& proof, const std::vector<uint32_t>& properties, int status) {
        std::vector<uint32_t> open;
        for (const uint32_t p : properties)
            if (std::ranges::find(proof.violated, p) == proof.violated.end() &&
                std::ranges::find(proof.unranked, p, &checker::symbolic::Unranked::property) == proof.unranked.end())
                open.push_back(p);
        std::vector<std::string> open_names = names(open);
        for (const LemmaAnswer& answer : proof.lemmas)
            if (answer.known != LemmaAnswer::Known::violated) open_names.push_back(system_.lemmas[answer.lemma].name);
        out_.write(fmt::format("  undecided  {} ({})\n", fmt::join(open_names, ", "),
                               interrupted_ ? "interrupted" : proof.limit));
        keep_learnt(proof);
        return worse(status, exit_undecided);
    }

    /// For the next try.
    void keep_learnt(const Proof& proof) {
        if (proof.learnt.empty()) return;
        const std::string learnt = plural(proof.learnt.size(), "lemma") + (proof.learnt.size() == 1 ? " was" : " were");
        if (options_.lemmas.empty()) {
            out_.write(fmt::format("  {} learnt; with --lemmas FILE they are kept for the next try\n", learnt));
        } else {
            Output file = Output::file(options_.lemmas);
            file.write(header() + InvariantText(system_).write(proof.learnt));
            file.close();
            out_.write(fmt::format("  {} learnt: {}; the same command goes on from there\n", learnt, options_.lemmas));
        }
    }

    std::string header() const {
        return fmt::format("// {}: lemmas about every state that can be reached.\n", label(spec_.path, run_.config));
    }

    std::string ranking_header() const {
        return fmt::format("// {}: why progress is made. A state that waits has the first level that it satisfies.\n",
                           label(spec_.path, run_.config));
    }

    /// The lemmas of the specification that are part of the invariant, as comments.
    std::string lemma_legend(const Proof& proof) const {
        if (proof.lemmas_used.empty()) return "";
        std::string text = "// Of the specification:\n";
        for (const uint32_t number : proof.lemmas_used)
            text += fmt::format("//   {} {}: {};\n", kind(number), system_.lemmas[number].name,
                                system_.lemmas[number].text);
        return text;
    }

    static std::string indented(const std::string& text) {
        std::istringstream lines(text);
        std::string out;
        for (std::string one; std::getline(lines, one);) out += "    " + one + "\n";
        return out;
    }

    const Options& options_;
    const std::atomic<bool>& interrupted_;
    const Spec& spec_;
    const language::Run& run_;
    const system::System& system_;
    Complaints& complaints_;
    Output& out_;
};

}  // namespace

int prove(const Options& options) {
    const std::atomic<bool>& interrupted = watch_interrupts();
    Output out = Output::standard();
    Complaints complaints(options);
    const std::vector<Spec> specs = load_specs(options, complaints);
    int status = exit_ok;
    if (demand_one_run(specs, complaints, "prove is about one run"))
        for_each_run(specs, complaints, [&](const Spec& spec, const language::Run& run) {
            status = Proving(options, interrupted, spec, run, complaints, out).work();
            return true;
        });
    out.close();
    return complaints.empty() ? status : worse(status, exit_input);
}

}  // namespace untorn::tools
