#include "checker/explicit/dead_variables.h"

#include <algorithm>
#include <map>

#include "checker/explicit/cone.h"
#include "checker/explicit/machine.h"

namespace untorn::checker {

namespace {

using Bits = std::vector<uint64_t>;  ///< a set of candidates

bool has(const Bits& bits, size_t i) { return (bits[i / 64] >> (i % 64) & 1) != 0; }
void set_bit(Bits& bits, size_t i) { bits[i / 64] |= uint64_t{1} << (i % 64); }
void clear_bit(Bits& bits, size_t i) { bits[i / 64] &= ~(uint64_t{1} << (i % 64)); }

/// Cells that may be dead somewhere.
class Candidates {
 public:
    Candidates(const Program& program, const Layout& layout, const Asked& asked, bool symmetric);

    size_t size() const { return cells_.size(); }
    uint32_t cell(size_t candidate) const { return cells_[candidate]; }
    Bits none() const { return Bits((cells_.size() + 63) / 64, 0); }
    void insert_all(Bits& into, const std::vector<uint32_t>& cells) const {
        for (uint32_t cell : cells) insert_cell(into, cell);
    }
    void insert_cell(Bits& into, uint32_t cell) const {
        if (number_[cell] != absent_) set_bit(into, number_[cell]);
    }
    void erase_cell(Bits& from, uint32_t cell) const {
        if (number_[cell] != absent_) clear_bit(from, number_[cell]);
    }

 private:
    static constexpr uint32_t absent_ = UINT32_MAX;
    std::vector<uint32_t> cells_, number_;
};

Candidates::Candidates(const Program& program, const Layout& layout, const Asked& asked, bool symmetric)
    : number_(program.cells.size(), absent_) {
    const system::System& system = program.system;
    const bool loses_power = power_can_be_lost(system);
    std::vector<bool> kept = relevant_after_power_loss(program, asked);
    CellReads judged_reads(program);
    for (uint32_t p : asked.properties) {
        const Judged where = judged(system::judged_as(system, p), loses_power);
        if (where == Judged::everywhere || where == Judged::at_end) judged_reads.add_property(p);
    }
    if (asked.outcomes)
        for (uint32_t cell : outcome_cells(program)) judged_reads.add_cell(cell);
    for (uint32_t cell : judged_reads.cells()) kept[cell] = true;
    for (const Layout::Field& field : layout.fields()) {
        if (field.cell >= program.cells.size() || kept[field.cell]) continue;
        const system::Variable& variable = system.variables[program.cells[field.cell].var];
        if (variable.storage == system::Storage::counter) continue;
        if (symmetric && system.types[variable.type].kind == system::TypeKind::scalarset) continue;
        number_[field.cell] = static_cast<uint32_t>(cells_.size());
        cells_.push_back(field.cell);
    }
}

/// Tries the values of a few cells.
class PathSplitter {
 public:
    explicit PathSplitter(const Program& program)
        : deciding(program), program_(program), machine_(program), values_(program.cells.first_values()) {}

    CellReads deciding;  ///< the cells whose values are tried

    /// How many valuations the cells have, or 0 if that is too many.
    uint64_t take(const std::vector<uint32_t>& cells) {
        uint64_t valuations = 1;
        for (uint32_t cell : cells) {
            valuations *= std::min(program_.cells[cell].size, most_ + 1);
            if (valuations > std::min(most_, left_)) return 0;
        }
        left_ -= valuations;
        return valuations;
    }
    /// In a state with this valuation; all other cells have some values.
    Machine& enter(const std::vector<uint32_t>& cells, uint64_t valuation) {
        for (uint32_t cell : cells) {
            values_[cell] = program_.cells[cell].lo + static_cast<int64_t>(valuation % program_.cells[cell].size);
            valuation /= program_.cells[cell].size;
        }
        machine_.begin(values_.data());
        return machine_;
    }

 private:
    static constexpr uint64_t most_ = 256;
    const Program& program_;
    Machine machine_;
    std::vector<int64_t> values_;
    uint64_t left_ = 1 << 16;  ///< so that big programs are not analysed for long
};

enum class Taken : uint8_t { never, perhaps, surely };

/// What is live at the locations of one actor instance, and what has its first value there anyhow.
class Liveness {
 public:
    /// `unshared`: candidates that no other actor of the run writes.
    Liveness(const Program& program, const Candidates& candidates, const ActorInstance& actor, bool predictable,
             const Bits& unshared, PathSplitter& paths);

    /// The cells that the actor reads anywhere.
    const Bits& reads() const { return reads_; }
    /// Dead, and perhaps not at its first value.
    bool to_reset(size_t location, size_t candidate) const {
        return location < live_.size() && !has(live_[location], candidate) && !has(first_[location], candidate);
    }
    /// At some location where the actor may stand.
    bool to_reset_somewhere(size_t candidate) const {
        for (size_t l = 0; l < live_.size(); ++l)
            if (stands_[l] && to_reset(l, candidate)) return true;
        return false;
    }

 private:
    /// Instances that lead to the same place and write the same.
    struct Edge {
        std::vector<size_t> targets;
        Bits written;          ///< surely
        Bits changed, zeroed;  ///< perhaps put to another value than the first; surely put to the first
        auto operator<=>(const Edge&) const = default;
    };
    void add_edges(const Instance& instance, size_t from, std::vector<Edge>& edges, PathSplitter& paths) const;
    void split(const Instance& instance, CellReads& reads) const;
    template <class When, class Where>
    Edge edge(const Instance& instance, size_t from, When when, Where where) const;
    void note_value(const WriteCode& write, bool surely, Edge& edge) const;
    void add_targets(CodeId location, std::vector<size_t>& targets) const;
    bool flow_back(size_t location);
    bool flow_on(size_t location);
    void find_first_values(const Bits& unshared, PathSplitter& paths);

    const Program& program_;
    const Candidates& candidates_;
    const ActorInstance& actor_;
    std::vector<Bits> live_, first_;        ///< by location
    std::vector<std::vector<Edge>> edges_;  ///< by location
    std::vector<bool> stands_;              ///< by location
    Bits reads_;
};

Liveness::Liveness(const Program& program, const Candidates& candidates, const ActorInstance& actor, bool predictable,
                   const Bits& unshared, PathSplitter& paths)
    : program_(program), candidates_(candidates), actor_(actor), reads_(candidates.none()) {
    const size_t locations = actor.first_of.size() - 1;
    live_.assign(locations, candidates.none());
    first_ = live_;
    edges_.resize(locations);
    stands_.assign(locations, false);
    CellReads reads(program);
    for (size_t location = 0; location < locations; ++location) {
        reads.clear();
        for (uint32_t i = actor.first_of[location]; i < actor.first_of[location + 1]; ++i) {
            const Instance& instance = program.instances[i];
            reads.add_decisions(instance);
            for (const WriteCode& write : instance.writes) reads.add(write);
            add_edges(instance, location, edges_[location], paths);
        }
        std::ranges::sort(edges_[location]);
        const auto same = std::ranges::unique(edges_[location]);
        edges_[location].erase(same.begin(), same.end());
        candidates.insert_all(live_[location], reads.cells());
        for (size_t w = 0; w < reads_.size(); ++w) reads_[w] |= live_[location][w];
        if (location > system::ended) stands_[location] = true;
        for (const Edge& out : edges_[location])
            for (size_t target : out.targets) stands_[target] = true;
    }
    if (!predictable) {
        live_.assign(locations, reads_);
        return;
    }
    // The least solution; backwards, since most steps lead forwards.
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t location = locations; location-- > 0;) changed = flow_back(location) || changed;
    }
    find_first_values(unshared, paths);
}

/// The greatest solution: at first value at a location, if so wherever one comes from.
void Liveness::find_first_values(const Bits& unshared, PathSplitter& paths) {
    std::vector<Edge> start;
    for (const Instance& instance : program_.init) add_edges(instance, system::not_started, start, paths);
    if (start.empty()) return;
    first_.assign(live_.size(), unshared);
    for (const Edge& into : start)
        for (size_t target : into.targets)
            for (size_t w = 0; w < unshared.size(); ++w) first_[target][w] &= ~into.changed[w];
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t location = 0; location < live_.size(); ++location) changed = flow_on(location) || changed;
    }
}

bool Liveness::flow_on(size_t location) {
    bool news = false;
    for (const Edge& edge : edges_[location]) {
        for (size_t target : edge.targets) {
            for (size_t w = 0; w < first_[target].size(); ++w) {
                const uint64_t still = (first_[location][w] & ~edge.changed[w]) | edge.zeroed[w];
                news = news || (first_[target][w] & ~still) != 0;
                first_[target][w] &= still;
            }
        }
    }
    return news;
}

/// Steps with branches inside take different paths, and the conditions of their writes go with where they lead. So the
/// values of the cells that decide are tried one after the other, as far as there are few; else all writes under
/// conditions are taken together.
void Liveness::add_edges(const Instance& instance, size_t from, std::vector<Edge>& edges, PathSplitter& paths) const {
    const auto condition = [&](CodeId when) { return always_true(program_, when) ? Taken::surely : Taken::perhaps; };
    split(instance, paths.deciding);
    const std::vector<uint32_t>& deciding = paths.deciding.cells();
    const uint64_t valuations = paths.take(deciding);
    if (valuations == 0) {
        edges.push_back(edge(instance, from, condition,
                             [&](CodeId location, std::vector<size_t>& to) { add_targets(location, to); }));
        return;
    }
    for (uint64_t v = 0; v < valuations; ++v) {
        Machine& machine = paths.enter(deciding, v);
        if (machine(instance.guard) == 0) continue;
        edges.push_back(edge(
            instance, from, [&](CodeId when) { return machine(when) != 0 ? Taken::surely : Taken::never; },
            [&](CodeId location, std::vector<size_t>& to) { to.push_back(static_cast<size_t>(machine(location))); }));
    }
}

/// Collects the cells that decide which writes the instance makes and where it leads.
void Liveness::split(const Instance& instance, CellReads& reads) const {
    reads.clear();
    reads.add(instance.guard);
    for (const WriteCode& write : instance.writes) {
        reads.add(write.when);
        if (!write.computed && write.target == actor_.counter) reads.add(write.value);
    }
}

template <class When, class Where>
Liveness::Edge Liveness::edge(const Instance& instance, size_t from, When when, Where where) const {
    Edge made{{from}, candidates_.none(), candidates_.none(), candidates_.none()};
    for (const WriteCode& write : instance.writes) {
        const Taken taken = when(write.when);
        if (taken == Taken::never) continue;
        const bool surely = taken == Taken::surely && !write.computed;
        if (surely) candidates_.insert_cell(made.written, write.target);
        note_value(write, surely, made);
        bool moves = false;
        for_each_target(program_, write, [&](uint32_t cell) { moves = moves || cell == actor_.counter; });
        if (!moves) continue;
        if (surely) made.targets.clear();
        if (write.computed) {  // of several counters; so init only, for an actor whose locations tell something
            for (size_t l = 0; l < live_.size(); ++l) made.targets.push_back(l);
        } else {
            where(write.value, made.targets);
        }
    }
    std::ranges::sort(made.targets);
    const auto same = std::ranges::unique(made.targets);
    made.targets.erase(same.begin(), same.end());
    return made;
}

void Liveness::note_value(const WriteCode& write, bool surely, Edge& edge) const {
    const Code& value = program_.codes[write.value];
    for_each_target(program_, write, [&](uint32_t cell) {
        const bool to_first = value.op == Code::Op::constant && value.value == program_.cells[cell].lo;
        if (to_first && !surely) return;
        candidates_.insert_cell(to_first ? edge.zeroed : edge.changed, cell);
        candidates_.erase_cell(to_first ? edge.changed : edge.zeroed, cell);
    });
}

/// Where a value that is written to the counter may lead.
void Liveness::add_targets(CodeId location, std::vector<size_t>& targets) const {
    const Code& code = program_.codes[location];
    if (code.op == Code::Op::constant) {
        targets.push_back(static_cast<size_t>(code.value));
    } else if (code.op == Code::Op::ite) {
        add_targets(code.b, targets);
        add_targets(code.c, targets);
    } else {
        for (size_t l = 0; l < live_.size(); ++l) targets.push_back(l);
    }
}

/// Takes over what is live where the steps lead. True if that was news.
bool Liveness::flow_back(size_t location) {
    Bits& live = live_[location];
    bool changed = false;
    for (const Edge& edge : edges_[location]) {
        for (size_t target : edge.targets) {
            for (size_t w = 0; w < live.size(); ++w) {
                const uint64_t more = live[w] | (live_[target][w] & ~edge.written[w]);
                changed = changed || more != live[w];
                live[w] = more;
            }
        }
    }
    return changed;
}

/// By actor: whether nobody else writes its counter, and no write computes which counter it changes.
std::vector<bool> predictable_actors(const Program& program) {
    std::vector<uint32_t> owner(program.cells.size(), UINT32_MAX);
    for (uint32_t a = 0; a < program.actors.size(); ++a) owner[program.actors[a].counter] = a;
    std::vector<bool> predictable(program.actors.size(), true);
    for (uint32_t a = 0; a < program.actors.size(); ++a) {
        const ActorInstance& actor = program.actors[a];
        for (uint32_t i = actor.first_of.front(); i < actor.first_of.back(); ++i)
            for (const WriteCode& write : program.instances[i].writes)
                for_each_target(program, write, [&](uint32_t cell) {
                    const bool plainly = owner[cell] == a && !write.computed;
                    if (owner[cell] != UINT32_MAX && !plainly) predictable[owner[cell]] = false;
                });
    }
    return predictable;
}

/// By actor: the candidates that no other actor of the run writes.
std::vector<Bits> unshared_by_actor(const Program& program, const Candidates& candidates) {
    std::vector<Bits> unshared(program.actors.size(), candidates.none());
    for (Bits& bits : unshared)
        for (size_t c = 0; c < candidates.size(); ++c) set_bit(bits, c);
    for (size_t a = 0; a < program.actors.size(); ++a) {
        Bits written = candidates.none();
        const ActorInstance& actor = program.actors[a];
        for (uint32_t i = actor.first_of.front(); i < actor.first_of.back(); ++i)
            for (const WriteCode& write : program.instances[i].writes)
                for_each_target(program, write, [&](uint32_t cell) { candidates.insert_cell(written, cell); });
        for (size_t other = 0; other < unshared.size(); ++other)
            for (size_t w = 0; w < written.size() && other != a; ++w) unshared[other][w] &= ~written[w];
    }
    return unshared;
}

}  // namespace

DeadVariables::DeadVariables(const Program& program, const Layout& layout, const Asked& asked, bool symmetric) {
    const Candidates candidates(program, layout, asked, symmetric);
    if (candidates.size() == 0) return;
    const std::vector<bool> predictable = predictable_actors(program);
    const std::vector<Bits> unshared = unshared_by_actor(program, candidates);
    PathSplitter paths(program);
    std::vector<Liveness> liveness;
    for (size_t a = 0; a < program.actors.size(); ++a)
        liveness.emplace_back(program, candidates, program.actors[a], predictable[a], unshared[a], paths);

    // Candidates that have the same readers and lie in the same word are one group.
    std::map<std::pair<std::vector<size_t>, uint32_t>, std::vector<size_t>> groups;
    for (size_t c = 0; c < candidates.size(); ++c) {
        std::vector<size_t> readers;
        bool to_reset = true;
        for (size_t a = 0; a < liveness.size(); ++a) {
            if (!has(liveness[a].reads(), c)) continue;
            readers.push_back(a);
            to_reset = to_reset && liveness[a].to_reset_somewhere(c);
        }
        if (to_reset) groups[{readers, layout.field(candidates.cell(c))->word}].push_back(c);
    }
    for (const auto& [key, members] : groups) {
        const auto bits = [&](size_t c) {
            const Layout::Field& field = *layout.field(candidates.cell(c));
            return field.mask << field.shift;
        };
        Group group{key.second, 0, static_cast<uint32_t>(readers_.size()), 0};
        for (size_t c : members) group.bits |= bits(c);
        for (size_t a : key.first) {
            Reader reader{0, 0, 0, static_cast<uint32_t>(table_.size())};
            size_t entries = 1;
            if (const Layout::Field* counter = layout.field(program.actors[a].counter)) {
                reader = {counter->word, counter->shift, counter->mask, reader.table};
                entries = counter->mask + size_t{1};
            }
            for (size_t l = 0; l < entries; ++l) {  // more entries than locations: no index is out of range
                uint64_t dead = 0;
                for (size_t c : members)
                    if (liveness[a].to_reset(l, c)) dead |= bits(c);
                table_.push_back(dead);
            }
            readers_.push_back(reader);
        }
        group.end = static_cast<uint32_t>(readers_.size());
        groups_.push_back(group);
    }
}

}  // namespace untorn::checker
