#include <fmt/core.h>

#include <algorithm>

#include "tools/cli/json.h"
#include "tools/cli/mutate.h"
#include "tools/cli/report.h"
#include "tools/cli/survivors.h"

namespace untorn::tools {

void MutationTally::add(const Mutant& mutant) {
    ++mutants;
    switch (mutant.status) {
        case MutantStatus::killed: ++killed; break;
        case MutantStatus::survived: ++(mutant.explanation.empty() ? survived : explained); break;
        case MutantStatus::equivalent: ++equivalent; break;
        case MutantStatus::rejected: ++rejected; break;
        case MutantStatus::undecided: ++undecided; break;
    }
}

double MutationTally::score() const {
    const size_t could = killed + survived + explained + undecided;
    return could == 0 ? 100.0 : 100.0 * static_cast<double>(killed) / static_cast<double>(could);
}

namespace {

/// At least one is missing: rounding must not hide that.
std::string percent(const MutationTally& tally) {
    const double exact = tally.score();
    return fmt::format("{:.1f} %", exact < 100.0 ? std::min(exact, 99.9) : exact);
}

std::string where(const Mutant& m) { return fmt::format("{}:{}", m.place.file, m.place.line); }

/// What became of it, in words.
std::string fate(const Mutant& m) {
    if (!m.inconsistency.empty()) return fmt::format("INCONSISTENT: {}", m.inconsistency);
    switch (m.status) {
        case MutantStatus::killed:
            return fmt::format("killed by {}: {} {}, was {}", m.run, m.property, word(m.after), word(m.before));
        case MutantStatus::survived:
            if (m.runs == 0) return "survived: no run executes it";
            return fmt::format("survived {}{}", plural(m.runs, "run"),
                               m.same > 0 ? fmt::format(", {} of them the same system", grouped(m.same)) : "");
        case MutantStatus::equivalent: return fmt::format("equivalent in {}", plural(m.runs, "run"));
        case MutantStatus::rejected: return fmt::format("rejected: {}", m.why);
        case MutantStatus::undecided:
            return fmt::format("undecided after {} of {}: {}", grouped(m.tried), plural(m.runs, "run"), m.why);
    }
    return {};
}

Ink ink(const Mutant& m) {
    if (m.status == MutantStatus::killed) return Ink::green;
    if (m.status == MutantStatus::survived && m.explanation.empty()) return Ink::red;
    if (m.status == MutantStatus::undecided) return Ink::yellow;
    return Ink::plain;
}

bool of_same_code(const Mutant& a, const Mutant& b) {
    return a.module == b.module && a.mutation.procedure == b.mutation.procedure;
}

std::string row(const std::string& module, const std::string& procedure, const MutationTally& t, size_t widest_module,
                size_t widest_procedure) {
    return fmt::format("{:<{}}  {:<{}}  {:>7} {:>6} {:>8} {:>9} {:>10} {:>8} {:>9}  {:>7}\n", printable(module),
                       widest_module, printable(procedure), widest_procedure, t.mutants, t.killed, t.survived,
                       t.explained, t.equivalent, t.rejected, t.undecided, percent(t));
}

std::string table(const std::vector<Mutant>& mutants) {
    size_t widest_module = 6, widest_procedure = 9;
    MutationTally all;
    for (const Mutant& m : mutants) {
        widest_module = std::max(widest_module, m.module.size());
        widest_procedure = std::max(widest_procedure, m.mutation.procedure.size());
        all.add(m);
    }
    std::string out =
        fmt::format("{:<{}}  {:<{}}  mutants killed survived explained equivalent rejected undecided    score\n",
                    "module", widest_module, "procedure", widest_procedure);
    std::string module;
    for (size_t i = 0; i < mutants.size();) {
        MutationTally tally;
        const size_t first = i;
        for (; i < mutants.size() && of_same_code(mutants[first], mutants[i]); ++i) tally.add(mutants[i]);
        const bool new_module = mutants[first].module != module;
        module = mutants[first].module;
        out += row(new_module ? module : "", mutants[first].mutation.procedure, tally, widest_module, widest_procedure);
    }
    return out + row("all", "", all, widest_module, widest_procedure);
}

}  // namespace

std::string mutation_text(const std::vector<Mutant>& mutants, const Style& style, bool brief) {
    const std::vector<std::string> called = names(mutants);
    std::string out;
    if (!brief) {
        for (size_t i = 0; i < mutants.size(); ++i) {
            const Mutant& m = mutants[i];
            if (i == 0 || !of_same_code(mutants[i - 1], m))
                out += fmt::format("{}{} {}\n", i == 0 ? "" : "\n", printable(m.module),
                                   style.paint(Ink::bold, printable(m.mutation.procedure)));
            out += fmt::format("  {:>4}  {:<9}  {}\n        {}\n", m.place.line, language::name(m.mutation.op),
                               printable(m.mutation.text), style.paint(ink(m), printable(fate(m))));
        }
        out += "\n";
    }
    out += table(mutants);
    for (const bool explained : {false, true}) {
        std::string list;
        for (size_t i = 0; i < mutants.size(); ++i) {
            const Mutant& m = mutants[i];
            const bool alive =
                m.status == MutantStatus::survived || m.status == MutantStatus::undecided || !m.inconsistency.empty();
            if (!alive || m.explanation.empty() == explained) continue;
            list += fmt::format("  {}: {}\n", printable(where(m)), style.paint(Ink::bold, printable(called[i])));
            list += fmt::format("      {}\n", printable(explained ? m.explanation : fate(m)));
        }
        if (!list.empty())
            out += fmt::format("\n{}:\n{}", explained ? "survivors that are explained" : "not killed", list);
    }
    return out;
}

nlohmann::ordered_json mutation_to_json(const std::vector<Mutant>& mutants, const std::vector<SuiteRun>& runs) {
    const std::vector<std::string> called = names(mutants);
    const auto or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
    MutationTally tally;
    Json list = Json::array();
    for (size_t i = 0; i < mutants.size(); ++i) {
        const Mutant& m = mutants[i];
        tally.add(m);
        const bool killed = m.status == MutantStatus::killed;
        Json one;
        one["name"] = called[i];
        one["module"] = m.module;
        one["procedure"] = m.mutation.procedure;
        one["operator"] = language::name(m.mutation.op);
        one["file"] = m.place.file;
        one["line"] = m.place.line;
        one["column"] = m.place.column;
        one["text"] = m.mutation.text;
        one["status"] = word(m.status);
        one["runs"] = m.runs;
        one["runs_tried"] = m.tried;
        one["same_system"] = m.same;
        one["states"] = m.states;
        one["run"] = or_null(m.run);
        one["property"] = or_null(m.property);
        one["before"] = killed ? Json(word(m.before)) : Json(nullptr);
        one["after"] = killed ? Json(word(m.after)) : Json(nullptr);
        one["why"] = or_null(m.why);
        one["inconsistency"] = or_null(m.inconsistency);
        one["explanation"] = or_null(m.explanation);
        list.push_back(std::move(one));
    }
    Json left_out = Json::array();
    for (const SuiteRun& run : runs)
        if (!run.left_out.empty()) left_out.push_back({{"run", run.label}, {"why", run.left_out}});
    return {{"runs", runs.size()},        {"runs_left_out", std::move(left_out)}, {"killed", tally.killed},
            {"survived", tally.survived}, {"explained", tally.explained},         {"equivalent", tally.equivalent},
            {"rejected", tally.rejected}, {"undecided", tally.undecided},         {"score", tally.score()},
            {"mutants", std::move(list)}};
}

}  // namespace untorn::tools
