// A program's expressions as SMT-LIB 2 terms (Barrett, Fontaine, Tinelli, "The SMT-LIB standard, version 2.6"), in the
// logic QF_BV: the word-level encoding, from which certificates are written.
//
// It shares nothing with the encoding in bits that engines run (encode.h), so that a proof found with one is checked
// with the other. A number is a two's complement bit vector just wide enough for the interval of its expression, so
// that no operation overflows; a bool is a Bool. Expressions that are used more than once are defined once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "checker/explicit/program.h"
#include "checker/symbolic/smt_script.h"

namespace untorn::checker::symbolic {

/// How wide a two's complement number must be to hold every value from lo to hi.
unsigned signed_width(int64_t lo, int64_t hi);
/// `(_ bv5 4)`.
std::string smt_number(int64_t value, unsigned width);

/// `(and a b c)`; of one part, it; of none, the neutral term.
std::string smt_join(const char* op, const std::vector<std::string>& parts, const char* of_none);
inline std::string smt_all(const std::vector<std::string>& parts) { return smt_join("and", parts, "true"); }
inline std::string smt_any(const std::vector<std::string>& parts) { return smt_join("or", parts, "false"); }

/// The cells of a program as SMT symbols.
class SmtCells {
 public:
    /// `constants`: by cell, its value if it never changes.
    SmtCells(const Program& program, std::vector<std::optional<int64_t>> constants);

    /// As users know it, between bars: `|folio.mem[2]|`. With a prime after a step.
    const std::string& symbol(uint32_t cell) const { return symbols_[cell]; }
    const std::string& primed(uint32_t cell) const { return primed_[cell]; }
    /// The cells after a step: those that it may write, by cell with their symbols, are no constants there.
    SmtCells after(const std::map<uint32_t, std::string>& written) const;
    const std::optional<int64_t>& constant(uint32_t cell) const { return constants_[cell]; }
    bool is_bool(uint32_t cell) const;
    unsigned width(uint32_t cell) const;  ///< of a cell that is no bool
    std::string sort(uint32_t cell) const;
    /// A value as a term of the cell's sort.
    std::string value(uint32_t cell, int64_t value) const;
    /// Says of a symbol that it has a value of the cell's type; empty if every value of its sort is.
    std::string in_type(uint32_t cell, const std::string& symbol) const;

 private:
    const Program& program_;
    std::vector<std::optional<int64_t>> constants_;
    std::vector<std::string> symbols_, primed_;
};

/// The terms of one script. Definitions are appended to `script` as they are needed.
class SmtTerms {
 public:
    /// All must outlive it. `mark`: behind the names of its definitions, where a script has several sets of terms.
    SmtTerms(const Program& program, const SmtCells& cells, SmtScript& script, std::string mark = "")
        : program_(program), cells_(cells), script_(script), mark_(std::move(mark)) {}

    /// The code as a condition: a term of sort Bool. Throws LimitReached if an interval is so wide that arithmetic may
    /// have saturated.
    std::string truth(CodeId code);
    /// The code as a number of its own width, which is signed_width of its interval; of at least `width` bits.
    std::string number(CodeId code, unsigned width = 0);
    unsigned width(CodeId code) const;
    /// A number of the code as a value of the cell's sort; the interval of the code may be wider than the cell's type.
    std::string as_cell(CodeId code, uint32_t cell);
    /// The symbol of a choice of the open step (Program::power_loss): a number as wide as its values need.
    static std::string choice(size_t which) { return "|choice " + std::to_string(which) + "|"; }
    /// The computed address denotes this cell (one of those that it can).
    std::string denotes(const Address& address, uint32_t cell);

 private:
    std::string define(CodeId code, bool truth, std::string term);
    std::string make_truth(CodeId code);
    std::string make_number(CodeId code);
    std::string arithmetic(CodeId code, const char* op);
    std::string quotient(CodeId code, const char* op);
    std::string indexed(CodeId code, bool truth);
    std::string compare(const char* op, CodeId a, CodeId b);
    static std::string resized(const std::string& term, unsigned from, unsigned to);
    bool is_truth(CodeId code) const;

    const Program& program_;
    const SmtCells& cells_;
    SmtScript& script_;
    std::string mark_;
    std::unordered_map<CodeId, std::string> truths_, numbers_;
};

}  // namespace untorn::checker::symbolic
