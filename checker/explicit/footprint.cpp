#include "checker/explicit/footprint.h"

namespace untorn::checker {

namespace {

void add_reads(const Program& program, CodeId id, CellSet& cells, std::vector<bool>& seen) {
    if (seen[id]) return;
    seen[id] = true;
    const Code& code = program.codes[id];
    const auto argument = [&](CodeId a) { add_reads(program, a, cells, seen); };
    switch (code.op) {
        case Code::Op::constant: break;
        case Code::Op::cell:
        case Code::Op::cell_is: cells[code.a] = true; break;
        case Code::Op::indexed: {
            const Address& address = program.addresses[code.a];
            for_each_cell_at(program, address, [&](uint32_t cell) { cells[cell] = true; });
            for (uint32_t i = 0; i < address.count; ++i) argument(program.indexings[address.first + i].index);
            break;
        }
        case Code::Op::negation:
        case Code::Op::shift_one:
        case Code::Op::popcount: argument(code.a); break;
        case Code::Op::ite: argument(code.c); [[fallthrough]];
        default: argument(code.a); argument(code.b);
    }
}

}  // namespace

void add_reads(const Program& program, CodeId code, CellSet& cells) {
    std::vector<bool> seen(program.codes.size(), false);
    add_reads(program, code, cells, seen);
}

void add_writes(const Program& program, const Instance& instance, CellSet& cells) {
    for (const WriteCode& write : instance.writes) {
        if (write.computed) {
            for_each_cell_at(program, program.addresses[write.target], [&](uint32_t cell) { cells[cell] = true; });
        } else {
            cells[write.target] = true;
        }
    }
}

}  // namespace untorn::checker
