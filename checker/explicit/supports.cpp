#include "checker/explicit/supports.h"

#include <algorithm>

namespace untorn::checker {

unsigned operand_count(const Code& code) {
    switch (code.op) {
        case Code::Op::constant:
        case Code::Op::cell:
        case Code::Op::cell_is:
        case Code::Op::choice:
        case Code::Op::indexed: return 0;
        case Code::Op::negation:
        case Code::Op::shift_one:
        case Code::Op::popcount: return 1;
        case Code::Op::ite: return 3;
        default: return 2;
    }
}

void make_set(std::vector<uint32_t>& cells) {
    std::ranges::sort(cells);
    cells.erase(std::ranges::unique(cells).begin(), cells.end());
}

Supports::Supports(const Program& program) : program_(program), known_(program.codes.size()) {}

std::vector<uint32_t> Supports::cells(const Address& address) const {
    std::vector<uint32_t> all{address.base};
    for (uint32_t d = 0; d < address.count; ++d) {
        const Indexing& indexing = program_.indexings[address.first + d];
        const Code& index = program_.codes[indexing.index];
        std::vector<uint32_t> next;
        for (const uint32_t base : all)
            for (uint32_t i = 0; i < indexing.size; ++i)
                if (index.op != Code::Op::constant || index.value == indexing.lo + i)
                    next.push_back(base + i * indexing.stride);
        all = std::move(next);
    }
    make_set(all);
    return all;
}

std::vector<uint32_t> Supports::targets(const WriteCode& write) const {
    return write.computed ? cells(program_.addresses[write.target]) : std::vector<uint32_t>{write.target};
}

const std::vector<uint32_t>& Supports::of(CodeId id) {
    if (known_[id]) return *known_[id];
    const Code& code = program_.codes[id];
    std::vector<uint32_t> all;
    const auto add = [&](const std::vector<uint32_t>& cells) { all.insert(all.end(), cells.begin(), cells.end()); };
    if (code.op == Code::Op::cell || code.op == Code::Op::cell_is) all.push_back(code.a);
    if (code.op == Code::Op::indexed) {
        const Address& address = program_.addresses[code.a];
        all = cells(address);
        for (uint32_t d = 0; d < address.count; ++d) add(of(program_.indexings[address.first + d].index));
    }
    const uint32_t operands[] = {code.a, code.b, code.c};
    for (unsigned i = 0; i < operand_count(code); ++i) add(of(operands[i]));
    std::erase_if(all, [&](uint32_t cell) { return !program_.changing[cell]; });
    make_set(all);
    return known_[id].emplace(std::move(all));
}

uint64_t assignments(const Cells& all, std::span<const uint32_t> cells, uint64_t limit) {
    uint64_t count = 1;
    for (const uint32_t cell : cells) {
        if (all[cell].size > limit / count) return limit + 1;
        count *= all[cell].size;
    }
    return count;
}

}  // namespace untorn::checker
