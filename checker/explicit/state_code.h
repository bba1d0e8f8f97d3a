// Code over packed states: the successors of a state, and whether a property holds in it. Two implementations give the
// same answers bit for bit: the interpreter (interpreted_code.h), which runs everywhere and is the judge, and machine
// code made at run time (native_code.h).
#pragma once

#include <cstdint>
#include <memory>

#include "checker/explicit/layout.h"
#include "checker/explicit/program.h"

namespace untorn::checker {

/// What is known of one enabled instance, in one word.
struct Tag {
    uint64_t bits = 0;

    /// It leads somewhere, and spends so many faults.
    static constexpr Tag move(uint32_t instance, uint32_t faults) { return {uint64_t{faults} << 32 | instance}; }
    /// Check number `check` of Instance::checks fails: there is no successor.
    static constexpr Tag failure(uint32_t instance, uint32_t faults, uint32_t check) {
        return {uint64_t{1} << 63 | uint64_t{check} << 48 | uint64_t{faults} << 32 | instance};
    }
    constexpr uint32_t instance() const { return static_cast<uint32_t>(bits); }
    constexpr uint32_t faults() const { return static_cast<uint32_t>(bits >> 32) & 0xffff; }
    constexpr bool fails() const { return bits >> 63 != 0; }
    constexpr uint32_t check() const { return static_cast<uint32_t>(bits >> 48) & 0x7fff; }
};

/// Whether bit i % 64 of word i / 64 is set.
inline bool is_asleep(const uint64_t* asleep, uint32_t instance) {
    return (asleep[instance / 64] >> (instance % 64) & 1) != 0;
}

class StateCode {
 public:
    StateCode() = default;
    StateCode(const StateCode&) = delete;
    StateCode& operator=(const StateCode&) = delete;
    virtual ~StateCode() = default;

    /// Writes a record for every enabled instance, in order of instances: the words of the successor (of the state
    /// itself, if a check fails), then a Tag. Returns the end. `out` has room for most_enabled(program) records;
    /// behind the end that room may be scribbled on.
    uint64_t* successors(const uint64_t* state, uint64_t* out) { return successors_but(nullptr, state, out); }
    /// The same, but nobody looks at the successors of `asleep` (bit i % 64 of word i / 64 for instance i; null: none):
    /// only their tags must be right.
    virtual uint64_t* successors_but(const uint64_t* asleep, const uint64_t* state, uint64_t* out) = 0;
    /// The value of System::properties[property].expr.
    virtual bool holds(uint32_t property, const uint64_t* state) = 0;
    /// Whether a condition of Instance::passes holds in the state of the last call of successors(), which must still be
    /// where it was.
    virtual bool passes(CodeId when) = 0;
};

/// The greatest number of instances that can be enabled in one state, by the program counters alone.
size_t most_enabled(const Program& program);

}  // namespace untorn::checker
