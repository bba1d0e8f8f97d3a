// The writes of an instance: from updates to the words of the successor. See native_step.h.
#ifdef UNTORN_NATIVE_CODE

#include <algorithm>
#include <bit>

#include "checker/explicit/native_step.h"

namespace untorn::checker::native {

using Op = Code::Op;

void Steps::choose_nothing() {
    accumulator_.assign(e_.words(), -1);
    ensured_.assign(e_.words(), false);
    modified_.assign(e_.words(), 0);
    pending_.clear();
    in_memory_ = false;
}

/// Where the words of the successor are made. In registers if there are enough and all addresses allow it.
void Steps::choose_place(const Instance& instance) {
    choose_nothing();
    int used = 0;
    const auto touch = [&](uint32_t word) {
        if (accumulator_[word] < 0) accumulator_[word] = used++;
    };
    for (const WriteCode& write : instance.writes) {
        if (!write.computed) {
            if (const Layout::Field* field = e_.layout.field(write.target)) touch(field->word);
        } else if (const Places& places = expressions_.places(write.target); places.regular) {
            touch(places.field.word);
        } else {
            in_memory_ = true;
        }
    }
    if (static_cast<uint32_t>(used) > e_.accumulators()) in_memory_ = true;
    if (!in_memory_) return;
    accumulator_.assign(e_.words(), -1);
    ensured_.assign(e_.words(), true);
    for (uint32_t word = 0; word < e_.words(); ++word) e_.copy_to_record(word);
}

void Steps::write(const WriteCode& write, const Facts& facts) {
    if (write.computed)
        write_computed(write, facts);
    else
        write_field(write, facts);
}

bool Steps::fits(const WriteCode& write, const Cell& cell, const Facts& facts) {
    const Interval interval = facts.of(write.value);
    const auto least = static_cast<uint64_t>(interval.lo - cell.lo);
    const auto greatest = static_cast<uint64_t>(interval.hi - cell.lo);
    return least <= greatest && greatest < cell.size;
}

void Steps::check_range(const WriteCode& write, const Cell& cell, const Facts& facts) {
    if (fits(write, cell, facts)) return;
    expressions_.value(write.value, 0, -cell.lo);
    e_.compare(e_.level(0), static_cast<int64_t>(cell.size));
    a_.j(x86::CondCode::kUnsignedGE, broken_);
}

void Steps::write_field(const WriteCode& write, const Facts& facts) {
    check_range(write, program_.cells[write.target], facts);
    const Layout::Field* const field = e_.layout.field(write.target);
    if (field == nullptr) return;
    std::erase_if(pending_, [&](const Pending& p) { return p.field.cell == field->cell; });
    pending_.push_back({*field, write.value});
}

void Steps::write_computed(const WriteCode& write, const Facts& facts) {
    const Places& places = expressions_.places(write.target);
    check_range(write, program_.cells[places.first], facts);
    if (places.regular) {
        flush(places.field.word, facts, places.mask);
        write_regular(write, places, places.lo);
        modified_[places.field.word] |= places.mask;
    } else {
        flush_all(facts);
        write_scattered(write, places, places.lo);
        modified_.assign(e_.words(), ~uint64_t{0});
    }
}

void Steps::write_regular(const WriteCode& write, const Places& places, int64_t lo) {
    const uint32_t word = places.field.word;
    ensure(word);
    expressions_.offset(write.target, 0, broken_, places.stride == 0 ? 1 : places.stride);
    if (places.field.shift != 0) a_.add(e_.level(0), places.field.shift);
    const Code& value = program_.codes[write.value];
    const bool zero = value.op == Op::constant && value.value == lo;
    if (!zero) {
        expressions_.value(write.value, 1, -lo);
        a_.shlx(e_.level(1), e_.level(1), e_.level(0));
    }
    e_.set(x86::rax, places.field.mask);
    a_.shlx(x86::rax, x86::rax, e_.level(0));
    a_.not_(x86::rax);
    apply(x86::Inst::kIdAnd, word, x86::rax);
    if (!zero) apply(x86::Inst::kIdOr, word, e_.level(1));
}

void Steps::write_scattered(const WriteCode& write, const Places& places, int64_t lo) {
    using Entry = Expressions::TableEntry;
    const x86::Gp place = e_.level(0), value = e_.level(1);
    expressions_.offset(write.target, 0, broken_, sizeof(Entry));
    expressions_.value(write.value, 1, -lo);
    a_.lea(x86::rax, x86::ptr(expressions_.table(places)));
    a_.add(place, x86::rax);
    a_.mov(x86::edx, x86::dword_ptr(place, offsetof(Entry, shift)));
    a_.mov(x86::rax, x86::qword_ptr(place, offsetof(Entry, mask)));
    a_.mov(place.r32(), x86::dword_ptr(place, offsetof(Entry, byte)));
    a_.and_(value, x86::rax);  // nothing is kept of a cell without a field
    a_.shlx(x86::rax, x86::rax, x86::rdx);
    a_.shlx(value, value, x86::rdx);
    a_.not_(x86::rax);
    a_.and_(x86::qword_ptr(x86::rsi, place), x86::rax);
    a_.or_(x86::qword_ptr(x86::rsi, place), value);
}

// ---- Pending writes

void Steps::flush_all(const Facts& facts) {
    while (!pending_.empty()) flush(pending_.front().field.word, facts);
}

void Steps::flush(uint32_t word, const Facts& facts, uint64_t mask) {
    const bool touches = std::ranges::any_of(
        pending_, [&](const Pending& p) { return p.field.word == word && (bits_of(p.field) & mask) != 0; });
    if (!touches) return;
    const Effect effect_of_word = effect(word, facts);
    put(effect_of_word, word);
}

/// Takes what is pending for the word.
Steps::Effect Steps::effect(uint32_t word, const Facts& facts) {
    Effect made;
    made.word = word;
    for (const Pending& pending : pending_)
        if (pending.field.word == word) add_effect(pending, facts, made);
    for (const Pending& pending : pending_)
        if (pending.field.word == word) modified_[word] |= bits_of(pending.field);
    std::erase_if(pending_, [&](const Pending& p) { return p.field.word == word; });
    return made;
}

void Steps::add_effect(const Pending& pending, const Facts& facts, Effect& into) {
    const Layout::Field& field = pending.field;
    const bool untouched = (modified_[field.word] & bits_of(field)) == 0;
    const Interval value = facts.of(pending.value);
    const Code& code = program_.codes[pending.value];
    if (value.lo == value.hi) {
        const auto raw = static_cast<uint64_t>(value.lo - field.lo);
        const Interval old = facts.of_cell(field.cell);
        if (untouched && old.lo == old.hi) {
            into.flipped |= (raw ^ static_cast<uint64_t>(old.lo - field.lo)) << field.shift;
        } else {
            into.cleared |= bits_of(field);
            into.flipped |= raw << field.shift;
        }
        return;
    }
    const Code& left = program_.codes[code.a];
    const bool counts =
        code.op == Op::add && left.op == Op::cell && left.a == field.cell && program_.codes[code.b].op == Op::constant;
    if (counts && untouched) {
        into.added += static_cast<uint64_t>(program_.codes[code.b].value) << field.shift;
        return;
    }
    if (code.op == Op::cell && code.a == field.cell && untouched) return;
    into.cleared |= bits_of(field);
    const Layout::Field* const from = code.op == Op::cell ? e_.layout.field(code.a) : nullptr;
    if (from != nullptr && from->mask == field.mask && from->lo == field.lo)
        copy_field(*from, field, into);
    else
        into.values.push_back(pending);
}

void Steps::copy_field(const Layout::Field& from, const Layout::Field& to, Effect& into) {
    const int shift = static_cast<int>(to.shift) - static_cast<int>(from.shift);
    const auto same = std::ranges::find_if(
        into.copies, [&](const Copy& copy) { return copy.word == from.word && copy.shift == shift; });
    if (same == into.copies.end())
        into.copies.push_back({from.word, bits_of(from), shift});
    else
        same->mask |= bits_of(from);
}

void Steps::put(const Effect& effect, uint32_t word) {
    ensure(word);
    if (effect.cleared != 0) apply(x86::Inst::kIdAnd, word, ~effect.cleared);
    if (effect.flipped != 0) apply(x86::Inst::kIdXor, word, effect.flipped);
    if (effect.added != 0) apply(x86::Inst::kIdAdd, word, effect.added);
    for (const Copy& copy : effect.copies) {
        e_.load(x86::rdx, copy.word);
        e_.keep(x86::rdx, copy.mask);
        if (copy.shift > 0) a_.shl(x86::rdx, copy.shift);
        if (copy.shift < 0) a_.shr(x86::rdx, -copy.shift);
        apply(x86::Inst::kIdOr, word, x86::rdx);
    }
    for (const Pending& pending : effect.values) {
        expressions_.value(pending.value, 0, -pending.field.lo);
        if (pending.field.shift != 0) a_.shl(e_.level(0), pending.field.shift);
        apply(x86::Inst::kIdOr, word, e_.level(0));
    }
}

void Steps::ensure(uint32_t word) {
    if (ensured_[word]) return;
    ensured_[word] = true;
    e_.load(e_.accumulator(static_cast<uint32_t>(accumulator_[word])), word);
}

void Steps::apply(x86::Inst::Id instruction, uint32_t word, x86::Gp value) {
    if (in_memory_)
        a_.emit(instruction, e_.in_record(word), value);
    else
        a_.emit(instruction, e_.accumulator(static_cast<uint32_t>(accumulator_[word])), value);
}

void Steps::apply(x86::Inst::Id instruction, uint32_t word, uint64_t value) {
    const auto immediate = static_cast<int64_t>(value);
    const bool fits = INT32_MIN <= immediate && immediate <= INT32_MAX;
    if (!fits) {
        e_.set(x86::rax, value);
        apply(instruction, word, x86::rax);
    } else if (in_memory_) {
        a_.emit(instruction, e_.in_record(word), asmjit::imm(immediate));
    } else {
        a_.emit(instruction, e_.accumulator(static_cast<uint32_t>(accumulator_[word])), asmjit::imm(immediate));
    }
}

}  // namespace untorn::checker::native

#endif
