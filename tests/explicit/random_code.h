// Random systems for the differential test of native code: wide and narrow domains, arrays of one and two dimensions
// that cross words, every operator on any operands, writes of every shape. Far from any real specification on purpose;
// most are not meant to be explored but to be asked about arbitrary states.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tests/explicit/build.h"

namespace untorn::testing {

class RandomCode {
 public:
    explicit RandomCode(uint32_t seed) : random_(seed) {}

    const system::System& make() {
        const int64_t variables = pick(2, 9);
        for (int64_t i = 0; i < variables; ++i) add_variable("v" + std::to_string(i));
        assertion_ = b.property("assertion", PropertyKind::assertion);
        const uint32_t fault = b.fault("unlimited", std::nullopt);
        const ActorId actor = b.actor("main", ActorKind::thread, {"a", "b", "c"});
        const ActorId other = b.actor("other", ActorKind::daemon, {"d"});
        for (LocationId from = 2; from < 5; ++from) add_point(actor, from, fault);
        b.point(other, 2, {condition(2), updates(), 2});
        // Everything changes, and so has bits in a state.
        for (const VarId var : variables_)
            if (!chance(8)) b.system.init.updates.push_back(touch(var));
        for (int i = 0; i < 4; ++i) b.property("p" + std::to_string(i), PropertyKind::invariant, condition(3));
        return b.finish();
    }

    Build b;

 private:
    int64_t pick(int64_t lo, int64_t hi) {
        return lo + static_cast<int64_t>(random_() % static_cast<uint64_t>(hi - lo + 1));
    }
    bool chance(int64_t of) { return pick(1, of) == 1; }
    const system::Type& type_of(VarId var) { return b.system.types[b.system.variables[var].type]; }

    TypeId type() {
        constexpr int64_t limit = system::value_limit;
        switch (pick(0, 9)) {
            case 0:
            case 1: return 0;
            case 2: return b.range(0, pick(1, 5));
            case 3: return b.range(-pick(1, 5), pick(0, 5));
            case 4: return b.range(pick(1, 3), pick(4, 40));
            case 5: return b.range(0, (int64_t{1} << pick(8, 33)) - pick(1, 2));
            case 6: return b.range(-(int64_t{1} << pick(8, 50)), int64_t{1} << pick(8, 50));
            case 7: return chance(4) ? b.range(-limit, limit - 2) : b.range(-2, int64_t{1} << 31);
            case 8: return b.range(5, 5 + pick(1, 3));
            default: return b.range(0, 3);
        }
    }

    void add_variable(const std::string& name) {
        std::vector<TypeId> dims;
        if (chance(2)) dims.push_back(b.range(pick(-1, 2), pick(3, 6)));
        if (chance(5)) dims.push_back(b.range(0, pick(0, 3)));
        variables_.push_back(b.variable(name, type(), Storage::memory, dims));
    }

    /// Gives every cell a value that is not its first, on no condition that holds.
    Update touch(VarId var) {
        std::vector<ExprId> index;
        for (const TypeId dim : b.system.variables[var].dims) {
            // An index that is not known makes all cells changing ones.
            const system::Type& of = b.system.types[dim];
            index.push_back(
                b.system.pool.ite(b.is(variables_[0], type_of(variables_[0]).hi, first_index(variables_[0])),
                                  b.number(of.hi), b.number(of.lo)));
        }
        Update update = Build::put(var, b.number(type_of(var).hi), index);
        update.when = b.is(variables_[0], type_of(variables_[0]).hi, first_index(variables_[0]));
        return update;
    }
    std::vector<ExprId> first_index(VarId var) {
        std::vector<ExprId> index;
        for (const TypeId dim : b.system.variables[var].dims) index.push_back(b.number(b.system.types[dim].lo));
        return index;
    }

    void add_point(ActorId actor, LocationId from, uint32_t fault) {
        std::vector<Branch> branches;
        for (int64_t i = pick(1, 3); i > 0; --i) {
            Branch branch{chance(2) ? ExprPool::yes : condition(2), updates(), static_cast<LocationId>(pick(1, 4))};
            for (int64_t checks = pick(0, 2); checks > 0; --checks)
                branch.checks.push_back(b.check(condition(2), assertion_));
            branches.push_back(branch);
        }
        b.point(actor, from, branches);
        for (int64_t i = chance(2) ? pick(1, 3) : 0; i > 0; --i)
            b.system.transitions.back().step.faults.push_back({chance(2) ? ExprPool::yes : condition(1), fault});
    }

    std::vector<Update> updates() {
        std::vector<Update> made;
        ExprId when = ExprPool::yes;
        for (int64_t i = pick(0, 6); i > 0; --i) {
            if (chance(3)) when = chance(2) ? condition(2) : ExprPool::yes;
            const VarId var = any();
            Update update = Build::put(var, stored(var), index(var));
            update.when = when;
            made.push_back(update);
        }
        return made;
    }

    /// Something to store in the variable; now and then it does not fit.
    ExprId stored(VarId var) {
        system::ExprPool& pool = b.system.pool;
        const int64_t lo = type_of(var).lo, hi = type_of(var).hi;
        switch (pick(0, 5)) {
            case 0: return b.number(pick(0, 1) == 0 ? lo : hi);
            case 1: return number(0, var);
            case 2: {
                const ExprId old = b.get(var, index(var)), next = pool.add(old, b.number(chance(2) ? 1 : -1));
                return chance(6) ? next : clamped(next, lo, hi);
            }
            case 3:
                for (const VarId from : variables_)
                    if (type_of(from) == type_of(var) && chance(2)) return b.get(from, index(from));
                [[fallthrough]];
            case 4: return clamped(number(3), lo, hi);
            default: return chance(12) ? number(1) : clamped(number(1), lo, hi);
        }
    }
    ExprId clamped(ExprId value, int64_t lo, int64_t hi) {
        system::ExprPool& pool = b.system.pool;
        const ExprId fits = pool.both(pool.less_equal(b.number(lo), value), pool.less_equal(value, b.number(hi)));
        return pool.ite(fits, value, b.number(chance(2) ? lo : hi));
    }

    VarId any() { return variables_[static_cast<size_t>(pick(0, static_cast<int64_t>(variables_.size()) - 1))]; }
    std::vector<ExprId> index(VarId var) {
        std::vector<ExprId> made;
        for (const TypeId dim : b.system.variables[var].dims) {
            const system::Type of = b.system.types[dim];
            switch (pick(0, 4)) {
                case 0: made.push_back(number(1)); break;
                case 1: made.push_back(b.number(pick(of.lo, of.hi + (chance(9) ? 1 : 0)))); break;
                default: made.push_back(clamped(number(chance(3) ? 1 : 0), of.lo, of.hi));
            }
        }
        return made;
    }

    ExprId number(int depth, VarId from = system::none) {
        system::ExprPool& pool = b.system.pool;
        if (depth == 0 && from == system::none && chance(4)) return b.number(any_number());
        if (depth == 0) {
            const VarId var = from == system::none ? any() : from;
            std::vector<ExprId> at;
            for (const TypeId dim : b.system.variables[var].dims) {
                const system::Type& of = b.system.types[dim];
                at.push_back(chance(3) && plain_ != system::none ? b.get(plain_) : b.number(pick(of.lo, of.hi)));
            }
            if (at.empty()) plain_ = var;
            return b.get(var, at);
        }
        const ExprId x = number(depth - 1), y = number(static_cast<int>(pick(0, depth - 1)));
        switch (pick(0, 13)) {
            case 0: return pool.add(x, y);
            case 1: return pool.subtract(x, y);
            case 2: return pool.multiply(x, y);
            case 3: return pool.divide(x, y);
            case 4: return pool.modulo(x, y);
            case 5: return pool.ite(condition(depth - 1), x, y);
            case 6: return pool.bit_and(x, y);
            case 7: return pool.bit_or(x, y);
            case 8: return pool.bit_clear(x, y);
            case 9: return pool.shift_one(chance(2) ? x : pool.modulo(x, b.number(34)));
            case 10: return pool.popcount(x);
            case 11: return pool.modulo(x, b.number(int64_t{1} << pick(0, 5)));
            case 12: {
                const VarId var = any();
                return b.get(var, index(var));
            }
            default: return condition(depth - 1);
        }
    }
    int64_t any_number() {
        switch (pick(0, 5)) {
            case 0: return int64_t{1} << pick(0, 61);
            case 1: return -(int64_t{1} << pick(0, 61));
            case 2: return pick(-2000000000, 2000000000);
            default: return pick(-2, 6);
        }
    }

    ExprId condition(int depth) {
        system::ExprPool& pool = b.system.pool;
        if (depth > 0 && chance(2)) {
            const ExprId x = condition(depth - 1), y = condition(depth - 1);
            switch (pick(0, 3)) {
                case 0: return pool.both(x, y);
                case 1: return pool.either(x, y);
                case 2: return pool.negate(x);
                default: return pool.ite(x, y, condition(depth - 1));
            }
        }
        const ExprId x = number(depth > 1 ? depth - 1 : 0), y = number(chance(2) ? 0 : depth);
        switch (pick(0, 4)) {
            case 0: return pool.less(x, y);
            case 1: return pool.less_equal(y, x);
            case 2: {
                const VarId var = any();
                return pool.equal(b.get(var, index(var)),
                                  b.number(pick(0, 1) == 0 ? type_of(var).lo : type_of(var).hi));
            }
            default: return pool.equal(x, y);
        }
    }

    std::mt19937_64 random_;
    std::vector<VarId> variables_;
    VarId plain_ = system::none;  ///< without dimensions
    uint32_t assertion_ = 0;
};

}  // namespace untorn::testing
