#include <cadical.hpp>

#include "checker/symbolic/sat_solver.h"

namespace untorn::checker::symbolic {

namespace {

class CadicalSolver final : public SatSolver, private CaDiCaL::Terminator {
 public:
    CadicalSolver() { solver_.set("quiet", 1); }
    ~CadicalSolver() override {
        if (connected()) solver_.disconnect_terminator();
    }

    int new_variable() override { return ++variables_; }

    void add_clause(std::span<const int> literals) override {
        for (int literal : literals) solver_.add(literal);
        solver_.add(0);
    }

    Answer solve(std::span<const int> assumptions) override {
        if (meter_ != nullptr) meter_->pay(1);
        for (int literal : assumptions) solver_.assume(literal);
        constexpr int satisfiable = 10, unsatisfiable = 20;
        switch (solver_.solve()) {
            case satisfiable: return Answer::satisfiable;
            case unsatisfiable: return Answer::unsatisfiable;
            default: break;
        }
        if (meter_ != nullptr) meter_->pay(0);
        return Answer::interrupted;
    }

    /// Froleyks, Biere, "Single clause assumption without activation literals to speed-up IC3", FMCAD 2021.
    Answer solve_where(std::span<const int> clause, std::span<const int> assumptions) override {
        for (int literal : clause) solver_.constrain(literal);
        solver_.constrain(0);
        return solve(assumptions);
    }

    /// CaDiCaL knows only variables up to the greatest that it has seen.
    bool value(int literal) override {
        if (std::abs(literal) > solver_.vars()) return literal < 0;
        return solver_.val(literal) > 0;
    }

    bool needed(int assumption) override { return solver_.failed(assumption); }

    void interrupt_with(const std::atomic<bool>* flag) override {
        if (connected()) solver_.disconnect_terminator();
        interrupted_ = flag;
        if (connected()) solver_.connect_terminator(this);
    }

    void meter_with(WorkMeter* meter) override {
        if (connected()) solver_.disconnect_terminator();
        meter_ = meter;
        if (connected()) solver_.connect_terminator(this);
    }

    /// Measured: with few copies, simplifying takes longer than it saves.
    std::optional<size_t> simplified_from() const override { return 10; }

 private:
    bool connected() const { return interrupted_ != nullptr || meter_ != nullptr; }

    /// CaDiCaL asks after a fixed number of its own steps, so the same queries ask equally often.
    bool terminate() override {
        if (meter_ != nullptr && !meter_->go_on(1)) return true;
        return interrupted_ != nullptr && interrupted_->load(std::memory_order_relaxed);
    }

    CaDiCaL::Solver solver_;
    int variables_ = 0;
    const std::atomic<bool>* interrupted_ = nullptr;
    WorkMeter* meter_ = nullptr;
};

}  // namespace

std::unique_ptr<SatSolver> make_cadical() { return std::make_unique<CadicalSolver>(); }

}  // namespace untorn::checker::symbolic
