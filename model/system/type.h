// Finite scalar types. Every variable cell and every expression of the transition system has a value that is one
// int64_t; a type says which values exist, how they are written, and which are identities (for symmetry).
//
//   bool        0, 1                          range      the integers lo..hi themselves
//   enumeration 0..n-1, by declaration        scalarset  0..n-1, equality only
//   optional    0 = none, else 1 + (v - lo of the base type)
//   set         a bit mask; bit i is the i-th value of the base type (at most 32 values)
//   mutex       0 = free, else 1 + number of the actor instance that holds it
//   location    program counters: 0..n-1
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace untorn::system {

using TypeId = uint32_t;

enum class TypeKind : uint8_t { boolean, range, enumeration, scalarset, optional, set, mutex, location };

struct Type {
    TypeKind kind = TypeKind::boolean;
    std::string name;                 ///< as written in the source, for dumps and messages
    int64_t lo = 0;                   ///< least value
    int64_t hi = 1;                   ///< greatest value; lo - 1 if the type is empty
    std::vector<std::string> labels;  ///< enumeration: enumerators; mutex: "free", then holders; location: texts
    TypeId base = 0;                  ///< optional, set: the base type

    /// Number of values; 0 for an empty type.
    int64_t size() const { return hi - lo + 1; }
    /// The value variables of this type start with and return to.
    int64_t first() const { return lo; }
    bool contains(int64_t v) const { return lo <= v && v <= hi; }
    bool operator==(const Type&) const = default;
};

/// Owns types; equal types get the same id. Id 0 is `bool`.
class TypeTable {
 public:
    TypeTable();
    TypeId intern(Type t);
    const Type& operator[](TypeId id) const { return types_[id]; }
    Type& edit(TypeId id) { return types_[id]; }  ///< for mutex and location labels, known last
    size_t size() const { return types_.size(); }
    static constexpr TypeId boolean = 0;

    TypeId range(int64_t lo, int64_t hi);
    TypeId optional(TypeId base);
    TypeId set(TypeId base);

    /// A value as users write it: `true`, `7`, `Old`, `Writer#1`, `none`, `{1, 2}`, `free`.
    std::string text(TypeId id, int64_t value) const;

 private:
    std::vector<Type> types_;
};

/// Number of bits that hold `size` different values: ceil(log2(size)), 0 for size <= 1.
unsigned bits_for(int64_t size);

}  // namespace untorn::system
