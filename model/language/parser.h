// Recursive descent over the tokens of one file; goes on after an error at the next statement or item.
#pragma once

#include <string>

#include "model/language/ast.h"
#include "model/language/diagnostic.h"

namespace untorn::language {

/// Deepest nesting of blocks, expressions and types together; deeper is an error, not a stack overflow.
inline constexpr int max_nesting = 200;

/// Parses the text of file number `file`. Never fails: what could not be read is missing from the tree and reported.
ast::File parse(uint32_t file, const std::string& text, Diagnostics& diagnostics);

}  // namespace untorn::language
