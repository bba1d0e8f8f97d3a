// The run to an outcome that stands in a certificate, as `untorn outcomes --json` writes an outcome (schema.json): read
// back, and executed by the reference evaluator. What the text says of each step (who moves, which choices he makes,
// what changes...) selects the move, and must be what the move does.
#pragma once

#include <span>
#include <string>
#include <variant>

#include "checker/explicit/program.h"
#include "checker/symbolic/outcomes.h"

namespace untorn::tools {

/// The text of the file.
std::string outcome_text(const checker::Outcome& outcome);

/// The outcome, if the text is of a run of the program to an outcome that satisfies every property of which the claim
/// is that all outcomes do; or why it is not. Of files of the specification only the names count, not their folders.
/// Throws InputError where the text is no JSON of an outcome.
std::variant<checker::Outcome, std::string> replay_outcome(const std::string& text, const checker::Program& program,
                                                           std::span<const checker::symbolic::OutcomeClaim> claims);

}  // namespace untorn::tools
