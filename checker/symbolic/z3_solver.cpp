#include <z3++.h>

#include <optional>
#include <set>

#include "checker/symbolic/sat_solver.h"
#include "checker/symbolic/z3_interrupter.h"

namespace untorn::checker::symbolic {

namespace {

class Z3Solver final : public SatSolver {
 public:
    Z3Solver() : solver_(context_, "QF_FD") {
        // Queries are many and short: what has been simplified before each of them, few live to use. Measured on the
        // check of a proof of 6,000 clauses: 4.0 s without this, 2.9 s with it.
        z3::params how(context_);
        how.set("simplify.delay", 1000000U);  // conflicts
        solver_.set(how);
    }

    int new_variable() override {
        variables_.push_back(context_.bool_const(("v" + std::to_string(variables_.size() + 1)).c_str()));
        return static_cast<int>(variables_.size());
    }

    void add_clause(std::span<const int> literals) override {
        z3::expr_vector parts(context_);
        for (int literal : literals) parts.push_back(expression(literal));
        solver_.add(z3::mk_or(parts));
    }

    Answer solve(std::span<const int> assumptions) override {
        if (meter_ != nullptr) meter_->pay(units_a_query);
        needed_.clear();
        model_.reset();
        if (interrupted_ != nullptr && interrupted_->load(std::memory_order_relaxed)) return Answer::interrupted;
        z3::expr_vector assumed(context_);
        for (int literal : assumptions) assumed.push_back(expression(literal));
        z3::check_result result = z3::unknown;
        {
            std::optional<Z3Interrupter> interrupter;
            if (interrupted_ != nullptr) interrupter.emplace(context_, *interrupted_);
            result = solver_.check(assumed);
        }
        if (result == z3::sat) {
            model_.emplace(solver_.get_model());
            return Answer::satisfiable;
        }
        if (result == z3::unknown) {
            if (interrupted_ != nullptr && interrupted_->load()) return Answer::interrupted;
            throw std::runtime_error("Z3 gives up: " + solver_.reason_unknown());
        }
        const z3::expr_vector core = solver_.unsat_core();
        for (int literal : assumptions)
            for (unsigned i = 0; i < core.size(); ++i)
                if (z3::eq(core[static_cast<int>(i)], expression(literal))) needed_.insert(literal);
        return Answer::unsatisfiable;
    }

    bool value(int literal) override {
        const bool positive = model_->eval(expression(std::abs(literal)), true).is_true();
        return positive == (literal > 0);
    }

    bool needed(int assumption) override { return needed_.contains(assumption); }

    void interrupt_with(const std::atomic<bool>* flag) override { interrupted_ = flag; }
    void meter_with(WorkMeter* meter) override { meter_ = meter; }

 private:
    static constexpr uint64_t units_a_query = 10;

    z3::expr expression(int literal) {
        const z3::expr& variable = variables_[static_cast<size_t>(std::abs(literal)) - 1];
        return literal > 0 ? variable : !variable;
    }

    z3::context context_;
    z3::solver solver_;
    std::vector<z3::expr> variables_;
    std::optional<z3::model> model_;
    std::set<int> needed_;
    const std::atomic<bool>* interrupted_ = nullptr;
    WorkMeter* meter_ = nullptr;
};

}  // namespace

std::unique_ptr<SatSolver> make_z3() { return std::make_unique<Z3Solver>(); }

}  // namespace untorn::checker::symbolic
