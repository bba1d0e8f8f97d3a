#include "checker/explicit/program.h"

#include <algorithm>
#include <set>
#include <utility>

#include "checker/explicit/close.h"
#include "checker/explicit/compile.h"

namespace untorn::checker {

using system::ExprId;
using system::ExprPool;
using system::Step;

namespace {

constexpr uint64_t most_choice_vectors = uint64_t{1} << 16;
constexpr size_t most_instances = size_t{1} << 20;
constexpr size_t most_open_choices = UINT16_MAX - 1;  // Code::choices

/// Expands the steps of a system into the instances of a program.
class Expander {
 public:
    Expander(Program& program)
        : program_(program), system_(program.system), pool_(system_.pool), codes_(program, pool_) {}

    void run(bool with_lemmas);

 private:
    struct Who {
        int64_t self = 0;
        int64_t me = 0;
        uint32_t transition = 0;
    };
    void properties();
    void lemmas();
    void constraints();
    std::pair<int64_t, int64_t> identities(system::ActorId id) const;
    void actor(system::ActorId id);
    ActorInstance instance(system::ActorId id, int64_t self);
    void power_loss();
    void step(const Step& step, const Who& who, const std::string& name, std::vector<Instance>& into);
    void close(const Step& step, const Who& who, const std::vector<int64_t>& choices, std::vector<Instance>& into);
    std::optional<Instance> close(const Step& step, const Who& who, Closer& closer);
    void note_change(const system::Update& update, const std::vector<ExprId>& index, ExprId value);
    void reads_of(ExprId id, std::vector<bool>& seen);
    std::vector<CodeId> conjuncts(CodeId code) const;

    Program& program_;
    const system::System& system_;
    ExprPool pool_;
    CodeCompiler codes_;
    std::vector<ExprId> closed_loss_;  ///< what the power_loss step reads, closed
    bool in_power_loss_ = false;
    bool in_recover_ = false;
};

void Expander::run(bool with_lemmas) {
    program_.changing.assign(program_.cells.size(), false);
    program_.lost_reads.assign(program_.cells.size(), false);
    program_.recover_changes.assign(program_.cells.size(), false);
    step(system_.init, {}, "init", program_.init);
    if (std::ranges::any_of(system_.properties, [](const auto& p) { return system::is_progress(p.kind); }))
        constraints();
    for (system::ActorId id = 0; id < system_.actors.size(); ++id) actor(id);
    if (system_.power_loss) power_loss();
    properties();
    if (with_lemmas) lemmas();
    codes_.assign_slots();
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
        if (survives_power_loss(system_.variables[program_.cells[cell].var])) program_.surviving.push_back(cell);
}

void Expander::properties() {
    const auto compiled = [&](ExprId id) { return codes_.compile(Closer(pool_, system_.types, {}).close(id)); };
    for (const system::Property& property : system_.properties) program_.properties.push_back(compiled(property.expr));
    program_.consequents.assign(system_.properties.size(), 0);
    for (size_t p = 0; p < system_.properties.size(); ++p) {
        if (system_.properties[p].kind != system::PropertyKind::leads_to) continue;
        program_.consequents[p] = static_cast<uint32_t>(program_.properties.size());
        program_.properties.push_back(compiled(system_.properties[p].consequent));
    }
}

void Expander::lemmas() {
    for (const system::Lemma& lemma : system_.lemmas)
        program_.lemmas.push_back(codes_.compile(Closer(pool_, system_.types, {}).close(lemma.expr)));
}

void Expander::constraints() {
    for (uint32_t f = 0; f < system_.fairness.size(); ++f) {
        const system::Fairness& fairness = system_.fairness[f];
        const auto [lo, hi] = identities(fairness.actor);
        for (int64_t self = lo; self <= hi; ++self) program_.constraints.push_back({f, self, fairness.strong});
    }
}

/// The members of a family, or one.
std::pair<int64_t, int64_t> Expander::identities(system::ActorId id) const {
    const system::Actor& actor = system_.actors[id];
    if (!actor.identity) return {0, 0};
    return {system_.types[*actor.identity].lo, system_.types[*actor.identity].hi};
}

void Expander::actor(system::ActorId id) {
    const system::Actor& actor = system_.actors[id];
    in_recover_ = actor.kind == system::ActorKind::recover;
    const auto [lo, hi] = identities(id);
    for (int64_t self = lo; self <= hi; ++self) {
        ActorInstance made = instance(id, self);
        if (actor.kind == system::ActorKind::thread) program_.thread_counters.push_back(made.counter);
        if (actor.kind == system::ActorKind::recover) {
            program_.changing[made.counter] = true;
            program_.recover_changes[made.counter] = true;
            program_.recover = std::move(made);
            program_.has_recover = true;
        } else {
            program_.actors.push_back(std::move(made));
        }
    }
    in_recover_ = false;
}

ActorInstance Expander::instance(system::ActorId id, int64_t self) {
    const system::Actor& actor = system_.actors[id];
    const int64_t number = actor.first_instance + (actor.identity ? self - system_.types[*actor.identity].lo : 0);
    ActorInstance made;
    made.actor = id;
    const std::vector<int64_t> index(actor.identity ? 1 : 0, self);
    made.counter = program_.cells.at(actor.counter, index).value_or(0);
    for (system::LocationId location = 0; location < actor.locations.size(); ++location) {
        made.first_of.push_back(static_cast<uint32_t>(program_.instances.size()));
        for (uint32_t t = 0; t < system_.transitions.size(); ++t) {
            const system::Transition& transition = system_.transitions[t];
            if (transition.actor != id || transition.from != location) continue;
            const std::string name = actor.name + ", \"" + actor.locations[location].text + "\"";
            step(transition.step, {self, 1 + number, t}, name, program_.instances);
        }
        made.may_rest.push_back(location == system::ended || actor.kind == system::ActorKind::environment ||
                                (actor.kind == system::ActorKind::daemon && actor.locations[location].idle));
    }
    made.first_of.push_back(static_cast<uint32_t>(program_.instances.size()));
    return made;
}

void Expander::step(const Step& step, const Who& who, const std::string& name, std::vector<Instance>& into) {
    uint64_t vectors = 1;
    for (const system::Choice& choice : step.choices) {
        const auto size = static_cast<uint64_t>(system_.types[choice.type].size());
        if (size == 0) return;
        vectors *= size;
        if (vectors > most_choice_vectors)
            throw LimitReached{"a step with more than 65536 choice vectors (" + name + ")"};
    }
    std::vector<int64_t> choices;
    for (const system::Choice& choice : step.choices) choices.push_back(system_.types[choice.type].lo);
    for (uint64_t v = 0; v < vectors; ++v) {
        close(step, who, choices, into);
        if (into.size() > most_instances) throw LimitReached{"more than 2^20 transition instances"};
        for (size_t i = choices.size(); i-- > 0;) {  // the first choice is the most significant
            const system::Type& type = system_.types[step.choices[i].type];
            if (++choices[i] <= type.hi) break;
            choices[i] = type.lo;
        }
    }
}

void Expander::close(const Step& step, const Who& who, const std::vector<int64_t>& choices,
                     std::vector<Instance>& into) {
    Closer closer(pool_, system_.types, {who.self, who.me, choices});
    auto made = close(step, who, closer);
    if (!made) return;
    made->choices = choices;
    into.push_back(std::move(*made));
}

/// None if it is never enabled.
std::optional<Instance> Expander::close(const Step& step, const Who& who, Closer& closer) {
    const auto closed = [&](ExprId id) {
        const ExprId result = closer.close(id);
        if (in_power_loss_) closed_loss_.push_back(result);
        return result;
    };
    const ExprId guard = closed(step.guard);
    if (guard == ExprPool::no) return std::nullopt;
    Instance made;
    made.transition = who.transition;
    made.identity = who.self;
    made.guard = codes_.compile(guard);
    for (const system::Check& check : step.checks) {
        const ExprId ok = closed(check.ok);
        if (ok != ExprPool::yes) made.checks.push_back({codes_.compile(ok), check.property});
    }
    for (const system::Update& update : step.updates) {
        const ExprId when = closed(update.when);
        if (when == ExprPool::no) continue;
        const ExprId value = closed(update.value);
        std::vector<ExprId> index;
        for (ExprId id : update.index) index.push_back(closed(id));
        WriteCode write;
        write.when = codes_.compile(when);
        write.value = codes_.compile(value);
        if (!codes_.target(update.var, index, write)) continue;  // a check fails before it
        note_change(update, index, value);
        made.writes.push_back(write);
    }
    for (const system::FaultSpent& fault : step.faults) {
        const ExprId when = closed(fault.when);
        if (when != ExprPool::no) made.faults.push_back(codes_.compile(when));
    }
    if (&step != &system_.init && !in_power_loss_) {
        const system::ActorId actor = system_.transitions[who.transition].actor;
        for (uint32_t c = 0; c < program_.constraints.size(); ++c) {
            const system::Fairness& fairness = system_.fairness[program_.constraints[c].fairness];
            if (fairness.actor != actor || program_.constraints[c].identity != who.self) continue;
            if (fairness.label.empty()) made.fair.push_back({c, codes_.compile(ExprPool::yes)});
            for (const system::LabelPassed& passed : step.labels) {
                if (fairness.label.empty() || passed.label != fairness.label) continue;
                const ExprId when = closed(passed.when);
                if (when != ExprPool::no) made.fair.push_back({c, codes_.compile(when)});
            }
        }
    }
    for (const system::SitePassed& pass : step.passes) {
        const ExprId when = closed(pass.when);
        if (when != ExprPool::no) made.passes.push_back({codes_.compile(when), pass.site});
    }
    return made;
}

/// Its choices are left open. A choice whose type has no value is never made.
void Expander::power_loss() {
    in_power_loss_ = true;
    const Step& loss = system_.power_loss->step;
    if (loss.choices.size() > most_open_choices) throw LimitReached{"more than 65534 choices in power_loss"};
    Closer closer(pool_, system_.types, {0, 0, {}, true});
    auto instance = close(loss, {}, closer);
    std::vector<bool> seen(pool_.size(), false);
    for (ExprId id : closed_loss_) reads_of(id, seen);
    const auto size = [&](const system::Choice& choice) { return system_.types[choice.type].size(); };
    if (!instance || std::ranges::any_of(loss.choices, [&](const auto& choice) { return size(choice) == 0; })) return;
    OpenStep& made = program_.power_loss.emplace();
    for (const system::Choice& choice : loss.choices)
        made.choices.push_back({system_.types[choice.type].lo, system_.types[choice.type].hi});
    made.conjuncts.resize(loss.choices.size() + 1);
    for (const CodeId part : conjuncts(instance->guard)) made.conjuncts[program_.codes[part].choices].push_back(part);
    made.instance = std::move(*instance);
    bool symmetric = false;
    for (system::TypeId type = 0; type < system_.types.size(); ++type)
        symmetric = symmetric || system_.types[type].kind == system::TypeKind::scalarset;
    double vectors = 1;
    for (const system::Choice& choice : loss.choices) vectors *= static_cast<double>(size(choice));
    if (!symmetric || vectors > most_choice_vectors) return;
    program_.power_losses.emplace();
    step(loss, {}, "power_loss", *program_.power_losses);
}

/// What a code is the conjunction of, each once.
std::vector<CodeId> Expander::conjuncts(CodeId code) const {
    std::vector<CodeId> parts, open{code};
    std::set<CodeId> seen;
    while (!open.empty()) {
        const CodeId next = open.back();
        open.pop_back();
        if (!seen.insert(next).second) continue;
        const Code& of = program_.codes[next];
        if (of.op == Code::Op::conjunction)
            open.insert(open.end(), {of.b, of.a});
        else
            parts.push_back(next);
    }
    return parts;
}

void Expander::note_change(const system::Update& update, const std::vector<ExprId>& index, ExprId value) {
    const int64_t first = system_.types[system_.variables[update.var].type].first();
    if (pool_.is_constant(value) && pool_.value(value) == first) return;
    for_each_cell(program_.cells, pool_, update.var, index, [&](uint32_t cell) {
        program_.changing[cell] = true;
        if (in_recover_) program_.recover_changes[cell] = true;
    });
}

void Expander::reads_of(ExprId id, std::vector<bool>& seen) {
    if (seen[id]) return;
    seen[id] = true;
    const system::Node& node = pool_[id];
    const auto args = pool_.args(id);
    if (node.op == system::Op::read)
        for_each_cell(program_.cells, pool_, node.var, args, [&](uint32_t cell) { program_.lost_reads[cell] = true; });
    for (ExprId arg : args) reads_of(arg, seen);
}

}  // namespace

Program::Program(const system::System& system_, bool with_lemmas) : system(system_), cells(system_) {
    Expander(*this).run(with_lemmas);
}

}  // namespace untorn::checker
