// What the tests of native code share: a layout, and the records of a state with what was thrown on the way.
#pragma once

#include <string>
#include <vector>

#include "checker/explicit/limits.h"
#include "checker/explicit/state_code.h"

namespace untorn::testing {

/// Of every cell that changes.
inline checker::Layout layout_of(const checker::Program& program) {
    checker::Layout layout;
    for (uint32_t cell = 0; cell < program.cells.size(); ++cell)
        if (program.changing[cell]) layout.add(cell, program.cells[cell].lo, program.cells[cell].size);
    return layout;
}

using PackedState = std::vector<uint64_t>;

/// The records of a state, or none and what was thrown.
inline std::string records(checker::StateCode& code, const checker::Program& program, const checker::Layout& layout,
                           const PackedState& state, PackedState& into) {
    into.assign(checker::most_enabled(program) * (layout.words() + 1), 0);
    try {
        const uint64_t* end = code.successors(state.data(), into.data());
        into.resize(static_cast<size_t>(end - into.data()));
    } catch (const checker::BrokenRule& broken) {
        into.clear();
        return broken.what;
    }
    return {};
}

/// Two codes in one state.
struct Comparison {
    std::string difference;  ///< empty: they agree
    std::string thrown;
    PackedState records;
};

/// Whether the code, told that every second enabled instance is asleep, writes the same tags, and the same successors
/// of the others.
inline bool leaves_out_rightly(checker::StateCode& code, const checker::Program& program, const checker::Layout& layout,
                               const PackedState& state, const PackedState& full) {
    const size_t words = layout.words(), stride = words + 1;
    std::vector<uint64_t> asleep(program.instances.size() / 64 + 1, 0);
    for (size_t at = 0; at < full.size(); at += 2 * stride) {
        const uint32_t instance = checker::Tag{full[at + words]}.instance();
        asleep[instance / 64] |= uint64_t{1} << (instance % 64);
    }
    PackedState found(checker::most_enabled(program) * stride, 0);
    found.resize(static_cast<size_t>(code.successors_but(asleep.data(), state.data(), found.data()) - found.data()));
    if (found.size() != full.size()) return false;
    for (size_t at = 0; at < full.size(); ++at) {
        const checker::Tag tag{full[at / stride * stride + words]};
        const bool matters = at % stride == words || tag.fails() || !checker::is_asleep(asleep.data(), tag.instance());
        if (matters && found[at] != full[at]) return false;
    }
    return true;
}

inline Comparison compare_codes(checker::StateCode& plain, checker::StateCode& other, const checker::Program& program,
                                const checker::Layout& layout, const PackedState& state) {
    Comparison result;
    PackedState found;
    result.thrown = records(plain, program, layout, state, result.records);
    const std::string thrown = records(other, program, layout, state, found);
    if (thrown != result.thrown) result.difference = "thrown: `" + result.thrown + "`, `" + thrown + "`";
    if (found != result.records) result.difference += " records";
    for (checker::StateCode* code : {&plain, &other})
        if (thrown.empty() && !leaves_out_rightly(*code, program, layout, state, found))
            result.difference += " records where some sleep";
    for (uint32_t p = 0; p < program.properties.size(); ++p)
        if (plain.holds(p, state.data()) != other.holds(p, state.data()))
            result.difference += " property " + program.system.properties[p].name;
    return result;
}

}  // namespace untorn::testing
