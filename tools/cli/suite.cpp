#include "tools/cli/suite.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <variant>

#include "model/language/parser.h"
#include "model/system/dump.h"
#include "tools/cli/check.h"

namespace untorn::tools {

using checker::Verdict;

namespace {

/// A mutant may have more states than the run as it is, but not without end.
uint64_t most_states(const SuiteRun& run) { return 10 * run.states + 10000; }

/// What each property says, by name; the second of a name is `name#2`.
SuiteRun::Verdicts verdicts(const system::System& system, const checker::SearchResult& result) {
    std::map<std::string, size_t> seen;
    SuiteRun::Verdicts out;
    for (const checker::PropertyResult& p : result.properties) {
        std::string name = system.properties[p.property].name;
        if (const size_t nth = ++seen[name]; nth > 1) name += fmt::format("#{}", nth);
        out.emplace_back(std::move(name), p.verdict);
    }
    return out;
}

/// The first property that says something else now, and what it says. A limit says nothing. What is only asked of the
/// mutant (a built-in property of code that did not run) is as good as having held.
struct Change {
    std::string property;
    Verdict before, after;
};
std::optional<Change> change(const SuiteRun::Verdicts& before, const SuiteRun::Verdicts& after) {
    std::map<std::string, Verdict> was(before.begin(), before.end());
    for (const auto& [property, verdict] : after) {
        const Verdict old = was.try_emplace(property, Verdict::holds).first->second;
        if (verdict != old && verdict != Verdict::undecided && old != Verdict::undecided)
            return Change{property, old, verdict};
    }
    return std::nullopt;
}

std::string first_error(const language::Diagnostics& diagnostics) {
    for (const language::Diagnostic& d : diagnostics.sorted())
        if (d.severity == language::Severity::error) return d.message;
    return "it cannot be compiled";
}

}  // namespace

const char* word(MutantStatus status) {
    switch (status) {
        case MutantStatus::killed: return "killed";
        case MutantStatus::survived: return "survived";
        case MutantStatus::equivalent: return "equivalent";
        case MutantStatus::rejected: return "rejected";
        case MutantStatus::undecided: return "undecided";
    }
    return "";
}

Suite::Suite(const std::vector<Spec>& specs, SuiteOptions options) : specs_(specs), options_(std::move(options)) {
    options_.threads = std::max(1U, options_.threads);
    options_.search.threads = 1;
    options_.search.memory_bytes /= options_.threads;
    options_.search.progress = nullptr;
    for (size_t s = 0; s < specs_.size(); ++s)
        for (const language::RunConfig& config : specs_[s].runs) {
            SuiteRun run;
            run.spec = s;
            run.config = config;
            run.label = label(specs_[s].path, config);
            runs_.push_back(std::move(run));
        }
}

/// A mutation puts other trees into a program, so that each thread needs its own.
Suite::Programs Suite::copies() const {
    Programs out;
    for (const Spec& spec : specs_) {
        language::Program& copy = out.emplace_back();
        copy.files = spec.program.files;
        language::Diagnostics unused;
        for (uint32_t i = 0; i < copy.files.size(); ++i)
            copy.trees.push_back(language::parse(i, copy.files[i].text, unused));
    }
    return out;
}

void Suite::for_each(size_t count, const Watch& watch, const std::function<void(size_t, Programs&)>& work) const {
    std::atomic<size_t> next = 0;
    std::mutex mutex;
    std::condition_variable changed;
    size_t done = 0, running = std::min<size_t>(options_.threads, count);
    std::exception_ptr failed;
    const auto work_through = [&] {
        try {
            Programs programs = copies();
            for (size_t i = next++; i < count && !interrupted(); i = next++) {
                work(i, programs);
                const std::lock_guard guard(mutex);
                ++done;
            }
        } catch (...) {
            const std::lock_guard guard(mutex);
            failed = std::current_exception();
        }
        const std::lock_guard guard(mutex);
        --running;
        changed.notify_one();
    };
    std::vector<std::thread> threads;
    for (size_t t = running; t > 0; --t) threads.emplace_back(work_through);
    std::unique_lock lock(mutex);
    while (running > 0) {
        changed.wait_for(lock, std::chrono::milliseconds(200));
        const size_t now = done;
        lock.unlock();
        if (watch) watch(now, count);
        lock.lock();
    }
    lock.unlock();
    for (std::thread& thread : threads) thread.join();
    if (failed) std::rethrow_exception(failed);
}

// --- as it is -----------------------------------------------------------------------------------------

void Suite::search(SuiteRun& run, const language::Program& program, language::Diagnostics& diagnostics) const {
    const auto compiled = language::compile(program, run.config, diagnostics);
    if (!compiled || diagnostics.has_errors()) {
        run.left_out = "it cannot be compiled";
        return;
    }
    const system::System& system = compiled->system;
    std::variant<checker::SearchResult, checker::Inconsistency> found;
    try {
        found = checker::answer(system, options_.search);
    } catch (const std::bad_alloc&) {
        run.left_out = "out of memory";
        return;
    }
    if (const auto* inconsistency = std::get_if<checker::Inconsistency>(&found)) {
        run.left_out = run.inconsistency = inconsistency->what;
        return;
    }
    const auto& result = std::get<checker::SearchResult>(found);
    run.states = result.states;
    if (!result.exhaustive) {
        run.left_out = result.limit;
        return;
    }
    run.said = verdicts(system, result);
    for (const auto& [name, verdict] : run.said)
        run.something_violated = run.something_violated || verdict == Verdict::violated;
    run.system = system::dump(system, false);
    for (size_t i = 0; i < system.sites.size() && i < result.passed.size(); ++i) {
        const Span span = system.sites[i].span;
        bool& passed = run.sites[system.files[span.file].path][span.begin];
        passed = passed || result.passed[i];
    }
}

bool Suite::run(Complaints& complaints, const Watch& watch) {
    std::vector<language::Diagnostics> said(runs_.size());
    std::vector<char> done(runs_.size(), 0);
    for_each(runs_.size(), watch, [&](size_t i, Programs& programs) {
        search(runs_[i], programs[runs_[i].spec], said[i]);
        done[i] = 1;
    });
    for (size_t i = 0; i < runs_.size(); ++i) complaints.add(said[i], specs_[runs_[i].spec].program);
    return !interrupted() && std::ranges::count(done, 0) == 0;
}

// --- mutated ------------------------------------------------------------------------------------------

/// The runs that can tell the mutant, smallest first.
std::vector<size_t> Suite::selected(const Mutant& mutant) const {
    const std::string& path = specs_[mutant.spec].program.files[mutant.mutation.statement.file].lines.path;
    const Span range = mutant.mutation.statement;
    std::vector<size_t> out;
    for (size_t i = 0; i < runs_.size(); ++i) {
        if (!runs_[i].left_out.empty()) continue;
        const auto file = runs_[i].sites.find(path);
        if (file == runs_[i].sites.end()) continue;
        bool there = false;
        for (auto site = file->second.lower_bound(range.begin); site != file->second.end() && site->first < range.end;
             ++site)
            there = there || site->second || mutant.mutation.blocks();
        if (there) out.push_back(i);
    }
    std::ranges::stable_sort(out, {}, [this](size_t i) { return runs_[i].states; });
    return out;
}

bool Suite::judge_by(Mutant& mutant, const SuiteRun& run, const language::Program& program,
                     const checker::SearchOptions& how) const {
    language::Diagnostics diagnostics;
    const auto compiled = language::compile(program, run.config, diagnostics);
    if (!compiled || diagnostics.has_errors()) {
        // Perhaps for what this specification asks alone, as where an actor stands.
        if (mutant.rejected++ == 0) mutant.rejection = first_error(diagnostics);
        return false;
    }
    if (system::dump(compiled->system, false) == run.system) {
        ++mutant.same;
        return false;
    }
    std::variant<checker::SearchResult, checker::Inconsistency> found;
    try {
        found = checker::answer(compiled->system, how);
    } catch (const std::bad_alloc&) {
        if (mutant.why.empty()) mutant.why = fmt::format("out of memory in {}", run.label);
        return false;
    }
    if (const auto* inconsistency = std::get_if<checker::Inconsistency>(&found)) {
        mutant.inconsistency = fmt::format("{}: {}", run.label, inconsistency->what);
        return true;
    }
    const auto& result = std::get<checker::SearchResult>(found);
    mutant.states += result.states;
    if (const auto changed = change(run.said, verdicts(compiled->system, result))) {
        mutant.status = MutantStatus::killed;
        mutant.run = run.label;
        mutant.property = changed->property;
        mutant.before = changed->before;
        mutant.after = changed->after;
        return true;
    }
    if (!result.exhaustive && mutant.why.empty()) mutant.why = fmt::format("{} in {}", result.limit, run.label);
    return false;
}

void Suite::judge(Mutant& mutant, Programs& programs) const {
    const auto began = std::chrono::steady_clock::now();
    const std::vector<size_t> chosen = selected(mutant);
    mutant.runs = chosen.size();
    const std::string& path = specs_[mutant.spec].program.files[mutant.mutation.statement.file].lines.path;
    for (const size_t i : chosen) {
        const SuiteRun& run = runs_[i];
        language::Program& program = programs[run.spec];
        // The same file has another number in another program.
        language::Mutation here = mutant.mutation;
        for (uint32_t f = 0; f < program.files.size(); ++f)
            if (program.files[f].lines.path == path) here.statement.file = here.taken.file = f;

        checker::SearchOptions how = options_.search;
        how.max_states = most_states(run);
        how.stop_early = !run.something_violated;  // then the first violation is a change
        if (options_.seconds > 0) {
            const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
            if (spent >= options_.seconds) {
                if (mutant.why.empty()) mutant.why = "--time";
                break;
            }
            how.seconds = options_.seconds - spent;
        }
        if (interrupted()) {
            mutant.why = "interrupted";
            break;
        }
        if (options_.budget > 0 && mutant.states >= options_.budget) {
            if (mutant.why.empty()) mutant.why = fmt::format("--budget {}", options_.budget);
            break;
        }
        const language::Mutated mutated(program, here);
        ++mutant.tried;
        if (judge_by(mutant, run, program, how)) return;
    }
    if (mutant.runs > 0 && mutant.rejected == mutant.runs) {
        mutant.status = MutantStatus::rejected;
        mutant.why = mutant.rejection;
    } else if (!mutant.why.empty())
        mutant.status = MutantStatus::undecided;
    else if (mutant.runs > 0 && mutant.same == mutant.runs)
        mutant.status = MutantStatus::equivalent;
    else
        mutant.status = MutantStatus::survived;
}

void Suite::judge(std::vector<Mutant>& mutants, const Watch& watch) const {
    for (Mutant& mutant : mutants) mutant.why = "interrupted";
    for_each(mutants.size(), watch, [&](size_t i, Programs& programs) {
        mutants[i].why.clear();
        judge(mutants[i], programs);
    });
}

}  // namespace untorn::tools
