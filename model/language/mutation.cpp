#include "model/language/mutation.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "model/language/parser.h"

namespace untorn::language {

using ast::Block;
using ast::Expr;
using ast::ExprKind;
using ast::ExprPtr;
using ast::ItemKind;
using ast::Stmt;
using ast::StmtKind;
using ast::StmtPtr;

namespace {

// --- walking ----------------------------------------------------------------------------------------

/// Every body that acts, with the name under which users know it.
template <typename File, typename Visit>
void for_each_body(File& file, const Visit& visit) {
    for (auto& item : file.items) {
        switch (item.kind) {
            case ItemKind::procedure: visit(item.procedure.name.text, item.procedure.body, false); break;
            case ItemKind::interface:
                for (auto& procedure : item.procedures) visit(procedure.name.text, procedure.body, false);
                break;
            case ItemKind::variant:
                for (auto& procedure : item.procedures)
                    visit(item.name.text + "." + procedure.name.text, procedure.body, true);
                break;
            case ItemKind::actor: visit(item.name.text, item.body, false); break;
            case ItemKind::power_loss: visit(std::string("power_loss"), item.body, false); break;
            case ItemKind::recover: visit(std::string("recover"), item.body, false); break;
            default: break;
        }
    }
}

/// Every statement of a block that is no ghost code, outer ones first.
template <typename B, typename Visit>
void for_each_statement(B& block, const Visit& visit) {
    for (auto& s : block.statements) {
        if (s->kind == StmtKind::ghost) continue;
        visit(s);
        for_each_statement(s->body, visit);
        for_each_statement(s->other, visit);
        for (auto& a : s->alternatives) for_each_statement(a.body, visit);
    }
}

/// The variable that a place is in: `folio` of `folio.dirty[b]`.
const std::string& root_of(const Expr& place) {
    const Expr* e = &place;
    while ((e->kind == ExprKind::field || e->kind == ExprKind::index) && !e->args.empty()) e = e->args[0].get();
    return e->name.text;
}

/// What a statement calls as a statement, or as the whole value that it stores or returns; empty if nothing.
std::string called(const Stmt& s) {
    if (s.values.size() != 1 || !s.values[0] || s.values[0]->kind != ExprKind::call) return {};
    switch (s.kind) {
        case StmtKind::call:
        case StmtKind::assign:
        case StmtKind::variable:
        case StmtKind::give_back: return s.values[0]->name.text;
        default: return {};
    }
}

/// The conjuncts of an expression, from left to right.
void conjuncts(const Expr& e, std::vector<const Expr*>& out) {
    if (e.kind == ExprKind::binary && e.op == ast::Operator::conjunction) {
        for (const ExprPtr& arg : e.args) conjuncts(*arg, out);
    } else {
        out.push_back(&e);
    }
}

/// Leaves out one conjunct, counted from 0; at most one is left to count. Returns whether it was in here.
bool drop_conjunct(ExprPtr& e, uint32_t& which) {
    if (e->kind != ExprKind::binary || e->op != ast::Operator::conjunction) return false;
    for (size_t side = 0; side < 2; ++side) {
        ExprPtr& arg = e->args[side];
        if (arg->kind == ExprKind::binary && arg->op == ast::Operator::conjunction) {
            if (drop_conjunct(arg, which)) return true;
        } else if (which-- == 0) {
            ExprPtr other = std::move(e->args[1 - side]);
            e = std::move(other);
            return true;
        }
    }
    return false;
}

// --- what procedures do -----------------------------------------------------------------------------

/// Something about procedures by name, whichever body of that name is bound. Of what a call does, as far as it decides
/// which mistake it is to leave the call out.
struct Effects {
    bool locks = false, unlocks = false, waits = false;
    bool acts = false;  ///< anything else that is no ghost code
    bool operator==(const Effects&) const = default;
    void add(const Effects& e) {
        locks = locks || e.locks;
        unlocks = unlocks || e.unlocks;
        waits = waits || e.waits;
        acts = acts || e.acts;
    }
};

class Knowledge {
 public:
    explicit Knowledge(const Program& program) {
        for (const ast::File& file : program.trees)
            for (const ast::Item& item : file.items) {
                if (item.kind == ItemKind::variable && item.storage == ast::StorageWord::ghost)
                    ghosts_.insert(item.name.text);
                if (item.kind == ItemKind::procedure) add(item.procedure);
                for (const ast::Procedure& procedure : item.procedures) add(procedure);
            }
        // Until nothing changes: a procedure does what those that it calls do.
        for (bool changed = true; changed;) {
            changed = false;
            for (const auto& [procedure, bodies] : bodies_) {
                Effects sum;
                for (const Block* body : bodies) for_each_statement(*body, [&](const StmtPtr& s) { sum.add(of(*s)); });
                changed = changed || sum != effects_[procedure];
                effects_[procedure] = sum;
            }
        }
    }

    bool is_procedure(const std::string& name) const { return bodies_.contains(name) || name == "super"; }

    /// Of one statement without those in it.
    Effects of(const Stmt& s) const {
        Effects out;
        const std::string callee = called(s);
        if (callee == "lock") {
            out.locks = true;
        } else if (callee == "unlock") {
            out.unlocks = true;
        } else if (const auto known = effects_.find(callee); known != effects_.end()) {
            out = known->second;
        } else if (callee == "super") {
            out.acts = true;
        } else {
            out.waits = s.kind == StmtKind::await;
            out.acts = (s.kind == StmtKind::assign && !is_ghost(s)) || s.kind == StmtKind::choose ||
                       s.kind == StmtKind::step || s.kind == StmtKind::assertion || s.kind == StmtKind::jump;
        }
        return out;
    }

    /// An assignment to ghosts alone.
    bool is_ghost(const Stmt& s) const {
        return std::ranges::all_of(s.targets, [&](const ExprPtr& t) { return ghosts_.contains(root_of(*t)); });
    }

 private:
    void add(const ast::Procedure& procedure) { bodies_[procedure.name.text].push_back(&procedure.body); }

    std::set<std::string> ghosts_;
    std::map<std::string, std::vector<const Block*>> bodies_;
    std::map<std::string, Effects> effects_;
};

// --- finding ----------------------------------------------------------------------------------------

std::string one_line(const std::string& text, Span span) {
    std::string out;
    bool blank = false;
    for (uint32_t i = span.begin; i < span.end && i < text.size(); ++i) {
        const char c = text[i];
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            blank = !out.empty();
            continue;
        }
        if (blank) out += ' ';
        blank = false;
        out += c;
    }
    return out;
}

class Finder {
 public:
    Finder(const Program& program, uint32_t file, std::vector<Mutation>& out)
        : knowledge_(program), text_(program.files[file].text), out_(out) {}

    void body(const std::string& procedure, const Block& block, bool of_variant) {
        procedure_ = procedure;
        of_variant_ = of_variant;
        for_each_statement(block, [&](const StmtPtr& s) { statement(*s); });
    }

 private:
    void statement(const Stmt& s) {
        switch (s.kind) {
            case StmtKind::call: return call(s);
            case StmtKind::await: {
                add(MutationOperator::wait, s.span, s.span);
                std::vector<const Expr*> parts;
                conjuncts(*s.values[0], parts);
                for (uint32_t i = 0; parts.size() > 1 && i < parts.size(); ++i)
                    add(MutationOperator::conjunct, s.span, parts[i]->span, i);
                return;
            }
            case StmtKind::assign:
                // What a call says is not stored for its own sake: leaving the call out is another mistake.
                if (!knowledge_.is_ghost(s) && !knowledge_.is_procedure(called(s)))
                    add(MutationOperator::update, s.span, s.span);
                return;
            case StmtKind::conditional:
                if (!ghost_only(s))
                    add(MutationOperator::condition, {s.span.file, s.span.begin, s.values[0]->span.end},
                        s.values[0]->span);
                return;
            default: return;
        }
    }

    void call(const Stmt& s) {
        const Effects does = knowledge_.of(s);
        if (does == Effects{}) return;            // ghost code alone
        if (does.unlocks && !does.locks) return;  // goes with the lock
        const bool only_locks = does.locks && !does.unlocks && !does.acts;
        const bool only_waits = does.waits && !does.locks && !does.acts;
        add(only_locks   ? MutationOperator::lock
            : only_waits ? MutationOperator::wait
                         : MutationOperator::call,
            s.span, s.span);
    }

    bool ghost_only(const Stmt& s) const {
        bool acts = false;
        const auto look = [&](const StmtPtr& inner) {
            const StmtKind kind = inner->kind;
            acts = acts || knowledge_.of(*inner) != Effects{} || kind == StmtKind::give_back ||
                   kind == StmtKind::break_loop || kind == StmtKind::continue_loop;
        };
        for_each_statement(s.body, look);
        for_each_statement(s.other, look);
        return !acts;
    }

    void add(MutationOperator op, Span statement, Span taken, uint32_t conjunct = 0) {
        out_.push_back({op, procedure_, statement, conjunct, taken, one_line(text_, taken), of_variant_});
    }

    Knowledge knowledge_;
    const std::string& text_;
    std::vector<Mutation>& out_;
    std::string procedure_;
    bool of_variant_ = false;
};

// --- changing ---------------------------------------------------------------------------------------

/// Nothing in the place of a statement, whose labels stay.
void leave_out(StmtPtr& s) {
    auto nothing = std::make_unique<Stmt>();
    nothing->span = s->span;
    nothing->labels = std::move(s->labels);
    s = std::move(nothing);
}

/// `unlock(m)` becomes `atomic { if (holds(m)) unlock(m); }`: still one step, and right whether or not m was taken.
/// `argument` is a copy of m.
void release_if_held(StmtPtr& s, ExprPtr argument) {
    auto condition = std::make_unique<Expr>();
    condition->kind = ExprKind::call;
    condition->span = argument->span;
    condition->name = {"holds", argument->span};
    condition->height = static_cast<uint16_t>(argument->height + 1);
    condition->args.push_back(std::move(argument));
    auto test = std::make_unique<Stmt>();
    test->kind = StmtKind::conditional;
    test->span = s->span;
    test->values.push_back(std::move(condition));
    auto step = std::make_unique<Stmt>();
    step->kind = StmtKind::atomic;
    step->span = s->span;
    step->labels = std::move(s->labels);
    s->labels.clear();
    test->body.span = step->body.span = s->span;
    test->body.statements.push_back(std::move(s));
    step->body.statements.push_back(std::move(test));
    s = std::move(step);
}

bool is_unlock(const Stmt& s) {
    return s.kind == StmtKind::call && called(s) == "unlock" && s.values[0]->args.size() == 1;
}

/// Makes every unlock of a file conditional. A tree has no copy operation: the file is parsed once more, and the
/// arguments of the copy's unlocks, in the same order, are taken.
void make_unlocks_conditional(ast::File& tree, const std::string& text) {
    Diagnostics unused;
    ast::File copy = parse(tree.number, text, unused);
    std::vector<ExprPtr> arguments;
    for_each_body(copy, [&](const std::string&, Block& body, bool) {
        for_each_statement(body, [&](StmtPtr& s) {
            if (is_unlock(*s)) arguments.push_back(std::move(s->values[0]->args[0]));
        });
    });
    // First found, then changed: what is put in the place of an unlock contains it.
    std::vector<StmtPtr*> found;
    for_each_body(tree, [&](const std::string&, Block& body, bool) {
        for_each_statement(body, [&](StmtPtr& s) {
            if (is_unlock(*s)) found.push_back(&s);
        });
    });
    for (size_t i = 0; i < found.size() && i < arguments.size(); ++i)
        release_if_held(*found[i], std::move(arguments[i]));
}

void apply(ast::File& tree, const Mutation& m) {
    StmtPtr* found = nullptr;
    for_each_body(tree, [&](const std::string&, Block& body, bool) {
        for_each_statement(body, [&](StmtPtr& s) {
            const bool conditional = s->kind == StmtKind::conditional;
            if (s->span.begin == m.statement.begin && (m.op == MutationOperator::condition) == conditional &&
                s->kind != StmtKind::block)
                found = &s;
        });
    });
    if (found == nullptr) return;
    Stmt& s = **found;
    switch (m.op) {
        case MutationOperator::lock:
        case MutationOperator::wait:
        case MutationOperator::update:
        case MutationOperator::call: return leave_out(*found);
        case MutationOperator::condition:
            std::swap(s.body, s.other);
            s.has_else = true;
            return;
        case MutationOperator::conjunct: {
            uint32_t which = m.conjunct;
            drop_conjunct(s.values[0], which);
            return;
        }
    }
}

}  // namespace

const char* name(MutationOperator op) {
    switch (op) {
        case MutationOperator::lock: return "lock";
        case MutationOperator::wait: return "wait";
        case MutationOperator::update: return "update";
        case MutationOperator::call: return "call";
        case MutationOperator::condition: return "condition";
        case MutationOperator::conjunct: return "conjunct";
    }
    return "";
}

bool Mutation::blocks() const {
    return op == MutationOperator::lock || op == MutationOperator::wait || op == MutationOperator::conjunct;
}

std::vector<Mutation> mutations(const Program& program, uint32_t file) {
    std::vector<Mutation> out;
    Finder finder(program, file, out);
    for_each_body(program.trees[file], [&](const std::string& procedure, const Block& body, bool of_variant) {
        finder.body(procedure, body, of_variant);
    });
    return out;
}

Mutated::Mutated(Program& program, const Mutation& mutation) : program_(program) {
    for (uint32_t i = 0; i < program.trees.size(); ++i) {
        const std::string& text = program.files[i].text;
        const bool here = i == mutation.statement.file;
        const bool unlocks = mutation.op == MutationOperator::lock && text.find("unlock") != std::string::npos;
        if (!here && !unlocks) continue;
        Diagnostics unused;
        ast::File tree = parse(i, text, unused);
        if (unlocks) make_unlocks_conditional(tree, text);
        if (here) apply(tree, mutation);
        originals_.push_back(std::exchange(program.trees[i], std::move(tree)));
    }
}

Mutated::~Mutated() {
    for (ast::File& original : originals_) {
        const uint32_t number = original.number;
        program_.trees[number] = std::move(original);
    }
}

}  // namespace untorn::language
