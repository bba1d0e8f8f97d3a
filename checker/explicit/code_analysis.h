// What a code can read, and which values it can have, without a state: for relations between instances (dependence.h).
//
// Everything errs on one side only: a cell that may be read is listed, a value that may be taken is among the values.
// Codes that read a single cell of few values are tabulated with the machine itself, so nothing is said twice about
// what an operator means.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "checker/explicit/machine.h"
#include "checker/explicit/program.h"

namespace untorn::checker {

/// Which values a cell may have: by value, from the domain's first one on.
using ValueSet = std::vector<bool>;
/// What is known of some cells. All others may have any value.
using Knowledge = std::map<uint32_t, ValueSet>;

class CodeAnalysis {
 public:
    /// Cells with more values are not tabulated.
    static constexpr uint64_t most_values = 4096;

    explicit CodeAnalysis(const Program& program);

    /// The cells that can change and on which the value may depend, ascending.
    const std::vector<uint32_t>& reads(CodeId code);
    /// The same where something is known of the cells in which indices are kept.
    std::vector<uint32_t> reads(CodeId code, const Knowledge& known);
    /// The cells that a write may go to.
    std::vector<uint32_t> targets(const WriteCode& write, const Knowledge& known);
    /// The values that a code may have; nothing if they are not known.
    std::optional<std::vector<int64_t>> values(CodeId code, const Knowledge& known);
    /// The value of a code that reads nothing but `cell`, where that has the value of this number.
    int64_t value_at(CodeId code, uint32_t cell, uint64_t number);
    /// The value of a code that reads nothing.
    int64_t value(CodeId code);

    bool tabulated(uint32_t cell) const { return program_.cells[cell].size <= most_values; }
    /// Where a code that reads nothing but `cell` holds.
    ValueSet truth(CodeId code, uint32_t cell);
    const Program& program() const { return program_; }

 private:
    struct Collection {
        const Knowledge& known;
        std::vector<uint32_t> cells;
        std::unordered_set<CodeId> seen;
    };
    void collect(CodeId code, Collection& into);
    std::vector<uint32_t> cells_of(const Address& address, const Knowledge& known);

    const Program& program_;
    Machine machine_;
    std::vector<int64_t> first_, cells_;
    std::unordered_map<CodeId, std::vector<uint32_t>> known_reads_;
};

}  // namespace untorn::checker
