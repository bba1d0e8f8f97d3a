#ifdef UNTORN_NATIVE_CODE

#include "checker/explicit/native_emitter.h"

#include <algorithm>
#include <bit>

namespace untorn::checker::native {

namespace {

bool fits_unsigned(uint64_t value) { return value <= UINT32_MAX; }
/// As an immediate of a 64-bit instruction, which extends its sign.
bool fits_signed(int64_t value) { return INT32_MIN <= value && value <= INT32_MAX; }

int lowest_bit(uint64_t mask) { return std::countr_zero(mask); }

}  // namespace

Emitter::Emitter(x86::Assembler& assembler, const Layout& layout_)
    : a(assembler),
      layout(layout_),
      pinned_(std::min(layout_.words(), 4U)),
      accumulators_(std::min(layout_.words(), 3U)) {}

void Emitter::load(x86::Gp to, uint32_t word) {
    if (is_pinned(word))
        a.mov(to, pinned(word));
    else
        a.mov(to, in_state(word));
}

void Emitter::load_pinned() {
    for (uint32_t word = 0; word < pinned_; ++word) a.mov(pinned(word), in_state(word));
}

void Emitter::copy_to_record(uint32_t word) {
    if (is_pinned(word)) {
        a.mov(in_record(word), pinned(word));
        return;
    }
    a.mov(x86::rax, in_state(word));
    a.mov(in_record(word), x86::rax);
}

void Emitter::load_field(x86::Gp to, const Layout::Field& field) {
    const auto width = static_cast<unsigned>(std::bit_width(field.mask));
    load(to, field.word);
    if (width > 31 && field.shift + width < 64) {
        a.shl(to, 64 - field.shift - width);
        a.shr(to, 64 - width);
        return;
    }
    if (field.shift != 0) a.shr(to, field.shift);
    if (field.shift + width < 64) a.and_(to.r32(), static_cast<uint32_t>(field.mask));
}

void Emitter::set(x86::Gp to, uint64_t value) {
    if (value == 0)
        a.xor_(to.r32(), to.r32());
    else if (fits_unsigned(value))
        a.mov(to.r32(), static_cast<uint32_t>(value));
    else
        a.mov(to, value);
}

void Emitter::add(x86::Gp to, int64_t value) {
    if (value == 0) return;
    if (fits_signed(value)) {
        a.add(to, value);
    } else {
        a.mov(x86::rax, value);
        a.add(to, x86::rax);
    }
}

void Emitter::keep(x86::Gp to, uint64_t mask) {
    if (mask == ~uint64_t{0}) return;
    if (fits_unsigned(mask)) {
        a.and_(to.r32(), static_cast<uint32_t>(mask));
    } else if (fits_signed(static_cast<int64_t>(mask))) {
        a.and_(to, static_cast<int64_t>(mask));
    } else {
        a.mov(x86::rax, mask);
        a.and_(to, x86::rax);
    }
}

void Emitter::compare(x86::Gp reg, int64_t value) {
    if (value == 0) {
        a.test(reg, reg);
    } else if (fits_signed(value)) {
        a.cmp(reg, value);
    } else {
        a.mov(x86::rax, value);
        a.cmp(reg, x86::rax);
    }
}

void Emitter::multiply(x86::Gp to, uint64_t factor) {
    if (factor == 1) return;
    if (std::has_single_bit(factor))
        a.shl(to, lowest_bit(factor));
    else if (factor == 3 || factor == 5 || factor == 9)
        a.lea(to, x86::ptr(to, to, static_cast<uint32_t>(lowest_bit(factor - 1))));
    else
        a.imul(to, to, factor);  // numbers of bits and of cells: small
}

void Emitter::jump(const WordTest& test, asmjit::Label target, bool when) {
    const int low = lowest_bit(test.mask);
    const int end = static_cast<int>(std::bit_width(test.mask));
    const auto narrow_test = [&](uint32_t mask) {
        if (is_pinned(test.word))
            a.test(pinned(test.word).r32(), mask);
        else
            a.test(x86::dword_ptr(x86::rdi, static_cast<int32_t>(test.word * 8)), mask);
    };
    x86::CondCode condition = x86::CondCode::kEqual;
    if (end - low == 1 && low > 31) {
        if (is_pinned(test.word))
            a.bt(pinned(test.word), low);
        else
            a.bt(in_state(test.word), low);
        condition = test.value == 0 ? x86::CondCode::kUnsignedGE : x86::CondCode::kUnsignedLT;
    } else if (end - low == 1) {
        narrow_test(static_cast<uint32_t>(test.mask));
        condition = test.value == 0 ? x86::CondCode::kEqual : x86::CondCode::kNotEqual;
    } else if (test.value == 0 && end <= 32) {
        narrow_test(static_cast<uint32_t>(test.mask));
    } else if (end - low <= 32) {
        const int shift = end <= 32 ? 0 : low;
        load(x86::rdx, test.word);
        if (shift != 0) a.shr(x86::rdx, shift);
        const auto mask = static_cast<uint32_t>(test.mask >> shift);
        if (mask != UINT32_MAX || end < 64) a.and_(x86::edx, mask);
        if (test.value != 0) a.cmp(x86::edx, static_cast<uint32_t>(test.value >> shift));
    } else {
        set(x86::rax, test.mask);
        if (is_pinned(test.word))
            a.and_(x86::rax, pinned(test.word));
        else
            a.and_(x86::rax, in_state(test.word));
        if (test.value != 0) {
            set(x86::rdx, test.value);
            a.cmp(x86::rax, x86::rdx);
        }
    }
    a.j(when ? condition : x86::negateCond(condition), target);
}

void Emitter::begin() {
    used_.fill(false);
    body_ = a.newLabel();
    exit_ = a.newLabel();
    a.bind(body_);
}

asmjit::Label Emitter::finish(bool context) {
    std::vector<x86::Gp> saved;
    for (size_t i = first_saved; i < order.size(); ++i)
        if (used_[i]) saved.push_back(order[i]);
    // The return address and what is saved, then the two arguments in 16 or 24 bytes.
    const int room = !context ? 0 : saved.size() % 2 == 0 ? 24 : 16;
    a.bind(exit_);
    a.mov(x86::rax, x86::rsi);
    if (room != 0) a.add(x86::rsp, room);
    for (size_t i = saved.size(); i-- > 0;) a.pop(saved[i]);
    a.ret();

    const asmjit::Label entry = a.newLabel();
    a.bind(entry);
    for (const x86::Gp& reg : saved) a.push(reg);
    if (room != 0) {
        a.sub(x86::rsp, room);
        a.mov(x86::qword_ptr(x86::rsp), x86::rdx);
        a.mov(x86::qword_ptr(x86::rsp, 8), x86::rcx);
    }
    load_pinned();
    a.jmp(body_);
    return entry;
}

}  // namespace untorn::checker::native

#endif
