#include "checker/symbolic/solver_check.h"

#include <z3++.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "checker/symbolic/z3_interrupter.h"

namespace untorn::checker::symbolic {

namespace {

std::string model_text(const z3::model& model) {
    std::vector<std::string> lines;
    for (unsigned i = 0; i < model.num_consts(); ++i) {
        const z3::func_decl constant = model.get_const_decl(i);
        lines.push_back(constant.name().str() + " = " + model.get_const_interp(constant).to_string());
    }
    std::ranges::sort(lines);
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

}  // namespace

SolverAnswer ask_z3(const std::string& script, const std::atomic<bool>* interrupt, double seconds, const char* logic) {
    try {
        z3::context context;
        z3::solver solver(context, logic);
        if (seconds > 0) {
            z3::params limits(context);
            limits.set("timeout", static_cast<unsigned>(std::clamp(seconds * 1000, 1.0, 4e9)));
            solver.set(limits);
        }
        solver.from_string(script.c_str());
        // A script that asserts nothing would be satisfiable; one that cannot be parsed must not pass for one.
        z3::check_result answer = z3::unknown;
        {
            std::optional<Z3Interrupter> interrupter;
            if (interrupt != nullptr) interrupter.emplace(context, *interrupt);
            answer = solver.check();
        }
        switch (answer) {
            case z3::unsat: return {SolverAnswer::Kind::unsat, ""};
            case z3::sat: return {SolverAnswer::Kind::sat, model_text(solver.get_model())};
            default: return {SolverAnswer::Kind::unknown, solver.reason_unknown()};
        }
    } catch (const z3::exception& e) {
        return {SolverAnswer::Kind::error, e.msg()};
    }
}

std::string z3_version() {
    unsigned major = 0, minor = 0, build = 0, revision = 0;
    Z3_get_version(&major, &minor, &build, &revision);
    return "Z3 " + std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(build);
}

}  // namespace untorn::checker::symbolic
