// Closes expression templates: the identity, the mutex code and the choices of one instance are put in as constants and
// quantifiers are written out, so that what remains reads nothing but cells (and choices, where these are left in).
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "model/system/system.h"

namespace untorn::checker {

/// What an instance puts in for `self`, `me` and `choice`.
struct Binding {
    int64_t self = 0;
    int64_t me = 0;
    std::vector<int64_t> choices;
    bool open_choices = false;  ///< choices are left as they are
};

class Closer {
 public:
    /// New nodes go into `pool`, which must be (a copy of) the system's; it outlives the closer, as `types` does.
    Closer(system::ExprPool& pool, const system::TypeTable& types, Binding binding)
        : pool_(pool), types_(types), binding_(std::move(binding)) {}

    system::ExprId close(system::ExprId id) { return close(id, memo_); }

 private:
    using Memo = std::unordered_map<system::ExprId, system::ExprId>;

    system::ExprId close(system::ExprId id, Memo& memo);
    system::ExprId rebuild(const system::Node& node, const std::vector<system::ExprId>& args);
    system::ExprId write_out(const system::Node& quantifier, system::ExprId body);

    system::ExprPool& pool_;
    const system::TypeTable& types_;
    Binding binding_;
    std::unordered_map<int64_t, int64_t> bound_;  ///< variables of the enclosing quantifiers
    Memo memo_;                                   ///< outside quantifiers
};

}  // namespace untorn::checker
