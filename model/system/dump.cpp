// `untorn dump`: one section for each part of a System, one line for each thing in it. Expressions are printed by
// ExprText; what a step shares between its parts is defined once, in front of it (`$1 = ...`).

#include "model/system/dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "model/system/expr_text.h"

namespace untorn::system {
namespace {

const char* name(TypeKind kind) {
    switch (kind) {
        case TypeKind::boolean: return "boolean";
        case TypeKind::range: return "range";
        case TypeKind::enumeration: return "enumeration";
        case TypeKind::scalarset: return "scalarset";
        case TypeKind::optional: return "optional";
        case TypeKind::set: return "set";
        case TypeKind::mutex: return "mutex";
        case TypeKind::location: return "location";
    }
    return "?";
}

const char* name(Storage storage) {
    switch (storage) {
        case Storage::memory: return "memory";
        case Storage::device: return "device";
        case Storage::durable: return "durable";
        case Storage::ghost: return "ghost";
        case Storage::local: return "local";
        case Storage::counter: return "counter";
        case Storage::budget: return "budget";
        case Storage::option: return "option";
    }
    return "?";
}

const char* name(ActorKind kind) {
    switch (kind) {
        case ActorKind::thread: return "thread";
        case ActorKind::daemon: return "daemon";
        case ActorKind::environment: return "environment";
        case ActorKind::recover: return "recover";
    }
    return "?";
}

const char* name(CheckKind kind) {
    switch (kind) {
        case CheckKind::range: return "range";
        case CheckKind::index: return "index";
        case CheckKind::none: return "none";
        case CheckKind::division: return "division";
        case CheckKind::lock: return "lock";
        case CheckKind::atomic_block: return "atomic block";
        case CheckKind::assertion: return "assertion";
        case CheckKind::property: return "property";
    }
    return "?";
}

std::string bits_text(int64_t bits) { return fmt::format("{} bit{}", bits, bits == 1 ? "" : "s"); }

std::string joined(const std::vector<std::string>& parts) { return fmt::format("{}", fmt::join(parts, ", ")); }

class Dump {
 public:
    Dump(const System& system, bool sites) : system_(system), sites_(sites) {}

    std::string text() {
        types();
        variables();
        faults();
        actors();
        line("\ninit");
        step(system_.init, none);
        for (const Transition& t : system_.transitions) {
            const Actor& actor = system_.actors[t.actor];
            line("\nstep {} at {}, {}", family(actor), location_text(t.from),
                 span_text(system_, actor.locations[t.from].span));
            step(t.step, t.actor);
        }
        power_loss();
        properties();
        lemmas();
        fairness();
        return std::move(out_);
    }

 private:
    template <typename... Args>
    void line(fmt::format_string<Args...> format, Args&&... args) {
        fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
        out_ += '\n';
    }

    std::string family(const Actor& actor) const {
        return actor.identity ? fmt::format("{}[{}]", actor.name, system_.types[*actor.identity].name) : actor.name;
    }

    void types() {
        line("types");
        for (TypeId id = 0; id < system_.types.size(); ++id) {
            const Type& t = system_.types[id];
            std::string values;
            if (t.kind == TypeKind::enumeration || t.kind == TypeKind::mutex) values = " { " + joined(t.labels) + " }";
            line("  {}: {}{}, {} values, {}", t.name, name(t.kind), values, t.size(), bits_text(bits_for(t.size())));
        }
    }

    void variables() {
        line("\nvariables");
        int64_t total = 0;
        for (VarId v = 0; v < system_.variables.size(); ++v) {
            const Variable& variable = system_.variables[v];
            const Type& type = system_.types[variable.type];
            std::vector<std::string> index;
            int64_t cells = 1;
            for (const TypeId dim : variable.dims) {
                index.push_back(system_.types[dim].name);
                cells *= system_.types[dim].size();
            }
            const int64_t bits = cells * bits_for(type.size());
            total += bits;
            const bool counts = variable.storage == Storage::counter;
            line("  {} {}: {} = {}, {}{}", name(variable.storage), place_text(system_, v, index), type.name,
                 counts ? location_text(static_cast<LocationId>(type.first()))
                        : system_.types.text(variable.type, type.first()),
                 bits_text(bits), variable.hidden ? ", hidden" : "");
        }
        line("  packed: {}", bits_text(total));
    }

    void faults() {
        if (system_.faults.empty()) return;
        line("\nfaults");
        for (const Fault& f : system_.faults) {
            const std::string budget = f.budget ? fmt::format("budget {}", *f.budget) : "unlimited";
            const std::string left =
                f.remaining != none ? fmt::format(", remaining in {}", system_.variables[f.remaining].name) : "";
            line("  {}: {}{}", f.name, budget, left);
        }
    }

    void actors() {
        line("\nactors");
        for (const Actor& a : system_.actors) {
            const int64_t members = a.identity ? system_.types[*a.identity].size() : 1;
            line("  {} {}, {}counter {}{}", name(a.kind), family(a),
                 a.kind == ActorKind::recover ? "" : fmt::format("instances {} from {}, ", members, a.first_instance),
                 system_.variables[a.counter].name,
                 a.result != none ? ", result " + system_.variables[a.result].name : "");
            for (size_t l = 2; l < a.locations.size(); ++l) {
                const Location& at = a.locations[l];
                line("    {} {}: {}{}{}", location_text(static_cast<LocationId>(l)), span_text(system_, at.span),
                     at.text, at.labels.empty() ? "" : "  labels " + joined(at.labels), at.idle ? "  idle" : "");
            }
        }
    }

    std::vector<ExprId> expressions(const Step& s) const {
        std::vector<ExprId> roots{s.guard};
        for (const Check& c : s.checks) roots.push_back(c.ok);
        for (const Update& u : s.updates) {
            roots.push_back(u.when);
            roots.insert(roots.end(), u.index.begin(), u.index.end());
            roots.push_back(u.value);
        }
        for (const FaultSpent& f : s.faults) roots.push_back(f.when);
        for (const LabelPassed& l : s.labels) roots.push_back(l.when);
        if (sites_)
            for (const SitePassed& p : s.passes) roots.push_back(p.when);
        return roots;
    }

    static std::string when(ExprText& text, ExprId condition) {
        return condition == ExprPool::yes ? "" : "  when " + text.condition(condition);
    }

    void step(const Step& s, ActorId actor) {
        ExprText text(system_, &s, actor);
        for (size_t i = 0; i < s.choices.size(); ++i) {
            const Choice& c = s.choices[i];
            line("  choose {} in {}{}", text.choice_name(i), system_.types[c.type].name,
                 c.labels.empty() ? "" : fmt::format(" ({})", fmt::join(c.labels, " | ")));
        }
        for (const std::string& definition : text.name_shared(expressions(s))) line("  let {}", definition);
        if (s.guard != ExprPool::yes) line("  guard {}", text.condition(s.guard));
        for (const Check& c : s.checks)
            line("  check {} {} \"{}\" for {}: {}", name(c.kind), span_text(system_, c.span), c.message,
                 system_.properties[c.property].name, text.condition(c.ok));
        for (const Update& u : s.updates)
            line("  set {} = {}{}", text.place(u.var, u.index), text.value(u.value, u.var), when(text, u.when));
        for (const FaultSpent& f : s.faults) line("  fault {}{}", system_.faults[f.fault].name, when(text, f.when));
        for (const LabelPassed& l : s.labels) line("  label {}{}", l.label, when(text, l.when));
        if (sites_) passes(s, text);
    }

    // One line for each condition: most sites lie on few paths.
    void passes(const Step& s, ExprText& text) {
        std::vector<std::pair<ExprId, std::vector<std::string>>> paths;
        for (const SitePassed& p : s.passes) {
            const Site& site = system_.sites[p.site];
            std::string place = span_text(system_, site.span);
            if (site.kind != SiteKind::statement) place += fmt::format(" {}", name(site.kind));
            const auto path =
                std::find_if(paths.begin(), paths.end(), [&](const auto& x) { return x.first == p.when; });
            if (path == paths.end())
                paths.push_back({p.when, {std::move(place)}});
            else
                path->second.push_back(std::move(place));
        }
        for (const auto& [condition, places] : paths) line("  passes {}{}", joined(places), when(text, condition));
    }

    void power_loss() {
        if (!system_.power_loss) return;
        const PowerLoss& p = *system_.power_loss;
        line("\npower loss, budget {}{}", p.budget,
             p.recover != none ? ", then " + system_.actors[p.recover].name : "");
        step(p.step, none);
    }

    void properties() {
        line("\nproperties");
        for (const Property& p : system_.properties) {
            ExprText text(system_, nullptr, none);
            std::string body;
            if (is_stated(p.kind)) {
                const auto definitions = text.name_shared({p.expr, p.consequent});
                for (const std::string& definition : definitions) line("  let {}", definition);
                body = ": " + text.condition(p.expr);
                if (p.kind == PropertyKind::leads_to) body += " leads to " + text.condition(p.consequent);
            }
            line("  {} {}{}", p.kind == PropertyKind::antecedent ? "antecedent of" : name(p.kind), p.name, body);
        }
    }

    void lemmas() {
        if (system_.lemmas.empty()) return;
        line("\nlemmas");
        for (const Lemma& lemma : system_.lemmas) {
            ExprText text(system_, nullptr, none);
            for (const std::string& definition : text.name_shared({lemma.expr})) line("  let {}", definition);
            line("  {}lemma {}: {}", lemma.after_loss ? "crash " : "", lemma.name, text.condition(lemma.expr));
        }
    }

    void fairness() {
        if (system_.fairness.empty()) return;
        line("\nfairness");
        for (const Fairness& f : system_.fairness)
            line("  {} {}{}", f.strong ? "strong" : "weak", family(system_.actors[f.actor]),
                 f.label.empty() ? "" : ", label " + f.label);
    }

    /// Whether it has an expression of its own; the others are asked by checks and by the engine.
    static bool is_stated(PropertyKind kind) {
        return kind < PropertyKind::assertion || kind == PropertyKind::antecedent;
    }

    const System& system_;
    bool sites_;
    std::string out_;
};

}  // namespace

std::string dump(const System& system, bool sites) { return Dump(system, sites).text(); }

}  // namespace untorn::system
