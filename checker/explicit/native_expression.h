// Expressions as native code: values into registers, conditions as jumps.
//
// Conditions are never computed as numbers where a jump will do: `and` and `or` are short circuits, and all conjuncts
// that say "this field has that value" about fields of one word become one masked comparison of the word. Values are
// evaluated on a stack of registers, the operand that needs more registers first (Sethi, Ullman, "The Generation of
// Optimal Code for Arithmetic Expressions", Journal of the ACM 17(4), 1970).
//
// Plain 64-bit arithmetic is used, which is exact where no operation can saturate: supports() asks the intervals.
// Shared subexpressions are computed again wherever they stand; supports() bounds the size that this makes.
#pragma once

#ifdef UNTORN_NATIVE_CODE

#include <optional>
#include <unordered_map>
#include <vector>

#include "checker/explicit/native_emitter.h"
#include "checker/explicit/program.h"

namespace untorn::checker::native {

/// A condition that must be true, or false (`holds`).
struct Literal {
    CodeId code = 0;
    bool holds = true;
};

/// The fields of the cells that an address may denote. Cell number `first` + offset, where the offset is the sum over
/// the indices that are not constant.
struct Places {
    bool known = false;     ///< else code for them is not made
    uint32_t first = 0;     ///< cell
    uint32_t span = 1;      ///< number of offsets
    bool regular = false;   ///< all in one word, at equal distances
    Layout::Field field{};  ///< of `first`, if regular
    unsigned stride = 0;    ///< bits from one cell to the next, if regular
    uint64_t mask = 0;      ///< of all of them in the word, if regular
    int64_t lo = 0;         ///< Field::lo of all of them
};

class Expressions {
 public:
    Expressions(Emitter& emitter, const Program& program);

    /// Whether code can be made for this, with `reserved` levels in use.
    bool supports(CodeId id, unsigned reserved = 0) const;
    bool supports_address(uint32_t address);
    /// The number of operations in code for this, shared ones counted each time.
    uint32_t size(CodeId id) const { return shapes_[id].size; }

    /// level = the code's value + bias, modulo 2^64. Uses higher levels.
    void value(CodeId id, unsigned level, int64_t bias = 0);
    /// Goes to `target` if the code is true (`when`) or is not. Uses levels from `level` on.
    void jump(CodeId id, asmjit::Label target, bool when, unsigned level = 0);
    /// Goes to `target` unless all literals hold.
    void require(const std::vector<Literal>& literals, asmjit::Label target, unsigned level = 0);
    /// Takes conjunctions (and what negation makes of disjunctions) apart.
    void collect(Literal literal, std::vector<Literal>& into) const;

    /// A literal about one field, as a comparison with that holding (or, if `negated`, not holding). Absent if it is
    /// about something else.
    struct FieldTest {
        std::optional<bool> decided;  ///< in every state
        WordTest test;
        bool negated = false;
    };
    std::optional<FieldTest> field_test(Literal literal) const;

    /// level = the offset of the cell times `scale`; goes to `bad` if an index is. Returns whether one can be.
    bool offset(uint32_t address, unsigned level, asmjit::Label bad, uint64_t scale);
    const Places& places(uint32_t address);
    /// Of the fields of Places that are not regular, by offset.
    asmjit::Label table(const Places& places);
    struct TableEntry {
        uint32_t byte = 0;   ///< of the word in the state
        uint32_t shift = 0;  ///< of the field in the word
        uint64_t mask = 0;   ///< of the field, before the shift; 0 for a cell without a field
    };
    /// At the end, where control never comes.
    void emit_tables();

 private:
    /// Of the code that a code makes.
    struct Shape {
        uint32_t size = 1;
        uint8_t levels = 1;
        bool exact = true;
    };

    Shape shape(CodeId id);
    Shape indexed_shape(uint32_t address);
    bool is_comparison(CodeId id) const;
    /// Levels a and b (in the order that takes fewer registers), which become `level` and `level` + 1, or the reverse.
    std::pair<x86::Gp, x86::Gp> both(CodeId a, CodeId b, unsigned level);
    void operation(CodeId id, unsigned level);
    void divide(const Code& code, unsigned level);
    void shift_one(CodeId exponent, unsigned level);
    void read(const Code& code, unsigned level);
    void truth(CodeId id, unsigned level);
    x86::CondCode compare(const Code& code, unsigned level);
    void require_one(Literal literal, asmjit::Label target, unsigned level);

    Emitter& e_;
    x86::Assembler& a_;
    const Program& program_;
    std::vector<Shape> shapes_;
    std::vector<Places> places_;  ///< by address
    std::vector<bool> places_made_;
    struct Table {
        asmjit::Label label;
        uint32_t first = 0, span = 0;
    };
    std::unordered_map<uint64_t, Table> tables_;
};

}  // namespace untorn::checker::native

#endif
