// Expressions as readers of a specification know them: infix, with the language's precedence, the names of variables,
// and constants in the words of the type that they are compared with. For dumps and messages; nothing parses it back.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/system/system.h"

namespace untorn::system {

/// A variable with its index: `folio.mem[2]`; of a family's local the member stands behind the actor's name:
/// `writer[self].i`. `index` has one text for each dimension.
std::string place_text(const System& system, VarId var, const std::vector<std::string>& index);

/// `ended`, `not_started`, else `L3`; the dump lists what L3 is.
std::string location_text(LocationId location);

/// `file:line:column`, 1-based.
std::string span_text(const System& system, const Span& span);

/// Prints expressions of one step or property. Subexpressions that are shared and large get a name once
/// (name_shared), so that the text stays in proportion to the DAG.
class ExprText {
 public:
    /// `step` says what the choices are called and may be null; `actor` what `self` is, and may be `none`.
    ExprText(const System& system, const Step* step, ActorId actor) : system_(system), step_(step), actor_(actor) {}

    /// Gives names to what `roots` share, and returns their definitions, `$1 = ...`, in order.
    std::vector<std::string> name_shared(const std::vector<ExprId>& roots);

    std::string condition(ExprId e) { return print(e, 0, {TypeTable::boolean, none}); }
    /// The value that `var` gets.
    std::string value(ExprId e, VarId var) { return print(e, 0, stored_words(var)); }
    std::string place(VarId var, std::span<const ExprId> index);
    /// `?x` of `choose (x in T)`, `?branch0` of branches.
    std::string choice_name(size_t number) const;

 private:
    /// How constants are written: by their type, or as locations of an actor.
    struct Words {
        std::optional<TypeId> type;
        ActorId counter_of = none;
    };

    Words stored_words(VarId var) const;
    Words words_of(ExprId e, int depth = 0) const;
    std::string print(ExprId e, int outer, Words words);
    std::string number(int64_t value, Words words) const;
    std::string leaf(ExprId e);
    std::string operation(ExprId e, int& own, Words words);
    std::string comparison(ExprId e, const char* sign);
    std::string negated(ExprId e, int& own);
    std::string quantified(ExprId e);
    bool is_condition(ExprId e, const Words& words) const;

    const System& system_;
    const Step* step_;
    ActorId actor_;
    std::unordered_map<ExprId, std::string> names_;
    std::map<int64_t, TypeId> bound_types_;
};

}  // namespace untorn::system
