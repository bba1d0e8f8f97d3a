#include "tools/cli/cli.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <stdexcept>

#include "tools/cli/check.h"
#include "tools/cli/dump.h"
#include "tools/cli/exit_status.h"
#include "tools/cli/export.h"
#include "tools/cli/mutate.h"
#include "tools/cli/options.h"
#include "tools/cli/outcomes.h"
#include "tools/cli/output.h"
#include "tools/cli/prove.h"
#include "tools/cli/simulate.h"

namespace untorn::tools {

namespace {

/// A closed standard stream must not become the first file that is opened: what is printed would go there. Opened
/// the wrong way round, so that using it still fails.
void occupy_standard_streams() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int run_command(const Options& options) {
    switch (options.command) {
        case Command::check: return check(options);
        case Command::outcomes: return outcomes(options);
        case Command::simulate: return simulate(options);
        case Command::dump: return dump(options);
        case Command::export_: return export_run(options);
        case Command::prove: return prove(options);
        case Command::certify: return certify(options);
        case Command::mutate: return mutate(options);
    }
    return exit_ok;
}

}  // namespace

int run(int argc, char** argv) {
    occupy_standard_streams();
    try {
        const Parsed parsed = parse_options(argc, argv);
        if (!parsed.options) {
            if (parsed.status == exit_ok) {
                Output out = Output::standard();
                out.write(parsed.text);
                out.close();
            } else {
                fmt::print(stderr, "{}", parsed.text);
            }
            return parsed.status;
        }
        return run_command(*parsed.options);
    } catch (const InputError& e) {
        fmt::print(stderr, "untorn: {}\n", e.what());
        return exit_input;
    } catch (const OutputError& e) {
        fmt::print(stderr, "untorn: {}\n", e.what());
        return exit_input;
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "untorn: out of memory\n");
        return exit_undecided;
    } catch (const std::exception& e) {
        fmt::print(stderr, "untorn: internal error: {}; please report it with the specification\n", e.what());
        return exit_inconsistent;
    }
}

}  // namespace untorn::tools
