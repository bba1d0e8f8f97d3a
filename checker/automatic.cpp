#include "checker/automatic.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <thread>

#include "checker/explicit/limits.h"

namespace untorn::checker {

namespace {

constexpr uint64_t most_for_companion = uint64_t{4} << 30U;  // bytes

/// The companion in its own thread, as far as it is allowed to work. All but what it is given itself (as a WorkMeter,
/// and as Company) is for the thread of the explicit search.
class Beside final : public symbolic::WorkMeter {
 public:
    Beside(const system::System& system, const SearchOptions& options, const Companion& companion)
        : system_(system), options_(options), companion_(companion), settled_(system.properties.size(), false) {
        options_.interrupted = &stop_;
        options_.progress = [this, show = options.progress](const SearchProgress& now) {
            if (show && alone_) show(now);
        };
        company_.wanted = [this](uint32_t property) {
            asked_ = property;
            return !no_longer_asked();
        };
        company_.decided = [this](const SearchResult& known) {
            const std::scoped_lock lock(mutex_);
            known_ = known;
        };
    }
    ~Beside() override { stop(); }
    Beside(const Beside&) = delete;
    Beside& operator=(const Beside&) = delete;

    /// These need no answer any more. It stands still, or has not begun.
    void settle(const std::vector<uint32_t>& properties) {
        for (const uint32_t p : properties) settled_[p] = true;
    }
    /// It may work so much more.
    void allow(uint64_t units) {
        {
            const std::scoped_lock lock(mutex_);
            allowed_ += std::min(units, UINT64_MAX - allowed_);
            stands_ = false;
        }
        moved_.notify_all();
        if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
    }
    /// Waits until it has done what it may, or is done. `over` is asked now and then: false once it says so.
    bool stands_still(const std::function<bool()>& over) {
        std::unique_lock lock(mutex_);
        while (!moved_.wait_for(lock, pause, [this] { return stands_ || done_; }))
            if (over()) return false;
        return true;
    }
    bool done() const {
        const std::scoped_lock lock(mutex_);
        return done_;
    }
    /// What it knows by now; nothing if that is nothing. Rethrows what it threw.
    std::optional<Answer> known() const {
        const std::scoped_lock lock(mutex_);
        if (thrown_) std::rethrow_exception(thrown_);
        return known_;
    }
    /// Lets it work to its end, which its own limits may be; `interrupted` is asked now and then.
    void finish(const std::function<bool()>& interrupted) {
        alone_ = true;
        allow(UINT64_MAX);
        std::unique_lock lock(mutex_);
        while (!moved_.wait_for(lock, pause, [this] { return done_; }))
            if (interrupted()) stop_ = true;
    }
    /// Ends it.
    void stop() {
        stop_ = true;
        moved_.notify_all();
        if (thread_.joinable()) thread_.join();
    }

    void pay(uint64_t units) override {
        work_on(units);
        if (stop_) throw LimitReached{"interrupted"};
        if (no_longer_asked()) throw symbolic::NoLongerAsked{};
    }
    bool go_on(uint64_t units) override {
        work_on(units);
        return !stop_ && !no_longer_asked();
    }

 private:
    static constexpr std::chrono::milliseconds pause{20};

    bool no_longer_asked() const { return asked_ != system::none && settled_[asked_]; }

    void work_on(uint64_t units) {
        worked_ += units;
        if (worked_ <= may_) return;
        std::unique_lock lock(mutex_);
        while (worked_ > allowed_ && !stop_) {
            stands_ = true;
            moved_.notify_all();
            moved_.wait_for(lock, pause);
        }
        may_ = allowed_;
    }

    void work() {
        std::optional<Answer> answer;
        std::exception_ptr thrown;
        try {
            answer = companion_(system_, options_, *this, company_);
        } catch (const std::bad_alloc&) {
            answer = symbolic::undecided(system_, "out of memory");
        } catch (...) {
            thrown = std::current_exception();
        }
        const std::scoped_lock lock(mutex_);
        if (answer) known_ = std::move(answer);
        thrown_ = thrown;
        done_ = true;
        moved_.notify_all();
    }

    const system::System& system_;
    SearchOptions options_;
    const Companion& companion_;
    symbolic::Company company_;
    std::atomic<bool> stop_{false}, alone_{false};

    // For its own thread, and for the other while it stands still:
    uint64_t worked_ = 0, may_ = 0;
    uint32_t asked_ = system::none;
    std::vector<bool> settled_;

    mutable std::mutex mutex_;  ///< for what follows
    std::condition_variable moved_;
    uint64_t allowed_ = 0;
    bool stands_ = false, done_ = false;
    std::optional<Answer> known_;
    std::exception_ptr thrown_;
    std::thread thread_;
};

/// Limits that are the user's, of the whole run; others end only the explicit search.
bool ends_all(const std::string& limit) {
    const auto is = [&](const char* one) { return limit.starts_with(one); };
    return is("--max-states") || is("--time") || is("interrupted") || is("--stop-early");
}

class Both {
 public:
    Both(const system::System& system, const SearchOptions& options, const Rounds& rounds, const Companion& companion)
        : system_(system), options_(options), rounds_(rounds), companion_(companion) {}

    Answer answer() {
        SearchOptions searched = options_;
        searched.milestone = rounds_.alone;
        searched.at_milestone = [this](const SearchMilestone& at) { return end_of_round(at); };
        next_ = rounds_.alone;
        Answer first = answer_explicitly(system_, searched);
        auto* explored = std::get_if<SearchResult>(&first);
        if (explored == nullptr) return first;
        if (!explored->exhaustive && !answered_ && !ends_all(explored->limit)) {
            // No room for it, or no room for more of it.
            if (!beside_) make_companion(options_.memory_bytes);
            beside_->finish([this] { return interrupted(); });
            known_ = beside_->known();
            went_on_ = true;
        } else if (beside_ && over()) {
            beside_->stop();
            known_ = beside_->known();
        }
        if (!known_) return first;
        return together(*explored);
    }

 private:
    using Clock = std::chrono::steady_clock;

    bool interrupted() const { return options_.interrupted != nullptr && options_.interrupted->load(); }
    bool over() const {
        if (interrupted()) return true;
        return options_.seconds > 0 &&
               options_.spent + std::chrono::duration<double>(Clock::now() - begin_).count() > options_.seconds;
    }

    void make_companion(uint64_t memory) {
        SearchOptions theirs = options_.after(begin_);
        theirs.memory_bytes = memory;
        theirs.max_states = 0;
        beside_ = std::make_unique<Beside>(system_, theirs, companion_);
    }

    /// Called by the explicit search between two chunks of states. Throws LimitReached where all is decided.
    uint64_t end_of_round(const SearchMilestone& at) {
        const bool side_by_side = options_.threads > 1;
        if (!beside_) {
            const uint64_t share = std::min(options_.memory_bytes / 4, most_for_companion);
            try {
                at.memory->take(share);
            } catch (const LimitReached&) {
                return 0;  // no room for two
            }
            make_companion(share);
            if (side_by_side) --*at.threads;
        } else {
            if (!side_by_side) beside_->allow(rounds_.work);
            if (!beside_->stands_still([this] { return over(); })) return next_;
            known_ = beside_->known();
        }
        if (answered(at.settled)) {
            answered_ = true;
            throw LimitReached{"auto"};
        }
        if (beside_->done()) {
            at.memory->give_back(std::min(options_.memory_bytes / 4, most_for_companion));
            *at.threads = options_.threads;
            return 0;
        }
        beside_->settle(at.settled);
        if (side_by_side) beside_->allow(rounds_.work);
        return next_ += rounds_.states;
    }

    /// Whether there is nothing left to ask.
    bool answered(const std::vector<uint32_t>& settled) const {
        if (!known_) return false;
        const auto* theirs = std::get_if<SearchResult>(&*known_);
        if (theirs == nullptr || theirs->limit.starts_with("--stop-early")) return true;
        return std::ranges::all_of(theirs->properties, [&](const PropertyResult& property) {
            return property.verdict != Verdict::undecided || std::ranges::count(settled, property.property) > 0;
        });
    }

    /// What the two know together.
    Answer together(const SearchResult& explored) const {
        if (std::holds_alternative<Inconsistency>(*known_)) return *known_;
        const auto& theirs = std::get<SearchResult>(*known_);
        SearchResult both = explored;
        size_t ours = 0, added = 0;
        for (size_t i = 0; i < both.properties.size(); ++i) {
            const PropertyResult& other = theirs.properties[i];
            PropertyResult& result = both.properties[i];
            if (result.verdict != Verdict::undecided) {
                if (other.verdict != Verdict::undecided && other.verdict != result.verdict)
                    return Inconsistency{"the explicit search and " + theirs.engine + " disagree on " +
                                         system_.properties[result.property].name};
                ++ours;
                continue;
            }
            if (other.verdict != Verdict::undecided) {
                result = other;
                // It has the fewest steps.
                if (!options_.order_by_steps && result.trace && result.trace->faults > 0) result.shortest = false;
                ++added;
            } else if (answered_ || went_on_) {
                result.limit = other.limit;
            }
        }
        if (explored.exhaustive) return both;
        if (added == 0 && !answered_ && !went_on_) return explored;
        both.engine = "auto";
        both.state_bits = theirs.state_bits;
        const std::string searched = answered_ ? "more than " + std::to_string(next_) + " states" : explored.limit;
        const std::string who = ours == 0 && added == 0 ? "nobody"
                                : ours == 0             ? theirs.engine
                                : added == 0            ? "explicit"
                                                        : "explicit and " + theirs.engine;
        both.reached = who + " answered (explicit: " + searched + "; " + theirs.engine + ": " + theirs.reached + ")";
        both.limit = ours + added == both.properties.size() ? ""
                     : answered_ || went_on_                ? theirs.limit
                                                            : explored.limit;
        return both;
    }

    const system::System& system_;
    const SearchOptions& options_;
    const Rounds& rounds_;
    const Companion& companion_;
    Clock::time_point begin_ = Clock::now();
    uint64_t next_ = 0;            ///< milestone
    bool answered_ = false;        ///< at the end of a round
    bool went_on_ = false;         ///< the companion, alone
    std::optional<Answer> known_;  ///< by the companion, at the end of the last round
    std::unique_ptr<Beside> beside_;
};

}  // namespace

Answer companion_pdr(const system::System& system, const SearchOptions& options, symbolic::WorkMeter& meter,
                     const symbolic::Company& company) {
    const auto metered = [&meter](std::unique_ptr<symbolic::SatSolver> (*make)()) {
        return [&meter, make] {
            auto solver = make();
            solver->meter_with(&meter);
            return solver;
        };
    };
    return symbolic::answer_by_pdr(system, options, metered(symbolic::make_cadical), metered(symbolic::make_z3),
                                   company);
}

Answer answer_automatically(const system::System& system, const SearchOptions& options, const Rounds& rounds,
                            const Companion& companion) {
    return Both(system, options, rounds, companion).answer();
}

}  // namespace untorn::checker
