#include "checker/explicit/machine.h"

#include <algorithm>
#include <bit>

#include "checker/explicit/limits.h"

namespace untorn::checker {

namespace {
// Arithmetic saturates at the limit, as model/system/expr.h says. Sums of two values inside it fit into 64 bits.
int64_t saturated(int64_t value) { return std::clamp(value, -system::value_limit, system::value_limit); }

int64_t product(int64_t a, int64_t b) {
    int64_t result = 0;
    if (!__builtin_mul_overflow(a, b, &result)) return saturated(result);
    return (a < 0) == (b < 0) ? system::value_limit : -system::value_limit;
}
}  // namespace

Machine::Machine(const Program& program)
    : program_(program),
      codes_(program.codes.data()),
      epochs_(1 + (program.power_loss ? program.power_loss->choices.size() : 0)),
      choices_(epochs_.size() - 1),
      kept_(program.slots) {}

uint32_t Machine::resolve(const Address& address) {
    uint32_t cell = address.base;
    for (uint32_t i = address.first; i < address.first + address.count; ++i) {
        const Indexing& indexing = program_.indexings[i];
        const auto offset = static_cast<uint64_t>((*this)(indexing.index) - indexing.lo);
        if (offset >= indexing.size) return UINT32_MAX;
        cell += static_cast<uint32_t>(offset) * indexing.stride;
    }
    return cell;
}

int64_t Machine::compute(const Code& code) {
    Machine& value = *this;
    switch (code.op) {
        case Code::Op::constant: return code.value;
        case Code::Op::cell: return cells_[code.a];
        case Code::Op::cell_is: return cells_[code.a] == code.value;
        case Code::Op::choice: return choices_[code.a];
        case Code::Op::indexed: {
            const uint32_t cell = resolve(program_.addresses[code.a]);
            return cell == UINT32_MAX ? code.value : cells_[cell];
        }
        case Code::Op::negation: return value(code.a) == 0;
        case Code::Op::conjunction: return value(code.a) != 0 && value(code.b) != 0;
        case Code::Op::disjunction: return value(code.a) != 0 || value(code.b) != 0;
        case Code::Op::equal: return value(code.a) == value(code.b);
        case Code::Op::less: return value(code.a) < value(code.b);
        case Code::Op::less_equal: return value(code.a) <= value(code.b);
        case Code::Op::add: return saturated(value(code.a) + value(code.b));
        case Code::Op::subtract: return saturated(value(code.a) - value(code.b));
        case Code::Op::multiply: return product(value(code.a), value(code.b));
        case Code::Op::divide: {
            const int64_t divisor = value(code.b);
            return divisor == 0 ? 0 : value(code.a) / divisor;
        }
        case Code::Op::modulo: {
            const int64_t divisor = value(code.b);
            return divisor == 0 ? 0 : value(code.a) % divisor;
        }
        case Code::Op::ite: return value(code.a) != 0 ? value(code.b) : value(code.c);
        case Code::Op::bit_and: return value(code.a) & value(code.b);
        case Code::Op::bit_or: return value(code.a) | value(code.b);
        case Code::Op::bit_clear: return value(code.a) & ~value(code.b);
        case Code::Op::shift_one: {
            const int64_t bit = value(code.a);
            return bit >= 0 && bit <= 31 ? int64_t{1} << bit : 0;
        }
        case Code::Op::popcount: return std::popcount(static_cast<uint64_t>(value(code.a)));
    }
    return 0;
}

uint32_t Machine::faults(const Instance& instance) {
    uint32_t spent = 0;
    for (CodeId when : instance.faults) spent += (*this)(when) != 0 ? 1U : 0U;
    return spent;
}

const CheckCode* Machine::failing(const Instance& instance) {
    for (const CheckCode& check : instance.checks)
        if ((*this)(check.ok) == 0) return &check;
    return nullptr;
}

void Machine::writes(const Instance& instance, std::vector<Write>& into) {
    into.clear();
    for (const WriteCode& write : instance.writes) {
        if ((*this)(write.when) == 0) continue;
        const uint32_t cell = write.computed ? resolve(program_.addresses[write.target]) : write.target;
        if (cell == UINT32_MAX) throw BrokenRule{"an update has a bad index although all checks of its step hold"};
        const int64_t value = (*this)(write.value);
        const Cell& domain = program_.cells[cell];
        if (static_cast<uint64_t>(value - domain.lo) >= domain.size)
            throw BrokenRule{"an update of `" + program_.system.variables[domain.var].name + "` stores " +
                             std::to_string(value) + ", which its type lacks, although all checks of its step hold"};
        into.push_back({cell, value});
    }
}

}  // namespace untorn::checker
