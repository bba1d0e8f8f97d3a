#include "tools/cli/certificate.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "checker/symbolic/outcomes.h"
#include "tools/cli/output.h"

namespace untorn::tools {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int format = 1;
constexpr const char* manifest_name = "manifest.json";
constexpr const char* invariant_name = "invariant.untorn";
constexpr const char* rankings_name = "rankings.untorn";
constexpr const char* outcome_name = "outcome.json";
constexpr const char* scripts_name = "obligations";

void write_file(const fs::path& path, const std::string& text) {
    Output out = Output::file(path.string());
    out.write(text);
    out.close();
}

std::string read_file(const fs::path& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) throw InputError(fmt::format("{}: no such file", path.string()));
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) throw InputError(fmt::format("{}: cannot be read", path.string()));
    return std::move(text).str();
}

Json manifest(const Certificate& certificate) {
    Json json;
    json["untorn"] = UNTORN_VERSION;
    json["format"] = format;
    json["spec"] = certificate.spec;
    json["scenario"] = certificate.config.scenario;
    json["variant"] = certificate.config.variant;
    json["set"] = certificate.config.set;
    json["properties"] = certificate.properties;
    json["outcomes"] = certificate.outcomes;
    json["lemmas"] = certificate.lemmas;
    json["shown_lemmas"] = certificate.shown_lemmas;
    json["obligations"] = Json::array();
    for (const auto& obligation : certificate.obligations)
        json["obligations"].push_back({{"name", obligation.name}, {"title", obligation.title}});
    return json;
}

/// A name that is one component of a path.
bool is_plain(const std::string& name) {
    return !name.empty() && name.find('/') == std::string::npos && name[0] != '.' &&
           name.find('\0') == std::string::npos;
}

}  // namespace

bool needs_outcome(const Certificate& certificate) {
    return std::ranges::any_of(certificate.outcomes, [](const auto& one) {
        return checker::symbolic::says_every(one.second).value_or(false);
    });
}

std::string script_path(const std::string& folder, const std::string& obligation) {
    return (fs::path(folder) / scripts_name / (obligation + ".smt2")).string();
}

void write_certificate(const std::string& folder, const Certificate& certificate) {
    std::error_code error;
    const bool exists = fs::exists(folder, error);
    if (exists && !fs::is_directory(folder, error)) throw InputError(fmt::format("{}: is no folder", folder));
    if (exists && !fs::is_empty(folder, error))
        throw InputError(fmt::format("{}: is not empty; name a new folder, or remove this one first", folder));
    fs::create_directories(fs::path(folder) / scripts_name, error);
    if (error) throw OutputError(fmt::format("{}: cannot be made: {}", folder, error.message()));
    write_file(fs::path(folder) / invariant_name, certificate.invariant);
    if (!certificate.rankings.empty()) write_file(fs::path(folder) / rankings_name, certificate.rankings);
    if (!certificate.outcome.empty()) write_file(fs::path(folder) / outcome_name, certificate.outcome);
    for (const auto& obligation : certificate.obligations)
        write_file(script_path(folder, obligation.name), obligation.script);
    // Last: a certificate that was not written to its end has no manifest.
    write_file(fs::path(folder) / manifest_name, manifest(certificate).dump(2) + "\n");
}

Certificate read_certificate(const std::string& folder) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) throw InputError(fmt::format("{}: no such folder", folder));
    const fs::path path = fs::path(folder) / manifest_name;
    const std::string text = read_file(path);
    Certificate certificate;
    try {
        const Json json = Json::parse(text);
        if (json.at("format").get<int>() != format)
            throw InputError(fmt::format("{}: of another version of untorn", path.string()));
        certificate.spec = json.at("spec").get<std::string>();
        certificate.config.scenario = json.at("scenario").get<std::string>();
        certificate.config.variant = json.at("variant").get<std::string>();
        certificate.config.set = json.at("set").get<std::map<std::string, std::string>>();
        certificate.properties = json.at("properties").get<std::vector<std::string>>();
        if (json.contains("lemmas")) certificate.lemmas = json["lemmas"].get<std::vector<std::string>>();
        if (json.contains("shown_lemmas"))
            certificate.shown_lemmas = json["shown_lemmas"].get<std::vector<std::string>>();
        if (json.contains("outcomes"))
            certificate.outcomes = json["outcomes"].get<std::map<std::string, std::string>>();
        for (const Json& one : json.at("obligations"))
            certificate.obligations.push_back(
                {one.at("name").get<std::string>(), one.at("title").get<std::string>(), ""});
    } catch (const Json::exception& e) {
        throw InputError(fmt::format("{}: no manifest of a certificate: {}", path.string(), e.what()));
    }
    certificate.invariant = read_file(fs::path(folder) / invariant_name);
    if (fs::exists(fs::path(folder) / rankings_name, error))
        certificate.rankings = read_file(fs::path(folder) / rankings_name);
    for (const auto& [property, word] : certificate.outcomes)
        if (!checker::symbolic::says_every(word))
            throw InputError(fmt::format("{}: of outcomes, `{}` says nothing", path.string(), word));
    if (needs_outcome(certificate))
        certificate.outcome = read_file(fs::path(folder) / outcome_name);
    else if (fs::exists(fs::path(folder) / outcome_name, error))
        throw InputError(fmt::format("{}: no property needs it", (fs::path(folder) / outcome_name).string()));
    std::set<std::string> named;
    for (auto& obligation : certificate.obligations) {
        if (!is_plain(obligation.name)) throw InputError(fmt::format("{}: a name that is none", path.string()));
        obligation.script = read_file(script_path(folder, obligation.name));
        named.insert(obligation.name + ".smt2");
    }
    for (const auto& entry : fs::directory_iterator(fs::path(folder) / scripts_name, error))
        if (!named.contains(entry.path().filename().string()))
            throw InputError(fmt::format("{}: the manifest does not name it", entry.path().string()));
    return certificate;
}

}  // namespace untorn::tools
