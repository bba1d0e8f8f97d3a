// The items of a file, except variants, scenarios and expectations. One table says which word begins which item.
#include <fmt/format.h>

#include <array>

#include "model/language/parser_internal.h"

namespace untorn::language {

using namespace ast;

namespace {

struct Foreign {
    std::string_view word, advice;
};

constexpr auto foreign_words = std::to_array<Foreign>({
    {"include", "write `import name;`"},
    {"typedef", "write `type Name = ...;`"},
    {"function", "write `fn` for an expression with parameters, `proc` for statements"},
    {"func", "write `fn` for an expression with parameters, `proc` for statements"},
    {"def", "write `fn` for an expression with parameters, `proc` for statements"},
    {"void", "write `proc name(...) { ... }`"},
    {"int", "a variable is declared with `var name: lo..hi;`"},
    {"unsigned", "a variable is declared with `var name: lo..hi;`"},
    {"static", "a variable is declared with `var name: type;`, a procedure with `proc name(...) { ... }`"},
    {"process", "write `thread`, which must finish, or `daemon`, which may run for ever"},
    {"proctype", "write `thread`, which must finish, or `daemon`, which may run for ever"},
    {"active", "write `thread`, which must finish, or `daemon`, which may run for ever"},
    {"property", "write `invariant name: e;`, `final name: e;` or another kind of property"},
});

}  // namespace

const std::vector<std::string>& item_words() {
    static const std::vector<std::string> words = {
        "import",    "param",   "option",    "const",       "type",       "enum",     "struct",   "scalarset",
        "device",    "durable", "ghost",     "var",         "fault",      "fn",       "proc",     "interface",
        "variant",   "thread",  "daemon",    "environment", "power_loss", "recover",  "init",     "invariant",
        "crash",     "final",   "quiescent", "cover",       "eventually", "always",   "progress", "never",
        "sometimes", "lemma",   "fair",      "strongly",    "expect",     "scenario", "default"};
    return words;
}

void Parser::item(std::vector<Item>& items) {
    struct Entry {
        std::string_view word;
        ItemParser parse;
    };
    static constexpr auto entries = std::to_array<Entry>({
        {"import", &Parser::import_item},       {"option", &Parser::option_item},
        {"const", &Parser::constant_item},      {"type", &Parser::type_item},
        {"enum", &Parser::enumeration_item},    {"struct", &Parser::structure_item},
        {"scalarset", &Parser::scalarset_item}, {"device", &Parser::variable_item},
        {"durable", &Parser::variable_item},    {"ghost", &Parser::variable_item},
        {"var", &Parser::variable_item},        {"fault", &Parser::fault_item},
        {"fn", &Parser::function_item},         {"proc", &Parser::procedure_item},
        {"interface", &Parser::interface_item}, {"variant", &Parser::variant_item},
        {"thread", &Parser::actor_item},        {"daemon", &Parser::actor_item},
        {"environment", &Parser::actor_item},   {"power_loss", &Parser::power_loss_item},
        {"recover", &Parser::recover_item},     {"init", &Parser::init_item},
        {"invariant", &Parser::property_item},  {"crash", &Parser::crash_item},
        {"final", &Parser::property_item},      {"quiescent", &Parser::property_item},
        {"cover", &Parser::property_item},      {"eventually", &Parser::property_item},
        {"always", &Parser::property_item},     {"progress", &Parser::property_item},
        {"never", &Parser::property_item},      {"sometimes", &Parser::property_item},
        {"lemma", &Parser::lemma_item},         {"fair", &Parser::fairness_item},
        {"strongly", &Parser::fairness_item},   {"expect", &Parser::expectation_item},
        {"scenario", &Parser::scenario_item},   {"default", &Parser::variant_item},
    });
    std::string documentation;
    if (token_.documentation < token_.begin) documentation = documentation_before(text_, token_);
    if (at("param")) return param_items(items, documentation);
    const auto entry = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return at(e.word); });
    if (entry == entries.end()) fail_item();
    Item i;
    i.documentation = std::move(documentation);
    const uint32_t begin = token_.begin;
    i.name.span = span(token_);
    (this->*entry->parse)(i);
    i.span = since(begin);
    items.push_back(std::move(i));
}

void Parser::fail_item() {
    std::string help;
    const std::string word(token_.text.substr(0, 64));
    if (at("union") && next_.kind == TokenKind::identifier) union_item();
    if (at(";")) help = "no `;` is needed here";
    if (at("}")) help = "no `{` is open here";
    if (at("override")) help = "`override` stands in a `variant`";
    if (at(TokenKind::identifier)) {
        help = did_you_mean(word, item_words());
        for (const Foreign& f : foreign_words)
            if (f.word == word) help = f.advice;
    }
    const auto& statements = statement_words();
    const bool statement = std::find(statements.begin(), statements.end(), word) != statements.end();
    const bool assigns = next_.is("=") || next_.is("(") || next_.is(".") || next_.is("+=");
    if (statement || (at(TokenKind::identifier) && help.empty() && assigns))
        help = "statements stand in the block of a `thread`, a `daemon`, a `proc` or `init`";
    fail_expected("a declaration or a property", help);
}

/// `union V { A, B(T) }` is part of the language's design; it is told so, and what is in its braces is passed over.
void Parser::union_item() {
    report(span(token_), "`union` is not supported yet", "an `enum` for the tag and a `struct` with it take its place");
    while (!at_end() && !at("{") && !at(";")) advance();
    if (at("{")) skip_balanced();
    throw Abandon{};
}

void Parser::param_items(std::vector<Item>& items, const std::string& documentation) {
    advance();
    do {
        if (at(";") && previous_.is(",")) break;
        Item i;
        i.kind = ItemKind::param;
        i.documentation = documentation;
        i.name = name("the name of the param");
        if (accept(":")) i.type = type();
        expect("=", "and the value of the param");
        i.value = expression();
        i.span = since(i.name.span.begin);
        items.push_back(std::move(i));
    } while (accept(","));
    end_of("the param");
}

void Parser::import_item(Item& i) {
    i.kind = ItemKind::import;
    advance();
    i.quoted = at(TokenKind::string);
    if (!i.quoted) {
        i.name = name("the name of a module, or the path of a file in quotes");
    } else {
        i.name = here();
        i.name.text =
            i.name.text.substr(1, i.name.text.size() - (i.name.text.size() > 1 && i.name.text.back() == '"' ? 2 : 1));
        advance();
    }
    if (at(".")) fail_expected("`;`", "a path stands in quotes: `import \"dir/file.untorn\";`");
    end_of("the import");
}

void Parser::option_item(Item& i) {
    i.kind = ItemKind::option;
    advance();
    i.name = name("the name of the option");
    expect(":", "and the type of the option");
    i.type = type();
    expect("=", "and the default of the option");
    i.value = expression();
    end_of("the option");
}

void Parser::constant_item(Item& i) {
    i.kind = ItemKind::constant;
    advance();
    i.name = name("the name of the constant");
    if (accept(":")) i.type = type();
    expect("=", "and the value of the constant");
    i.value = expression();
    end_of("the constant");
}

void Parser::type_item(Item& i) {
    i.kind = ItemKind::type;
    advance();
    i.name = name("the name of the type");
    expect("=", "and what the type is");
    i.type = type();
    end_of("the type");
}

void Parser::enumeration_item(Item& i) {
    i.kind = ItemKind::enumeration;
    advance();
    i.name = name("the name of the enum");
    const Token open = token_;
    expect("{", "and the enumerators");
    if (at("}")) fail_expected("an enumerator");
    list("}", [&] { i.names.push_back(name("an enumerator")); });
    if (at("=")) fail_expected("`,` or `}`", "enumerators have no numbers");
    close("}", open);
    accept(";");
}

void Parser::structure_item(Item& i) {
    i.kind = ItemKind::structure;
    advance();
    i.name = name("the name of the struct");
    braced("of the struct", {}, [&] {
        Formal field;
        field.name = name("the name of a member");
        expect(":", "and the type of the member");
        field.type = type();
        end_of("the member");
        i.formals.push_back(std::move(field));
    });
    accept(";");
}

void Parser::scalarset_item(Item& i) {
    i.kind = ItemKind::scalarset;
    advance();
    i.name = name("the name of the scalarset");
    const Token open = token_;
    expect("[", "and the number of identities");
    i.value = expression();
    close("]", open);
    end_of("the scalarset");
}

void Parser::variable_item(Item& i) {
    i.kind = ItemKind::variable;
    if (accept("device"))
        i.storage = StorageWord::device;
    else if (accept("durable"))
        i.storage = StorageWord::durable;
    else if (accept("ghost"))
        i.storage = StorageWord::ghost;
    expect("var", "and the name of the variable");
    i.name = name("the name of the variable");
    if (at(",")) fail_expected("`:` and the type", "one variable a declaration: `var a: T; var b: T;`");
    if (!accept(":")) fail_expected("`:` and the type", "a variable has a type: `var x: 0..3 = 1;`");
    i.type = type();
    if (accept("=")) i.value = expression();
    end_of("the variable");
}

void Parser::fault_item(Item& i) {
    i.kind = ItemKind::fault;
    advance();
    i.name = name("the name of the fault");
    if (accept("budget")) i.value = expression();
    end_of("the fault");
}

Formal Parser::formal() {
    Formal f;
    f.by_reference = accept("ref");
    f.name = name("the name of a parameter");
    expect(":", "and the type of the parameter");
    f.type = type();
    return f;
}

std::vector<Formal> Parser::formals() {
    std::vector<Formal> out;
    const Token open = token_;
    expect("(", "and the parameters");
    list(")", [&] { out.push_back(formal()); });
    close(")", open);
    return out;
}

void Parser::function_item(Item& i) {
    i.kind = ItemKind::function;
    advance();
    i.name = name("the name of the function");
    i.formals = formals();
    expect(":", "and the type of the function");
    i.type = type();
    if (at("{")) fail_expected("`=` and an expression", "an `fn` is one expression; statements stand in a `proc`");
    expect("=", "and the value of the function");
    i.value = expression();
    end_of("the function");
}

Procedure Parser::procedure() {
    Procedure p;
    const uint32_t begin = token_.begin;
    expect("proc", "and the name of the procedure");
    p.name = name("the name of the procedure");
    p.formals = formals();
    if (accept(":")) p.result = type();
    p.body = block("of the procedure");
    p.span = since(begin);
    return p;
}

void Parser::procedure_item(Item& i) {
    i.kind = ItemKind::procedure;
    i.procedure = procedure();
    i.name = i.procedure.name;
}

void Parser::interface_item(Item& i) {
    i.kind = ItemKind::interface;
    advance();
    i.name = name("the name of the interface");
    braced("of the interface", {"proc"}, [&] {
        if (at("override")) fail_expected("`proc`", "`override` stands in a `variant`");
        i.procedures.push_back(procedure());
    });
}

void Parser::actor_item(Item& i) {
    i.kind = ItemKind::actor;
    i.actor = at("thread") ? ActorWord::thread : at("daemon") ? ActorWord::daemon : ActorWord::environment;
    const std::string what = fmt::format("of the {}", token_.text);
    advance();
    i.name = name("the name " + what);
    if (at("[")) {
        const Token open = token_;
        advance();
        Formal family;
        family.name = name("the name of the index");
        expect(":", "and the type of the index");
        family.type = type();
        close("]", open);
        i.family = std::move(family);
    }
    if (at("(")) i.formals = formals();
    if (accept(":")) i.type = type();
    i.body = block(what);
}

void Parser::power_loss_item(Item& i) {
    i.kind = ItemKind::power_loss;
    advance();
    if (accept("budget")) {
        const Restore<Mode> mode(mode_, Mode{.structures = false, .indices = true});
        i.value = expression();
    }
    i.body = block("of the `power_loss` block");
}

void Parser::recover_item(Item& i) {
    i.kind = ItemKind::recover;
    advance();
    i.body = block("of the `recover` block");
}

void Parser::init_item(Item& i) {
    i.kind = ItemKind::init;
    advance();
    i.body = block("of the `init` block");
}

void Parser::property_item(Item& i) {
    i.kind = ItemKind::property;
    struct Entry {
        std::string_view word;
        PropertyWord property;
    };
    static constexpr auto entries = std::to_array<Entry>({
        {"invariant", PropertyWord::invariant},
        {"final", PropertyWord::final},
        {"quiescent", PropertyWord::quiescent},
        {"cover", PropertyWord::cover},
        {"eventually", PropertyWord::eventually},
        {"progress", PropertyWord::progress},
        {"never", PropertyWord::never},
        {"sometimes", PropertyWord::sometimes},
        {"always", PropertyWord::always},
    });
    for (const Entry& e : entries)
        if (at(e.word)) i.property = e.property;
    if (at("always") && next_.is("eventually")) {
        i.property = PropertyWord::always_eventually;
        advance();
    }
    property_body(i);
}

void Parser::crash_item(Item& i) {
    advance();
    if (at("lemma")) {
        i.after_loss = true;
        return lemma_item(i);
    }
    if (!at("invariant") && !at("cover")) fail_expected("`invariant`, `cover` or `lemma` after `crash`");
    i.kind = ItemKind::property;
    i.property = at("invariant") ? PropertyWord::crash_invariant : PropertyWord::crash_cover;
    property_body(i);
}

void Parser::lemma_item(Item& i) {
    i.kind = ItemKind::lemma;
    advance();
    i.name = name("the name of the lemma");
    expect(":", "and what the lemma says");
    i.value = condition();
    end_of("the lemma");
}

/// From the last word of the kind on.
void Parser::property_body(Item& i) {
    advance();
    i.name = name("the name of the property");
    expect(":", "and what the property says");
    i.value = condition();
    if (i.property == PropertyWord::progress) {
        expect("leads", "and what it leads to");
        expect("to", "after `leads`");
        i.consequent = condition();
    }
    end_of("the property");
}

}  // namespace untorn::language
