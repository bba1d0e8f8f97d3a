#include "checker/explicit/dependence.h"

#include <algorithm>
#include <optional>

namespace untorn::checker {

namespace {

/// What an instance may leave in a cell.
struct After {
    bool anything = false;
    std::vector<int64_t> values;
};

class Builder {
 public:
    Builder(CodeAnalysis& analysis, const Formulas& formulas, const Enabledness& enabledness,
            const std::vector<bool>& merged, const std::function<void()>& poll, Dependence& made)
        : analysis_(analysis),
          program_(analysis.program()),
          formulas_(formulas),
          enabledness_(enabledness),
          merged_(merged),
          poll_(poll),
          made_(made),
          count_(made.instances) {}

    void run() {
        learn();
        find_changes();
        find_together();
        find_conflicts();
        find_disablers();
        find_sticky();
    }

 private:
    struct StoresTo {
        uint32_t instance = 0;
        std::optional<int64_t> constant;  ///< what every store puts there
    };

    void learn();
    void find_changes();
    void change(uint32_t instance, uint32_t cell, const std::vector<const WriteCode*>& writes);
    After after(const Knowledge& known, uint32_t cell, uint64_t number, const std::vector<const WriteCode*>& writes);
    std::optional<bool> decided(CodeId when, const Knowledge& known, uint32_t cell, uint64_t number);
    bool may_hold_with(CodeId when, const Knowledge& known);
    void find_reads(uint32_t instance);
    void find_together();
    void find_conflicts();
    void find_disablers();
    void find_sticky();
    InstanceSet none() const { return InstanceSet(count_); }

    CodeAnalysis& analysis_;
    const Program& program_;
    const Formulas& formulas_;
    const Enabledness& enabledness_;
    const std::vector<bool>& merged_;
    const std::function<void()>& poll_;
    Dependence& made_;
    uint32_t count_;
    std::vector<Knowledge> known_;                        ///< by instance: where it moves
    std::vector<std::vector<uint32_t>> atoms_of_;         ///< by cell
    std::vector<InstanceSet> readers_;                    ///< by cell: for values, indices and faults
    std::vector<std::vector<StoresTo>> stores_;           ///< by cell: those that may change it
    std::vector<InstanceSet> together_;                   ///< by instance: may be enabled together
    std::vector<std::vector<uint32_t>> reads_, changes_;  ///< by instance: cells
    std::vector<std::vector<uint32_t>> destinations_;     ///< by instance: locations; empty: anywhere
};

void Builder::learn() {
    made_.possible.assign(count_, true);
    made_.conjuncts.resize(count_);
    known_.resize(count_);
    for (uint32_t i = 0; i < count_; ++i) {
        made_.conjuncts[i] = formulas_.conjuncts(enabledness_.moves[i]);
        if (enabledness_.moves[i] == Formulas::no) made_.possible[i] = false;
        for (FormulaId conjunct : made_.conjuncts[i]) {
            if (formulas_[conjunct].kind != Formula::Kind::atom) continue;
            const Atom& atom = formulas_.atoms()[formulas_[conjunct].atom];
            if (atom.cell == no_cell) continue;
            ValueSet& values = known_[i].try_emplace(atom.cell, ValueSet(atom.values.size(), true)).first->second;
            for (size_t v = 0; v < values.size(); ++v) values[v] = values[v] && atom.values[v];
        }
    }
}

void Builder::find_changes() {
    atoms_of_.resize(program_.cells.size());
    for (uint32_t a = 0; a < formulas_.atoms().size(); ++a)
        for (uint32_t cell : formulas_.atoms()[a].cells) atoms_of_[cell].push_back(a);
    made_.atoms.assign(formulas_.atoms().size(), {none(), none()});
    made_.changers.assign(program_.cells.size(), none());
    readers_.assign(program_.cells.size(), none());
    stores_.resize(program_.cells.size());
    reads_.resize(count_);
    changes_.resize(count_);
    for (uint32_t i = 0; i < count_; ++i) {
        if (!made_.possible[i]) continue;
        poll_();
        find_reads(i);
        std::map<uint32_t, std::vector<const WriteCode*>> by_cell;
        for (const WriteCode& write : program_.instances[i].writes) {
            if (!may_hold_with(write.when, known_[i])) continue;
            for (uint32_t cell : analysis_.targets(write, known_[i]))
                if (program_.changing[cell]) by_cell[cell].push_back(&write);
        }
        for (const auto& [cell, writes] : by_cell) change(i, cell, writes);
    }
}

/// The condition may hold where this much is known.
bool Builder::may_hold_with(CodeId when, const Knowledge& known) {
    const auto values = analysis_.values(when, known);
    return !values || std::ranges::any_of(*values, [](int64_t value) { return value != 0; });
}

void Builder::find_reads(uint32_t i) {
    const Instance& instance = program_.instances[i];
    std::vector<uint32_t>& cells = reads_[i];
    const auto add = [&](CodeId code) {
        const std::vector<uint32_t> more = analysis_.reads(code, known_[i]);
        cells.insert(cells.end(), more.begin(), more.end());
    };
    for (const WriteCode& write : instance.writes) {
        if (!may_hold_with(write.when, known_[i])) continue;
        add(write.when);
        add(write.value);
        if (!write.computed) continue;
        const Address& address = program_.addresses[write.target];
        for (uint32_t d = address.first; d < address.first + address.count; ++d) add(program_.indexings[d].index);
    }
    for (CodeId fault : instance.faults) add(fault);
    std::ranges::sort(cells);
    cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
    for (uint32_t cell : cells) readers_[cell].add(i);
}

std::optional<bool> Builder::decided(CodeId when, const Knowledge& known, uint32_t cell, uint64_t number) {
    const std::vector<uint32_t>& cells = analysis_.reads(when);
    if (cells.size() == 1 && cells[0] == cell) return analysis_.value_at(when, cell, number) != 0;
    const auto values = analysis_.values(when, known);
    if (!values || values->empty()) return std::nullopt;
    const bool some = std::ranges::any_of(*values, [](int64_t value) { return value != 0; });
    const bool all = std::ranges::none_of(*values, [](int64_t value) { return value == 0; });
    if (some != all) return std::nullopt;
    return all;
}

/// What these writes may leave in a cell that had the value of this number.
After Builder::after(const Knowledge& known, uint32_t cell, uint64_t number,
                     const std::vector<const WriteCode*>& writes) {
    const Cell& domain = program_.cells[cell];
    After result{false, {domain.lo + static_cast<int64_t>(number)}};
    for (const WriteCode* write : writes) {
        const auto when = decided(write->when, known, cell, number);
        if (when == false) continue;
        if (when == true && (!write->computed || analysis_.targets(*write, known).size() == 1)) result = {};
        const std::vector<uint32_t>& cells = analysis_.reads(write->value);
        if (cells.size() == 1 && cells[0] == cell) {
            result.values.push_back(analysis_.value_at(write->value, cell, number));
        } else if (const auto values = analysis_.values(write->value, known)) {
            result.values.insert(result.values.end(), values->begin(), values->end());
        } else {
            result.anything = true;
        }
    }
    return result;
}

void Builder::change(uint32_t i, uint32_t cell, const std::vector<const WriteCode*>& writes) {
    const Cell& domain = program_.cells[cell];
    const auto known = known_[i].find(cell);
    std::vector<bool> makes(atoms_of_[cell].size(), false), breaks(atoms_of_[cell].size(), false);
    bool changes = false;
    if (!analysis_.tabulated(cell)) {
        changes = true;
    } else {
        for (uint64_t number = 0; number < domain.size; ++number) {
            if (known != known_[i].end() && !known->second[number]) continue;
            const After result = after(known_[i], cell, number, writes);
            const auto reach = [&](uint64_t next) {
                if (next >= domain.size || next == number) return;  // checks exclude the former
                changes = true;
                for (size_t a = 0; a < atoms_of_[cell].size(); ++a) {
                    const Atom& atom = formulas_.atoms()[atoms_of_[cell][a]];
                    if (atom.cell == no_cell) continue;
                    if (!atom.values[number] && atom.values[next]) makes[a] = true;
                    if (atom.values[number] && !atom.values[next]) breaks[a] = true;
                }
            };
            if (result.anything) {
                for (uint64_t next = 0; next < domain.size; ++next) reach(next);
            } else {
                for (int64_t value : result.values) reach(static_cast<uint64_t>(value - domain.lo));
            }
        }
    }
    if (!changes) return;
    changes_[i].push_back(cell);
    made_.changers[cell].add(i);
    for (size_t a = 0; a < atoms_of_[cell].size(); ++a) {
        const bool unknown = !analysis_.tabulated(cell) || formulas_.atoms()[atoms_of_[cell][a]].cell == no_cell;
        if (unknown || makes[a]) made_.atoms[atoms_of_[cell][a]].makers.add(i);
        if (unknown || breaks[a]) made_.atoms[atoms_of_[cell][a]].breakers.add(i);
    }
    StoresTo stores{i, std::nullopt};
    std::vector<int64_t> all;
    for (const WriteCode* write : writes) {
        const auto values = analysis_.values(write->value, known_[i]);
        if (!values) return stores_[cell].push_back(stores);
        all.insert(all.end(), values->begin(), values->end());
    }
    if (std::ranges::all_of(all, [&](int64_t value) { return value == all[0]; })) stores.constant = all[0];
    stores_[cell].push_back(stores);
}

/// Instances about whose cells different things are known are never enabled together.
void Builder::find_together() {
    InstanceSet everything = none();
    for (uint32_t i = 0; i < count_; ++i)
        if (made_.possible[i]) everything.add(i);
    together_.assign(count_, everything);
    std::map<uint32_t, std::map<ValueSet, InstanceSet>> by_cell;
    for (uint32_t i = 0; i < count_; ++i)
        for (const auto& [cell, values] : known_[i]) by_cell[cell].try_emplace(values, none()).first->second.add(i);
    for (const auto& [cell, groups] : by_cell) {
        for (const auto& [mine, members] : groups) {
            InstanceSet others = none();
            for (const auto& [theirs, instances] : groups) {
                bool common = false;
                for (size_t v = 0; v < mine.size(); ++v) common = common || (mine[v] && theirs[v]);
                if (!common) others |= instances;
            }
            members.for_each([&](uint32_t i) { together_[i] -= others; });
        }
    }
}

void Builder::find_conflicts() {
    made_.conflicts.assign(count_, none());
    for (uint32_t i = 0; i < count_; ++i) {
        for (uint32_t cell : reads_[i]) made_.conflicts[i] |= made_.changers[cell];
        for (uint32_t cell : changes_[i]) made_.conflicts[i] |= readers_[cell];
    }
    for (const std::vector<StoresTo>& stores : stores_) {
        for (const StoresTo& a : stores) {
            poll_();
            for (const StoresTo& b : stores)
                if (!a.constant || a.constant != b.constant) made_.conflicts[a.instance].add(b.instance);
        }
    }
    for (uint32_t i = 0; i < count_; ++i) {  // what i disables
        poll_();
        InstanceSet breakers = none();
        for (FormulaId conjunct : made_.conjuncts[i]) made_.add_breakers(formulas_, conjunct, breakers);
        breakers.for_each([&](uint32_t breaker) { made_.conflicts[breaker].add(i); });
    }
    for (uint32_t i = 0; i < count_; ++i) {
        made_.conflicts[i] &= together_[i];
        made_.conflicts[i].remove(i);
    }
}

void Builder::find_disablers() {
    made_.disablers.assign(count_, none());
    made_.guard_breakers.assign(count_, none());
    made_.keeping.resize(count_);
    for (uint32_t i = 0; i < count_; ++i) {
        poll_();
        for (FormulaId conjunct : made_.conjuncts[i]) {
            Keeping keeping{none(), none()};
            made_.add_breakers(formulas_, conjunct, keeping.breakers);
            keeping.breakers &= together_[i];
            keeping.breakers.remove(i);
            made_.disablers[i] |= keeping.breakers;
            if (keeping.breakers.within(made_.conflicts[i])) continue;
            made_.add_makers(formulas_, conjunct, keeping.makers);
            made_.keeping[i].push_back(std::move(keeping));
        }
        made_.add_breakers(formulas_, enabledness_.guards[i], made_.guard_breakers[i]);
        for (CodeId fault : program_.instances[i].faults)
            for (uint32_t cell : analysis_.reads(fault)) made_.guard_breakers[i] |= made_.changers[cell];
    }
}

/// Makes every actor's control graph acyclic without its sticky edges: edges are added from the one with the least
/// conflicts on, and stick if they would close a cycle. Members of a family are treated alike. Merged steps are taken
/// without being asked for: their edges are there first, and closing a cycle with them sticks.
void Builder::find_sticky() {
    struct Edge {
        system::ActorId actor = 0;
        uint32_t from = 0, to = 0;
        auto operator<=>(const Edge&) const = default;
    };
    made_.sticky.assign(count_, false);
    std::map<Edge, uint64_t> weights;
    std::vector<std::vector<Edge>> edges(count_);
    for (const ActorInstance& actor : program_.actors) {
        const Cell& counter = program_.cells[actor.counter];
        for (uint32_t from = 0; from + 1 < actor.first_of.size(); ++from) {
            for (uint32_t i = actor.first_of[from]; i < actor.first_of[from + 1]; ++i) {
                std::vector<const WriteCode*> writes;
                for (const WriteCode& write : program_.instances[i].writes) {
                    const auto targets = analysis_.targets(write, known_[i]);
                    if (std::ranges::find(targets, actor.counter) != targets.end()) writes.push_back(&write);
                }
                After to = after(known_[i], actor.counter, static_cast<uint64_t>(from - counter.lo), writes);
                if (to.anything) made_.sticky[i] = true;
                for (int64_t value : to.values) {
                    edges[i].push_back({actor.actor, from, static_cast<uint32_t>(value)});
                    InstanceSet related = made_.conflicts[i];
                    related |= made_.disablers[i];
                    weights[edges[i].back()] += related.count();
                }
            }
        }
        for (const StoresTo& store : stores_[actor.counter])  // by another actor: not a control graph
            if (store.instance < actor.first_of.front() || store.instance >= actor.first_of.back())
                made_.sticky[store.instance] = true;
    }
    std::vector<std::pair<uint64_t, Edge>> order;
    for (const auto& [edge, weight] : weights) order.emplace_back(weight, edge);
    std::ranges::sort(order);
    std::map<std::pair<system::ActorId, uint32_t>, std::vector<uint32_t>> next;
    for (uint32_t i = 0; i < count_; ++i)
        if (!merged_.empty() && merged_[i])
            for (const Edge& edge : edges[i]) next[{edge.actor, edge.from}].push_back(edge.to);
    std::map<Edge, bool> sticks;
    for (const auto& [weight, edge] : order) {
        std::vector<uint32_t> open{edge.to};
        std::vector<uint32_t> seen;
        while (!open.empty()) {
            const uint32_t at = open.back();
            open.pop_back();
            if (std::ranges::find(seen, at) != seen.end()) continue;
            seen.push_back(at);
            const auto& more = next[{edge.actor, at}];
            open.insert(open.end(), more.begin(), more.end());
        }
        sticks[edge] = std::ranges::find(seen, edge.from) != seen.end();
        if (!sticks[edge]) next[{edge.actor, edge.from}].push_back(edge.to);
    }
    for (uint32_t i = 0; i < count_; ++i)
        for (const Edge& edge : edges[i])
            if (sticks[edge]) made_.sticky[i] = true;
}

}  // namespace

Dependence::Dependence(CodeAnalysis& analysis, const Formulas& formulas, const Enabledness& enabledness,
                       const std::vector<bool>& merged, const std::function<void()>& poll)
    : instances(static_cast<uint32_t>(enabledness.moves.size())) {
    Builder(analysis, formulas, enabledness, merged, poll, *this).run();
}

void Dependence::add_makers(const Formulas& formulas, FormulaId formula, InstanceSet& into) const {
    formulas.for_each_atom(formula, [&](uint32_t atom) { into |= atoms[atom].makers; });
}

void Dependence::add_breakers(const Formulas& formulas, FormulaId formula, InstanceSet& into) const {
    formulas.for_each_atom(formula, [&](uint32_t atom) { into |= atoms[atom].breakers; });
}

}  // namespace untorn::checker
