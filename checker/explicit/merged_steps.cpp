#include "checker/explicit/merged_steps.h"

#include <algorithm>
#include <utility>

#include "checker/explicit/interpreted_code.h"
#include "checker/explicit/limits.h"

namespace untorn::checker {

namespace {

/// Adds a code that never holds.
CodeId add_never(Program& program) {
    program.codes.push_back({});
    program.intervals.push_back({});
    return static_cast<CodeId>(program.codes.size() - 1);
}

Program without_others(Program program, const std::vector<bool>& merged) {
    const CodeId never = add_never(program);
    for (uint32_t i = 0; i < program.instances.size(); ++i) {
        if (merged[i]) continue;
        Instance nothing;
        nothing.transition = program.instances[i].transition;
        nothing.identity = program.instances[i].identity;
        nothing.guard = never;
        program.instances[i] = std::move(nothing);
    }
    return program;
}

}  // namespace

MergedSteps::MergedSteps(const Program& program, const Layout& layout, std::vector<bool> merged)
    : merged_(std::move(merged)),
      only_merged_(without_others(program, merged_)),
      actor_of_(program.instances.size(), 0) {
    for (uint32_t a = 0; a < program.actors.size(); ++a) {
        const ActorInstance& actor = program.actors[a];
        Counter counter;
        const Layout::Field* field = layout.field(actor.counter);
        if (field != nullptr) {
            counter.word = field->word;
            counter.shift = field->shift;
            counter.mask = field->mask;
        }
        counter.merged.assign(counter.mask + 1, 0);  // no field: the actor never moves
        for (size_t l = 0; l + 1 < actor.first_of.size(); ++l) {
            for (uint32_t i = actor.first_of[l]; i < actor.first_of[l + 1]; ++i) {
                actor_of_[i] = a;
                if (merged_[i] && field != nullptr)
                    counter.merged[static_cast<size_t>(static_cast<int64_t>(l) - field->lo)] = 1;
            }
        }
        counters_.push_back(std::move(counter));
    }
}

StepFollower::StepFollower(const MergedSteps& steps, const Layout& layout)
    : steps_(steps),
      words_(layout.words()),
      code_(std::make_unique<InterpretedCode>(steps.program(), layout)),
      records_((most_enabled(steps.program()) + 1) * (layout.words() + size_t{1})) {}

void StepFollower::follow(uint64_t* state, Coverage* coverage) {
    for (;;) {
        const uint64_t* end = code_->successors(state, records_.data());
        if (end == records_.data()) return;
        // Those of several actors commute: any order leads to the same state.
        const Tag tag{records_[words_]};
        if (tag.fails()) throw BrokenRule{"a step that is merged fails a check"};
        if (coverage != nullptr && coverage->open(tag.instance()))
            coverage->take(tag.instance(), [&](CodeId when) { return code_->passes(when); });
        std::copy_n(records_.data(), words_, state);
    }
}

}  // namespace untorn::checker
