#include "checker/explicit/stubborn.h"

#include <algorithm>

#include "checker/explicit/state_code.h"

namespace untorn::checker {

/// A formula as it is evaluated: everything about an atom in one place.
struct StubbornSets::Node {
    Formula::Kind kind = Formula::Kind::yes;
    bool wanted = true;            ///< of a code
    uint32_t cell = no_cell;       ///< of a set of values
    uint32_t code = 0;             ///< of an atom without a cell
    uint32_t first = 0, last = 0;  ///< its parts in Tables::parts; of a set of values: its bits in Tables::values
    int64_t lo = 0;                ///< first value of the cell
    const InstanceSet* makers = nullptr;
};

struct StubbornSets::Tables {
    Tables(const Tables&) = delete;  // nodes point into it
    Tables& operator=(const Tables&) = delete;
    Tables(const Program& program, std::span<const uint32_t> asked, const StubbornOptions& options,
           std::string& refused);

    Formulas formulas;
    Dependence dependence;
    std::vector<Goal> goals;
    std::vector<InstanceSet> goal_breakers;  ///< by goal: may lead out of its states
    std::vector<InstanceSet> goal_changers;  ///< by goal: may change its cells
    std::vector<InstanceSet> leans_on_me;    ///< by instance: those whose support may involve it
    InstanceSet possible;
    InstanceSet keys;         ///< may serve as key instances of any goal
    InstanceSet lasting;      ///< do not break their own guard
    std::vector<Node> nodes;  ///< by formula
    std::vector<FormulaId> parts;
    std::vector<uint64_t> values;
    std::vector<bool> told_by_counters;  ///< by formula: it depends on nothing but where actors stand

 private:
    struct Analysed;
    Tables(Analysed made, const StubbornOptions& options);
    static Analysed analyse(const Program& program, std::span<const uint32_t> asked, const StubbornOptions& options,
                            std::string& refused);
    void flatten(const Program& program);
};

struct StubbornSets::Tables::Analysed {
    const Program& program;
    Formulas formulas;
    std::vector<Goal> goals;
    Dependence dependence;
};

StubbornSets::Tables::Analysed StubbornSets::Tables::analyse(const Program& program, std::span<const uint32_t> asked,
                                                             const StubbornOptions& options, std::string& refused) {
    CodeAnalysis analysis(program);
    Formulas formulas;
    const Enabledness enabled = enabledness(analysis, formulas);
    std::vector<Goal> goals = make_goals(analysis, formulas, asked, options.outcome_cells, refused);
    Dependence dependence(analysis, formulas, enabled, options.merged, options.poll);
    return {program, std::move(formulas), std::move(goals), std::move(dependence)};
}

StubbornSets::Tables::Tables(const Program& program, std::span<const uint32_t> asked, const StubbornOptions& options,
                             std::string& refused)
    : Tables(analyse(program, asked, options, refused), options) {}

StubbornSets::Tables::Tables(Analysed made, const StubbornOptions& options)
    : formulas(std::move(made.formulas)), dependence(std::move(made.dependence)), goals(std::move(made.goals)) {
    const uint32_t count = dependence.instances;
    const InstanceSet none(count);
    possible = keys = lasting = none;
    for (uint32_t i = 0; i < count; ++i) {
        if (dependence.possible[i]) possible.add(i);
        if (!options.keep_length && !dependence.sticky[i]) keys.add(i);
        if (!dependence.guard_breakers[i].has(i)) lasting.add(i);
    }
    for (const Goal& goal : goals) {
        goal_breakers.push_back(none);
        dependence.add_breakers(formulas, goal.formula, goal_breakers.back());
        goal_changers.push_back(none);
        for (uint32_t cell : goal.cells) goal_changers.back() |= dependence.changers[cell];
        goal_breakers.back() |= goal_changers.back();
    }
    leans_on_me.assign(count, none);
    for (uint32_t i = 0; i < count; ++i) {
        InstanceSet support = dependence.conflicts[i];
        for (const Keeping& keeping : dependence.keeping[i]) (support |= keeping.breakers) |= keeping.makers;
        for (FormulaId conjunct : dependence.conjuncts[i]) dependence.add_makers(formulas, conjunct, support);
        support.for_each([&](uint32_t other) { leans_on_me[other].add(i); });
    }
    flatten(made.program);
    std::vector<bool> counters(made.program.cells.size(), false);
    for (const ActorInstance& actor : made.program.actors) counters[actor.counter] = true;
    for (const Formula& formula : formulas.formulas()) {  // parts before what is made of them
        const bool told =
            formula.kind == Formula::Kind::atom
                ? std::ranges::all_of(formulas.atoms()[formula.atom].cells,
                                      [&](uint32_t cell) { return counters[cell]; })
                : std::ranges::all_of(formula.parts, [&](FormulaId part) { return told_by_counters[part]; });
        told_by_counters.push_back(told);
    }
}

void StubbornSets::Tables::flatten(const Program& program) {
    for (const Formula& formula : formulas.formulas()) {
        Node node;
        node.kind = formula.kind;
        node.first = static_cast<uint32_t>(parts.size());
        parts.insert(parts.end(), formula.parts.begin(), formula.parts.end());
        node.last = static_cast<uint32_t>(parts.size());
        if (formula.kind == Formula::Kind::atom) {
            const Atom& atom = formulas.atoms()[formula.atom];
            node.makers = &dependence.atoms[formula.atom].makers;
            node.cell = atom.cell;
            node.code = atom.code;
            node.wanted = atom.wanted;
            if (atom.cell != no_cell) {
                node.lo = program.cells[atom.cell].lo;
                node.first = static_cast<uint32_t>(values.size());
                values.resize(values.size() + (atom.values.size() + 63) / 64, 0);
                for (size_t v = 0; v < atom.values.size(); ++v)
                    if (atom.values[v]) values[node.first + v / 64] |= uint64_t{1} << (v % 64);
            }
        }
        nodes.push_back(node);
    }
}

std::variant<StubbornSets, std::string> StubbornSets::make(const Program& program, const Layout& layout,
                                                           std::span<const uint32_t> asked,
                                                           const StubbornOptions& options) {
    if (run_instances(program) > most_instances)
        return "more than " + std::to_string(most_instances) + " transition instances";
    for (const ActorInstance& actor : program.actors)
        if (program.cells[actor.counter].size > CodeAnalysis::most_values)
            return "an actor with more than " + std::to_string(CodeAnalysis::most_values) + " scheduling points";
    std::string refused;
    auto tables = std::make_shared<const Tables>(program, asked, options, refused);
    if (!refused.empty()) return refused;
    return StubbornSets(std::move(tables), program, layout);
}

StubbornSets::StubbornSets(std::shared_ptr<const Tables> tables, const Program& program, const Layout& layout)
    : tables_(std::move(tables)),
      program_(&program),
      layout_(&layout),
      machine_(program),
      cells_(program.cells.first_values()),
      decisions_(most_decision_bytes, sizeof(InstanceSet) + tables_->dependence.instances / 8),
      known_(tables_->formulas.formulas().size(), 0),
      asked_in_(known_.size(), 0),
      moving_(tables_->dependence.instances),
      free_(moving_),
      needs_(tables_->dependence.instances, moving_),
      set_(moving_),
      doubtful_(moving_),
      open_support_(moving_),
      try_(moving_),
      more_(moving_),
      keys_(moving_),
      best_(moving_) {}

uint64_t* StubbornSets::filter(const uint64_t* state, uint64_t* begin, uint64_t* end) {
    const size_t size = layout_->words() + size_t{1};
    if (end - begin <= static_cast<std::ptrdiff_t>(size)) return end;  // nothing to choose from
    enter(state, begin, end);
    if (const InstanceSet* known = decisions_.find(situation_, [&](FormulaId id) { return value(id); })) {
        best_ = *known;
    } else {
        find_open_goals();
        choose();
        decisions_.add(situation_, asked_, best_);
    }
    uint64_t* out = begin;
    for (const uint64_t* record = begin; record != end; record += size) {
        const Tag tag{record[size - 1]};
        if (!tag.fails() && !best_.has(tag.instance())) continue;
        if (out != record) std::copy(record, record + size, out);
        out += size;
    }
    return out;
}

void StubbornSets::enter(const uint64_t* state, const uint64_t* begin, const uint64_t* end) {
    const size_t size = layout_->words() + size_t{1};
    layout_->unpack(state, cells_.data());
    machine_.begin(cells_.data());
    ++epoch_;
    moving_.clear();
    free_.clear();
    loud_failing_.clear();
    situation_.clear();
    asked_.clear();
    for (const uint64_t* record = begin; record != end; record += size) {
        const Tag tag{record[size - 1]};
        situation_.push_back(tag.instance() << 2 | (tag.fails() ? 2U : 0U) | (tag.faults() == 0 ? 1U : 0U));
        if (tag.fails()) {
            if (tag.faults() == 0) loud_failing_.push_back(tag.instance());
        } else {
            moving_.add(tag.instance());
            if (tag.faults() == 0) free_.add(tag.instance());
        }
    }
    for (const ActorInstance& actor : program_->actors)
        situation_.push_back(static_cast<uint32_t>(cells_[actor.counter]));
}

void StubbornSets::find_open_goals() {
    const bool quiet = loud_failing_.empty() && free_.count() == 0;
    open_.clear();
    for (uint32_t g = 0; g < tables_->goals.size(); ++g) {
        const Goal& goal = tables_->goals[g];
        if ((goal.quiet && !quiet) || !goal.cells.empty() || !holds(goal.formula)) open_.push_back(g);
    }
}

/// Leaves the enabled instances of the stubborn set in best_.
void StubbornSets::choose() {
    best_ = moving_;
    if (moving_.empty()) return;
    doubtful_ = tables_->possible;
    if (nothing_may_do()) {
        try_.clear();
        if (attempt(try_)) return remember();
        learn_from_nothing();
    }
    find_groups();
    for (uint32_t seed : seeds_) {
        if (needs_[seed] == moving_) break;
        if (attempt(needs_[seed])) return remember();
        learn_from_nothing();
    }
    InstanceSet rest = moving_;
    for (uint32_t i = 0; rest.take(i);) {
        try_ = best_;
        for (uint32_t other : seeds_)
            if (needs_[other].has(i)) try_.remove(other);
        if (try_.empty() || !attempt(try_)) continue;
        remember();
        rest &= best_;
    }
}

/// Whether it is worth trying to take no instance at all. Not if there could be a quiet state as soon as what is
/// enabled has moved away, as it mostly is where deadlock is asked.
bool StubbornSets::nothing_may_do() {
    const auto lasting = [&](uint32_t i) { return tables_->lasting.has(i); };
    if (std::ranges::any_of(loud_failing_, lasting)) return true;
    try_ = free_;
    try_ &= tables_->lasting;
    if (!try_.empty()) return true;
    return std::ranges::none_of(open_, [&](uint32_t g) {
        const Goal& goal = tables_->goals[g];
        return goal.quiet && holds(goal.formula);
    });
}

/// What has support without any enabled instance, has it always.
void StubbornSets::learn_from_nothing() {
    try_ = set_;
    try_ &= moving_;
    if (!try_.empty()) return;
    doubtful_ = tables_->possible;
    doubtful_ -= set_;
}

void StubbornSets::remember() {
    best_ = set_;
    best_ &= moving_;
}

/// For each enabled instance: those enabled ones that every stubborn set with it contains. One seed of each such group,
/// small groups first.
void StubbornSets::find_groups() {
    seeds_.clear();
    moving_.for_each([&](uint32_t i) {
        InstanceSet& group = needs_[i];
        group.clear();
        group.add(i);
        try_ = group;
        for (uint32_t next = 0; try_.take(next);) {
            more_ = tables_->dependence.conflicts[next];
            more_ &= moving_;
            more_ -= group;
            group |= more_;
            try_ |= more_;
        }
        seeds_.push_back(i);
    });
    std::ranges::stable_sort(seeds_, {}, [&](uint32_t i) { return needs_[i].count(); });
}

/// Whether a stubborn set exists whose enabled instances are among these; if so, set_ is the greatest.
bool StubbornSets::attempt(const InstanceSet& enabled) {
    set_ = tables_->possible;
    more_ = moving_;
    more_ -= enabled;
    set_ -= more_;
    open_support_.clear();
    more_.for_each([&](uint32_t i) { open_support_ |= tables_->leans_on_me[i]; });
    settle();
    return goals_served();
}

/// Deletes instances without support until all have it.
void StubbornSets::settle() {
    more_ = set_;
    more_ &= doubtful_;
    open_support_ &= more_;
    for (uint32_t i = 0; open_support_.take(i);) {
        if (supported(i)) continue;
        set_.remove(i);
        more_.remove(i);
        open_support_.add_common(tables_->leans_on_me[i], more_);
    }
}

bool StubbornSets::supported(uint32_t i) {
    const Dependence& dependence = tables_->dependence;
    if (!moving_.has(i))
        return std::ranges::any_of(dependence.conjuncts[i], [&](FormulaId f) { return !holds(f) && blocked(f); });
    return dependence.conflicts[i].within(set_) && std::ranges::all_of(dependence.keeping[i], [&](const Keeping& k) {
               return k.breakers.within(set_) || k.makers.within(set_);
           });
}

/// A formula that does not hold stays so, as long as nothing of the set occurs.
bool StubbornSets::blocked(FormulaId id) {
    const Node& node = tables_->nodes[id];
    if (node.kind == Formula::Kind::atom) return node.makers->within(set_);
    const std::span parts(tables_->parts.data() + node.first, node.last - node.first);
    switch (node.kind) {
        case Formula::Kind::yes: return false;
        case Formula::Kind::no: return true;
        case Formula::Kind::atom: break;  // above: its first and last are no parts
        case Formula::Kind::all:
            return std::ranges::any_of(parts, [&](FormulaId part) { return !holds(part) && blocked(part); });
        case Formula::Kind::any: return std::ranges::all_of(parts, [&](FormulaId part) { return blocked(part); });
    }
    return false;
}

/// For the choice, which must learn by this alone what the state is like.
bool StubbornSets::holds(FormulaId id) {
    const bool answer = value(id);
    if (asked_in_[id] != epoch_ && !tables_->told_by_counters[id]) {
        asked_in_[id] = epoch_;
        asked_.push_back({id, answer});
    }
    return answer;
}

bool StubbornSets::value(FormulaId id) {
    const Node& node = tables_->nodes[id];
    if (node.cell != no_cell) {
        const auto value = static_cast<uint64_t>(cells_[node.cell] - node.lo);
        return (tables_->values[node.first + value / 64] >> (value % 64) & 1) != 0;
    }
    if (known_[id] >> 1 != epoch_) known_[id] = epoch_ << 1 | (evaluate(node) ? 1 : 0);
    return (known_[id] & 1) != 0;
}

bool StubbornSets::evaluate(const Node& node) {
    const std::span parts(tables_->parts.data() + node.first, node.last - node.first);
    switch (node.kind) {
        case Formula::Kind::yes: return true;
        case Formula::Kind::no: return false;
        case Formula::Kind::atom: return (machine_(node.code) != 0) == node.wanted;
        case Formula::Kind::all: return std::ranges::all_of(parts, [&](FormulaId part) { return value(part); });
        case Formula::Kind::any: return std::ranges::any_of(parts, [&](FormulaId part) { return value(part); });
    }
    return false;
}

/// The set contains what U asks for each goal.
bool StubbornSets::goals_served() {
    keys_ = set_;
    keys_ &= free_;
    more_ = keys_;
    for (uint32_t i = 0; more_.take(i);)
        if (!tables_->dependence.disablers[i].within(set_)) keys_.remove(i);
    const bool loud = !keys_.empty();  // one of the set stays enabled and free
    keys_ &= tables_->keys;
    return std::ranges::all_of(open_, [&](uint32_t g) {
        const Goal& goal = tables_->goals[g];
        if (goal.quiet && (loud || stays_loud())) return true;
        if (!keys_.within(tables_->goal_breakers[g])) return true;
        if (!holds(goal.formula)) return blocked(goal.formula);
        return !goal.cells.empty() && tables_->goal_changers[g].within(set_);
    });
}

/// Some instance has a true guard and spends no fault, as long as nothing of the set occurs.
bool StubbornSets::stays_loud() {
    const auto stays = [&](uint32_t i) { return tables_->dependence.guard_breakers[i].within(set_); };
    if (std::ranges::any_of(loud_failing_, stays)) return true;
    bool some = false;
    free_.for_each([&](uint32_t i) { some = some || stays(i); });
    return some;
}

}  // namespace untorn::checker
