// Syntax trees as text, for tests: S-expressions that show the structure and every name.
#pragma once

#include <string>

#include "model/language/ast.h"

namespace untorn::language::ast {

inline std::string text(const Expr& e);

inline std::string text(const TypeExpr& t) {
    switch (t.kind) {
        case TypeExprKind::boolean: return "bool";
        case TypeExprKind::mutex: return "mutex";
        case TypeExprKind::named: return t.name.text;
        case TypeExprKind::range: return text(*t.lo) + ".." + text(*t.hi);
        case TypeExprKind::array: return "(array " + text(*t.index) + " of " + text(*t.base) + ")";
        case TypeExprKind::optional: return "(optional " + text(*t.base) + ")";
        case TypeExprKind::set: return "(set " + text(*t.base) + ")";
    }
    return "?";
}

inline std::string text(Operator op) {
    static const char* const names[] = {"",  "not", "-", "implies", "or",     "and",    "==",   "!=",
                                        "<", "<=",  ">", ">=",      "in",     "+",      "-",    "*",
                                        "/", "%",   "|", "&",       "forall", "exists", "count"};
    return names[static_cast<size_t>(op)];
}

inline std::string text(const Expr& e) {
    std::string args;
    for (size_t i = 0; i < e.args.size(); ++i)
        args += (i < e.fields.size() ? " " + e.fields[i].text + ":" : "") + " " + text(*e.args[i]);
    switch (e.kind) {
        case ExprKind::integer: return std::to_string(e.integer);
        case ExprKind::boolean: return e.integer != 0 ? "true" : "false";
        case ExprKind::none: return "none";
        case ExprKind::name: return e.name.text;
        case ExprKind::field: return "(. " + text(*e.args[0]) + " " + e.name.text + ")";
        case ExprKind::index: return "([]" + args + ")";
        case ExprKind::call: return "(call " + e.name.text + args + ")";
        case ExprKind::unary:
        case ExprKind::binary: return "(" + text(e.op) + args + ")";
        case ExprKind::conditional: return "(?" + args + ")";
        case ExprKind::quantifier: return "(" + text(e.op) + " " + e.name.text + " in " + text(*e.type) + args + ")";
        case ExprKind::array: return "(array " + e.name.text + " in " + text(*e.type) + args + ")";
        case ExprKind::set: return "{" + (args.empty() ? "" : args.substr(1)) + "}";
        case ExprKind::structure: return "(" + e.name.text + args + ")";
    }
    return "?";
}

inline std::string text(const Block& b);

inline std::string text(const Alternative& a) {
    std::string out = "(";
    if (a.fault) out += "fault " + a.fault->text + " ";
    if (a.variable) out += a.variable->text + " in " + text(*a.type) + " ";
    if (a.where) out += "where " + text(*a.where) + " ";
    return out + text(a.body) + ")";
}

inline std::string text(const Stmt& s) {
    static const char* const names[] = {"empty",  "var",    "=",     "",         "if",     "while", "loop",
                                        "for",    "choose", "await", "step",     "atomic", "ghost", "block",
                                        "assert", "goto",   "break", "continue", "return"};
    std::string out;
    for (const Name& label : s.labels) out += label.text + ": ";
    if (s.kind == StmtKind::call) return out + text(*s.values[0]);
    out += "(" + std::string(names[static_cast<size_t>(s.kind)]) + text(s.op);
    if (!s.name.text.empty()) out += " " + s.name.text;
    if (s.type) out += " in " + text(*s.type);
    for (const auto& e : s.targets) out += " " + text(*e);
    for (const auto& e : s.values) out += " " + text(*e);
    for (const auto& a : s.alternatives) out += " " + text(a);
    const bool has_body = s.kind == StmtKind::conditional || s.kind == StmtKind::while_loop ||
                          s.kind == StmtKind::loop || s.kind == StmtKind::for_loop || s.kind == StmtKind::atomic ||
                          s.kind == StmtKind::ghost || s.kind == StmtKind::block;
    if (has_body) out += " " + text(s.body);
    if (s.has_else) out += " else " + text(s.other);
    return out + ")";
}

inline std::string text(const Block& b) {
    std::string out;
    for (const auto& s : b.statements) out += (out.empty() ? "" : " ") + text(*s);
    return "{" + out + "}";
}

}  // namespace untorn::language::ast
