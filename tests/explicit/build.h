// Builds small transition systems by hand, for tests: variables, actors with their points, and the branches out of each
// point. finish() adds the init step that sends every actor to its first point.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/system/system.h"
#include "model/system/validate.h"

namespace untorn::testing {

using system::ActorId;
using system::ActorKind;
using system::ExprId;
using system::ExprPool;
using system::LocationId;
using system::PropertyKind;
using system::Storage;
using system::TypeId;
using system::Update;
using system::VarId;

/// One way out of a point.
struct Branch {
    Branch(ExprId guard_, std::vector<Update> updates_, LocationId to_, std::vector<uint32_t> faults_ = {},
           std::vector<system::Check> checks_ = {})
        : guard(guard_),
          updates(std::move(updates_)),
          to(to_),
          faults(std::move(faults_)),
          checks(std::move(checks_)) {}

    ExprId guard;
    std::vector<Update> updates;
    LocationId to;
    std::vector<uint32_t> faults;       ///< spent
    std::vector<system::Check> checks;  ///< of this branch only
};

class Build {
 public:
    static constexpr LocationId first_point = 2;

    system::System system;

    VarId variable(std::string name, TypeId type, Storage storage = Storage::memory, std::vector<TypeId> dims = {},
                   ActorId actor = system::none) {
        system.variables.push_back({std::move(name), storage, std::move(dims), type, actor, false, {}});
        return static_cast<VarId>(system.variables.size() - 1);
    }
    TypeId range(int64_t lo, int64_t hi) { return system.types.range(lo, hi); }

    /// Its points are numbered from first_point on, in this order; `*` before a text marks an idle await.
    ActorId actor(const std::string& name, ActorKind kind, const std::vector<std::string>& points,
                  std::optional<TypeId> identity = std::nullopt) {
        const auto id = static_cast<ActorId>(system.actors.size());
        system::Actor actor;
        actor.name = actor.declaration = name;
        actor.kind = kind;
        actor.identity = identity;
        actor.first_instance = system.instances;
        if (kind != ActorKind::recover)
            system.instances += identity ? static_cast<uint32_t>(system.types[*identity].size()) : 1;
        actor.locations = {{"not started", {}, {}, false}, {"ended", {}, {}, false}};
        for (const std::string& text : points) {
            const bool idle = text.starts_with('*');
            actor.locations.push_back({text.substr(idle ? 1 : 0), {}, {}, idle});
        }
        system::Type type{
            system::TypeKind::location, name + ".location", 0, 1 + static_cast<int64_t>(points.size()), {}, 0};
        for (const system::Location& location : actor.locations) type.labels.push_back(location.text);
        const std::vector<TypeId> dims(identity ? 1 : 0, identity.value_or(0));
        actor.counter = variable(name + ".at", system.types.intern(type), Storage::counter, dims, id);
        system.actors.push_back(actor);
        return id;
    }

    uint32_t fault(const std::string& name, std::optional<int64_t> budget) {
        system::Fault fault{name, budget, system::none, {}};
        if (budget) {
            fault.remaining = variable(name + ".remaining", range(0, *budget), Storage::budget);
            system.init.updates.push_back({ExprPool::yes, fault.remaining, {}, number(*budget)});
        }
        system.faults.push_back(fault);
        return static_cast<uint32_t>(system.faults.size() - 1);
    }

    uint32_t property(const std::string& name, PropertyKind kind, ExprId expr = ExprPool::yes) {
        system.properties.push_back({name, kind, expr, ExprPool::yes, {}});
        return static_cast<uint32_t>(system.properties.size() - 1);
    }

    ExprId number(int64_t value) { return system.pool.constant(value); }
    ExprId get(VarId var, const std::vector<ExprId>& index = {}) {
        const system::Type& type = system.types[system.variables[var].type];
        return system.pool.read(var, index, type.lo, type.hi);
    }
    ExprId is(VarId var, int64_t value, const std::vector<ExprId>& index = {}) {
        return system.pool.equal(get(var, index), number(value));
    }
    ExprId at(ActorId actor, LocationId location, const std::vector<ExprId>& index = {}) {
        return is(system.actors[actor].counter, location, index);
    }
    ExprId self(ActorId actor) {
        const system::Type& type = system.types[*system.actors[actor].identity];
        return system.pool.self(type.lo, type.hi);
    }
    static Update put(VarId var, ExprId value, std::vector<ExprId> index = {}) {
        return {ExprPool::yes, var, std::move(index), value};
    }
    Update set(VarId var, int64_t value, std::vector<ExprId> index = {}) {
        return {ExprPool::yes, var, std::move(index), number(value)};
    }
    system::Check check(ExprId ok, uint32_t property, system::CheckKind kind = system::CheckKind::assertion) {
        return {ok, kind, property, {}, "it fails"};
    }

    /// The step out of a point: choice 0 picks the branch if there are several; `choices` follow it.
    void point(ActorId actor, LocationId from, const std::vector<Branch>& branches,
               const std::vector<system::Choice>& choices = {}) {
        system::Transition transition{actor, from, {}};
        system::Step& step = transition.step;
        const auto last = static_cast<int64_t>(branches.size()) - 1;
        if (last > 0) step.choices.push_back({"", range(0, last), {}});
        step.choices.insert(step.choices.end(), choices.begin(), choices.end());
        step.guard = ExprPool::no;
        for (int64_t i = 0; i <= last; ++i) {
            const ExprId taken =
                last == 0 ? ExprPool::yes : system.pool.equal(system.pool.choice(0, 0, last), number(i));
            append(transition, branches[static_cast<size_t>(i)], taken);
        }
        system.transitions.push_back(transition);
    }
    /// A point with one way out.
    void point(ActorId actor, LocationId from, Branch branch) { point(actor, from, std::vector<Branch>{branch}); }

    /// The finished system, checked for what system.h promises.
    const system::System& finish() {
        for (const system::Actor& actor : system.actors) {
            if (actor.kind == ActorKind::recover) continue;
            const LocationId entry = actor.locations.size() > 2 ? first_point : system::ended;
            if (!actor.identity) {
                system.init.updates.push_back(set(actor.counter, entry));
                continue;
            }
            const system::Type type = system.types[*actor.identity];
            for (int64_t member = type.lo; member <= type.hi; ++member)
                system.init.updates.push_back(set(actor.counter, entry, {number(member)}));
        }
        std::ranges::stable_sort(system.transitions, {},
                                 [](const system::Transition& t) { return std::pair(t.actor, t.from); });
        const auto wrong = system::validate(system);
        REQUIRE_MESSAGE(!wrong, wrong.value_or(""));
        return system;
    }

 private:
    void append(system::Transition& transition, const Branch& branch, ExprId taken) {
        system::Step& step = transition.step;
        const system::Actor& actor = system.actors[transition.actor];
        ExprId guard = system.pool.both(taken, branch.guard);
        for (system::Check check : branch.checks) {
            check.ok = system.pool.implies(taken, check.ok);
            step.checks.push_back(check);
        }
        const auto update = [&](Update u) {
            u.when = system.pool.both(taken, u.when);
            step.updates.push_back(std::move(u));
        };
        for (const Update& u : branch.updates) update(u);
        std::vector<ExprId> index;
        if (actor.identity) index.push_back(self(transition.actor));
        update(set(actor.counter, int64_t{branch.to}, index));
        for (uint32_t fault : branch.faults) {
            step.faults.push_back({taken, fault});
            const VarId remaining = system.faults[fault].remaining;
            if (remaining == system::none) continue;
            guard = system.pool.both(guard, system.pool.less(number(0), get(remaining)));
            update(put(remaining, system.pool.subtract(get(remaining), number(1))));
        }
        step.guard = system.pool.either(step.guard, guard);
    }
};

}  // namespace untorn::testing
