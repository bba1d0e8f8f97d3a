// Small mistakes that a specification's code could contain, made one at a time on its syntax trees: mutation analysis
// (DeMillo, Lipton, Sayward: Hints on Test Data Selection, 1978). Whoever compiles the mutated program and finds every
// verdict as it was has found code that no question depends on.
//
// Only code that acts is mutated: bodies of procedures, actors, power_loss and recover. Ghost code, properties and what
// a scenario starts from say what is asked, not how it is done; functions are left alone. Places in the source stay,
// so that a mutant's traces and errors show the original lines.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/language/loader.h"

namespace untorn::language {

enum class MutationOperator : uint8_t {
    lock,       ///< a lock is not taken; where it would be released, it is if it is held
    wait,       ///< an `await`, or a call of a procedure that does nothing but wait, is left out
    update,     ///< an assignment is left out
    call,       ///< another call of a procedure is left out
    condition,  ///< the branches of an `if` change places
    conjunct    ///< an `await` asks for one thing less
};

/// All operators, in this order.
inline constexpr MutationOperator mutation_operators[] = {MutationOperator::lock,      MutationOperator::wait,
                                                          MutationOperator::update,    MutationOperator::call,
                                                          MutationOperator::condition, MutationOperator::conjunct};
/// `lock`, `wait` and so on: as users name it.
const char* name(MutationOperator op);

/// One mistake at one place.
struct Mutation {
    MutationOperator op = MutationOperator::update;
    std::string procedure;  ///< `iomap_write_end`; of a variant `A.iomap_write_end`; an actor, `power_loss`, `recover`
    Span statement;         ///< the statement; of an `if` up to its condition
    uint32_t conjunct = 0;  ///< conjunct: which, from 0
    Span taken;             ///< what is left out, or the condition
    std::string text;       ///< the same as text, on one line
    bool of_variant = false;
    /// May the statement keep an actor from going on? Then it matters also where nobody has ever passed it.
    bool blocks() const;
};

/// Every mutation of one file of a program without errors, in the order of the source.
std::vector<Mutation> mutations(const Program& program, uint32_t file);

/// Puts a mutated tree in the place of the original, for as long as it lives. The program must be the one that the
/// mutation is of, or one with the same text in the file with that number.
class Mutated {
 public:
    Mutated(Program& program, const Mutation& mutation);
    ~Mutated();
    Mutated(const Mutated&) = delete;
    Mutated& operator=(const Mutated&) = delete;

 private:
    Program& program_;
    std::vector<ast::File> originals_;  ///< of the trees that were changed
};

}  // namespace untorn::language
