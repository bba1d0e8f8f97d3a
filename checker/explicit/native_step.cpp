#ifdef UNTORN_NATIVE_CODE

#include "checker/explicit/native_step.h"

#include <algorithm>
#include <bit>

namespace untorn::checker::native {

using Op = Code::Op;

namespace {

constexpr size_t largest_instance = 4000;  ///< operations
constexpr uint32_t largest_fault_count = 1000;
constexpr size_t largest_table = size_t{1} << 16;  ///< bytes of constants for one actor

bool is_true(const Code& code) { return code.op == Op::constant && code.value != 0; }
bool is_false(const Code& code) { return code.op == Op::constant && code.value == 0; }

}  // namespace

Steps::Steps(Emitter& emitter, Expressions& expressions, const Program& program, Interpret interpret)
    : e_(emitter), a_(emitter.a), expressions_(expressions), program_(program), interpret_(interpret) {}

// ---- The function

asmjit::Label Steps::successors(size_t limit) {
    e_.begin();
    broken_ = a_.newLabel();
    for (size_t i = 0; i < program_.actors.size(); ++i) next_.push_back(a_.newLabel());
    next_.push_back(e_.exit());
    for (size_t i = 0; i < program_.actors.size(); ++i) plan(i);
    for (size_t i = 0; i < program_.actors.size(); ++i) {
        a_.bind(next_[i]);
        dispatch(i);
    }
    a_.jmp(e_.exit());
    for (size_t i = 0; i < program_.actors.size(); ++i) {
        for (size_t at = 0; at < actors_[i].targets.size(); ++at) location(i, at, limit);
        if (actors_[i].simple.empty()) continue;
        a_.bind(actors_[i].far);
        a_.jmp(x86::qword_ptr(x86::rax));
    }
    failures();
    asleep();
    a_.bind(broken_);
    a_.xor_(x86::esi, x86::esi);
    a_.jmp(e_.exit());
    return e_.finish(true);
}

void Steps::location(size_t number, size_t location, size_t limit) {
    const ActorInstance& actor = program_.actors[number];
    const uint32_t first = actor.first_of[location], end = actor.first_of[location + 1];
    if (first == end || (!actors_[number].simple.empty() && actors_[number].simple[location])) return;
    a_.bind(actors_[number].targets[location]);
    uint32_t left = first;  // first of a row that is left to the interpreter
    for (uint32_t i = first; i < end; ++i) {
        if (a_.offset() >= limit || !supported(program_.instances[i])) continue;
        leave_to_interpreter(left, i);
        instance(i, actor, location);
        left = i + 1;
    }
    leave_to_interpreter(left, end);
    a_.jmp(next_[number + 1]);
}

/// Decides what the actor's table holds.
void Steps::plan(size_t number) {
    const ActorInstance& actor = program_.actors[number];
    Actor made;
    made.table = a_.newLabel();
    made.far = a_.newLabel();
    size_t count = 0;
    for (size_t at = 0; at + 1 < actor.first_of.size(); ++at) {
        const bool empty = actor.first_of[at] == actor.first_of[at + 1];
        made.targets.push_back(empty ? next_[number + 1] : a_.newLabel());
        made.simple.push_back(simple(actor, at));
        if (!made.simple.back()) continue;
        if (!empty) ++count;
        for (const WordTest& test : made.simple.back()->guard)
            if (std::ranges::find(made.guarded, test.word) == made.guarded.end()) made.guarded.push_back(test.word);
        for (const WordEffect& effect : made.simple.back()->words) {
            auto known = std::ranges::find(made.changed, effect.word, &Changed::word);
            if (known == made.changed.end()) known = made.changed.insert(known, {effect.word, false, false});
            known->cleared = known->cleared || effect.cleared != 0;
            known->added = known->added || effect.added != 0;
        }
    }
    if (made.guarded.empty()) made.guarded.push_back(0);  // to say that nothing is ever enabled
    // Every state is written out once for each such actor.
    const size_t bytes = 16 + 16 * made.guarded.size() + 24 * made.changed.size();
    made.stride = static_cast<int>(std::bit_width(bytes - 1));
    const bool small = e_.is_pinned(e_.words() - 1) && made.targets.size() << made.stride <= largest_table;
    if (!small || count == 0 || e_.layout.field(actor.counter) == nullptr) {
        made.simple.clear();
        made.stride = 3;
    }
    actors_.push_back(std::move(made));
}

std::optional<Steps::Simple> Steps::simple(const ActorInstance& actor, size_t location) {
    const uint32_t first = actor.first_of[location], end = actor.first_of[location + 1];
    Simple made;
    made.never = first == end;
    if (made.never) return made;
    const Instance& instance = program_.instances[first];
    if (end - first > 1 || !instance.checks.empty() || !simple_guard(instance, made)) return std::nullopt;
    uint32_t faults = 0;
    for (const CodeId when : instance.faults) {
        if (program_.codes[when].op != Op::constant) return std::nullopt;
        if (is_true(program_.codes[when])) ++faults;
    }
    made.tag = Tag::move(first, faults);
    if (!supported(instance)) return std::nullopt;
    choose_nothing();
    const Facts facts = facts_at(actor, location, instance);
    for (const WriteCode& write : instance.writes) {
        const Cell& cell = program_.cells[write.target];
        const bool plain = !write.computed && is_true(program_.codes[write.when]) && fits(write, cell, facts);
        if (plain) write_field(write, facts);
        if (!plain) return std::nullopt;
    }
    while (!pending_.empty()) {
        const Effect of_word = effect(pending_.front().field.word, facts);
        if (!of_word.copies.empty() || !of_word.values.empty()) return std::nullopt;
        made.words.push_back(of_word);
    }
    return made;
}

bool Steps::simple_guard(const Instance& instance, Simple& into) {
    std::vector<Literal> literals;
    expressions_.collect({instance.guard, true}, literals);
    for (const Literal& literal : literals) {
        const auto about = expressions_.field_test(literal);
        if (!about || about->negated) return false;
        if (about->decided) {
            if (!*about->decided) return false;
            continue;
        }
        const auto known = std::ranges::find(into.guard, about->test.word, &WordTest::word);
        if (known == into.guard.end())
            into.guard.push_back(about->test);
        else if (!known->add(about->test))
            return false;
    }
    return true;
}

void Steps::find_entry(const Actor& actor, uint32_t counter) {
    const Layout::Field& field = *e_.layout.field(counter);
    e_.load(x86::rax, field.word);
    const int right = static_cast<int>(field.shift) - actor.stride;
    if (right > 0) a_.shr(x86::rax, right);
    if (right < 0) a_.shl(x86::rax, -right);
    a_.and_(x86::eax, static_cast<uint32_t>(field.mask << actor.stride));
    a_.lea(x86::rdx, x86::ptr(actor.table));
}

/// Goes on with the location at which the actor stands.
void Steps::dispatch(size_t number) {
    const ActorInstance& instance = program_.actors[number];
    const Actor& actor = actors_[number];
    if (e_.layout.field(instance.counter) == nullptr) {
        a_.jmp(actor.targets[static_cast<size_t>(program_.cells[instance.counter].lo)]);
        return;
    }
    find_entry(actor, instance.counter);
    if (actor.simple.empty()) {
        a_.jmp(x86::qword_ptr(x86::rdx, x86::rax));
        return;
    }
    a_.add(x86::rax, x86::rdx);
    a_.cmp(x86::qword_ptr(x86::rax), 0);
    a_.j(x86::CondCode::kNotEqual, actor.far);
    write_simple(actor);
}

/// The entry at rax: address, tag, guards, effects. See emit_table().
void Steps::write_simple(const Actor& actor) {
    int32_t offset = 8;
    const auto entry = [&] {
        const x86::Mem place = x86::qword_ptr(x86::rax, offset);
        offset += 8;
        return place;
    };
    const x86::Gp differs = e_.level(0), more = e_.level(1), word = x86::rdx;
    a_.mov(word, entry());
    a_.mov(e_.in_record(e_.words()), word);
    for (size_t i = 0; i < actor.guarded.size(); ++i) {
        const x86::Gp here = i == 0 ? differs : more;
        a_.mov(here, entry());
        a_.and_(here, e_.pinned(actor.guarded[i]));
        a_.xor_(here, entry());
        if (i > 0) a_.or_(differs, more);
    }
    for (const Changed& changed : actor.changed) {
        const x86::Mem kept = entry(), flipped = entry(), added = entry();
        e_.load(word, changed.word);
        if (changed.cleared) a_.and_(word, kept);
        a_.xor_(word, flipped);
        if (changed.added) a_.add(word, added);
        a_.mov(e_.in_record(changed.word), word);
    }
    for (uint32_t i = 0; i < e_.words(); ++i)
        if (std::ranges::find(actor.changed, i, &Changed::word) == actor.changed.end()) e_.copy_to_record(i);
    a_.lea(word, x86::ptr(x86::rsi, static_cast<int32_t>((e_.words() + 1) * 8)));
    a_.test(differs, differs);
    a_.cmove(x86::rsi, word);
}

void Steps::emit_tables() {
    a_.align(asmjit::AlignMode::kData, 64);
    for (const Actor& actor : actors_) emit_table(actor);
}

void Steps::emit_table(const Actor& actor) {
    a_.bind(actor.table);
    for (size_t at = 0; at < actor.targets.size(); ++at) {
        if (actor.simple.empty() || !actor.simple[at]) {
            a_.embedLabel(actor.targets[at]);
            const std::vector<uint8_t> rest((size_t{1} << actor.stride) - 8);
            a_.embed(rest.data(), rest.size());
            continue;
        }
        const Simple& simple = *actor.simple[at];
        std::vector<uint64_t> entry{0, simple.tag.bits};
        for (const uint32_t word : actor.guarded) {
            const auto test = std::ranges::find(simple.guard, word, &WordTest::word);
            const WordTest asked = test == simple.guard.end() ? WordTest{} : *test;
            entry.push_back(asked.mask);
            entry.push_back(simple.never ? 1 : asked.value);  // 0 is not 1
        }
        for (const Changed& changed : actor.changed) {
            const auto known = std::ranges::find(simple.words, changed.word, &WordEffect::word);
            const WordEffect effect = known == simple.words.end() ? WordEffect{} : *known;
            entry.insert(entry.end(), {~effect.cleared, effect.flipped, effect.added});
        }
        entry.resize((size_t{1} << actor.stride) / 8);
        a_.embed(entry.data(), entry.size() * 8);
    }
}

void Steps::leave_to_interpreter(uint32_t first, uint32_t end) {
    if (first == end) return;
    interpreted_ += end - first;
    a_.mov(x86::rdi, x86::qword_ptr(x86::rsp));
    a_.mov(x86::edx, first);
    a_.mov(x86::ecx, end);
    a_.mov(x86::rax, reinterpret_cast<uint64_t>(interpret_));
    a_.call(x86::rax);
    a_.mov(x86::rsi, x86::rax);
    a_.test(x86::rax, x86::rax);
    a_.j(x86::CondCode::kEqual, e_.exit());
    a_.mov(x86::rdi, x86::qword_ptr(x86::rsp));
    a_.mov(x86::rdi, x86::qword_ptr(x86::rdi));
    e_.load_pinned();
}

bool Steps::supported(const Instance& instance) {
    size_t size = 0;
    const auto fine = [&](CodeId id, unsigned reserved) {
        size += expressions_.size(id);
        return size <= largest_instance && expressions_.supports(id, reserved);
    };
    if (instance.faults.size() > largest_fault_count || !fine(instance.guard, 0)) return false;
    for (const CheckCode& check : instance.checks)
        if (!fine(check.ok, 0)) return false;
    for (CodeId when : instance.faults)
        if (!fine(when, 1)) return false;
    for (const WriteCode& write : instance.writes) {
        if (!fine(write.when, 0) || !fine(write.value, 0)) return false;
        if (write.computed && !(fine(write.value, 1) && expressions_.supports_address(write.target))) return false;
    }
    return true;
}

// ---- One instance

/// What location and guard say.
Facts Steps::facts_at(const ActorInstance& actor, size_t location, const Instance& instance) const {
    Facts facts(program_);
    facts.learn(actor.counter, static_cast<int64_t>(location), static_cast<int64_t>(location));
    std::vector<Literal> guard;
    expressions_.collect({instance.guard, true}, guard);
    for (const Literal& literal : guard) facts.learn(literal);
    return facts;
}

void Steps::instance(uint32_t number, const ActorInstance& actor, size_t location) {
    const Instance& instance = program_.instances[number];
    const asmjit::Label next = a_.newLabel();
    Facts facts = facts_at(actor, location, instance);
    std::vector<Literal> guard;
    expressions_.collect({instance.guard, true}, guard);
    expressions_.require(guard, next);

    for (uint32_t i = 0; i < instance.checks.size(); ++i) {
        std::vector<Literal> literals;
        expressions_.collect({instance.checks[i].ok, true}, literals);
        failures_.push_back({a_.newLabel(), next, number, i});
        expressions_.require(literals, failures_.back().at);
        for (const Literal& literal : literals) facts.learn(literal);
    }

    skip_if_asleep(number, next);
    choose_place(instance);
    for (size_t i = 0; i < instance.writes.size();) {
        const CodeId when = instance.writes[i].when;
        if (is_false(program_.codes[when])) {
            ++i;
            continue;
        }
        if (is_true(program_.codes[when])) {
            write(instance.writes[i++], facts);
            continue;
        }
        // Neighbours under one condition. What they touch must be in place on both ways.
        flush_all(facts);
        for (uint32_t word = 0; word < e_.words(); ++word)
            if (accumulator_[word] >= 0) ensure(word);
        const asmjit::Label skip = a_.newLabel();
        expressions_.jump(when, skip, false);
        for (; i < instance.writes.size() && instance.writes[i].when == when; ++i) write(instance.writes[i], facts);
        flush_all(facts);
        a_.bind(skip);
    }
    flush_all(facts);
    store_words();
    store_tag(instance, Tag::move(number, 0));
    a_.bind(next);
}

// ---- Records

void Steps::store_words() {
    if (in_memory_) return;
    for (uint32_t word = 0; word < e_.words(); ++word) {
        if (ensured_[word])
            a_.mov(e_.in_record(word), e_.accumulator(static_cast<uint32_t>(accumulator_[word])));
        else
            e_.copy_to_record(word);
    }
}

/// The tag with the faults that the instance spends, and on to the next record.
void Steps::store_tag(const Instance& instance, Tag tag) {
    uint64_t bits = tag.bits;
    const x86::Gp spent = e_.level(0);
    bool counting = false;
    for (CodeId when : instance.faults) {
        const Code& code = program_.codes[when];
        if (is_true(code)) bits += uint64_t{1} << 32;
        if (code.op == Op::constant) continue;
        if (!counting) e_.set(spent, 0);
        counting = true;
        const asmjit::Label not_spent = a_.newLabel();
        expressions_.jump(when, not_spent, false, 1);
        a_.add(spent, 1);
        a_.bind(not_spent);
    }
    const x86::Mem place = e_.in_record(e_.words());
    if (counting) {
        a_.shl(spent, 32);
        e_.set(x86::rax, bits);
        a_.add(x86::rax, spent);
        a_.mov(place, x86::rax);
    } else if (bits <= INT32_MAX) {
        a_.mov(place, static_cast<int32_t>(bits));
    } else {
        e_.set(x86::rax, bits);
        a_.mov(place, x86::rax);
    }
    a_.add(x86::rsi, static_cast<int32_t>((e_.words() + 1) * 8));
}

void Steps::failures() {
    for (const Failure& failure : failures_) {
        a_.bind(failure.at);
        for (uint32_t word = 0; word < e_.words(); ++word) e_.copy_to_record(word);
        store_tag(program_.instances[failure.instance], Tag::failure(failure.instance, 0, failure.check));
        a_.jmp(failure.back);
    }
}

/// Of an instance that is asleep only the tag is written.
void Steps::skip_if_asleep(uint32_t number, asmjit::Label next) {
    asleep_.push_back({a_.newLabel(), next, number});
    a_.mov(x86::rax, x86::qword_ptr(x86::rsp, 8));
    a_.test(x86::byte_ptr(x86::rax, static_cast<int32_t>(number / 8)), 1 << (number % 8));
    a_.j(x86::CondCode::kNotEqual, asleep_.back().at);
}

void Steps::asleep() {
    for (const Asleep& asleep : asleep_) {
        a_.bind(asleep.at);
        store_tag(program_.instances[asleep.instance], Tag::move(asleep.instance, 0));
        a_.jmp(asleep.back);
    }
}

}  // namespace untorn::checker::native

#endif
