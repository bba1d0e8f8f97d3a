#include "checker/explicit/code_analysis.h"

#include <algorithm>

#include "checker/explicit/supports.h"

namespace untorn::checker {

namespace {

bool is_boolean(Code::Op op) {
    switch (op) {
        case Code::Op::cell_is:
        case Code::Op::negation:
        case Code::Op::conjunction:
        case Code::Op::disjunction:
        case Code::Op::equal:
        case Code::Op::less:
        case Code::Op::less_equal: return true;
        default: return false;
    }
}

}  // namespace

CodeAnalysis::CodeAnalysis(const Program& program)
    : program_(program), machine_(program), first_(program.cells.first_values()), cells_(first_) {}

const std::vector<uint32_t>& CodeAnalysis::reads(CodeId code) {
    if (const auto found = known_reads_.find(code); found != known_reads_.end()) return found->second;
    std::vector<uint32_t> cells = reads(code, {});
    return known_reads_.emplace(code, std::move(cells)).first->second;
}

std::vector<uint32_t> CodeAnalysis::reads(CodeId code, const Knowledge& known) {
    Collection collection{known, {}, {}};
    collect(code, collection);
    make_set(collection.cells);
    return collection.cells;
}

void CodeAnalysis::collect(CodeId id, Collection& into) {
    if (!into.seen.insert(id).second) return;
    const Code& code = program_.codes[id];
    const auto add = [&](uint32_t cell) {
        if (program_.changing[cell]) into.cells.push_back(cell);
    };
    if (code.op == Code::Op::cell || code.op == Code::Op::cell_is) add(code.a);
    if (code.op == Code::Op::indexed) {
        const Address& address = program_.addresses[code.a];
        for (uint32_t i = address.first; i < address.first + address.count; ++i)
            collect(program_.indexings[i].index, into);
        for (uint32_t cell : cells_of(address, into.known)) add(cell);
    }
    const unsigned count = operand_count(code);
    if (count > 0) collect(code.a, into);
    if (count > 1) collect(code.b, into);
    if (count > 2) collect(code.c, into);
}

std::vector<uint32_t> CodeAnalysis::cells_of(const Address& address, const Knowledge& known) {
    std::vector<uint32_t> cells{address.base};
    for (uint32_t i = address.first; i < address.first + address.count; ++i) {
        const Indexing& indexing = program_.indexings[i];
        std::vector<bool> possible(indexing.size, true);
        if (const auto indices = values(indexing.index, known)) {
            possible.assign(indexing.size, false);
            for (int64_t index : *indices)
                if (index >= indexing.lo && static_cast<uint64_t>(index - indexing.lo) < indexing.size)
                    possible[static_cast<size_t>(index - indexing.lo)] = true;
        }
        std::vector<uint32_t> next;
        for (uint32_t cell : cells)
            for (uint32_t offset = 0; offset < indexing.size; ++offset)
                if (possible[offset]) next.push_back(cell + offset * indexing.stride);
        cells = std::move(next);
    }
    make_set(cells);
    return cells;
}

std::vector<uint32_t> CodeAnalysis::targets(const WriteCode& write, const Knowledge& known) {
    if (!write.computed) return {write.target};
    return cells_of(program_.addresses[write.target], known);
}

std::optional<std::vector<int64_t>> CodeAnalysis::values(CodeId id, const Knowledge& known) {
    const Code code = program_.codes[id];
    if (code.op == Code::Op::constant) return std::vector<int64_t>{code.value};
    const std::vector<uint32_t> cells = reads(id);
    if (cells.empty()) return std::vector<int64_t>{value(id)};
    if (cells.size() == 1 && tabulated(cells[0])) {
        std::vector<int64_t> found;
        const auto about = known.find(cells[0]);
        for (uint64_t number = 0; number < program_.cells[cells[0]].size; ++number)
            if (about == known.end() || about->second[number]) found.push_back(value_at(id, cells[0], number));
        std::ranges::sort(found);
        found.erase(std::unique(found.begin(), found.end()), found.end());
        return found;
    }
    if (code.op == Code::Op::ite) {
        auto yes = values(code.b, known);
        const auto no = values(code.c, known);
        if (!yes || !no) return std::nullopt;
        yes->insert(yes->end(), no->begin(), no->end());
        std::ranges::sort(*yes);
        yes->erase(std::unique(yes->begin(), yes->end()), yes->end());
        if (yes->size() > most_values) return std::nullopt;
        return yes;
    }
    if (is_boolean(code.op)) return std::vector<int64_t>{0, 1};
    return std::nullopt;
}

int64_t CodeAnalysis::value_at(CodeId code, uint32_t cell, uint64_t number) {
    cells_[cell] = program_.cells[cell].lo + static_cast<int64_t>(number);
    machine_.begin(cells_.data());
    const int64_t value = machine_(code);
    cells_[cell] = first_[cell];
    return value;
}

int64_t CodeAnalysis::value(CodeId code) {
    machine_.begin(cells_.data());
    return machine_(code);
}

ValueSet CodeAnalysis::truth(CodeId code, uint32_t cell) {
    ValueSet set(program_.cells[cell].size);
    for (uint64_t number = 0; number < set.size(); ++number) set[number] = value_at(code, cell, number) != 0;
    return set;
}

}  // namespace untorn::checker
