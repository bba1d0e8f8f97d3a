// A certificate in a folder: what was proved of which run, the invariant as text, and a script for each obligation.
//
//     manifest.json         which run, which properties; the list of obligations
//     invariant.untorn      the invariant, in the language's expressions (checker/symbolic/invariant_text.h), but for
//                           the lemmas of the specification that are part of it, which the manifest names
//     rankings.untorn       of progress properties, if there are some (checker/symbolic/ranking_text.h)
//     outcome.json          where some properties say that there is an outcome: a run to one (outcome_replay.h)
//     obligations/*.smt2    what must be unsatisfiable
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checker/symbolic/proof_obligations.h"
#include "model/language/compile.h"

namespace untorn::tools {

struct Certificate {
    std::string spec;  ///< as it was named
    language::RunConfig config;
    std::vector<std::string> properties;  ///< names
    /// Names of lemmas of the specification: conjuncts of the invariant, and others that follow from it.
    std::vector<std::string> lemmas, shown_lemmas;
    /// Of `sometimes` and `always` among the properties: the word() of what is proved (checker/symbolic/outcomes.h).
    std::map<std::string, std::string> outcomes;
    std::string outcome;    ///< text; empty: none of these says that there is one
    std::string invariant;  ///< text
    std::string rankings;   ///< text; empty: there are none
    std::vector<checker::symbolic::Obligation> obligations;
};

/// Makes the folder and writes the files. A folder that exists must be empty. Throws InputError or OutputError.
void write_certificate(const std::string& folder, const Certificate& certificate);

/// Reads it back. Throws InputError, which says what is wrong with which file: also a script that the manifest does not
/// name, and an outcome that is missing or not needed.
Certificate read_certificate(const std::string& folder);

/// Whether some property says that there is an outcome.
bool needs_outcome(const Certificate& certificate);

/// Path of an obligation's script.
std::string script_path(const std::string& folder, const std::string& obligation);

}  // namespace untorn::tools
