#ifdef UNTORN_NATIVE_CODE

#include "checker/explicit/native_expression.h"

#include <algorithm>
#include <bit>

namespace untorn::checker::native {

using Op = Code::Op;

namespace {

constexpr uint32_t largest_size = 2000;
constexpr uint64_t largest_span = 4096;

bool inside_limits(const Interval& interval) {
    return -system::value_limit < interval.lo && interval.hi < system::value_limit;
}

}  // namespace

Expressions::Expressions(Emitter& emitter, const Program& program)
    : e_(emitter),
      a_(emitter.a),
      program_(program),
      places_(program.addresses.size()),
      places_made_(program.addresses.size(), false) {
    shapes_.reserve(program.codes.size());
    for (CodeId id = 0; id < program.codes.size(); ++id) shapes_.push_back(shape(id));
}

// ---- What can be done

Expressions::Shape Expressions::shape(CodeId id) {
    const Code& code = program_.codes[id];
    Shape made;
    const auto add = [&](CodeId arg, unsigned reserved) {
        const Shape& of = shapes_[arg];
        made.size = std::min(made.size + of.size, largest_size + 1);
        made.levels = std::max<uint8_t>(made.levels, static_cast<uint8_t>(std::min(of.levels + reserved, 100U)));
        made.exact = made.exact && of.exact;
    };
    switch (code.op) {
        case Op::constant:
        case Op::cell:
        case Op::cell_is: break;
        case Op::choice: made.exact = false; break;  // power loss is not taken often enough
        case Op::indexed: made = indexed_shape(code.a); break;
        case Op::negation:
        case Op::shift_one:
        case Op::popcount: add(code.a, 0); break;
        case Op::conjunction:
        case Op::disjunction:
            add(code.a, 0);
            add(code.b, 0);
            break;
        case Op::ite:
            add(code.a, 0);
            add(code.b, 0);
            add(code.c, 0);
            break;
        case Op::equal:
        case Op::less:
        case Op::less_equal:
        case Op::add:
        case Op::subtract:
        case Op::multiply:
        case Op::divide:
        case Op::modulo:
        case Op::bit_and:
        case Op::bit_or:
        case Op::bit_clear: {
            const bool first = shapes_[code.a].levels >= shapes_[code.b].levels;
            add(code.a, first ? 0 : 1);
            add(code.b, first ? 1 : 0);
            break;
        }
    }
    made.exact = made.exact && inside_limits(program_.intervals[id]);
    return made;
}

Expressions::Shape Expressions::indexed_shape(uint32_t address) {
    Shape made;
    made.size = 4;
    made.exact = places(address).known;
    const Address& to = program_.addresses[address];
    unsigned reserved = 0;
    for (uint32_t i = to.first; i < to.first + to.count; ++i) {
        const CodeId index = program_.indexings[i].index;
        if (program_.codes[index].op == Op::constant) continue;
        const Shape& of = shapes_[index];
        made.size = std::min(made.size + of.size + 2, largest_size + 1);
        made.levels = std::max<uint8_t>(made.levels, static_cast<uint8_t>(std::min(of.levels + reserved, 100U)));
        made.exact = made.exact && of.exact;
        reserved = 1;
    }
    return made;
}

bool Expressions::supports(CodeId id, unsigned reserved) const {
    const Shape& of = shapes_[id];
    return of.exact && of.size <= largest_size && of.levels + reserved <= e_.levels();
}

bool Expressions::supports_address(uint32_t address) {
    const Shape of = indexed_shape(address);
    return of.exact && of.size <= largest_size && of.levels <= e_.levels();
}

const Places& Expressions::places(uint32_t address) {
    Places& made = places_[address];
    if (places_made_[address]) return made;
    places_made_[address] = true;
    const Address& to = program_.addresses[address];
    made.first = to.base;
    uint64_t last = 0;
    for (uint32_t i = to.first; i < to.first + to.count; ++i) {
        const Indexing& indexing = program_.indexings[i];
        const Code& index = program_.codes[indexing.index];
        if (index.op != Op::constant) {
            last += (indexing.size - uint64_t{1}) * indexing.stride;
            if (indexing.size == 0) return made;
            continue;
        }
        const auto offset = static_cast<uint64_t>(index.value - indexing.lo);
        if (offset >= indexing.size) return made;  // always bad
        made.first += static_cast<uint32_t>(offset) * indexing.stride;
    }
    if (last >= largest_span) return made;
    made.span = static_cast<uint32_t>(last) + 1;
    made.known = true;
    made.lo = program_.cells[made.first].lo;
    const Layout::Field* const first = e_.layout.field(made.first);
    made.regular = first != nullptr;
    if (first != nullptr) {
        made.field = *first;
        const Layout::Field* const next = made.span > 1 ? e_.layout.field(made.first + 1) : first;
        made.stride = next != nullptr && next->shift >= first->shift ? next->shift - first->shift : 0;
    }
    for (uint32_t offset = 0; offset < made.span; ++offset) {
        const Layout::Field* const field = e_.layout.field(made.first + offset);
        if (field != nullptr && field->lo != made.lo) made.known = false;
        made.regular = made.regular && field != nullptr && field->word == first->word && field->mask == first->mask &&
                       field->shift == first->shift + offset * made.stride;
        if (field != nullptr) made.mask |= bits_of(*field);
    }
    return made;
}

// ---- Conditions

void Expressions::collect(Literal literal, std::vector<Literal>& into) const {
    const Code& code = program_.codes[literal.code];
    if (code.op == Op::negation) {
        collect({code.a, !literal.holds}, into);
    } else if (code.op == (literal.holds ? Op::conjunction : Op::disjunction)) {
        collect({code.a, literal.holds}, into);
        collect({code.b, literal.holds}, into);
    } else {
        into.push_back(literal);
    }
}

std::optional<Expressions::FieldTest> Expressions::field_test(Literal literal) const {
    const Code& code = program_.codes[literal.code];
    FieldTest made;
    if (code.op == Op::constant) {
        made.decided = (code.value != 0) == literal.holds;
        return made;
    }
    if (code.op != Op::cell && code.op != Op::cell_is) return std::nullopt;
    // A cell is true if it is not 0.
    int64_t value = code.op == Op::cell_is ? code.value : 0;
    bool equal = code.op == Op::cell_is ? literal.holds : !literal.holds;
    const Cell& cell = program_.cells[code.a];
    const Layout::Field* const field = e_.layout.field(code.a);
    if (field == nullptr) {
        made.decided = (cell.lo == value) == equal;
        return made;
    }
    if (static_cast<uint64_t>(value - cell.lo) >= cell.size) {
        made.decided = !equal;
        return made;
    }
    if (!equal && cell.size == 2) {
        value = cell.lo + 1 - (value - cell.lo);
        equal = true;
    }
    made.test = {field->word, bits_of(*field), static_cast<uint64_t>(value - field->lo) << field->shift};
    made.negated = !equal;
    return made;
}

void Expressions::require(const std::vector<Literal>& literals, asmjit::Label target, unsigned level) {
    // Equalities of one word are one comparison.
    std::vector<WordTest> tests;
    std::vector<WordTest> refused;
    std::vector<Literal> others;
    for (const Literal& literal : literals) {
        const auto about = field_test(literal);
        if (!about) {
            others.push_back(literal);
        } else if (about->decided) {
            if (*about->decided) continue;
            a_.jmp(target);
            return;
        } else if (about->negated) {
            refused.push_back(about->test);
        } else {
            const auto known = std::ranges::find(tests, about->test.word, &WordTest::word);
            if (known == tests.end()) {
                tests.push_back(about->test);
                continue;
            }
            if (!known->add(about->test)) {  // two values for one field
                a_.jmp(target);
                return;
            }
        }
    }
    for (const WordTest& test : tests) e_.jump(test, target, false);
    for (const WordTest& test : refused) e_.jump(test, target, true);
    for (const Literal& literal : others) require_one(literal, target, level);
}

void Expressions::jump(CodeId id, asmjit::Label target, bool when, unsigned level) {
    std::vector<Literal> literals;
    collect({id, !when}, literals);
    require(literals, target, level);
}

void Expressions::require_one(Literal literal, asmjit::Label target, unsigned level) {
    const Code& code = program_.codes[literal.code];
    switch (code.op) {
        case Op::conjunction:
        case Op::disjunction: {  // one of two must hold: to `done` unless both fail
            const asmjit::Label done = a_.newLabel();
            std::vector<Literal> none;
            collect({literal.code, !literal.holds}, none);
            require(none, done, level);
            a_.jmp(target);
            a_.bind(done);
            return;
        }
        case Op::ite: {
            const asmjit::Label otherwise = a_.newLabel(), done = a_.newLabel();
            jump(code.a, otherwise, false, level);
            jump(code.b, target, !literal.holds, level);
            a_.jmp(done);
            a_.bind(otherwise);
            jump(code.c, target, !literal.holds, level);
            a_.bind(done);
            return;
        }
        case Op::equal:
        case Op::less:
        case Op::less_equal: {
            const x86::CondCode condition = compare(code, level);
            a_.j(literal.holds ? x86::negateCond(condition) : condition, target);
            return;
        }
        default:
            value(literal.code, level);
            a_.test(e_.level(level), e_.level(level));
            a_.j(literal.holds ? x86::CondCode::kEqual : x86::CondCode::kNotEqual, target);
    }
}

/// Sets the flags; the condition on which the comparison holds.
x86::CondCode Expressions::compare(const Code& code, unsigned level) {
    const Code& left = program_.codes[code.a];
    const Code& right = program_.codes[code.b];
    const bool strict = code.op == Op::less;
    if (right.op == Op::constant || left.op == Op::constant) {
        const bool swapped = right.op != Op::constant;
        const CodeId variable = swapped ? code.b : code.a;
        int64_t constant = swapped ? left.value : right.value;
        // A field is compared as it stands in the word, where numbers are the same in either sign.
        int64_t bias = 0;
        const Code& read = program_.codes[variable];
        if (read.op == Op::cell && program_.cells[read.a].size <= uint64_t{1} << 31) bias = -program_.cells[read.a].lo;
        value(variable, level, bias);
        constant += bias;
        e_.compare(e_.level(level), constant);
        if (code.op == Op::equal) return x86::CondCode::kEqual;
        if (swapped) return strict ? x86::CondCode::kSignedGT : x86::CondCode::kSignedGE;
    } else {
        const auto [x, y] = both(code.a, code.b, level);
        a_.cmp(x, y);
        if (code.op == Op::equal) return x86::CondCode::kEqual;
    }
    return strict ? x86::CondCode::kSignedLT : x86::CondCode::kSignedLE;
}

// ---- Values

std::pair<x86::Gp, x86::Gp> Expressions::both(CodeId a, CodeId b, unsigned level) {
    if (shapes_[a].levels >= shapes_[b].levels) {
        value(a, level);
        value(b, level + 1);
        return {e_.level(level), e_.level(level + 1)};
    }
    value(b, level);
    value(a, level + 1);
    return {e_.level(level + 1), e_.level(level)};
}

void Expressions::value(CodeId id, unsigned level, int64_t bias) {
    const Code& code = program_.codes[id];
    const x86::Gp to = e_.level(level);
    // Sums wrap around: only the result counts.
    const auto sum = [](int64_t x, int64_t y) {
        return static_cast<int64_t>(static_cast<uint64_t>(x) + static_cast<uint64_t>(y));
    };
    switch (code.op) {
        case Op::constant: e_.set(to, static_cast<uint64_t>(sum(code.value, bias))); return;
        case Op::cell:
            if (const Layout::Field* field = e_.layout.field(code.a)) {
                e_.load_field(to, *field);
                e_.add(to, sum(field->lo, bias));
            } else {
                e_.set(to, static_cast<uint64_t>(sum(program_.cells[code.a].lo, bias)));
            }
            return;
        case Op::add:
            if (program_.codes[code.b].op == Op::constant) {
                value(code.a, level, sum(bias, program_.codes[code.b].value));
                return;
            }
            break;
        case Op::ite: {
            const asmjit::Label otherwise = a_.newLabel(), done = a_.newLabel();
            jump(code.a, otherwise, false, level);
            value(code.b, level, bias);
            a_.jmp(done);
            a_.bind(otherwise);
            value(code.c, level, bias);
            a_.bind(done);
            return;
        }
        default: break;
    }
    operation(id, level);
    e_.add(to, bias);
}

void Expressions::operation(CodeId id, unsigned level) {
    const Code& code = program_.codes[id];
    const x86::Gp to = e_.level(level);
    const auto arithmetic = [&](x86::Inst::Id instruction) {
        const auto [x, y] = both(code.a, code.b, level);
        a_.emit(instruction, x, y);
        if (x != to) a_.mov(to, x);
    };
    switch (code.op) {
        case Op::add: arithmetic(x86::Inst::kIdAdd); break;
        case Op::subtract: arithmetic(x86::Inst::kIdSub); break;
        case Op::multiply: arithmetic(x86::Inst::kIdImul); break;
        case Op::bit_and: arithmetic(x86::Inst::kIdAnd); break;
        case Op::bit_or: arithmetic(x86::Inst::kIdOr); break;
        case Op::bit_clear: {
            const auto [x, y] = both(code.a, code.b, level);
            a_.andn(to, y, x);
            break;
        }
        case Op::divide:
        case Op::modulo: divide(code, level); break;
        case Op::shift_one: shift_one(code.a, level); break;
        case Op::popcount:
            value(code.a, level);
            a_.popcnt(to, to);
            break;
        case Op::indexed: read(code, level); break;
        case Op::equal:
        case Op::less:
        case Op::less_equal: {
            const x86::CondCode condition = compare(code, level);
            a_.set(condition, x86::al);
            a_.movzx(to.r32(), x86::al);
            break;
        }
        case Op::cell_is:
        case Op::negation:
        case Op::conjunction:
        case Op::disjunction: truth(id, level); break;
        case Op::constant:
        case Op::cell:
        case Op::choice:
        case Op::ite: break;  // done by value(), or not supported
    }
}

void Expressions::truth(CodeId id, unsigned level) {
    const asmjit::Label no = a_.newLabel(), done = a_.newLabel();
    jump(id, no, false, level);
    e_.set(e_.level(level), 1);
    a_.jmp(done);
    a_.bind(no);
    e_.set(e_.level(level), 0);
    a_.bind(done);
}

// C rounding, as idiv does. Dividend and divisor lie inside the limits: the quotient never overflows.
void Expressions::divide(const Code& code, unsigned level) {
    const x86::Gp to = e_.level(level);
    const Code& divisor = program_.codes[code.b];
    if (divisor.op == Op::constant && divisor.value > 0 && program_.intervals[code.a].lo >= 0 &&
        std::has_single_bit(static_cast<uint64_t>(divisor.value))) {
        value(code.a, level);
        if (code.op == Op::modulo)
            e_.keep(to, static_cast<uint64_t>(divisor.value) - 1);
        else if (divisor.value != 1)
            a_.shr(to, std::countr_zero(static_cast<uint64_t>(divisor.value)));
        return;
    }
    const auto [x, y] = both(code.a, code.b, level);
    const asmjit::Label zero = a_.newLabel();
    a_.xor_(x86::eax, x86::eax);
    a_.xor_(x86::edx, x86::edx);
    a_.test(y, y);
    a_.j(x86::CondCode::kEqual, zero);
    a_.mov(x86::rax, x);
    a_.cqo();
    a_.idiv(y);
    a_.bind(zero);
    a_.mov(to, code.op == Op::divide ? x86::rax : x86::rdx);
}

void Expressions::shift_one(CodeId exponent, unsigned level) {
    const x86::Gp to = e_.level(level);
    value(exponent, level);
    a_.mov(x86::eax, 1);
    a_.shlx(x86::rax, x86::rax, to);
    const Interval& interval = program_.intervals[exponent];
    if (interval.lo < 0 || interval.hi > 31) {
        a_.xor_(x86::edx, x86::edx);
        a_.cmp(to, 31);
        a_.cmova(x86::rax, x86::rdx);  // unsigned: negative ones, too
    }
    a_.mov(to, x86::rax);
}

bool Expressions::offset(uint32_t address, unsigned level, asmjit::Label bad, uint64_t scale) {
    const Address& to = program_.addresses[address];
    bool first = true, may_be_bad = false;
    for (uint32_t i = to.first; i < to.first + to.count; ++i) {
        const Indexing& indexing = program_.indexings[i];
        if (program_.codes[indexing.index].op == Op::constant) continue;  // part of Places::first
        const unsigned at = first ? level : level + 1;
        value(indexing.index, at, -indexing.lo);
        const Interval& interval = program_.intervals[indexing.index];
        if (interval.lo < indexing.lo || interval.hi - indexing.lo >= indexing.size) {
            e_.compare(e_.level(at), indexing.size);
            a_.j(x86::CondCode::kUnsignedGE, bad);
            may_be_bad = true;
        }
        e_.multiply(e_.level(at), indexing.stride * scale);
        if (!first) a_.add(e_.level(level), e_.level(at));
        first = false;
    }
    if (first) e_.set(e_.level(level), 0);
    return may_be_bad;
}

void Expressions::read(const Code& code, unsigned level) {
    const Places& where = places(code.a);
    const x86::Gp to = e_.level(level);
    const asmjit::Label bad = a_.newLabel(), done = a_.newLabel();
    bool may_be_bad = false;
    if (where.regular) {
        may_be_bad = offset(code.a, level, bad, where.stride == 0 ? 1 : where.stride);
        if (where.field.shift != 0) a_.add(to, where.field.shift);
        if (e_.is_pinned(where.field.word))
            a_.shrx(to, e_.pinned(where.field.word), to);
        else
            a_.shrx(to, e_.in_state(where.field.word), to);
        e_.keep(to, where.field.mask);
    } else {
        may_be_bad = offset(code.a, level, bad, sizeof(TableEntry));
        a_.lea(x86::rax, x86::ptr(table(where)));
        a_.add(to, x86::rax);
        a_.mov(x86::eax, x86::dword_ptr(to, offsetof(TableEntry, byte)));
        a_.mov(x86::edx, x86::dword_ptr(to, offsetof(TableEntry, shift)));
        a_.shrx(x86::rax, x86::qword_ptr(x86::rdi, x86::rax), x86::rdx);
        a_.and_(x86::rax, x86::qword_ptr(to, offsetof(TableEntry, mask)));
        a_.mov(to, x86::rax);
    }
    e_.add(to, where.lo);
    if (!may_be_bad) return;
    a_.jmp(done);
    a_.bind(bad);
    e_.set(to, static_cast<uint64_t>(code.value));
    a_.bind(done);
}

asmjit::Label Expressions::table(const Places& places) {
    const auto [entry, is_new] = tables_.try_emplace(uint64_t{places.first} << 32 | places.span);
    if (is_new) entry->second = {a_.newLabel(), places.first, places.span};
    return entry->second.label;
}

void Expressions::emit_tables() {
    a_.align(asmjit::AlignMode::kData, 16);
    for (const auto& [key, table] : tables_) {
        a_.bind(table.label);
        for (uint32_t offset = 0; offset < table.span; ++offset) {
            const Layout::Field* const field = e_.layout.field(table.first + offset);
            const TableEntry entry =
                field == nullptr ? TableEntry{} : TableEntry{field->word * 8, field->shift, field->mask};
            a_.embed(&entry, sizeof entry);
        }
    }
}

}  // namespace untorn::checker::native

#endif
