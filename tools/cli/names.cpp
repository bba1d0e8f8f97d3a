#include "tools/cli/names.h"

#include <fmt/core.h>

#include "tools/cli/style.h"

namespace untorn::tools {

Names::Names(const system::System& system) {
    std::map<std::string, int> uses;
    for (const system::Actor& actor : system.actors) ++uses[actor.declaration];
    for (const system::Actor& actor : system.actors)
        if (uses[actor.declaration] == 1 && actor.name != actor.declaration) shorter_[actor.name] = actor.declaration;
}

std::string Names::operator()(const std::string& name) const {
    for (const auto& [full, shorter] : shorter_)
        if (name.starts_with(full) &&
            (name.size() == full.size() || name[full.size()] == '[' || name[full.size()] == '.'))
            return shorter + name.substr(full.size());
    return name;
}

std::string Names::mover(const checker::TraceStep& step) const {
    const std::string name = printable((*this)(step.actor));
    return step.id.empty() ? name : fmt::format("{}[{}]", name, printable(step.id));
}

std::string file_and_line(const Place& place) {
    if (place.file.empty()) return {};
    std::string name = place.file.substr(place.file.rfind('/') + 1);
    const std::string extension = ".untorn";
    if (name.size() > extension.size() && name.ends_with(extension)) name.resize(name.size() - extension.size());
    return fmt::format("{}:{}", printable(name), place.line);
}

std::vector<std::string> action_texts(const checker::TraceStep& step) {
    std::vector<std::string> texts;
    const bool branches = step.text.starts_with("choose") && !step.choice_texts.empty();
    if (!branches) texts.push_back(printable(step.text));
    for (const std::string& choice : step.choice_texts) texts.push_back("-> " + printable(choice));
    return texts;
}

std::string failure_text(const checker::TraceStep& step) {
    if (step.violation.empty()) return {};
    const bool elsewhere = !step.violation_place.file.empty() && (step.violation_place.file != step.place.file ||
                                                                  step.violation_place.line != step.place.line);
    return fmt::format("*** {}{}{}", elsewhere ? file_and_line(step.violation_place) : "", elsewhere ? ": " : "",
                       printable(step.violation));
}

}  // namespace untorn::tools
