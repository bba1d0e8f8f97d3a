// The program: arguments in, exit status out.
#pragma once

namespace untorn::tools {

/// Runs the program on the process's own standard streams; returns the exit status (exit_status.h).
int run(int argc, char** argv);

}  // namespace untorn::tools
