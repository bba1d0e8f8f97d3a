#include "tools/cli/export.h"

#include <fmt/core.h>

#include <algorithm>

#include "checker/explicit/limits.h"
#include "checker/symbolic/aiger.h"
#include "checker/symbolic/encode.h"
#include "checker/symbolic/horn.h"
#include "checker/symbolic/proof_obligations.h"
#include "model/language/diagnostic.h"
#include "tools/cli/exit_status.h"
#include "tools/cli/output.h"
#include "tools/cli/report.h"
#include "tools/cli/runs.h"

namespace untorn::tools {

namespace {

using checker::symbolic::Encoding;
using checker::symbolic::NamedBad;

bool wanted(const Options& options, const std::string& name) {
    return options.properties.empty() || std::ranges::count(options.properties, name) > 0;
}

/// Complains about properties that are asked for by a name that there is not.
void demand_names(const Options& options, const std::vector<system::Property>& properties, Complaints& complaints) {
    for (const std::string& name : options.properties) {
        std::vector<std::string> names;
        for (const system::Property& property : properties) names.push_back(property.name);
        if (std::ranges::count(names, name) > 0) continue;
        const std::string near = language::nearest(name, names);
        complaints.add(fmt::format("--property {}: this run has no such property{}", name,
                                   near.empty() ? "" : "; did you mean " + near + "?"));
    }
}

/// A property that is not in the file is worth an error if it was asked for, else a warning.
void leave_out(const Options& options, const std::string& name, const std::string& why, Complaints& complaints) {
    const std::string message = fmt::format("{} is not in the file: {}", name, why);
    if (std::ranges::count(options.properties, name) > 0)
        complaints.add(message);
    else if (options.properties.empty())
        complaints.warn(message);
}

/// What must not be reached: no covers, since that they are is no invariant.
std::vector<uint32_t> choose_properties(const Options& options, const system::System& system, Complaints& complaints) {
    demand_names(options, system.properties, complaints);
    std::vector<uint32_t> chosen;
    for (uint32_t i = 0; i < system.properties.size(); ++i) {
        const system::Property& property = system.properties[i];
        if (property.kind == system::PropertyKind::antecedent) continue;
        if (!checker::symbolic::provable_by_invariant(system, i) || is_cover(property.kind))
            leave_out(options, property.name, "it is no question of what must not be reached in one step", complaints);
        else if (wanted(options, property.name))
            chosen.push_back(i);
    }
    return chosen;
}

/// The bads of the properties that are asked for. Complains about those that have none.
std::vector<NamedBad> choose_bads(const Options& options, const Encoding& encoding, Complaints& complaints) {
    const auto& properties = encoding.system().properties;
    demand_names(options, properties, complaints);
    for (const checker::symbolic::Unasked& unasked : encoding.unasked())
        leave_out(options, properties[unasked.property].name, unasked.why, complaints);
    std::vector<NamedBad> chosen;
    const auto& bads = encoding.transition().bads;
    for (uint32_t i = 0; i < bads.size(); ++i) {
        const system::Property& property = properties[bads[i].property];
        if (!wanted(options, property.name)) continue;
        std::string name = property.name;
        if (is_litmus(property.kind)) name += bads[i].satisfied ? " satisfied" : " not satisfied";
        if (is_cover(property.kind)) name += " reached";
        chosen.push_back({i, std::move(name)});
    }
    for (const checker::symbolic::Bad& bad : encoding.transition().initial_bads)
        if (wanted(options, properties[bad.property].name))
            complaints.warn(fmt::format("that a check of the start may fail ({}) is not in the file",
                                        properties[bad.property].name));
    return chosen;
}

std::string aiger(const Options& options, const system::System& system, Complaints& complaints) {
    const Encoding encoding(system);
    const std::vector<NamedBad> bads = choose_bads(options, encoding, complaints);
    const auto format =
        options.to == "aiger" ? checker::symbolic::AigerFormat::binary : checker::symbolic::AigerFormat::ascii;
    return checker::symbolic::aiger(encoding.transition(), bads, format);
}

std::string horn(const Options& options, const system::System& system, Complaints& complaints) {
    const std::vector<uint32_t> properties = choose_properties(options, system, complaints);
    return checker::symbolic::horn_clauses(checker::Program(system), properties);
}

}  // namespace

int export_run(const Options& options) {
    Complaints complaints(options);
    const std::vector<Spec> specs = load_specs(options, complaints);
    if (demand_one_run(specs, complaints, "export writes one run")) {
        for_each_run(specs, complaints, [&](const Spec&, const language::Run& run) {
            try {
                const std::string text = options.to == "horn" ? horn(options, run.system, complaints)
                                                              : aiger(options, run.system, complaints);
                if (!complaints.empty()) return true;
                Output out = Output::named(options.output);
                out.write(text);
                out.close();
            } catch (const checker::LimitReached& limit) {
                complaints.add("too large to export: " + limit.what);
            }
            return true;
        });
    }
    return complaints.empty() ? exit_ok : exit_input;
}

}  // namespace untorn::tools
