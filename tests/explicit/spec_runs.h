// Every run of the specifications in a folder of the repository, for tests of parts of the engine.
#pragma once

#include <functional>
#include <string>

#include "tools/cli/runs.h"

namespace untorn::testing {

/// Calls visit(name, system) for each run below these folders.
inline void for_each_spec_run(const std::vector<std::string>& folders,
                              const std::function<void(const std::string&, const system::System&)>& visit) {
    tools::Options options;
    for (const std::string& folder : folders) options.paths.push_back(std::string(UNTORN_SOURCE_DIR "/") + folder);
    options.quiet = true;
    options.color = tools::Color::never;
    tools::Complaints complaints(options);
    const std::vector<tools::Spec> specs = tools::load_specs(options, complaints);
    tools::for_each_run(specs, complaints, [&](const tools::Spec& spec, const language::Run& run) {
        visit(spec.path + " " + run.config.scenario + " " + run.config.variant, run.system);
        return true;
    });
}

}  // namespace untorn::testing
