// Types of the language: scalars map to one system type, structs and arrays to several variables. A type is owned
// by a TypeStore and compared by address: equal types are the same object.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "model/system/type.h"

namespace untorn::language {

enum class Form : uint8_t {
    error,  ///< already reported; goes with everything
    boolean,
    integer,  ///< a range; or, as the type of an expression, any integer (`scalar` is then unused)
    enumeration,
    scalarset,
    optional,
    set,
    mutex,
    structure,
    array,
    none_literal,  ///< `none` before it is known of which type
    empty_set      ///< `{}` likewise
};

struct LangType;
using TypeRef = const LangType*;

struct LangType {
    Form form = Form::error;
    std::string name;                                     ///< as users write it
    system::TypeId scalar = 0;                            ///< scalars: the system's type
    bool any_integer = false;                             ///< integer without a range: not storable
    TypeRef base = nullptr;                               ///< optional, set, array: of the element
    TypeRef index = nullptr;                              ///< array
    std::vector<std::pair<std::string, TypeRef>> fields;  ///< structure

    bool is_scalar() const { return form != Form::structure && form != Form::array; }
};

class TypeStore {
 public:
    explicit TypeStore(system::TypeTable& table);

    TypeRef error, boolean, integer, none_literal, empty_set, mutex;
    TypeRef range(int64_t lo, int64_t hi, const std::string& name);
    TypeRef enumeration(const std::string& name, std::vector<std::string> labels);
    TypeRef scalarset(const std::string& name, int64_t size);
    TypeRef optional(TypeRef base);
    TypeRef set(TypeRef base);
    TypeRef structure(const std::string& name, std::vector<std::pair<std::string, TypeRef>> fields);
    TypeRef array(TypeRef base, TypeRef index);

    const system::Type& scalar(TypeRef t) const { return table_[t->scalar]; }
    /// A type for a hidden variable that holds values of this scalar type.
    TypeRef raw(system::TypeId scalar) {
        return keep({Form::integer, table_[scalar].name, scalar, false, nullptr, nullptr, {}});
    }
    /// Number of system variables that hold a variable of this type (an array's elements share theirs).
    static uint32_t variables(TypeRef t);
    /// Number of scalars in a value.
    size_t leaves(TypeRef t) const;
    /// Calls `visit(path, dims, scalar)` for each system variable of a variable of this type, in order.
    template <class Visit>
    void each_variable(TypeRef t, const std::string& path, std::vector<system::TypeId> dims, const Visit& visit) const {
        if (t->form == Form::structure) {
            for (const auto& [field, type] : t->fields) each_variable(type, path + "." + field, dims, visit);
        } else if (t->form == Form::array) {
            dims.push_back(t->index->scalar);
            each_variable(t->base, path, std::move(dims), visit);
        } else {
            visit(path, dims, t);
        }
    }
    static bool contains(TypeRef t, Form form);
    /// Whether values of the scalar type can be counted through (index, `for`, `choose`, quantifier).
    static bool finite_index(TypeRef t) {
        return t->form == Form::boolean || (t->form == Form::integer && !t->any_integer) ||
               t->form == Form::enumeration || t->form == Form::scalarset;
    }

 private:
    TypeRef keep(LangType t);
    system::TypeTable& table_;
    std::deque<LangType> types_;
};

}  // namespace untorn::language
