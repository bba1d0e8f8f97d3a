#include "checker/symbolic/transition_circuit.h"

#include <map>

namespace untorn::checker::symbolic {

// From what is asked through the circuit to latches, from these to what their next values depend on, and so on.
std::vector<bool> latches_behind(const TransitionCircuit& system, std::span<const Lit> asked, bool whole_cells) {
    const Circuit& circuit = system.circuit;
    constexpr uint32_t no_latch = UINT32_MAX;
    std::map<uint32_t, std::vector<uint32_t>> together;
    std::vector<uint32_t> latch_of(circuit.size(), no_latch);
    const auto group = [&](uint32_t latch) { return whole_cells ? system.latches[latch].cell : latch; };
    for (uint32_t i = 0; i < system.latches.size(); ++i) {
        latch_of[system.latches[i].current.node()] = i;
        together[group(i)].push_back(i);
    }
    std::vector<bool> seen(circuit.size(), false), behind(system.latches.size(), false);
    std::vector<uint32_t> open;
    for (Lit lit : asked) open.push_back(lit.node());
    while (!open.empty()) {
        const uint32_t node = open.back();
        open.pop_back();
        if (node == 0 || seen[node]) continue;
        seen[node] = true;
        if (!circuit.is_input(node)) {
            open.push_back(circuit.left(node).node());
            open.push_back(circuit.right(node).node());
        } else if (latch_of[node] != no_latch) {
            for (const uint32_t latch : together[group(latch_of[node])]) {
                behind[latch] = true;
                open.push_back(system.latches[latch].next.node());
            }
        }
    }
    return behind;
}

}  // namespace untorn::checker::symbolic
