// Transition instances as native code: one function that writes the records of all successors of a state.
//
// For each actor, in order: the program counter is taken out of its word and selects, through a table, the code of the
// instances at that location; the code of each location ends by going on to the next actor. An instance is a guard
// (jumps past it), its checks (jumps to where the failing record is written), and the successor word by word:
//
//     ((word & ~cleared) ^ flipped) + added | fields copied from other places | computed values
//
// Everything constant about the fields of a word is in three constants. What the guard and the checks say about a field
// is used: a write to a field whose value is known (the program counter, say) only flips bits; a value that is known to
// lie in its type is not checked again; counting up is one addition in place.
//
// Which locations the actors stand at is what a processor cannot foresee; each surprise costs more than a record. So
// what is simple enough is not code but data: where a location has one instance that compares fields with constants and
// writes constants, the table has the constants instead of an address. The record is written by the same instructions
// for all such locations, also where the guard does not hold: then the next record takes its place.
//
// Soundness: a value or an index that its type lacks makes the function return null before anything is believed of the
// records; the caller then runs the interpreter on the state, which says what is wrong.
#pragma once

#ifdef UNTORN_NATIVE_CODE

#include <vector>

#include "checker/explicit/native_expression.h"
#include "checker/explicit/native_facts.h"
#include "checker/explicit/state_code.h"

namespace untorn::checker::native {

/// Makes the function.
class Steps {
 public:
    /// Called for instances first..end-1 that are left to the interpreter: writes their records and returns the end, or
    /// null, which is passed on. The first word of the context is the address of the state.
    using Interpret = uint64_t* (*)(void* context, uint64_t* out, uint32_t first, uint32_t end);

    Steps(Emitter& emitter, Expressions& expressions, const Program& program, Interpret interpret);

    /// uint64_t* (const uint64_t* state, uint64_t* out, void* context, const uint64_t* asleep). No more code is made
    /// for instances when it has `limit` bytes.
    asmjit::Label successors(size_t limit);
    /// To be called when all is done.
    void emit_tables();
    size_t interpreted() const { return interpreted_; }

 private:
    /// A write to a field that has not been put into effect.
    struct Pending {
        Layout::Field field;
        CodeId value = 0;
    };
    /// Some fields of a word at once: (word & mask) << shift, to the right if negative.
    struct Copy {
        uint32_t word = 0;
        uint64_t mask = 0;
        int shift = 0;
    };
    /// What pending writes do to a word.
    struct WordEffect {
        uint32_t word = 0;
        uint64_t cleared = 0, flipped = 0, added = 0;
    };
    struct Effect : WordEffect {
        std::vector<Copy> copies;
        std::vector<Pending> values;
    };
    struct Failure {
        asmjit::Label at, back;
        uint32_t instance = 0, check = 0;
    };
    struct Asleep {
        asmjit::Label at, back;
        uint32_t instance = 0;
    };
    /// A location with at most one instance, as constants.
    struct Simple {
        bool never = false;             ///< nothing is ever enabled
        std::vector<WordTest> guard;    ///< at most one for each word
        std::vector<WordEffect> words;  ///< those that change
        Tag tag;
    };
    struct Changed {
        uint32_t word = 0;
        bool cleared = false, added = false;  ///< at some location
    };
    struct Actor {
        asmjit::Label table, far;
        std::vector<asmjit::Label> targets;         ///< by location
        std::vector<std::optional<Simple>> simple;  ///< by location; empty if the actor has none as data
        std::vector<uint32_t> guarded;              ///< words of simple locations
        std::vector<Changed> changed;
        int stride = 3;  ///< of the table's entries, as a power of two
    };

    bool supported(const Instance& instance);
    void plan(size_t number);
    std::optional<Simple> simple(const ActorInstance& actor, size_t location);
    bool simple_guard(const Instance& instance, Simple& into);
    void dispatch(size_t number);
    /// rax = the entry of the location at which the actor stands.
    void find_entry(const Actor& actor, uint32_t counter);
    void write_simple(const Actor& actor);
    void location(size_t number, size_t location, size_t limit);
    void leave_to_interpreter(uint32_t first, uint32_t end);
    void emit_table(const Actor& actor);

    void instance(uint32_t number, const ActorInstance& actor, size_t location);
    Facts facts_at(const ActorInstance& actor, size_t location, const Instance& instance) const;
    void choose_nothing();
    void choose_place(const Instance& instance);
    void write(const WriteCode& write, const Facts& facts);
    void write_field(const WriteCode& write, const Facts& facts);
    void write_computed(const WriteCode& write, const Facts& facts);
    void write_regular(const WriteCode& write, const Places& places, int64_t lo);
    void write_scattered(const WriteCode& write, const Places& places, int64_t lo);
    /// Whether what is written surely is a value of the cell.
    static bool fits(const WriteCode& write, const Cell& cell, const Facts& facts);
    void check_range(const WriteCode& write, const Cell& cell, const Facts& facts);
    /// Puts the pending writes of a word into effect (only if they touch `mask`).
    void flush(uint32_t word, const Facts& facts, uint64_t mask = ~uint64_t{0});
    void flush_all(const Facts& facts);
    Effect effect(uint32_t word, const Facts& facts);
    void add_effect(const Pending& pending, const Facts& facts, Effect& into);
    void copy_field(const Layout::Field& from, const Layout::Field& to, Effect& into);
    void put(const Effect& effect, uint32_t word);
    /// The register or memory in which the word of the successor is made; it has the word of the state at first.
    x86::Gp target_register(uint32_t word);
    void ensure(uint32_t word);
    void apply(x86::Inst::Id instruction, uint32_t word, uint64_t value);
    void apply(x86::Inst::Id instruction, uint32_t word, x86::Gp value);
    void store_words();
    void store_tag(const Instance& instance, Tag tag);
    void failures();
    void skip_if_asleep(uint32_t number, asmjit::Label next);
    void asleep();

    Emitter& e_;
    x86::Assembler& a_;
    Expressions& expressions_;
    const Program& program_;
    const Interpret interpret_;
    size_t interpreted_ = 0;

    std::vector<Actor> actors_;
    std::vector<asmjit::Label> next_;
    asmjit::Label broken_;  ///< returns null
    std::vector<Failure> failures_;
    std::vector<Asleep> asleep_;

    // Of the instance that is being made.
    bool in_memory_ = false;          ///< the successor's words are made in the record, not in registers
    std::vector<int> accumulator_;    ///< by word; -1: none
    std::vector<bool> ensured_;       ///< by word: the place holds a value
    std::vector<uint64_t> modified_;  ///< by word: bits for which the place may differ from the state
    std::vector<Pending> pending_;
};

}  // namespace untorn::checker::native

#endif
