#include "tools/cli/prove.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "checker/symbolic/invariant_text.h"
#include "checker/symbolic/prove.h"
#include "checker/symbolic/ranking_text.h"
#include "tools/cli/certificate.h"
#include "tools/cli/check.h"
#include "tools/cli/exit_status.h"
#include "tools/cli/external_solver.h"
#include "tools/cli/grid.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/machine.h"
#include "tools/cli/output.h"
#include "tools/cli/report.h"
#include "tools/cli/runs.h"

namespace untorn::tools {

using checker::Inconsistency;
using checker::symbolic::Conjunct;
using checker::symbolic::InvariantError;
using checker::symbolic::InvariantText;
using checker::symbolic::LemmaAnswer;
using checker::symbolic::Obligation;
using checker::symbolic::Proof;
using checker::symbolic::Ranking;
using checker::symbolic::RankingText;
using checker::symbolic::SolverAnswer;

namespace {

/// A line on a terminal that says how far it is, a few times a second.
class Line {
 public:
    explicit Line(bool enabled) : enabled_(enabled && isatty(STDERR_FILENO) != 0) {}
    ~Line() { erase(); }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    void show(const std::string& text) {
        const auto now = std::chrono::steady_clock::now();
        if (!enabled_ || now - last_ < std::chrono::milliseconds(100)) return;
        last_ = now;
        fmt::print(stderr, "\r\033[K{}", text);
        shown_ = true;
    }
    void erase() {
        if (shown_) fmt::print(stderr, "\r\033[K");
        shown_ = false;
    }

 private:
    bool enabled_, shown_ = false;
    std::chrono::steady_clock::time_point last_;
};

std::string not_asked(const system::Property& property, const std::string& why) {
    return fmt::format("{} ({}): {}; see untorn check", property.name, system::name(property.kind), why);
}

/// The properties to prove: those named, or all that can be proved but covers, which are there to be reached.
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
        } else if (named || !is_cover(property.kind)) {
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

std::string unlike(const SolverAnswer& answer) {
    switch (answer.kind) {
        case SolverAnswer::Kind::unsat: return "";
        case SolverAnswer::Kind::sat: return "sat: it does not hold";
        case SolverAnswer::Kind::unknown: return "no answer (" + answer.detail + ")";
        case SolverAnswer::Kind::error: return answer.detail;
    }
    return "";
}

/// Asks solvers about obligations whose scripts lie in a folder. Returns the exit status.
class Checks {
 public:
    Checks(const Options& options, const std::atomic<bool>& interrupted, Output& out)
        : options_(options), interrupted_(interrupted), out_(out), line_(!options.quiet) {}

    /// One more that is to be asked; the file, and its text.
    void ask(const Obligation& obligation, const std::string& path, bool with_z3) {
        line_.show(fmt::format("checking {}", obligation.name));
        if (with_z3)
            note(obligation, checker::symbolic::z3_version(),
                 checker::symbolic::ask_z3(obligation.script, &interrupted_, options_.seconds));
        if (!cvc5_.version().empty())
            note(obligation, cvc5_.version(), cvc5_.ask(path, &interrupted_, options_.seconds));
    }
    const std::string& cvc5() const { return cvc5_.version(); }
    int status() const { return status_; }

 private:
    void note(const Obligation& obligation, const std::string& solver, const SolverAnswer& answer) {
        if (answer.kind == SolverAnswer::Kind::unsat) return;
        line_.erase();
        out_.write(fmt::format("  not unsat  {} ({}): {} says {}\n", obligation.title, obligation.name, solver,
                               unlike(answer)));
        if (answer.kind == SolverAnswer::Kind::sat && !answer.detail.empty()) {
            std::istringstream lines(answer.detail);
            for (std::string one; std::getline(lines, one);) out_.write("    " + one + "\n");
        }
        status_ = worse(status_, answer.kind == SolverAnswer::Kind::unknown ? exit_undecided : exit_unexpected);
    }

    const Options& options_;
    const std::atomic<bool>& interrupted_;
    Output& out_;
    Line line_;
    Cvc5 cvc5_;
    int status_ = exit_ok;
};

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
        how.progress = [&](const checker::symbolic::PdrProgress& now) {
            const std::string frames = now.frames == 0 ? "" : fmt::format("{} frames, ", now.frames);
            line.show(fmt::format("{}{} lemmas, {} queries", frames, now.lemmas, now.queries));
        };
        how.checking = [&](size_t done, size_t of) { line.show(fmt::format("obligation {} of {}", done + 1, of)); };
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
            const auto expected = run_.expected.find(property.name);
            const bool known =
                expected != run_.expected.end() && expected->second.kind == language::Expected::Kind::violated;
            out_.write(fmt::format("  {}  {}{}\n", is_cover(property.kind) ? "reached  " : "violated ", property.name,
                                   known ? ", as expected" : ": untorn check shows the shortest run"));
            if (!known) status = worse(status, exit_unexpected);
        }
        status = worse(status, report_unranked(proof));
        if (!proof.limit.empty()) return undecided(proof, properties, status);
        const checker::symbolic::ProofLemmas lemmas = checker::symbolic::proof_lemmas(proof);
        std::vector<std::string> proved = names(proof.proved);
        for (const LemmaAnswer& answer : proof.lemmas)
            if (answer.known == LemmaAnswer::Known::inductive || answer.known == LemmaAnswer::Known::proved)
                proved.push_back(system_.lemmas[answer.lemma].name);
        if (proved.empty()) return status;
        Certificate certificate;
        certificate.spec = spec_.path;
        certificate.config = run_.config;
        certificate.properties = names(proof.proved);
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
            for (const Obligation& obligation : proof.obligations)
                checks.ask(obligation, script_path(options_.certificate, obligation.name), false);
            if (checks.status() == exit_unexpected) return exit_inconsistent;
            if (checks.status() != exit_ok) return checks.status();
            if (!checks.cvc5().empty()) solvers += " and " + checks.cvc5();
        }
        out_.write(fmt::format("  holds (proved)  {}\n", fmt::join(proved, ", ")));
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

    /// Progress that was not looked at, for want of all reached states.
    int report_unranked(const Proof& proof) {
        int status = exit_ok;
        for (const checker::symbolic::Unranked& one : proof.unranked) {
            const system::Property& property = system_.properties[one.property];
            if (std::ranges::count(options_.properties, property.name) > 0) {
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
        if (!proof.learnt.empty()) {
            const std::string learnt =
                plural(proof.learnt.size(), "lemma") + (proof.learnt.size() == 1 ? " was" : " were");
            if (options_.lemmas.empty()) {
                out_.write(fmt::format("  {} learnt; with --lemmas FILE they are kept for the next try\n", learnt));
            } else {
                Output file = Output::file(options_.lemmas);
                file.write(header() + InvariantText(system_).write(proof.learnt));
                file.close();
                out_.write(
                    fmt::format("  {} learnt: {}; the same command goes on from there\n", learnt, options_.lemmas));
            }
        }
        return worse(status, exit_undecided);
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

/// The obligations as the specification gives them today, for the certificate's run, properties, invariant and
/// rankings. Throws InputError where there is no such run or property, or these do not parse.
std::vector<Obligation> rebuilt(const Options& options, const Certificate& certificate, Complaints& complaints) {
    Options selection = options;
    selection.paths = {options.against};
    selection.scenario = certificate.config.scenario;
    selection.with.clear();
    if (!certificate.config.variant.empty()) selection.with = {certificate.config.variant};
    selection.set = certificate.config.set;
    std::vector<Obligation> made;
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
        made = checker::symbolic::proof_obligations(program, std::get<0>(invariant), properties,
                                                    {lemmas(certificate.lemmas), lemmas(certificate.shown_lemmas)},
                                                    rankings);
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

int certify(const Options& options) {
    const std::atomic<bool>& interrupted = watch_interrupts();
    Output out = Output::standard();
    Complaints complaints(options);
    const Certificate certificate = read_certificate(options.folder);
    int status = exit_ok;
    if (!options.against.empty()) {
        const std::vector<Obligation> today = rebuilt(options, certificate, complaints);
        if (!complaints.empty()) return exit_input;
        for (const std::string& difference : differences(certificate, today)) {
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
    for (const Obligation& obligation : certificate.obligations)
        checks.ask(obligation, script_path(options.folder, obligation.name), true);
    status = checks.status();
    std::vector<std::string> proved = certificate.properties;
    proved.insert(proved.end(), certificate.lemmas.begin(), certificate.lemmas.end());
    proved.insert(proved.end(), certificate.shown_lemmas.begin(), certificate.shown_lemmas.end());
    if (status == exit_ok) {
        out.write(
            fmt::format("certified: {} in {}\n", fmt::join(proved, ", "), label(certificate.spec, certificate.config)));
        out.write(fmt::format("  {}, unsatisfiable according to {}{}\n",
                              plural(certificate.obligations.size(), "obligation"), checker::symbolic::z3_version(),
                              checks.cvc5().empty() ? "" : " and " + checks.cvc5()));
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
