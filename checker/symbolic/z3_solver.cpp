#include <z3++.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "checker/symbolic/sat_solver.h"

namespace untorn::checker::symbolic {

namespace {

/// Z3 looks at no flag of ours: a thread looks at it while a query runs.
class Z3Interrupter {
 public:
    Z3Interrupter(z3::context& context, const std::atomic<bool>& flag)
        : thread_([this, &context, &flag] {
              std::unique_lock lock(mutex_);
              while (!done_) {
                  wake_.wait_for(lock, std::chrono::milliseconds(20));
                  // Again and again: Z3 forgets an interrupt that comes before it has begun.
                  if (!done_ && flag.load(std::memory_order_relaxed)) context.interrupt();
              }
          }) {}
    ~Z3Interrupter() {
        {
            const std::scoped_lock lock(mutex_);
            done_ = true;
        }
        wake_.notify_all();
        thread_.join();
    }
    Z3Interrupter(const Z3Interrupter&) = delete;
    Z3Interrupter& operator=(const Z3Interrupter&) = delete;

 private:
    std::mutex mutex_;
    std::condition_variable wake_;
    bool done_ = false;
    std::thread thread_;  ///< last: it uses the others
};

class Z3Solver final : public SatSolver {
 public:
    Z3Solver() : solver_(context_, "QF_FD") {}

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

 private:
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
};

}  // namespace

std::unique_ptr<SatSolver> make_z3() { return std::make_unique<Z3Solver>(); }

}  // namespace untorn::checker::symbolic
