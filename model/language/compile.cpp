#include "model/language/compile.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/language/compiler.h"

namespace untorn::language {

using ast::ItemKind;

// A check goes on as long as it can, to report everything at once; a run stops at the first part with errors.
bool Compiler::build() {
    const auto stop = [&] { return !checking_ && diagnostics_.has_errors(); };
    declare();
    if (!untorn::language::check_recursion(items_, diagnostics_)) return false;
    for (const ast::Item* item : items_)
        if (item->kind == ItemKind::variant) check_variant(*item);
    if (stop()) return false;
    bind_variants();
    evaluate_settings();
    for (auto& [name, symbol] : symbols_)
        if (symbol.kind == SymbolKind::type) resolve_named(symbol, name);
    if (stop()) return false;
    declare_faults();
    declare_actors();
    declare_variables();
    declare_properties();
    if (stop()) return false;
    build_graphs();
    if (checking_) check_procedures();
    build_init();
    build_power_loss();
    build_properties();
    if (checking_) build_lemmas();
    if (diagnostics_.has_errors()) return false;
    if (checking_) warn_read_modify_write();
    build_transitions();
    build_fairness();
    return true;
}

// Every body by itself, with unknown arguments: what no run calls is checked, too.
void Compiler::check_procedures() {
    const auto unknown = [&](const std::vector<ast::Formal>& formals) {
        for (const ast::Formal& formal : formals) {
            TypeRef type = type_of(*formal.type);
            Binding binding;
            binding.value = error_value();
            if (type->form != Form::error)
                binding.value = {type, new_local(formal.name.text, &formal, type, formal.name.span), {}};
            binding.assignable = true;
            binding.own = !formal.by_reference;
            frames_.back().scopes.back().names[formal.name.text] = binding;
        }
    };
    const auto procedure = [&](const ast::Procedure& p, const ast::Item* provider) {
        graph_of(p.body, system::none, Reads::code, [&] {
            atomic_depth_ = 0;
            Frame& frame = frames_.back();
            frame.procedure = &p;
            frame.provider = provider;
            unknown(p.formals);
            if (!p.result) return;
            TypeRef type = type_of(*p.result);
            if (type->form != Form::error) frame.result = std::pair{type, new_local("result", &p, type, p.name.span)};
        });
    };
    standalone_ = true;
    for (const ast::Item* item : items_) {
        if (item->kind == ItemKind::procedure) procedure(item->procedure, nullptr);
        for (const ast::Procedure& p : item->procedures) procedure(p, item);
        if (item->kind == ItemKind::function) {
            frames_.clear();
            frames_.emplace_back();
            frames_.back().scopes.emplace_back();
            reads_ = Reads::property;
            std::vector<LocalCheck> checks;
            checks_ = &checks;
            unknown(item->formals);
            TypeRef type = type_of(*item->type);
            convert(expression(*item->value, type), type, item->value->span, "the result");
            checks_ = nullptr;
            frames_.clear();
        }
    }
    standalone_ = false;
}

void Compiler::check_program() {
    build();
    check_expectations();
    check_fairness();
}

std::optional<Run> Compiler::compile_run() {
    if (!build()) return std::nullopt;
    drop_unused_properties();
    build_antecedents();
    // Last, so that what the rest of the system looks like does not depend on them.
    build_lemmas();
    if (diagnostics_.has_errors()) return std::nullopt;
    Run run;
    run.config = *config_;
    describe(run);
    fill_expectations(run);
    run.system = std::move(sys_);
    return run;
}

void check(const Program& program, Diagnostics& diagnostics) {
    if (program.files.empty()) return;
    Compiler(program, nullptr, diagnostics).check_program();
}

std::vector<RunConfig> runs(const Program& program, const Selection& selection, Diagnostics& diagnostics) {
    std::vector<const ast::Scenario*> scenarios;
    const uint32_t root = static_cast<uint32_t>(program.files.size()) - 1;
    for (const ast::File& file : program.trees)
        for (const ast::Item& item : file.items)
            if (item.kind == ItemKind::scenario && item.span.file == root) scenarios.push_back(item.scenario.get());
    std::vector<RunConfig> out;
    const auto add = [&](const ast::Scenario* scenario, const std::string& variant, std::vector<std::string> with) {
        RunConfig config;
        if (scenario != nullptr) {
            config.scenario = scenario->name.text;
            config.title = scenario->title;
        }
        config.variant = variant;
        config.with = std::move(with);
        config.set = selection.set;
        config.no_expectations = !selection.set.empty();
        out.push_back(std::move(config));
    };
    const auto add_all = [&](const ast::Scenario* scenario) {
        std::vector<std::string> with;
        if (scenario != nullptr)
            for (const ast::Name& name : scenario->with) with.push_back(name.text);
        std::vector<std::string> over = selection.with;
        if (over.empty() && scenario != nullptr)
            for (const ast::Name& name : scenario->over) over.push_back(name.text);
        if (over.empty()) add(scenario, "", with);
        for (const std::string& variant : over) add(scenario, variant, with);
    };
    if (!selection.scenario.empty()) {
        std::vector<std::string> names;
        for (const ast::Scenario* s : scenarios) {
            names.push_back(s->name.text);
            if (s->name.text == selection.scenario) add_all(s);
        }
        if (out.empty()) {
            const std::string near = nearest(selection.scenario, names);
            diagnostics.error({root, 0, 0}, fmt::format("there is no scenario '{}'", selection.scenario),
                              !near.empty()    ? fmt::format("did you mean '{}'?", near)
                              : !names.empty() ? fmt::format("there is {}", fmt::join(names, ", "))
                                               : "the file has no scenarios");
        }
    } else if (scenarios.empty() || !selection.set.empty()) {
        add_all(nullptr);
    } else {
        for (const ast::Scenario* s : scenarios) add_all(s);
    }
    return out;
}

std::optional<Run> compile(const Program& program, const RunConfig& config, Diagnostics& diagnostics) {
    return Compiler(program, &config, diagnostics).compile_run();
}

}  // namespace untorn::language
