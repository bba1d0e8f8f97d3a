// Which cells code may read and writes may change: the facts that reductions are built on. Everything is a superset: a
// computed index denotes every cell that its dimension has, both branches of a conditional are read. Cells that never
// change are left out: reading one tells nothing about the state.
#pragma once

#include <vector>

#include "checker/explicit/program.h"

namespace untorn::checker {

/// What a search wants to know.
struct Asked {
    std::vector<uint32_t> properties;  ///< indices into System::properties
    bool outcomes = false;             ///< are outcomes listed
    bool power_loss = true;            ///< is anything asked of what follows power loss

    static Asked everything(const system::System& system, bool outcomes = false);
};

/// Whether power can be lost at all: there is a power_loss block, and a budget.
bool power_can_be_lost(const system::System& system);

/// Collects cells, each once.
class CellReads {
 public:
    explicit CellReads(const Program& program);

    /// Forgets what was collected.
    void clear();
    void add_cell(uint32_t cell);
    /// The cells that evaluating the code may read.
    void add(CodeId code);
    /// The cells that finding the target of a write, its condition and its value may read.
    void add(const WriteCode& write);
    /// The cells that decide whether the instance is enabled, what it spends, whether a check of it fails, which
    /// fairness constraints it belongs to, and which sites it passes.
    void add_decisions(const Instance& instance);
    /// The cells that a property reads where it is judged.
    void add_property(uint32_t property);

    /// In the order in which they were found.
    const std::vector<uint32_t>& cells() const { return cells_; }

 private:
    void add_indices(const Address& address);

    const Program& program_;
    std::vector<uint32_t> cells_;
    std::vector<uint32_t> cell_seen_, code_seen_;  ///< equal to round_: since the last clear()
    uint32_t round_ = 1;
    std::vector<CodeId> pending_;
};

/// Calls `f` with every cell that the address may denote.
template <class F>
void for_each_cell(const Program& program, const Address& address, F f) {
    std::vector<uint32_t> cells{address.base};
    for (uint32_t i = address.first; i < address.first + address.count; ++i) {
        const Indexing& indexing = program.indexings[i];
        const Code& code = program.codes[indexing.index];
        std::vector<uint32_t> longer;
        for (uint32_t cell : cells)
            for (uint32_t offset = 0; offset < indexing.size; ++offset)
                if (code.op != Code::Op::constant || code.value == indexing.lo + offset)
                    longer.push_back(cell + offset * indexing.stride);
        cells = std::move(longer);
    }
    for (uint32_t cell : cells) f(cell);
}

/// Calls `f` with every cell that the write may change.
template <class F>
void for_each_target(const Program& program, const WriteCode& write, F f) {
    if (write.computed) {
        for_each_cell(program, program.addresses[write.target], f);
    } else {
        f(write.target);
    }
}

/// Whether the code is a constant, and not 0.
inline bool always_true(const Program& program, CodeId code) {
    return program.codes[code].op == Code::Op::constant && program.codes[code].value != 0;
}

/// Where properties of a kind (see system::judged_as) are judged.
enum class Judged : uint8_t { nowhere, everywhere, at_end, after_power_loss };
Judged judged(system::PropertyKind kind, bool power_can_be_lost);

/// What an outcome consists of (see checker/README.md).
std::vector<uint32_t> outcome_cells(const Program& program);

}  // namespace untorn::checker
