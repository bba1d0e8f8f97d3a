#include "checker/explicit/compile.h"

#include <algorithm>

namespace untorn::checker {

using system::ExprId;
using system::Node;
using system::Op;

CodeId CodeCompiler::append(Code code, Interval interval) {
    program_.codes.push_back(code);
    program_.intervals.push_back(interval);
    uses_.push_back(0);
    return static_cast<CodeId>(program_.codes.size() - 1);
}

CodeId CodeCompiler::use(CodeId code) {
    ++uses_[code];
    return code;
}

CodeId CodeCompiler::compile(ExprId id) {
    if (const auto known = known_.find(id); known != known_.end()) return use(known->second);
    const Node& node = pool_[id];
    const auto span = pool_.args(id);
    const std::vector<ExprId> args(span.begin(), span.end());
    CodeId code = 0;
    if (node.op == Op::constant) {
        code = append({.op = Code::Op::constant, .value = node.value}, {node.value, node.value});
    } else if (node.op == Op::choice) {
        const auto which = static_cast<uint16_t>(node.value);
        code = append({.op = Code::Op::choice, .choices = static_cast<uint16_t>(which + 1), .a = which},
                      {node.lo, node.hi});
    } else if (node.op == Op::read) {
        code = read(node, args);
    } else {
        code = operation(node, args);
    }
    known_.emplace(id, code);
    return use(code);
}

CodeId CodeCompiler::read(const Node& node, const std::vector<ExprId>& index) {
    const system::Variable& variable = program_.system.variables[node.var];
    const int64_t first = program_.system.types[variable.type].first();
    const Interval interval{node.lo, node.hi};
    WriteCode place;
    if (!target(node.var, index, place)) return append({.op = Code::Op::constant, .value = first}, {first, first});
    if (place.computed) {
        Code code{.op = Code::Op::indexed, .a = place.target, .value = first};
        const Address& address = program_.addresses[place.target];
        for (uint32_t i = address.first; i < address.first + address.count; ++i)
            code.choices = std::max(code.choices, program_.codes[program_.indexings[i].index].choices);
        return append(code, interval);
    }
    return append({.op = Code::Op::cell, .a = place.target}, interval);
}

bool CodeCompiler::target(system::VarId var, const std::vector<ExprId>& index, WriteCode& write) {
    std::vector<int64_t> values;
    for (ExprId id : index)
        if (pool_.is_constant(id)) values.push_back(pool_.value(id));
    write.computed = values.size() != index.size();
    if (write.computed) {
        write.target = address(var, index);
        return true;
    }
    const auto cell = program_.cells.at(var, values);
    write.target = cell.value_or(0);
    return cell.has_value();
}

uint32_t CodeCompiler::address(system::VarId var, const std::vector<ExprId>& index) {
    std::vector<Indexing> indexings;
    const auto dimensions = program_.cells.dimensions(var);
    for (size_t d = 0; d < index.size(); ++d)
        indexings.push_back({compile(index[d]), dimensions[d].lo, dimensions[d].size, dimensions[d].stride});
    const auto first = static_cast<uint32_t>(program_.indexings.size());
    program_.indexings.insert(program_.indexings.end(), indexings.begin(), indexings.end());
    program_.addresses.push_back({program_.cells.base(var), first, static_cast<uint32_t>(index.size())});
    return static_cast<uint32_t>(program_.addresses.size() - 1);
}

CodeId CodeCompiler::operation(const Node& node, const std::vector<ExprId>& args) {
    Code code;
    switch (node.op) {
        case Op::negation: code.op = Code::Op::negation; break;
        case Op::conjunction: code.op = Code::Op::conjunction; break;
        case Op::disjunction: code.op = Code::Op::disjunction; break;
        case Op::equal: code.op = Code::Op::equal; break;
        case Op::less: code.op = Code::Op::less; break;
        case Op::less_equal: code.op = Code::Op::less_equal; break;
        case Op::add: code.op = Code::Op::add; break;
        case Op::subtract: code.op = Code::Op::subtract; break;
        case Op::multiply: code.op = Code::Op::multiply; break;
        case Op::divide: code.op = Code::Op::divide; break;
        case Op::modulo: code.op = Code::Op::modulo; break;
        case Op::ite: code.op = Code::Op::ite; break;
        case Op::bit_and: code.op = Code::Op::bit_and; break;
        case Op::bit_or: code.op = Code::Op::bit_or; break;
        case Op::bit_clear: code.op = Code::Op::bit_clear; break;
        case Op::shift_one: code.op = Code::Op::shift_one; break;
        case Op::popcount: code.op = Code::Op::popcount; break;
        default: throw BrokenRule{"an expression that is not closed reached the compiler"};
    }
    if (node.op == Op::equal) {
        // The most frequent guard compares a cell with a constant.
        for (int side = 0; side < 2; ++side) {
            const ExprId constant = args[side == 0 ? 1 : 0];
            if (!pool_.is_constant(constant)) continue;
            const CodeId other = compile(args[side == 0 ? 0 : 1]);
            if (program_.codes[other].op != Code::Op::cell) continue;
            return append({.op = Code::Op::cell_is, .a = program_.codes[other].a, .value = pool_.value(constant)},
                          {0, 1});
        }
    }
    if (args.size() > 0) code.a = compile(args[0]);
    if (args.size() > 1) code.b = compile(args[1]);
    if (args.size() > 2) code.c = compile(args[2]);
    const CodeId operands[] = {code.a, code.b, code.c};
    for (size_t i = 0; i < args.size(); ++i) code.choices = std::max(code.choices, program_.codes[operands[i]].choices);
    return append(code, {node.lo, node.hi});
}

void CodeCompiler::assign_slots() {
    for (CodeId id = 0; id < program_.codes.size(); ++id) {
        Code& code = program_.codes[id];
        const bool cheap = code.op == Code::Op::constant || code.op == Code::Op::cell || code.op == Code::Op::cell_is ||
                           code.op == Code::Op::choice;
        if (!cheap && uses_[id] > 1) code.slot = program_.slots++;
    }
}

}  // namespace untorn::checker
