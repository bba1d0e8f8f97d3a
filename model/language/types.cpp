#include "model/language/types.h"

#include <fmt/format.h>

namespace untorn::language {

TypeStore::TypeStore(system::TypeTable& table) : table_(table) {
    error = keep({Form::error, "an erroneous expression", 0, false, nullptr, nullptr, {}});
    boolean = keep({Form::boolean, "bool", system::TypeTable::boolean, false, nullptr, nullptr, {}});
    integer = keep({Form::integer, "an integer", 0, true, nullptr, nullptr, {}});
    none_literal = keep({Form::none_literal, "none", 0, false, nullptr, nullptr, {}});
    empty_set = keep({Form::empty_set, "{}", 0, false, nullptr, nullptr, {}});
    const auto id = table.intern({system::TypeKind::mutex, "mutex", 0, 0, {"free"}, 0});
    mutex = keep({Form::mutex, "mutex", id, false, nullptr, nullptr, {}});
}

TypeRef TypeStore::keep(LangType t) {
    for (const LangType& old : types_)
        if (old.form == t.form && old.name == t.name && old.scalar == t.scalar && old.any_integer == t.any_integer &&
            old.base == t.base && old.index == t.index && old.fields == t.fields)
            return &old;
    types_.push_back(std::move(t));
    return &types_.back();
}

TypeRef TypeStore::range(int64_t lo, int64_t hi, const std::string& name) {
    const auto id = table_.range(lo, hi);
    return keep({Form::integer, name.empty() ? fmt::format("{}..{}", lo, hi) : name, id, false, nullptr, nullptr, {}});
}

TypeRef TypeStore::enumeration(const std::string& name, std::vector<std::string> labels) {
    const auto hi = static_cast<int64_t>(labels.size()) - 1;
    const auto id = table_.intern({system::TypeKind::enumeration, name, 0, hi, std::move(labels), 0});
    return keep({Form::enumeration, name, id, false, nullptr, nullptr, {}});
}

TypeRef TypeStore::scalarset(const std::string& name, int64_t size) {
    const auto id = table_.intern({system::TypeKind::scalarset, name, 0, size - 1, {}, 0});
    return keep({Form::scalarset, name, id, false, nullptr, nullptr, {}});
}

TypeRef TypeStore::optional(TypeRef base) {
    return keep({Form::optional, base->name + "?", table_.optional(base->scalar), false, base, nullptr, {}});
}

TypeRef TypeStore::set(TypeRef base) {
    return keep({Form::set, fmt::format("set<{}>", base->name), table_.set(base->scalar), false, base, nullptr, {}});
}

TypeRef TypeStore::structure(const std::string& name, std::vector<std::pair<std::string, TypeRef>> fields) {
    return keep({Form::structure, name, 0, false, nullptr, nullptr, std::move(fields)});
}

TypeRef TypeStore::array(TypeRef base, TypeRef index) {
    // T[A][B] reads outside in: the first index is of type A.
    std::string name = base->name;
    const auto at = name.find('[');
    name.insert(at == std::string::npos ? name.size() : at, "[" + index->name + "]");
    return keep({Form::array, name, 0, false, base, index, {}});
}

uint32_t TypeStore::variables(TypeRef t) {
    if (t->form == Form::array) return variables(t->base);
    if (t->form != Form::structure) return 1;
    uint32_t n = 0;
    for (const auto& field : t->fields) n += variables(field.second);
    return n;
}

size_t TypeStore::leaves(TypeRef t) const {
    if (t->form == Form::array) return static_cast<size_t>(table_[t->index->scalar].size()) * leaves(t->base);
    if (t->form != Form::structure) return 1;
    size_t n = 0;
    for (const auto& field : t->fields) n += leaves(field.second);
    return n;
}

bool TypeStore::contains(TypeRef t, Form form) {
    if (t->form == form) return true;
    if (t->form == Form::array) return contains(t->base, form);
    for (const auto& field : t->fields)
        if (contains(field.second, form)) return true;
    return false;
}

}  // namespace untorn::language
