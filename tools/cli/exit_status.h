// What the exit status says, and how several findings combine.
#pragma once

namespace untorn::tools {

inline constexpr int exit_ok = 0;            ///< everything as expected
inline constexpr int exit_unexpected = 1;    ///< a verdict is not the expected one, or violated where none was stated
inline constexpr int exit_input = 2;         ///< the input is wrong, or the output could not be written
inline constexpr int exit_undecided = 3;     ///< a question has no answer: a limit, an interruption, or not supported
inline constexpr int exit_inconsistent = 4;  ///< the tool caught itself in an inconsistency

/// Where several apply: 4, 2, 1, 3, 0.
constexpr int worse(int a, int b) {
    for (const int status : {exit_inconsistent, exit_input, exit_unexpected, exit_undecided})
        if (a == status || b == status) return status;
    return exit_ok;
}

}  // namespace untorn::tools
