// Variants, scenarios, and what a file expects of its runs. Words such as `states`, `via` or `free` mean something only
// here and stay usable as names.
#include <fmt/format.h>

#include "model/language/parser_internal.h"

namespace untorn::language {

using namespace ast;

Setting Parser::setting(bool budget) {
    Setting s;
    if (at("power_loss")) {  // reserved, but its budget is set like that of any other fault
        s.name = here();
        advance();
    } else {
        s.name = name("the name of what is set");
    }
    expect("=", "and the value");
    if (!budget || !accept("unlimited")) s.value = expression();
    return s;
}

void Parser::settings(std::vector<Setting>& out, std::string_view what, bool budgets) {
    advance();
    if (at(";")) fail_expected("a name");
    list(";", [&] { out.push_back(setting(budgets)); });
    end_of(what);
}

std::vector<Name> Parser::names(std::string_view what) {
    std::vector<Name> out;
    advance();
    if (at(";")) fail_expected("a name");
    list(";", [&] { out.push_back(name("a name")); });
    end_of(what);
    return out;
}

void Parser::variant_item(Item& i) {
    i.kind = ItemKind::variant;
    i.by_default = accept("default");
    expect("variant", "and its name");
    i.name = name("the name of the variant");
    i.extends = at("extends");
    if (!accept("of") && !accept("extends"))
        fail_expected("`of` and an interface, or `extends` and a variant",
                      did_you_mean(std::string(token_.text), {"of", "extends"}));
    i.parent = name(i.extends ? "the name of a variant" : "the name of an interface");
    braced("of the variant", {"override", "option"}, [&] {
        if (at("option")) return settings(i.settings, "the settings");
        if (at("proc")) fail_expected("`override` before `proc`", "a variant only overrides what its interface has");
        expect("override", "and a procedure, or `option`");
        i.procedures.push_back(procedure());
    });
}

void Parser::scenario_item(Item& i) {
    i.kind = ItemKind::scenario;
    i.scenario = std::make_unique<Scenario>();
    Scenario& s = *i.scenario;
    const uint32_t begin = token_.begin;
    advance();
    s.name = name("the name of the scenario");
    i.name = s.name;
    if (at(TokenKind::string)) {
        s.title =
            token_.text.substr(1, token_.text.size() - (token_.text.size() > 1 && token_.text.back() == '"' ? 2 : 1));
        advance();
    }
    braced("of the scenario",
           {"param", "option", "with", "over", "run", "init", "budget", "cover", "fair", "strongly", "expect"},
           [&] { scenario_member(s); });
    s.span = since(begin);
}

void Parser::scenario_member(Scenario& s) {
    const auto append = [](std::vector<Name>& to, std::vector<Name> from) {
        to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    };
    if (at("param")) return settings(s.params, "the settings");
    if (at("option")) return settings(s.options, "the settings");
    if (at("budget")) return settings(s.budgets, "the budgets", true);
    if (at("with")) return append(s.with, names("the variants"));
    if (at("over")) return append(s.over, names("the variants"));
    if (at("cover")) return append(s.covers, names("the covers"));
    if (at("fair") || at("strongly")) return fairness(s.fairness);
    if (at("run")) return run_clauses(s);
    if (at("expect")) return s.expectations.push_back(expectation());
    if (accept("init")) return s.init.push_back(block("of the `init` block"));
    if (at("free") && next_.is("option")) {
        advance();
        return append(s.free_options, names("the options"));
    }
    std::string help;
    if (at(TokenKind::identifier))
        help = did_you_mean(std::string(token_.text), {"param", "option", "with", "over", "run", "init", "budget",
                                                       "cover", "free", "fair", "strongly", "expect"});
    if (at("fault")) help = "`budget name = N;` sets how often a fault may strike";
    if (at("lemma") || (at("crash") && next_.is("lemma")))
        help = "lemmas stand outside of scenarios, and are claimed of every run";
    else if (at("invariant") || at("final") || at("crash"))
        help = "properties stand outside of scenarios; `expect` names them";
    fail_expected("a part of the scenario", help);
}

void Parser::run_clauses(Scenario& s) {
    advance();
    s.has_run = true;
    list(";", [&] {
        RunClause r;
        r.actor = name("the name of an actor");
        if (at("(")) {
            r.has_args = true;
            Expr call;
            call_arguments(call);
            r.args = std::move(call.args);
        }
        r.span = since(r.actor.span.begin);
        s.run.push_back(std::move(r));
    });
    end_of("the actors that run");
}

void Parser::fairness_item(Item& i) {
    i.kind = ItemKind::fairness;
    fairness(i.fairness);
}

void Parser::fairness(std::vector<Fairness>& out) {
    const bool strong = accept("strongly");
    if (strong && !at("fair")) fail_expected("`fair` after `strongly`");
    for (Name& name : names("what is fair")) out.push_back({std::move(name), strong});
}

void Parser::expectation_item(Item& i) {
    i.kind = ItemKind::expectation;
    i.expectation = expectation();
    i.name = i.expectation.name;
}

Expectation Parser::expectation() {
    Expectation e;
    const uint32_t begin = token_.begin;
    advance();
    e.name = name("the name of a property, or `states`, `transitions`, `depth`");
    const bool counting =
        (e.name.text == "states" || e.name.text == "transitions" || e.name.text == "depth") && at(TokenKind::integer);
    do {
        Expected cell = expected(counting);
        if (at("{"))
            variants(cell);
        else if (!e.cells.empty())
            fail_expected("`{` and the variants of which this is expected");
        e.cells.push_back(std::move(cell));
    } while (counting ? at(TokenKind::integer) : at("holds") || at("violated") || at("undecided"));
    if (!counting && accept("else")) e.otherwise = expected(false);
    if (at(TokenKind::identifier) && !token_.first_on_line) fail_expected("a verdict or `;`", verdict_advice());
    end_of("the expectation");
    e.span = since(begin);
    return e;
}

void Parser::variants(Expected& cell) {
    const Token open = token_;
    advance();
    if (at("}")) fail_expected("the name of a variant");
    list("}", [&] { cell.variants.push_back(name("the name of a variant")); });
    close("}", open);
    cell.span = since(cell.span.begin);
}

std::string Parser::verdict_advice() const {
    return did_you_mean(std::string(token_.text), {"holds", "violated", "undecided", "else"});
}

Expected Parser::expected(bool counting) {
    Expected cell;
    cell.span = span(token_);
    const auto number = [&](std::string_view what) {
        if (!at(TokenKind::integer)) fail_expected(what);
        const int64_t value = token_.integer;
        advance();
        return value;
    };
    const auto unit = [&](std::string_view many, std::string_view one) {
        if (!accept(one)) expect(many, "after the number");
    };
    if (counting) {
        cell.kind = Expected::Kind::count;
        cell.count = number("a number");
    } else if (accept("undecided")) {
        cell.kind = Expected::Kind::undecided;
    } else if (at("holds") || at("violated")) {
        cell.kind = at("holds") ? Expected::Kind::holds : Expected::Kind::violated;
        advance();
        if (accept("with")) {
            cell.faults = number("the number of faults");
            unit("faults", "fault");
        }
        if (accept("in")) {
            cell.steps = number("the number of steps");
            unit("steps", "step");
        }
        if (accept("via")) cell.via = name("a label");
    } else {
        fail_expected("`holds`, `violated` or `undecided`", verdict_advice());
    }
    cell.span = since(cell.span.begin);
    return cell;
}

}  // namespace untorn::language
