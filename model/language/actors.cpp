// Who runs; the control-flow graph of each of them; and from the graphs locations, transitions, the initial step and
// power loss.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/language/compiler.h"
#include "model/language/step.h"

namespace untorn::language {

using ast::ItemKind;
using system::ActorKind;

// A statement as one line of a trace: comments dropped, white space folded, cut where it gets long.
std::string Compiler::one_line(Span span) const {
    constexpr size_t longest = 60;
    const std::string text = text_of(span);
    std::string out;
    size_t i = 0;
    while (i < text.size()) {
        if (text.compare(i, 2, "//") == 0) {
            i = std::min(text.find('\n', i), text.size());
        } else if (text.compare(i, 2, "/*") == 0) {
            const size_t end = text.find("*/", i + 2);
            i = end == std::string::npos ? text.size() : end + 2;
        } else {
            const char c = text[i++];
            const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
            if (!blank)
                out += c;
            else if (!out.empty() && out.back() != ' ')
                out += ' ';
        }
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    if (out.size() > longest) out = out.substr(0, longest - 3) + "...";
    return out;
}

// Labels name what a step does; behind the label of a whole block its statements say no more.
std::string Compiler::point_text(const CfgNode& node) const { return text_at(node, node.span); }

std::string Compiler::text_at(const CfgNode& node, Span span) const {
    const std::string text = one_line(span);
    if (node.labels.empty()) return text;
    const std::string label = fmt::format("{}", fmt::join(node.labels, ": "));
    const bool block = node.kind == NodeKind::atomic || node.kind == NodeKind::choose;
    return block ? label : label + ": " + text;
}

// --- coverage ------------------------------------------------------------------------------------

uint32_t Compiler::site(system::SiteKind kind, Span span, const std::string& text, uint32_t fault) {
    const auto [at, added] =
        site_numbers_.try_emplace({kind, span.file, span.begin, span.end}, static_cast<uint32_t>(sys_.sites.size()));
    if (added) sys_.sites.push_back({kind, span, text, fault});
    return at->second;
}

// What control can come to as the source is written, whatever the conditions are in this run.
void Compiler::find_sites(Cfg& cfg) {
    if (checking_) return;
    std::vector<bool> reached(cfg.nodes.size(), false);
    std::vector<NodeId> todo{cfg.entry};
    while (!todo.empty()) {
        const NodeId id = todo.back();
        todo.pop_back();
        if (reached[id]) continue;
        reached[id] = true;
        for (const NodeId next : successors(cfg.nodes[id])) todo.push_back(next);
    }
    using system::SiteKind;
    const auto written = [](Span span) { return span.end != 0; };
    for (NodeId id = 0; id < cfg.nodes.size(); ++id) {
        CfgNode& node = cfg.nodes[id];
        if (!reached[id]) continue;
        if (written(node.statement))
            node.site = site(SiteKind::statement, node.statement, text_at(node, node.statement));
        if (written(node.decision)) {
            node.site_true = site(SiteKind::when_true, node.decision, one_line(node.decision));
            node.site_false = site(SiteKind::when_false, node.decision, one_line(node.decision));
        }
        for (Branching& a : node.alternatives)
            if (node.alternatives.size() > 1 || a.fault)
                a.site = site(SiteKind::alternative, a.span, a.text, a.fault.value_or(system::none));
    }
}

// --- who runs ------------------------------------------------------------------------------------

void Compiler::add_actor(const ast::Item& item, std::vector<Value> args, const std::string& name) {
    system::Actor actor;
    actor.name = name;
    actor.declaration = item.name.text;
    actor.kind = item.actor == ast::ActorWord::thread   ? ActorKind::thread
                 : item.actor == ast::ActorWord::daemon ? ActorKind::daemon
                                                        : ActorKind::environment;
    actor.span = item.name.span;
    actor.first_instance = sys_.instances;
    int64_t members = 1;
    if (item.family) {
        TypeRef type = type_of(*item.family->type);
        if (type->form == Form::error) return;
        if (!TypeStore::finite_index(type)) {
            diagnostics_.error(item.family->type->span,
                               fmt::format("'{}' cannot be a family over {}", name, type->name));
            return;
        }
        members = types_.scalar(type).size();
        if (members > 64)
            diagnostics_.error(item.family->type->span,
                               fmt::format("'{}' has {} members, at most 64 are possible", name, members));
        if (members == 0 || members > 64) return;
        actor.identity = type->scalar;
    }
    for (const system::Actor& other : sys_.actors)
        if (other.name == name)
            diagnostics_.error(item.name.span, fmt::format("'{}' runs twice with the same arguments", name),
                               "declare it as a family: thread f[i: T]");
    sys_.instances += static_cast<uint32_t>(members);
    sys_.actors.push_back(std::move(actor));
    running_.push_back({&item, std::move(args), {}, {}});
}

void Compiler::declare_actors() {
    const auto known = [&](const ast::RunClause& run) -> const ast::Item* {
        const Symbol* symbol = find(run.actor.text);
        if (symbol != nullptr && symbol->kind == SymbolKind::actor) return symbol->item;
        diagnostics_.error(run.actor.span, fmt::format("there is no actor '{}'", run.actor.text),
                           suggestion(run.actor.text, {SymbolKind::actor}));
        return nullptr;
    };
    if (checking_) {
        for (const ast::Item* item : items_) {
            if (item->kind == ItemKind::actor) add_actor(*item, {}, item->name.text);
            if (item->kind == ItemKind::scenario)
                for (const ast::RunClause& run : item->scenario->run) known(run);
        }
    } else if (scenario_ != nullptr && scenario_->has_run) {
        for (const ast::RunClause& run : scenario_->run) {
            const ast::Item* item = known(run);
            if (item == nullptr) continue;
            if (run.args.size() != item->formals.size()) {
                diagnostics_.error(run.span, fmt::format("'{}' takes {} arguments, not {}", run.actor.text,
                                                         item->formals.size(), run.args.size()));
                continue;
            }
            std::vector<Value> args;
            reads_ = Reads::constants;
            for (size_t i = 0; i < run.args.size(); ++i) {
                TypeRef type = type_of(*item->formals[i].type);
                args.push_back({type, std::nullopt,
                                convert(expression(*run.args[i], type), type, run.args[i]->span, "the argument")});
            }
            add_actor(*item, std::move(args), run.args.empty() ? run.actor.text : text_of(run.span));
        }
    } else {
        for (const ast::Item* item : items_)
            if (item->kind == ItemKind::actor && item->formals.empty()) add_actor(*item, {}, item->name.text);
    }
    // Locks know their holders by number; now their type is known.
    system::Type& mutex = sys_.types.edit(types_.mutex->scalar);
    mutex.hi = sys_.instances;
    mutex.labels = {"free"};
    for (const system::Actor& actor : sys_.actors) {
        if (!actor.identity) {
            mutex.labels.push_back(actor.name);
            continue;
        }
        const system::Type& identity = sys_.types[*actor.identity];
        for (int64_t i = identity.lo; i <= identity.hi; ++i)
            mutex.labels.push_back(fmt::format("{}[{}]", actor.name, sys_.types.text(*actor.identity, i)));
    }
    add_recover();
    for (uint32_t a = 0; a < sys_.actors.size(); ++a) {
        system::Actor& actor = sys_.actors[a];
        const auto type = sys_.types.intern(
            {system::TypeKind::location, fmt::format("location of {} #{}", actor.name, a), 0, 1 << 20, {}, 0});
        sys_.actors[a].counter = new_variable(actor.name, types_.raw(type), system::Storage::counter, a, actor.span);
        const ast::Item& item = *running_[a].item;
        if (!item.type) continue;
        TypeRef result = type_of(*item.type);
        if (actor.kind != ActorKind::thread || !result->is_scalar() || TypeStore::contains(result, Form::mutex)) {
            diagnostics_.error(item.type->span, actor.kind != ActorKind::thread ? "only a thread has a result"
                                                                                : "a thread's result is a scalar");
            continue;
        }
        if (result->form != Form::error)
            sys_.actors[a].result = new_variable(actor.name + ".result", result, system::Storage::local, a, actor.span);
    }
}

void Compiler::add_recover() {
    for (const ast::Item* item : items_)
        if (item->kind == ItemKind::recover && sys_.power_loss && sys_.power_loss->recover == system::none) {
            system::Actor actor;
            actor.name = actor.declaration = "recover";
            actor.kind = ActorKind::recover;
            actor.span = item->span;
            actor.first_instance = sys_.instances;
            sys_.power_loss->recover = static_cast<uint32_t>(sys_.actors.size());
            sys_.actors.push_back(std::move(actor));
            running_.push_back({item, {}, {}, {}});
        }
}

// --- graphs --------------------------------------------------------------------------------------

Cfg Compiler::graph_of(const ast::Block& body, uint32_t actor, Reads reads, const std::function<void()>& prepare) {
    Cfg cfg;
    cfg_ = &cfg;
    actor_ = actor;
    reads_ = reads;
    path_ = ExprPool::yes;
    std::vector<LocalCheck> stray;
    checks_ = &stray;
    frames_.clear();
    frames_.emplace_back();
    frames_.back().prefix = actor == system::none ? std::string{} : sys_.actors[actor].name + ".";
    atomic_depth_ = actor == system::none ? 1 : 0;
    ghost_depth_ = loop_depth_ = 0;
    cfg.entry = current_ = nop();
    CfgNode stop;
    stop.kind = NodeKind::stop;
    frames_.back().exit = new_node(std::move(stop));
    open_scope();
    prepare();
    block(body);
    if (frames_.back().result && current_ != no_node)
        diagnostics_.error(
            {body.span.file, body.span.end == 0 ? 0 : body.span.end - 1, body.span.end},
            fmt::format("'{}' can end here without a result",
                        actor == system::none ? frames_.back().procedure->name.text : sys_.actors[actor].declaration),
            "return a value on every path");
    emit_resets(0, false);
    link(current_, frames_.back().exit);
    resolve_jumps();
    frames_.clear();
    atomic_depth_ = 0;
    cfg_ = nullptr;
    checks_ = nullptr;
    actor_ = system::none;
    find_sites(cfg);
    if (const auto cycle = pointless_cycle(cfg))
        diagnostics_.error(cfg.nodes[*cycle].span.end != 0 ? cfg.nodes[*cycle].span : body.span,
                           cfg.nodes[*cycle].in_atomic ? "a loop inside an atomic step could run for ever"
                                                       : "this loop can go round without a scheduling point",
                           cfg.nodes[*cycle].in_atomic ? "use `for`" : "put `step;` into it, or use `for`");
    return cfg;
}

void Compiler::build_actor_graph(uint32_t number) {
    RunningActor& running = running_[number];
    const ast::Item& item = *running.item;
    const bool recover = sys_.actors[number].kind == ActorKind::recover;
    running.cfg = graph_of(item.body, number, recover ? Reads::recover : Reads::code, [&] {
        Scope& scope = frames_.back().scopes.back();
        if (item.family) {
            TypeRef type = type_of(*item.family->type);
            const system::Type& identity = types_.scalar(type);
            Binding binding;
            binding.value = scalar_value(type, pool_.self(identity.lo, identity.hi));
            scope.names[item.family->name.text] = binding;
        }
        for (size_t i = 0; i < item.formals.size(); ++i) {
            Binding binding;
            if (checking_) {
                TypeRef type = type_of(*item.formals[i].type);
                if (type->form == Form::error)
                    binding.value = error_value();
                else
                    binding.value = {
                        type,
                        new_local(item.formals[i].name.text, &item.formals[i], type, item.formals[i].name.span),
                        {}};
            } else {
                binding.value = running.args[i];
            }
            frames_.back().scopes.back().names[item.formals[i].name.text] = binding;
        }
        if (sys_.actors[number].result != system::none) {
            PlaceRef place{sys_.actors[number].result, {}};
            if (sys_.actors[number].identity) {
                const system::Type& identity = sys_.types[*sys_.actors[number].identity];
                place.index.push_back(pool_.self(identity.lo, identity.hi));
            }
            frames_.back().result = std::pair{type_of(*item.type), place};
        }
    });
    if (recover) {
        const Region prefix = region_from(running.cfg, running.cfg.entry, false);
        const auto all = [&](auto test) {
            return std::all_of(prefix.order.begin(), prefix.order.end(),
                               [&](NodeId n) { return test(running.cfg.nodes[n]); });
        };
        CfgNode& entry = running.cfg.nodes[running.cfg.entry];
        if (!all([](const CfgNode& n) { return n.kind == NodeKind::nop; })) {
            // Recovery starts at a point: what it does before its first touch of the media is a step, but ghosts and
            // bound arguments belong to the step that they begin.
            if (!all([](const CfgNode& n) { return n.kind == NodeKind::nop || n.transparent; }))
                entry.kind = NodeKind::act;
            entry.point = true;
            entry.span = item.body.span;
        }
    }
}

bool Compiler::rests_at(const Cfg& cfg, NodeId id) const {
    while (cfg.nodes[id].kind == NodeKind::nop || cfg.nodes[id].kind == NodeKind::atomic || cfg.nodes[id].transparent) {
        if (cfg.nodes[id].next == no_node) return false;
        id = cfg.nodes[id].next;
    }
    const CfgNode& node = cfg.nodes[id];
    if (node.kind == NodeKind::await) return !node.is_lock;
    if (node.kind != NodeKind::choose) return false;
    return std::all_of(node.alternatives.begin(), node.alternatives.end(), [&](const Branching& a) {
        return a.where != ExprPool::yes || a.fault.has_value() || rests_at(cfg, a.entry);
    });
}

void Compiler::find_locations(uint32_t number) {
    RunningActor& running = running_[number];
    const Cfg& cfg = running.cfg;
    std::set<NodeId> points;
    std::vector<NodeId> todo;
    const auto reach = [&](const std::vector<NodeId>& stops) {
        for (const NodeId stop : stops)
            if (cfg.nodes[stop].kind != NodeKind::stop && points.insert(stop).second) todo.push_back(stop);
    };
    reach(region_from(cfg, cfg.entry, false).stops);
    while (!todo.empty()) {
        const NodeId point = todo.back();
        todo.pop_back();
        reach(region_from(cfg, point, true).stops);
    }
    std::set<NodeId> idle;
    for (NodeId head : cfg.idle) {
        while ((cfg.nodes[head].kind == NodeKind::nop || cfg.nodes[head].transparent) &&
               cfg.nodes[head].next != no_node)
            head = cfg.nodes[head].next;
        if (cfg.nodes[head].point && rests_at(cfg, head)) idle.insert(head);
    }
    system::Actor& actor = sys_.actors[number];
    actor.locations = {{"not started", {}, actor.span, false}, {"ended", {}, actor.span, false}};
    for (const NodeId point : points) {
        running.locations[point] = static_cast<system::LocationId>(actor.locations.size());
        actor.locations.push_back(
            {point_text(cfg.nodes[point]), cfg.nodes[point].labels, cfg.nodes[point].span, idle.count(point) != 0});
    }
    system::Type& type = sys_.types.edit(sys_.variables[actor.counter].type);
    type.hi = static_cast<int64_t>(actor.locations.size()) - 1;
    for (const system::Location& location : actor.locations) type.labels.push_back(location.text);
}

void Compiler::build_graphs() {
    for (uint32_t a = 0; a < running_.size(); ++a) build_actor_graph(a);
    if (diagnostics_.has_errors()) return;
    for (uint32_t a = 0; a < running_.size(); ++a) find_locations(a);
}

// --- steps ---------------------------------------------------------------------------------------

void Compiler::build_transitions() {
    for (uint32_t a = 0; a < running_.size(); ++a)
        for (const auto& [node, location] : running_[a].locations) {
            StepBuilder builder(sys_, [&](system::CheckKind kind) { return builtin_property(kind); });
            builder.walk({running_[a].cfg, node, true, a, std::nullopt, &running_[a].locations});
            sys_.transitions.push_back({a, location, builder.take()});
            if (!checking_) continue;
            for (const system::Check& check : sys_.transitions.back().step.checks)
                if (check.kind == system::CheckKind::atomic_block)
                    diagnostics_.warning(check.span,
                                         "this can block in the middle of an atomic step, which is a violation",
                                         "wait for it in the first statement of the atomic");
        }
}

void Compiler::build_init() {
    StepBuilder builder(sys_, [&](system::CheckKind kind) { return builtin_property(kind); });
    builder.start_from_first_values();
    for (const system::Fault& fault : sys_.faults)
        if (fault.budget) builder.assign(fault.remaining, {}, pool_.constant(*fault.budget));
    for (VarId var = 0; var < sys_.variables.size(); ++var)
        if (sys_.variables[var].storage == system::Storage::option) builder.assign_any(var);
    in_init_ = true;
    std::vector<const ast::Block*> blocks;
    for (const ast::Item* item : items_)
        if (item->kind == ItemKind::init) blocks.push_back(&item->body);
    for (const ast::Item* item : items_)
        if (item->kind == ItemKind::scenario && (checking_ || item->scenario.get() == scenario_))
            for (const ast::Block& b : item->scenario->init) blocks.push_back(&b);
    const ast::Block nothing;
    const Cfg cfg = graph_of(nothing, system::none, Reads::code, [&] {
        for (const ast::Item* item : items_) {
            if (item->kind != ItemKind::variable || !item->value) continue;
            const Symbol* symbol = find(item->name.text);
            if (symbol == nullptr || symbol->item != item || symbol->type == nullptr ||
                symbol->type->form == Form::error)
                continue;
            if (symbol->storage == system::Storage::ghost) reads_ = Reads::ghost;
            std::vector<ExprId> values;
            CfgNode node = evaluated(NodeKind::act, item->value->span, [&] {
                values = convert(expression(*item->value, symbol->type), symbol->type, item->value->span,
                                 "the initial value");
            });
            reads_ = Reads::code;
            node.statement = {};  // a declaration
            store(symbol->type, PlaceRef{symbol->first, {}}, values, node.assignments);
            append(std::move(node));
        }
        for (const ast::Block* b : blocks) block(*b);
    });
    in_init_ = false;
    if (diagnostics_.has_errors()) return;
    builder.walk({cfg, cfg.entry, false, system::none, std::nullopt, nullptr});
    for (uint32_t a = 0; a < running_.size(); ++a) {
        if (sys_.actors[a].kind == ActorKind::recover) continue;
        const Cfg& own = running_[a].cfg;
        int64_t lo = 0;
        int64_t hi = 0;
        if (sys_.actors[a].identity) {
            lo = sys_.types[*sys_.actors[a].identity].lo;
            hi = sys_.types[*sys_.actors[a].identity].hi;
        }
        for (int64_t i = lo; i <= hi; ++i) builder.walk({own, own.entry, false, a, i, &running_[a].locations});
    }
    sys_.init = builder.take();
}

void Compiler::build_power_loss() {
    if (!sys_.power_loss) return;
    const auto at =
        std::find_if(items_.begin(), items_.end(), [](const ast::Item* i) { return i->kind == ItemKind::power_loss; });
    const Cfg cfg = graph_of((*at)->body, system::none, Reads::power_loss, [] {});
    if (diagnostics_.has_errors()) return;
    StepBuilder builder(sys_, [&](system::CheckKind kind) { return builtin_property(kind); });
    builder.walk({cfg, cfg.entry, false, system::none, std::nullopt, nullptr});
    sys_.power_loss->step = builder.take();
}

}  // namespace untorn::language
