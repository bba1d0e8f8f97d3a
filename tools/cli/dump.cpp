#include "tools/cli/dump.h"

#include <fmt/core.h>

#include "model/system/dump.h"
#include "tools/cli/check.h"
#include "tools/cli/exit_status.h"
#include "tools/cli/output.h"
#include "tools/cli/runs.h"

namespace untorn::tools {

int dump(const Options& options) {
    Output out = Output::standard();
    Complaints complaints(options);
    const std::vector<Spec> specs = load_specs(options, complaints);
    bool first = true;
    for_each_run(specs, complaints, [&](const Spec& spec, const language::Run& run) {
        out.write(fmt::format("{}// {}\n", first ? "" : "\n", label(spec.path, run.config)));
        out.write(system::dump(run.system));
        first = false;
        return true;
    });
    out.close();
    return complaints.empty() ? exit_ok : exit_input;
}

}  // namespace untorn::tools
