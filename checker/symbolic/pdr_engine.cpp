#include "checker/symbolic/pdr_engine.h"

#include <algorithm>
#include <new>
#include <optional>

#include "checker/explicit/limits.h"
#include "checker/symbolic/bmc.h"
#include "checker/symbolic/one_hot.h"
#include "checker/symbolic/progress_search.h"

namespace untorn::checker::symbolic {

using Known = BadAnswer::Known;

namespace {

class Engine {
 public:
    Engine(const Encoding& encoding, const SearchOptions& options, const MakeSolver& make_solver,
           const MakeSolver& make_checker, const Company& company)
        : encoding_(encoding),
          options_(options),
          make_solver_(make_solver),
          make_checker_(make_checker),
          company_(company),
          watch_(options),
          bounded_(encoding, make_solver, watch_),
          hot_(encoding),
          answers_(bounded_.answers()) {}

    SearchResult run() {
        std::string limit;
        try {
            demand_same_init();
            for (uint32_t bad = 0; bad < answers_.size(); ++bad) {
                if (options_.stop_early && violated()) throw LimitReached{"--stop-early"};
                if (answers_[bad].known != Known::open) continue;
                if (wanted(bad)) ask(bad);
                if (!wanted(bad) && limit.empty()) limit = "not asked: it is answered elsewhere";
                if (company_.decided) company_.decided(labelled(verdicts(encoding_, answers_, limit, false)));
            }
        } catch (const LimitReached& reached) {
            limit = reached.what + ": pdr, " + reached_text();
        } catch (const std::bad_alloc&) {
            limit = "out of memory: pdr, " + reached_text();
        }
        if (company_.wanted) company_.wanted(system::none);
        SearchResult result = verdicts(encoding_, answers_, limit, recovery_ends(encoding_, make_checker_));
        std::vector<Clause> candidates;  // the first of each lemma: the others follow
        for (const ClauseOrbit& lemma : checked_) candidates.push_back(lemma.front());
        prove_progress_by_pdr(encoding_, hot_, candidates, {options_, watch_, make_solver_, make_checker_}, result);
        return labelled(std::move(result));
    }

 private:
    SearchResult labelled(SearchResult result) const {
        result.engine = "pdr";
        result.reached = reached_text();
        return result;
    }
    std::string reached_text() const { return counted(frames_, "frame") + ", " + counted(lemmas_, "lemma"); }

    bool wanted(uint32_t bad) const {
        return !company_.wanted || company_.wanted(encoding_.transition().bads[bad].property);
    }

    void ask(uint32_t bad) {
        try {
            decide(bad);
        } catch (const NoLongerAsked&) {
            // What has passed every check stays. The search and the check were left in the middle of something: the
            // check may have premises that it has not seen to hold.
            pdr_.reset();
            check_.reset();
        }
    }

    bool violated() const {
        for (uint32_t bad = 0; bad < answers_.size(); ++bad)
            if (answers_[bad].known == Known::happens && !encoding_.transition().bads[bad].satisfied) return true;
        return false;
    }

    /// Checks of the init step that fail are found by the bounded search; that the others do not is asked of Z3, too.
    void demand_same_init() {
        const BoundedSearch again(encoding_, make_checker_, watch_);
        for (size_t bad = 0; bad < answers_.size(); ++bad)
            if ((again.answers()[bad].known == Known::happens) != (answers_[bad].known == Known::happens))
                throw BrokenRule{"two solvers disagree on whether a check of init fails"};
    }

    PdrOptions pdr_options() {
        PdrOptions options;
        options.make_solver = make_solver_;
        options.interrupt = watch_.flag();
        options.memory = options_.memory_bytes;
        options.max_frames = options_.max_steps;
        options.known = checked_;
        if (!symmetric_) options.orbit_limit = 0;
        options.progress = [this](const PdrProgress& now) {
            note(now);
            report();
        };
        return options;
    }
    void note(const PdrProgress& now) {
        frames_ = std::max(frames_, now.frames);
        lemmas_ = std::max(lemmas_, now.lemmas);
    }

    /// With lemmas for all identities at once, as long as that was no mistake.
    void decide(uint32_t bad) {
        if (!pdr_) pdr_.emplace(hot_.transition(), pdr_options());
        const PdrResult result = pdr_->decide(std::span(&bad, 1));
        note(result.reached);
        if (!result.inconsistency.empty() && symmetric_ && !hot_.transition().symmetries.empty()) {
            // Identities are told apart somewhere: images of lemmas need not hold.
            symmetric_ = false;
            pdr_.reset();
            return decide(bad);
        }
        if (!result.inconsistency.empty()) throw BrokenRule{result.inconsistency};
        switch (result.answer) {
            case PdrResult::Answer::proved: return proved(bad, result);
            case PdrResult::Answer::violated: return happens(bad, hot_.in_bits(result.run));
            case PdrResult::Answer::undecided: break;
        }
        watch_.check();
        if (result.limit == "frames") throw LimitReached{"--max-steps " + std::to_string(options_.max_steps)};
        if (result.limit == "--memory")
            throw LimitReached{"--memory " + std::to_string(options_.memory_bytes) + " bytes"};
        throw LimitReached{result.limit};
    }

    void proved(uint32_t bad, const PdrResult& result) {
        if (!check_) begin_check();
        // What was known comes first, and has passed this check before.
        const std::span<const ClauseOrbit> fresh = std::span(result.lemmas).subspan(checked_.size());
        auto broken = check_->keeps(disjunctions(fresh, latches_));
        if (!broken) broken = check_->excludes(std::span(&bad, 1));
        if (broken && broken->kind == BrokenObligation::Kind::interrupted) watch_.give_up();
        if (broken) throw BrokenRule{"two solvers disagree on an inductive invariant"};
        answers_[bad] = {Known::never, std::nullopt, false, "proved by pdr, " + counted(result.lemmas.size(), "lemma")};
        checked_.insert(checked_.end(), fresh.begin(), fresh.end());
    }

    void begin_check() {
        bits_ = encoding_.transition();
        std::vector<Lit> latches;
        for (const Latch& latch : bits_.latches) latches.push_back(latch.current);
        latches_ = hot_.in_bits(bits_.circuit, latches);
        check_.emplace(bits_, make_checker_, watch_.flag());
        check_->assume(disjunctions(checked_, latches_));
    }

    void happens(uint32_t bad, const BitRun& run) {
        if (!is_run(encoding_.transition(), run)) throw BrokenRule{"pdr found a run that the circuit does not have"};
        // First, that the evaluator agrees; then, whether a shorter one is found within the limits.
        answers_[bad] = {Known::happens, replayed(encoding_, run), false, ""};
        while (bounded_.answers()[bad].known == Known::open) {
            if (bounded_.complete() || bounded_.steps() > run.steps.size())
                throw BrokenRule{"pdr found a run where the bounded search finds none"};
            bounded_.next();
            report();
        }
        for (size_t i = 0; i < answers_.size(); ++i) {
            if (bounded_.answers()[i].known != Known::happens || answers_[i].shortest) continue;
            if (answers_[i].known == Known::never)
                throw BrokenRule{"the bounded search found a run where pdr proved that there is none"};
            answers_[i] = bounded_.answers()[i];
        }
    }

    void report() const {
        if (!options_.progress) return;
        SearchProgress now;
        now.engine = "pdr";
        now.depth = std::max<uint64_t>(frames_, bounded_.steps());
        now.bytes = bounded_.bytes();
        options_.progress(now);
    }

    const Encoding& encoding_;
    const SearchOptions& options_;
    const MakeSolver &make_solver_, &make_checker_;
    const Company& company_;
    Watch watch_;
    BoundedSearch bounded_;
    OneHot hot_;
    bool symmetric_ = true;  ///< the guess of OneHot has not been found wrong
    std::vector<BadAnswer> answers_;
    std::optional<Pdr> pdr_;
    std::vector<ClauseOrbit> checked_;  ///< inductive together; Z3 has agreed
    TransitionCircuit bits_;            ///< for the check, with the latches of hot_ as functions
    std::vector<Lit> latches_;
    std::optional<InvariantCheck> check_;
    size_t frames_ = 0, lemmas_ = 0;
};

}  // namespace

std::variant<SearchResult, Inconsistency> answer_by_pdr(const system::System& system, const SearchOptions& options,
                                                        const MakeSolver& make_solver, const MakeSolver& make_checker,
                                                        const Company& company) {
    try {
        const Encoding encoding(system);
        return Engine(encoding, options, make_solver, make_checker, company).run();
    } catch (const LimitReached& reached) {
        SearchResult result = undecided(system, reached.what);
        result.engine = "pdr";
        result.reached = "nothing";
        return result;
    } catch (const BrokenRule& broken) {
        return Inconsistency{broken.what};
    }
}

}  // namespace untorn::checker::symbolic
