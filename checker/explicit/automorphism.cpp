#include "checker/explicit/automorphism.h"

#include <fmt/format.h>

#include <algorithm>

namespace untorn::checker {

namespace {

bool is_judged(system::PropertyKind kind) { return !system::is_progress(kind); }

bool is_judged_after_loss(system::PropertyKind kind) {
    using system::PropertyKind;
    return kind == PropertyKind::crash_invariant || kind == PropertyKind::crash_cover || kind == PropertyKind::never ||
           kind == PropertyKind::sometimes || kind == PropertyKind::always;
}

}  // namespace

Automorphism::Automorphism(const Program& program, const Unassigned& unassigned,
                           const std::vector<std::vector<int64_t>>& initial, Supports& supports,
                           const Permutation& permutation)
    : program_(program),
      unassigned_(unassigned),
      initial_(initial),
      supports_(supports),
      g_(permutation),
      equivariance_(program, supports, permutation) {
    for (uint32_t cell = 0; cell < program.cells.size(); ++cell) {
        const system::Variable& variable = program.system.variables[program.cells[cell].var];
        lost_.push_back(variable.type == g_.scalarset() && !survives_power_loss(variable));
    }
}

std::optional<std::string> Automorphism::refutation() {
    if (auto why = cells()) return why;
    if (auto why = initial_states()) return why;
    if (auto why = properties()) return why;
    if (auto why = steps(program_.instances, nullptr)) return why;
    if (program_.power_loss) {
        if (!program_.power_losses) return "power_loss has more choice vectors than can be compared";
        if (auto why = steps(*program_.power_losses, &program_.system.power_loss->step)) return why;
    }
    if (program_.system.power_loss)
        if (auto why = after_loss()) return why;
    return std::nullopt;
}

// A cell that never changes is no part of a state: it must hold what its image holds.
std::optional<std::string> Automorphism::cells() const {
    for (uint32_t cell = 0; cell < program_.cells.size(); ++cell)
        if (program_.changing[cell] != program_.changing[g_.cell(cell)])
            return fmt::format("'{}' changes for some identities only",
                               program_.system.variables[program_.cells[cell].var].name);
    return std::nullopt;
}

std::optional<std::string> Automorphism::initial_states() const {
    for (const std::vector<int64_t>& state : initial_) {
        std::vector<int64_t> image = g_.state(state);
        for (uint32_t cell = 0; cell < image.size(); ++cell) {
            // Nor does the run see recover's own data.
            const system::ActorId actor = program_.system.variables[program_.cells[cell].var].actor;
            const bool of_recover = program_.has_recover && actor == program_.recover.actor;
            if (!program_.changing[cell] || of_recover) image[cell] = state[cell];
        }
        if (std::ranges::binary_search(initial_, image)) continue;
        // Name a variable that differs; with several initial states it need not be the reason, but it is part of it.
        for (uint32_t cell = 0; cell < image.size(); ++cell)
            if (image[cell] != state[cell])
                return fmt::format("'{}' begins with a particular identity, or differently for some identities",
                                   program_.system.variables[program_.cells[cell].var].name);
    }
    return std::nullopt;
}

std::optional<std::string> Automorphism::properties() {
    equivariance_.begin({});
    for (uint32_t i = 0; i < program_.system.properties.size(); ++i) {
        const system::Property& property = program_.system.properties[i];
        if (!is_judged(property.kind) ||
            equivariance_.match(program_.properties[i], program_.properties[i], Sort::plain))
            continue;
        return fmt::format("'{}' may tell identities apart", property.name);
    }
    return std::nullopt;
}

std::optional<std::string> Automorphism::after_loss() {
    const auto reads_lost = [&](CodeId code) {
        return std::ranges::any_of(supports_.of(code), [&](uint32_t cell) { return lost_[cell]; });
    };
    const auto reads_lost_index = [&](const Address& address) {
        for (uint32_t d = 0; d < address.count; ++d)
            if (reads_lost(program_.indexings[address.first + d].index)) return true;
        return false;
    };
    for (uint32_t i = 0; i < program_.system.properties.size(); ++i)
        if (is_judged_after_loss(system::judged_as(program_.system, i)) && reads_lost(program_.properties[i]))
            return fmt::format("'{}' reads an identity that is lost with power", program_.system.properties[i].name);
    const auto reads = [&](const Instance& instance) {
        return reads_lost(instance.guard) ||
               std::ranges::any_of(instance.checks, [&](const CheckCode& check) { return reads_lost(check.ok); }) ||
               std::ranges::any_of(instance.faults, reads_lost) ||
               std::ranges::any_of(instance.passes, [&](const PassCode& pass) { return reads_lost(pass.when); }) ||
               std::ranges::any_of(instance.writes, [&](const WriteCode& write) {
                   return reads_lost(write.when) || reads_lost(write.value) ||
                          (write.computed && reads_lost_index(program_.addresses[write.target]));
               });
    };
    if (program_.has_recover)
        for (uint32_t i = program_.recover.first_of.front(); i < program_.recover.first_of.back(); ++i)
            if (reads(program_.instances[i]))
                return fmt::format("{} reads an identity that is lost with power", describe(program_.instances[i]));
    // What the device holds when power is lost again is no longer what it held in the run.
    if (program_.system.power_loss->budget > 1 && program_.power_loss && reads(program_.power_loss->instance))
        return "power_loss reads an identity that is lost with power, and may come twice";
    return std::nullopt;
}

// --- steps -----------------------------------------------------------------------------------------------------------

std::string Automorphism::describe(const Instance& instance) const {
    const system::System& system = program_.system;
    const auto& losses = program_.power_losses;
    if (losses && &instance >= losses->data() && &instance < losses->data() + losses->size()) return "power_loss";
    const system::Transition& transition = system.transitions[instance.transition];
    const system::Actor& actor = system.actors[transition.actor];
    return fmt::format("{}, \"{}\"", actor.name, actor.locations[transition.from].text);
}

std::optional<std::string> Automorphism::steps(const std::vector<Instance>& instances, const system::Step* only) {
    Finder all;
    for (const Instance& instance : instances)
        all[{instance.transition, {instance.identity, instance.choices}}] = &instance;
    for (const Instance& instance : instances) {
        const system::Step& of = only != nullptr ? *only : program_.system.transitions[instance.transition].step;
        if (auto why = step(instance, of, only == nullptr, all)) return why;
    }
    return std::nullopt;
}

// The image makes the images of the choices. A choice that is not made has its type's first value in both, so that is
// tried as well.
std::optional<std::string> Automorphism::step(const Instance& instance, const system::Step& step, bool of_actor,
                                              const Finder& all) {
    mover_ = {};
    recovering_ = false;
    int64_t identity = instance.identity;
    if (of_actor) {
        const system::Transition& transition = program_.system.transitions[instance.transition];
        const system::Actor& actor = program_.system.actors[transition.actor];
        recovering_ = actor.kind == system::ActorKind::recover;
        mover_ = {transition.actor, identity, transition.from};
        if (actor.identity == g_.scalarset()) identity = g_.value(Sort::identity, identity);
    }
    equivariance_.begin(mover_);
    std::vector<int64_t> choices = instance.choices;
    std::vector<size_t> open;  // choices that may stay as they are
    for (size_t i = 0; i < choices.size(); ++i) {
        const int64_t image = g_.value(g_.sort(step.choices[i].type), choices[i]);
        if (image != choices[i] && choices[i] == program_.system.types[step.choices[i].type].lo) open.push_back(i);
        choices[i] = image;
    }
    if (open.size() > 10) open.resize(10);
    std::optional<std::string> why;
    std::vector<const Instance*> images;
    for (uint32_t kept = 0; kept < uint32_t{1} << open.size(); ++kept) {
        std::vector<int64_t> attempt = choices;
        for (size_t k = 0; k < open.size(); ++k)
            if ((kept >> k & 1) != 0) attempt[open[k]] = instance.choices[open[k]];
        const auto image = all.find({instance.transition, {identity, attempt}});
        if (image == all.end()) continue;
        const auto difference = differ(instance, *image->second, Case::all);
        if (!difference) return std::nullopt;
        if (!why) why = fmt::format("{}: {} may treat identities differently", describe(instance), *difference);
        images.push_back(image->second);
    }
    // Behind a check a choice is made only if the check holds.
    const auto is_image = [&](Case which) {
        return std::ranges::any_of(images, [&](const Instance* to) { return !differ(instance, *to, which); });
    };
    if (!instance.checks.empty() && is_image(Case::checks_hold) && is_image(Case::check_fails)) return std::nullopt;
    return why ? why : fmt::format("{}: not every identity can make this step", describe(instance));
}

std::optional<std::string> Automorphism::differ(const Instance& from, const Instance& to, Case which) {
    equivariance_.forget_assumptions();
    equivariance_.assume(from.guard, true);
    if (which == Case::checks_hold)
        for (const CheckCode& check : from.checks) equivariance_.assume(check.ok, true);
    if (which == Case::check_fails) {
        std::vector<CodeId> all;
        for (const CheckCode& check : from.checks) all.push_back(check.ok);
        equivariance_.assume_not_all(std::move(all));
    }
    std::optional<std::string> difference;
    if (!equivariance_.implied(to.guard)) {
        difference = "its condition";
    } else if (!faults(from, to)) {
        difference = "the faults it spends";
    } else if (!checks(from, to)) {
        difference = "a check";
    } else if (which != Case::check_fails) {
        difference = writes(from, to);
    }
    if (!difference && !passes(from, to)) difference = "the way it takes";
    if (difference && equivariance_.contradictory()) return std::nullopt;  // it never comes to that
    return difference;
}

// Members may be checked in another order: among checks of one property, which fails first is all the same. A check
// matters where those before it hold. (If it is the first of its property to fail in s, its image fails in g(s); if all
// of them hold in s, all images hold in g(s).)
bool Automorphism::checks(const Instance& from, const Instance& to) {
    if (from.checks.size() != to.checks.size()) return false;
    for (size_t begin = 0, end = 0; begin < from.checks.size(); begin = end) {
        const uint32_t property = from.checks[begin].property;
        std::vector<CodeId> left;
        for (; end < from.checks.size() && from.checks[end].property == property; ++end) {
            if (to.checks[end].property != property) return false;
            left.push_back(to.checks[end].ok);
        }
        for (size_t i = begin; i < end; ++i) {
            const auto image = std::ranges::find_if(
                left, [&](CodeId ok) { return equivariance_.match(from.checks[i].ok, ok, Sort::plain); });
            if (image == left.end()) return false;
            left.erase(image);
            equivariance_.assume(from.checks[i].ok, true);
        }
    }
    return true;
}

bool Automorphism::faults(const Instance& from, const Instance& to) {
    if (from.faults.size() != to.faults.size()) return false;
    std::vector<CodeId> left = to.faults;
    for (const CodeId fault : from.faults) {
        const auto image =
            std::ranges::find_if(left, [&](CodeId other) { return equivariance_.match(fault, other, Sort::plain); });
        if (image == left.end()) return false;
        left.erase(image);
    }
    return true;
}

// Both are in order of sites, each at most once.
bool Automorphism::passes(const Instance& from, const Instance& to) {
    return std::ranges::equal(from.passes, to.passes, [&](const PassCode& a, const PassCode& b) {
        return a.site == b.site && equivariance_.match(a.when, b.when, Sort::plain);
    });
}

std::optional<std::string> Automorphism::writes(const Instance& from, const Instance& to) {
    // Locals that this step assigns or forgets need the location after it; all others are compared write by write.
    std::vector<bool> apart(program_.system.variables.size(), false);
    if (mover_.actor != system::none && equivariance_.any_conditional() && !recovering_) {
        const std::vector<system::LocationId> next = next_locations(program_, from);
        for (uint32_t cell = 0; cell < program_.cells.size(); ++cell) {
            const system::VarId var = program_.cells[cell].var;
            if (!g_.conditional(cell) || !equivariance_.own(cell) || !program_.changing[cell]) continue;
            const bool now = unassigned_.at(var, mover_.location);
            if (std::ranges::all_of(next, [&](system::LocationId l) { return unassigned_.at(var, l) == now; }))
                continue;
            apart[var] = true;
            if (!after(from, to, cell))
                return fmt::format("what it assigns to '{}'", program_.system.variables[var].name);
        }
    }
    const auto var_of = [&](const WriteCode& write) {
        return program_.cells[write.computed ? program_.addresses[write.target].base : write.target].var;
    };
    const auto left_out = [&](const WriteCode& write) {
        if (apart[var_of(write)]) return true;
        const std::vector<uint32_t> targets = supports_.targets(write);
        return recovering_ && std::ranges::all_of(targets, [&](uint32_t cell) { return lost_[cell]; });
    };
    std::vector<const WriteCode*> left;
    for (const WriteCode& write : to.writes)
        if (!left_out(write)) left.push_back(&write);
    std::vector<std::pair<const WriteCode*, const WriteCode*>> pairs;
    for (const WriteCode& write : from.writes) {
        if (left_out(write)) continue;
        const auto image = std::ranges::find_if(left, [&](const WriteCode* other) {
            if (write.computed != other->computed || var_of(write) != var_of(*other)) return false;
            const bool same_place = write.computed ? equivariance_.match(program_.addresses[write.target],
                                                                         program_.addresses[other->target])
                                                   : g_.cell(write.target) == other->target;
            if (!same_place || !equivariance_.match(write.when, other->when, Sort::plain)) return false;
            std::optional<Sort> sort;
            for (const uint32_t cell : supports_.targets(write)) {
                if (!program_.changing[cell]) continue;
                const auto of_cell = equivariance_.sort_of_cell(cell);
                if (!of_cell || (sort && sort != of_cell)) return false;
                sort = of_cell;
            }
            // Nothing is written to a cell that never changes but its first value.
            return equivariance_.match(write.value, other->value, sort.value_or(Sort::plain));
        });
        if (image == left.end())
            return fmt::format("what it assigns to '{}'", program_.system.variables[var_of(write)].name);
        pairs.emplace_back(&write, *image);
        left.erase(image);
    }
    if (!left.empty())
        return fmt::format("what it assigns to '{}'", program_.system.variables[var_of(*left.front())].name);
    if (!in_order(pairs)) return "the order of what it assigns";
    return std::nullopt;
}

// Writes to different cells commute; of those to one cell the images must come in the same order.
bool Automorphism::in_order(const std::vector<std::pair<const WriteCode*, const WriteCode*>>& pairs) {
    std::map<uint32_t, const WriteCode*> last;
    for (const auto& [from, to] : pairs)
        for (const uint32_t cell : supports_.targets(*from)) {
            const WriteCode*& before = last[cell];
            if (before != nullptr && before > to) return false;
            before = to;
        }
    return true;
}

// The value of an own local after the step, together with the location that says whether it is assigned there.
bool Automorphism::after(const Instance& from, const Instance& to, uint32_t cell) {
    const uint32_t counter = counter_of(program_, cell);
    const uint32_t image = g_.cell(cell), image_counter = counter_of(program_, image);
    std::vector<uint32_t> support = deciding(program_, supports_, from, {cell, counter});
    const std::vector<uint32_t> of_image = deciding(program_, supports_, to, {image, image_counter});
    for (uint32_t c = 0; c < program_.cells.size(); ++c)
        if (std::ranges::binary_search(of_image, g_.cell(c))) support.push_back(c);
    return equivariance_.in_all_states(support, [&](const Equivariance::Pair& pair) {
        const int64_t location = value_after(program_, pair.machine_here, from, counter, pair.here);
        const int64_t value = value_after(program_, pair.machine_here, from, cell, pair.here);
        if (value_after(program_, pair.machine_there, to, image_counter, pair.there) != location) return false;
        const auto locations = program_.system.actors[mover_.actor].locations.size();
        if (location < 0 || static_cast<size_t>(location) >= locations) return false;
        return value_after(program_, pair.machine_there, to, image, pair.there) ==
               g_.value(g_.sort_of_cell(cell, location), value);
    });
}

}  // namespace untorn::checker
