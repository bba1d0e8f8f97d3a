#include "model/system/type.h"

#include <fmt/format.h>
#include <bit>

namespace untorn::system {

TypeTable::TypeTable() { types_.push_back({TypeKind::boolean, "bool", 0, 1, {}, 0}); }

TypeId TypeTable::intern(Type t) {
    for (TypeId id = 0; id < types_.size(); ++id)
        if (types_[id] == t) return id;
    types_.push_back(std::move(t));
    return static_cast<TypeId>(types_.size() - 1);
}

TypeId TypeTable::range(int64_t lo, int64_t hi) {
    return intern({TypeKind::range, fmt::format("{}..{}", lo, hi), lo, hi, {}, 0});
}

TypeId TypeTable::optional(TypeId base) {
    return intern({TypeKind::optional, types_[base].name + "?", 0, types_[base].size(), {}, base});
}

TypeId TypeTable::set(TypeId base) {
    const int64_t top = (int64_t{1} << types_[base].size()) - 1;
    return intern({TypeKind::set, fmt::format("set<{}>", types_[base].name), 0, top, {}, base});
}

std::string TypeTable::text(TypeId id, int64_t value) const {
    const Type& t = types_[id];
    switch (t.kind) {
        case TypeKind::boolean: return value != 0 ? "true" : "false";
        case TypeKind::range: return std::to_string(value);
        case TypeKind::scalarset: return fmt::format("{}#{}", t.name, value);
        case TypeKind::optional: return value == 0 ? "none" : text(t.base, value - 1 + types_[t.base].lo);
        case TypeKind::set: {
            std::string out = "{";
            for (int64_t i = 0; i < types_[t.base].size(); ++i)
                if ((value >> i & 1) != 0) {
                    if (out.size() > 1) out += ", ";
                    out += text(t.base, types_[t.base].lo + i);
                }
            return out + "}";
        }
        case TypeKind::enumeration:
        case TypeKind::mutex:
        case TypeKind::location: break;
    }
    const auto at = static_cast<size_t>(value);
    return value >= 0 && at < t.labels.size() ? t.labels[at] : std::to_string(value);
}

unsigned bits_for(int64_t size) {
    return size <= 1 ? 0U : static_cast<unsigned>(std::bit_width(static_cast<uint64_t>(size - 1)));
}

}  // namespace untorn::system
