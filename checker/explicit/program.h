// The transition system compiled for execution: every transition expanded into its instances (identity and choices put
// in), reads resolved to cells, expressions flattened into one array of codes that all instances share.
//
// Since closed expressions read nothing but cells, a shared code has one value in a state, whatever instance asks: the
// machine computes it once (see machine.h). Instances are found through the actor's program counter, so only guards of
// the points where actors stand are evaluated.
//
// Power loss is one step, whose choices are left open: it has as many of them as there are places where something may
// be kept or lost, and few of these matter in one state. See power_loss.h.
//
// Limits: at most 2^16 choice vectors for a step of an actor, or of init, and 2^20 instances in all (LimitReached).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checker/explicit/cells.h"
#include "checker/explicit/layout.h"
#include "model/system/system.h"

namespace untorn::checker {

using CodeId = uint32_t;

/// How the index of an array is turned into a cell.
struct Indexing {
    CodeId index = 0;
    int64_t lo = 0;
    uint32_t size = 0, stride = 0;
};

/// A cell whose indices are computed: base + the sum of (index - lo) * stride.
struct Address {
    uint32_t base = 0;
    uint32_t first = 0, count = 0;  ///< into Program::indexings
};

struct Code {
    enum class Op : uint8_t {
        constant,  ///< value
        cell,      ///< a: cell
        cell_is,   ///< a: cell; its value == value
        choice,    ///< a: which one of an open step
        indexed,   ///< a: address; value: what a bad index yields
        negation,
        conjunction,
        disjunction,
        equal,
        less,
        less_equal,
        add,
        subtract,
        multiply,
        divide,
        modulo,
        ite,
        bit_and,
        bit_or,
        bit_clear,
        shift_one,
        popcount
    } op = Op::constant;
    uint16_t choices = 0;  ///< how many choices of an open step must be made for it to have a value
    uint32_t slot = 0;     ///< where the machine keeps its value in this state; 0: not kept
    uint32_t a = 0, b = 0, c = 0;
    int64_t value = 0;
};

/// Every value of a code lies here. Inside +-value_limit (both ends excluded) no arithmetic saturated on the way, so
/// that plain 64-bit arithmetic gives the same value.
struct Interval {
    int64_t lo = 0, hi = 0;
};

struct CheckCode {
    CodeId ok = 0;
    uint32_t property = 0;
};

struct WriteCode {
    CodeId when = 0;
    CodeId value = 0;
    uint32_t target = 0;    ///< a cell, or an address if `computed`
    bool computed = false;  ///< the cell is only known in the state
};

/// The step belongs to a fairness constraint if `when` holds.
struct FairCode {
    uint32_t constraint = 0;  ///< index into Program::constraints
    CodeId when = 0;
};

/// The step passes a place in the source if `when` holds.
struct PassCode {
    CodeId when = 0;
    uint32_t site = 0;  ///< index into System::sites
};

/// A transition instance, or the init step with its choices made.
struct Instance {
    uint32_t transition = 0;  ///< index into System::transitions; 0 for init and power_loss
    int64_t identity = 0;
    std::vector<int64_t> choices;  ///< none of an open step
    CodeId guard = 0;
    std::vector<CheckCode> checks;  ///< those that can fail
    std::vector<WriteCode> writes;  ///< in order: of two to the same cell the later wins
    std::vector<CodeId> faults;     ///< each that holds spends a fault
    std::vector<FairCode> fair;     ///< where progress is asked for
    std::vector<PassCode> passes;   ///< where something can be passed, by site
};

/// A step whose choices are left open: its codes read them.
struct OpenStep {
    Instance instance;
    std::vector<Interval> choices;               ///< values of each
    std::vector<std::vector<CodeId>> conjuncts;  ///< of the guard, by how many choices must be made to know them
};

/// An actor instance: where it stands, and which instances begin where.
struct ActorInstance {
    system::ActorId actor = 0;
    uint32_t counter = 0;            ///< cell
    std::vector<uint32_t> first_of;  ///< by location, and the end: index into Program::instances
    std::vector<bool> may_rest;      ///< by location: standing here is no deadlock (rule 14)
};

/// A fairness constraint of one actor instance.
struct Constraint {
    uint32_t fairness = 0;  ///< index into System::fairness
    int64_t identity = 0;
    bool strong = false;
};

struct Program {
    /// Throws LimitReached (see above). `system` must outlive the program. Without `with_lemmas` there are none.
    explicit Program(const system::System& system, bool with_lemmas = false);

    const system::System& system;
    Cells cells;
    std::vector<Code> codes;          ///< arguments stand before what uses them
    std::vector<Interval> intervals;  ///< by code
    std::vector<Address> addresses;
    std::vector<Indexing> indexings;
    uint32_t slots = 1;

    std::vector<Instance> instances;     ///< numbered as rule 10 says, recover's last
    std::vector<Instance> init;          ///< by choices
    std::optional<OpenStep> power_loss;  ///< if there is a power_loss block
    /// The same with its choices made, by choices, for what compares instances. Only of a system with scalarsets, and
    /// not if there would be too many.
    std::optional<std::vector<Instance>> power_losses;
    std::vector<ActorInstance> actors;  ///< recover not among them
    ActorInstance recover;              ///< if has_recover
    bool has_recover = false;
    /// By System::properties: its expression. Behind them those of consequents.
    std::vector<CodeId> properties;
    std::vector<uint32_t> consequents;    ///< by System::properties: of leads_to, index into `properties`
    std::vector<CodeId> lemmas;           ///< by System::lemmas
    std::vector<Constraint> constraints;  ///< if a property asks for progress

    std::vector<uint32_t> thread_counters;  ///< cells
    std::vector<bool> changing;             ///< by cell: some step may give it another value than its first
    std::vector<bool> lost_reads;           ///< by cell: power_loss reads it
    std::vector<bool> recover_changes;      ///< by cell: recover may write it
    std::vector<uint32_t> surviving;        ///< cells that keep their value when power is lost
};

}  // namespace untorn::checker
