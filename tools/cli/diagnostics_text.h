// Diagnostics as text: place, message, the source line with the place underlined, advice.
#pragma once

#include <string>
#include <vector>

#include "model/language/loader.h"
#include "tools/cli/style.h"

namespace untorn::tools {

/// `files` are the program's, by Span::file; a diagnostic about no file of these (it could not be read) has no excerpt.
std::string render(const language::Diagnostic& diagnostic, const std::vector<language::SourceFile>& files,
                   const Style& style);

/// All of them, in order, and how many errors were not kept.
std::string render(const language::Diagnostics& diagnostics, const std::vector<language::SourceFile>& files,
                   const Style& style);

}  // namespace untorn::tools
