#include "checker/symbolic/cnf.h"

namespace untorn::checker::symbolic {

void Cnf::bind(Lit input, int literal) {
    if (variables_.size() < circuit_.size()) variables_.resize(circuit_.size(), 0);
    variables_[input.node()] = input.negated() ? -literal : literal;
}

int Cnf::literal(Lit lit) {
    if (variables_.size() < circuit_.size()) variables_.resize(circuit_.size(), 0);
    // Depth first with a stack of our own: circuits are deep.
    std::vector<uint32_t> open{lit.node()};
    while (!open.empty()) {
        const uint32_t node = open.back();
        if (variables_[node] != 0) {
            open.pop_back();
            continue;
        }
        if (node == 0 || circuit_.is_input(node)) {
            variables_[node] = solver_.new_variable();
            ++made_;
            if (node == 0) solver_.add_clause({-variables_[0]});
            continue;
        }
        const Lit left = circuit_.left(node), right = circuit_.right(node);
        const size_t before = open.size();
        for (Lit argument : {left, right})
            if (variables_[argument.node()] == 0) open.push_back(argument.node());
        if (open.size() > before) continue;
        const int a = left.negated() ? -variables_[left.node()] : variables_[left.node()];
        const int b = right.negated() ? -variables_[right.node()] : variables_[right.node()];
        const int made = variables_[node] = solver_.new_variable();
        ++made_;
        solver_.add_clause({-made, a});
        solver_.add_clause({-made, b});
        solver_.add_clause({made, -a, -b});
    }
    return lit.negated() ? -variables_[lit.node()] : variables_[lit.node()];
}

}  // namespace untorn::checker::symbolic
