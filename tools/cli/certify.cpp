#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "checker/symbolic/invariant_text.h"
#include "checker/symbolic/ranking_text.h"
#include "tools/cli/certificate.h"
#include "tools/cli/check.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/outcome_replay.h"
#include "tools/cli/prove.h"
#include "tools/cli/report.h"
#include "tools/cli/runs.h"
#include "tools/cli/solver_checks.h"

namespace untorn::tools {

using checker::symbolic::InvariantError;
using checker::symbolic::InvariantText;
using checker::symbolic::Obligation;
using checker::symbolic::OutcomeClaim;
using checker::symbolic::Ranking;
using checker::symbolic::RankingText;

namespace {

/// The rankings of the certificate, one for each of its progress properties. Throws InputError.
std::vector<Ranking> read_rankings(const std::string& folder, const Certificate& certificate,
                                   const checker::Program& program, const std::vector<uint32_t>& properties) {
    auto read = RankingText(program).read(certificate.rankings);
    if (const auto* problem = std::get_if<InvariantError>(&read))
        throw InputError(fmt::format("{}/rankings.untorn:{}: {}", folder, problem->line, problem->message));
    std::vector<Ranking>& rankings = std::get<0>(read);
    std::vector<uint32_t> progress, ranked;
    for (const uint32_t p : properties)
        if (system::is_progress(program.system.properties[p].kind)) progress.push_back(p);
    for (const Ranking& ranking : rankings) ranked.push_back(ranking.property);
    if (progress != ranked)
        throw InputError(fmt::format("{}/rankings.untorn: not one ranking for each progress property", folder));
    return std::move(rankings);
}

/// What the certificate says of outcomes, of each of the properties that ask for them. Throws InputError.
std::vector<OutcomeClaim> read_claims(const Options& options, const Certificate& certificate,
                                      const system::System& system, const std::vector<uint32_t>& properties) {
    std::vector<OutcomeClaim> claims;
    for (const uint32_t p : properties) {
        if (!checker::symbolic::asks_for_outcomes(system, p)) continue;
        const std::string& name = system.properties[p].name;
        const auto said = certificate.outcomes.find(name);
        if (said == certificate.outcomes.end())
            throw InputError(fmt::format("{}/manifest.json: says nothing of the outcomes of {}", options.folder, name));
        claims.push_back({p, checker::symbolic::says_every(said->second).value()});
    }
    if (claims.size() != certificate.outcomes.size())
        throw InputError(
            fmt::format("{}/manifest.json: speaks of outcomes where no property asks for them", options.folder));
    return claims;
}

/// What the specification gives today for a certificate.
struct Rebuilt {
    std::vector<Obligation> obligations;
    std::string outcome;  ///< why the certificate shows no outcome; empty: it does, or need not
    std::string shown;    ///< the run that does
};

/// The run to an outcome, if there must be one, is executed. Throws InputError where it is no JSON of one.
void check_outcome(const Options& options, const Certificate& certificate, const checker::Program& program,
                   const std::vector<OutcomeClaim>& claims, Rebuilt& made) try {
    if (!needs_outcome(certificate)) return;
    const auto replayed = replay_outcome(certificate.outcome, program, claims);
    if (const auto* problem = std::get_if<std::string>(&replayed)) {
        made.outcome = fmt::format("{}/outcome.json: {}", options.folder, *problem);
    } else {
        const checker::Trace& run = std::get<checker::Outcome>(replayed).witness;
        made.shown = fmt::format("{}, {}", plural(run.faults, "fault"), plural(run.length, "step"));
    }
} catch (const InputError& e) {
    throw InputError(fmt::format("{}/outcome.json: {}", options.folder, e.what()));
}

/// The obligations as the specification gives them today, for the certificate's run, properties, invariant, rankings
/// and claims about outcomes, of which a run is executed. Throws InputError where there is no such run or property, or
/// these do not parse.
Rebuilt rebuilt(const Options& options, const Certificate& certificate, Complaints& complaints) {
    Options selection = options;
    selection.paths = {options.against};
    selection.scenario = certificate.config.scenario;
    selection.with.clear();
    if (!certificate.config.variant.empty()) selection.with = {certificate.config.variant};
    selection.set = certificate.config.set;
    Rebuilt made;
    const std::vector<Spec> specs = load_specs(selection, complaints);
    if (!demand_one_run(specs, complaints, "a certificate is of one run")) return made;
    for_each_run(specs, complaints, [&](const Spec&, const language::Run& run) {
        const system::System& system = run.system;
        std::vector<uint32_t> properties;
        for (const std::string& name : certificate.properties) {
            const auto& all = system.properties;
            const auto found = std::ranges::find_if(all, [&](const system::Property& p) {
                return p.name == name && p.kind != system::PropertyKind::antecedent;
            });
            const auto p = static_cast<uint32_t>(found - all.begin());
            if (found == all.end() || !checker::symbolic::provable(system, p))
                throw InputError(fmt::format("{}: has no property {} that can be proved", options.against, name));
            properties.push_back(p);
        }
        auto invariant = InvariantText(system).read(certificate.invariant);
        if (const auto* problem = std::get_if<InvariantError>(&invariant))
            throw InputError(
                fmt::format("{}/invariant.untorn:{}: {}", options.folder, problem->line, problem->message));
        const checker::Program program(system, true);
        const std::vector<Ranking> rankings = read_rankings(options.folder, certificate, program, properties);
        const std::vector<OutcomeClaim> claims = read_claims(options, certificate, system, properties);
        check_outcome(options, certificate, program, claims, made);
        const auto lemmas = [&](const std::vector<std::string>& names) {
            std::vector<uint32_t> numbers;
            for (const std::string& name : names) {
                const auto lemma = std::ranges::find(system.lemmas, name, &system::Lemma::name);
                if (lemma == system.lemmas.end())
                    throw InputError(fmt::format("{}: has no lemma {}", options.against, name));
                numbers.push_back(static_cast<uint32_t>(lemma - system.lemmas.begin()));
            }
            return numbers;
        };
        made.obligations = checker::symbolic::proof_obligations(
            program, std::get<0>(invariant), properties, {lemmas(certificate.lemmas), lemmas(certificate.shown_lemmas)},
            rankings, claims);
        return true;
    });
    return made;
}

/// What differs between the certificate and what the specification gives: lines for the user.
std::vector<std::string> differences(const Certificate& certificate, const std::vector<Obligation>& today) {
    std::vector<std::string> found;
    for (const Obligation& obligation : today) {
        const auto there = std::ranges::find(certificate.obligations, obligation.name, &Obligation::name);
        if (there == certificate.obligations.end())
            found.push_back(fmt::format("missing    {} ({})", obligation.title, obligation.name));
        else if (there->script != obligation.script || there->title != obligation.title)
            found.push_back(fmt::format("different  {} ({})", obligation.title, obligation.name));
    }
    for (const Obligation& obligation : certificate.obligations)
        if (std::ranges::find(today, obligation.name, &Obligation::name) == today.end())
            found.push_back(fmt::format("unknown    {} ({})", obligation.title, obligation.name));
    return found;
}

}  // namespace

int certify(const Options& options) {
    const std::atomic<bool>& interrupted = watch_interrupts();
    Output out = Output::standard();
    Complaints complaints(options);
    const Certificate certificate = read_certificate(options.folder);
    int status = exit_ok;
    Rebuilt today;
    if (!options.against.empty()) {
        today = rebuilt(options, certificate, complaints);
        if (!complaints.empty()) return exit_input;
        if (!today.outcome.empty()) {
            out.write(fmt::format("  {}\n", today.outcome));
            status = exit_unexpected;
        }
        for (const std::string& difference : differences(certificate, today.obligations)) {
            out.write("  " + difference + "\n");
            status = exit_unexpected;
        }
        if (status != exit_ok) {
            out.write(fmt::format("NOT CERTIFIED: this is not what {} gives\n", options.against));
            out.close();
            return status;
        }
    }
    Checks checks(options, interrupted, out);
    checks.ask(certificate.obligations, options.folder, true);
    status = checks.status();
    std::vector<std::string> proved;
    for (const std::string& property : certificate.properties) {
        const auto said = certificate.outcomes.find(property);
        proved.push_back(said == certificate.outcomes.end() ? property
                                                            : fmt::format("{} ({})", property, said->second));
    }
    proved.insert(proved.end(), certificate.lemmas.begin(), certificate.lemmas.end());
    proved.insert(proved.end(), certificate.shown_lemmas.begin(), certificate.shown_lemmas.end());
    if (status == exit_ok) {
        out.write(
            fmt::format("certified: {} in {}\n", fmt::join(proved, ", "), label(certificate.spec, certificate.config)));
        out.write(fmt::format("  {}, unsatisfiable according to {}{}\n",
                              plural(certificate.obligations.size(), "obligation"), checker::symbolic::z3_version(),
                              checks.cvc5().empty() ? "" : " and " + checks.cvc5()));
        if (!today.shown.empty())
            out.write(fmt::format("  that there is an outcome is shown by a run of {}, executed again\n", today.shown));
        if (options.against.empty() && needs_outcome(certificate))
            out.write(
                "  that there is an outcome is no obligation, and was not checked: it is shown by the run in "
                "outcome.json, which\n  needs the specification\n");
        if (options.against.empty())
            out.write("  not compared with a specification: untorn certify DIR SPEC does that, too\n");
        else
            out.write(fmt::format("  they are what {} gives today\n", options.against));
    } else {
        out.write(fmt::format("NOT CERTIFIED: {}\n", status == exit_undecided ? "some obligations have no answer"
                                                                              : "some obligations do not hold"));
    }
    out.close();
    return status;
}

}  // namespace untorn::tools
