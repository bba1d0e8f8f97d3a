// Fairness constraints: weak ones for threads and daemons without being asked for, and what `fair` and `strongly fair`
// declare, of actors or of labels.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/language/compiler.h"

namespace untorn::language {

using ast::ItemKind;
using system::ActorKind;

namespace {

bool passes(const system::System& system, system::ActorId actor, const std::string& label) {
    return std::ranges::any_of(system.transitions, [&](const system::Transition& t) {
        return t.actor == actor &&
               std::ranges::find(t.step.labels, label, &system::LabelPassed::label) != t.step.labels.end();
    });
}

}  // namespace

// Of the file, and of the scenario that runs; when a program is checked, of all.
std::vector<const ast::Fairness*> Compiler::fairness_declarations() const {
    std::vector<const ast::Fairness*> out;
    for (const ast::Item* item : items_) {
        if (item->kind == ItemKind::fairness)
            for (const ast::Fairness& f : item->fairness) out.push_back(&f);
        if (item->kind == ItemKind::scenario && (checking_ || item->scenario.get() == scenario_))
            for (const ast::Fairness& f : item->scenario->fairness) out.push_back(&f);
    }
    return out;
}

void Compiler::check_fairness() {
    const std::vector<std::string> labels = all_labels();
    for (const ast::Fairness* declared : fairness_declarations()) {
        const std::string& name = declared->name.text;
        const Span span = declared->name.span;
        const Symbol* symbol = find(name);
        const bool actor = symbol != nullptr && symbol->kind == SymbolKind::actor;
        const bool label = std::ranges::find(labels, name) != labels.end();
        if (actor && label) {
            diagnostics_.error(span, fmt::format("'{}' is an actor and a label", name), "give the label another name");
        } else if (!actor && !label && symbol != nullptr && symbol->kind == SymbolKind::fault) {
            diagnostics_.error(span, fmt::format("fault '{}' cannot be fair: no fault ever has to strike", name),
                               "what must happen is a step of an `environment`, which can be fair");
        } else if (!actor && !label) {
            std::vector<std::string> names = all_names({SymbolKind::actor});
            names.insert(names.end(), labels.begin(), labels.end());
            const std::string near = nearest(name, names);
            diagnostics_.error(span, fmt::format("there is no actor and no label '{}'", name),
                               near.empty() ? "" : fmt::format("did you mean '{}'?", near));
        }
    }
}

// A strong constraint implies the weak one: of two for the same steps only the stronger is kept, where the first stood.
void Compiler::build_fairness() {
    const auto add = [&](system::ActorId actor, const std::string& label, bool strong, Span span) {
        for (system::Fairness& f : sys_.fairness)
            if (f.actor == actor && f.label == label) {
                f.strong = f.strong || strong;
                return;
            }
        sys_.fairness.push_back({actor, label, strong, span});
    };
    for (system::ActorId a = 0; a < sys_.actors.size(); ++a)
        if (sys_.actors[a].kind == ActorKind::thread || sys_.actors[a].kind == ActorKind::daemon)
            add(a, "", false, sys_.actors[a].span);
    for (const ast::Fairness* declared : fairness_declarations()) {
        const ast::Name& name = declared->name;
        const Symbol* symbol = find(name.text);
        const bool is_actor = symbol != nullptr && symbol->kind == SymbolKind::actor;
        for (system::ActorId a = 0; a < sys_.actors.size(); ++a) {
            if (sys_.actors[a].kind == ActorKind::recover) continue;
            if (is_actor && sys_.actors[a].declaration == name.text) add(a, "", declared->strong, name.span);
            if (!is_actor && passes(sys_, a, name.text)) add(a, name.text, declared->strong, name.span);
        }
    }
}

}  // namespace untorn::language
