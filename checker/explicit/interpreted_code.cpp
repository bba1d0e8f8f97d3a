#include "checker/explicit/interpreted_code.h"

#include <algorithm>

namespace untorn::checker {

size_t most_enabled(const Program& program) {
    size_t sum = 0;
    for (const ActorInstance& actor : program.actors) {
        size_t most = 0;
        for (size_t location = 0; location + 1 < actor.first_of.size(); ++location)
            most = std::max<size_t>(most, actor.first_of[location + 1] - actor.first_of[location]);
        sum += most;
    }
    return sum;
}

InterpretedCode::InterpretedCode(const Program& program, const Layout& layout)
    : program_(program), layout_(layout), machine_(program), cells_(program.cells.first_values()) {}

void InterpretedCode::enter(const uint64_t* state) {
    layout_.unpack(state, cells_.data());
    machine_.begin(cells_.data());
}

uint64_t* InterpretedCode::successors_but(const uint64_t*, const uint64_t* state, uint64_t* out) {
    enter(state);
    for (const ActorInstance& actor : program_.actors) {
        const auto location = static_cast<size_t>(cells_[actor.counter]);
        for (uint32_t i = actor.first_of[location]; i < actor.first_of[location + 1]; ++i) out = take(i, state, out);
    }
    return out;
}

uint64_t* InterpretedCode::successors(uint32_t first, uint32_t end, const uint64_t* state, uint64_t* out) {
    enter(state);
    for (uint32_t i = first; i < end; ++i) out = take(i, state, out);
    return out;
}

uint64_t* InterpretedCode::take(uint32_t number, const uint64_t* state, uint64_t* out) {
    const Instance& instance = program_.instances[number];
    if (machine_(instance.guard) == 0) return out;
    std::copy(state, state + layout_.words(), out);
    uint64_t& tag = out[layout_.words()];
    const uint32_t faults = machine_.faults(instance);
    if (const CheckCode* check = machine_.failing(instance)) {
        tag = Tag::failure(number, faults, static_cast<uint32_t>(check - instance.checks.data())).bits;
    } else {
        machine_.writes(instance, writes_);
        for (const Machine::Write& write : writes_) layout_.set(out, write.cell, write.value);
        tag = Tag::move(number, faults).bits;
    }
    return out + layout_.words() + 1;
}

bool InterpretedCode::holds(uint32_t property, const uint64_t* state) {
    enter(state);
    return machine_(program_.properties[property]) != 0;
}

bool InterpretedCode::holds_code(CodeId code, const uint64_t* state) {
    enter(state);
    return machine_(code) != 0;
}

}  // namespace untorn::checker
