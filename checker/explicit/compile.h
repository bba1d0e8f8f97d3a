// Compiles closed expressions into the codes of a Program, one code for each node of the pool.
#pragma once

#include <unordered_map>

#include "checker/explicit/limits.h"
#include "checker/explicit/program.h"

namespace untorn::checker {

class CodeCompiler {
 public:
    /// Appends to the codes, addresses and indexings of `program`. `pool` holds the closed expressions.
    CodeCompiler(Program& program, const system::ExprPool& pool) : program_(program), pool_(pool) {}

    /// `id` is closed: constants, reads and operators only; and choices, in an open step.
    CodeId compile(system::ExprId id);
    /// The target of an update of `var` at closed indices: sets WriteCode::target and computed. False if the indices
    /// are constant and bad: there is no such cell.
    bool target(system::VarId var, const std::vector<system::ExprId>& index, WriteCode& write);
    /// Gives a slot to every code that is used more than once; to be called when everything is compiled.
    void assign_slots();

 private:
    CodeId read(const system::Node& node, const std::vector<system::ExprId>& index);
    CodeId operation(const system::Node& node, const std::vector<system::ExprId>& args);
    CodeId append(Code code, Interval interval);
    CodeId use(CodeId code);
    uint32_t address(system::VarId var, const std::vector<system::ExprId>& index);

    Program& program_;
    const system::ExprPool& pool_;
    std::unordered_map<system::ExprId, CodeId> known_;
    std::vector<uint32_t> uses_;  ///< by code
};

/// Calls `f` with every cell of `var` that `index` (closed) may denote.
template <class F>
void for_each_cell(const Cells& cells, const system::ExprPool& pool, system::VarId var,
                   std::span<const system::ExprId> index, F f) {
    const auto dimensions = cells.dimensions(var);
    for (uint32_t offset = 0; offset < cells.count(var); ++offset) {
        bool possible = true;
        for (size_t d = 0; d < dimensions.size() && possible; ++d) {
            if (!pool.is_constant(index[d])) continue;
            const int64_t value = dimensions[d].lo + (offset / dimensions[d].stride) % dimensions[d].size;
            possible = value == pool.value(index[d]);
        }
        if (possible) f(cells.base(var) + offset);
    }
}

}  // namespace untorn::checker
