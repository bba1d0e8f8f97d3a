// What a move says to a reader: who moves, where, which choices are made, which faults strike, which labels are passed,
// which cells change, which check fails. One place, so that every trace and every list of moves says the same.
#pragma once

#include "checker/result/result.h"
#include "model/system/evaluator.h"

namespace untorn::checker {

/// Executes a move in a state: of `move`, only kind (initial, step or power_loss), transition, identity and choices are
/// read. Whether it is enabled there is not asked. Throws std::logic_error as Evaluator::execute does.
system::Executed execute(const system::System& system, const system::Evaluator& evaluator, const TraceStep& move,
                         const system::State& before);

/// The step of the system that a move makes.
const system::Step& step_of(const system::System& system, const TraceStep& move);

/// Fills the fields of `move` that are there for printing; `executed` is what executing it in `before` gave.
void describe(const system::System& system, const system::Evaluator& evaluator, TraceStep& move,
              const system::State& before, const system::Executed& executed);

}  // namespace untorn::checker
