#include "checker/liveness/explored_graph.h"

#include <algorithm>

#include "checker/explicit/interpreted_code.h"
#include "checker/explicit/native_code.h"

namespace untorn::checker {

namespace {

constexpr uint32_t worth_compiling = 10000;  ///< states, as in run_search.cpp
constexpr uint32_t states_between_ticks = 256;
constexpr uint64_t bytes_a_state = 14, bytes_an_edge = 6;

std::vector<bool> strong(const Program& program) {
    std::vector<bool> strong;
    for (const Constraint& constraint : program.constraints) strong.push_back(constraint.strong);
    return strong;
}

}  // namespace

ExploredGraph::ExploredGraph(SearchContext& context, const ReducedRun& run)
    : context_(context),
      program_(run.program()),
      layout_(run.layout()),
      words_(layout_.words()),
      expansion_(std::make_unique<InterpretedCode>(program_, layout_), run),
      states_(words_, context.memory),
      graph_(strong(program_)),
      records_(most_enabled(program_) * (words_ + size_t{1})),
      machine_(program_),
      cells_(program_.cells.first_values()) {
    context_.progress.graph = true;
    for (uint32_t p = 0; p < program_.system.properties.size(); ++p)
        if (system::is_progress(program_.system.properties[p].kind)) questions_.push_back({p, {}, {}});
    for (const Instance& instance : program_.instances) {
        kind_varies_.push_back(0);
        kinds_.push_back({ConstraintSet(graph_.constraints()), 0});
        for (const FairCode& fair : instance.fair) {
            if (program_.codes[fair.when].op != Code::Op::constant) kind_varies_.back() = 1;
            kinds_.back().taken.insert(fair.constraint);
        }
    }
    add_initial_states();
    for (uint32_t state = 0; state < states_.size(); ++state) {
        if (state == worth_compiling && context_.options.native_code)
            if (const auto native = NativeProgram::make(program_, layout_))
                expansion_.use(make_native_code(native, program_, layout_));
        const uint64_t edges = graph_.edges();
        expand(state);
        context_.memory.take(bytes_a_state + bytes_an_edge * (graph_.edges() - edges));
        context_.progress.states = states_.size();
        context_.progress.queued = states_.size() - state - 1;
        context_.progress.transitions = graph_.edges();
        context_.count_state();
        if (state % states_between_ticks == 0) context_.tick();
    }
}

void ExploredGraph::add_initial_states() {
    std::vector<Machine::Write> writes;
    std::vector<uint64_t> state(words_);
    const std::vector<int64_t> first = program_.cells.first_values();
    machine_.begin(first.data());
    for (uint32_t i = 0; i < program_.init.size(); ++i) {
        const Instance& instance = program_.init[i];
        if (machine_(instance.guard) == 0 || machine_.failing(instance) != nullptr) continue;
        machine_.writes(instance, writes);
        layout_.pack(first.data(), state.data());
        for (const Machine::Write& write : writes) layout_.set(state.data(), write.cell, write.value);
        expansion_.normalize(state.data());
        if (states_.insert(state.data()).is_new) initial_.push_back(i);
    }
    graph_.initial = states_.size();
}

void ExploredGraph::expand(uint32_t state) {
    in_hand_ = states_[state];
    cells_known_ = false;
    for (ProgressQuestion& question : questions_) {
        const uint32_t p = question.property;
        if (program_.system.properties[p].kind == system::PropertyKind::leads_to) {
            question.triggers.push_back(state, expansion_.holds(p, in_hand_));
            question.unanswered.push_back(state, !expansion_.holds(program_.consequents[p], in_hand_));
        } else {
            question.unanswered.push_back(state, !expansion_.holds(p, in_hand_));
        }
    }
    const uint64_t* end = expansion_.successors(in_hand_, records_.data()).end;
    ConstraintSet enabled(graph_.constraints());
    for (const uint64_t* record = records_.data(); record != end; record += words_ + 1) {
        const Tag tag{record[words_]};
        const Instance& instance = program_.instances[tag.instance()];
        StepKind varying;
        const StepKind* kind = &varying;
        if (tag.faults() == 0 && kind_varies_[tag.instance()] == 0) {
            kind = &kinds_[tag.instance()];
        } else {
            varying = kind_of(instance, tag.faults());
        }
        if (tag.faults() == 0) enabled |= kind->taken;
        if (!tag.fails()) graph_.add_edge(states_.insert(record).index, *kind);
    }
    graph_.close_state(enabled);
}

StepKind ExploredGraph::kind_of(const Instance& instance, uint32_t faults) {
    StepKind kind{ConstraintSet(graph_.constraints()), faults};
    if (faults != 0) return kind;
    for (const FairCode& fair : instance.fair)
        if (holds(fair)) kind.taken.insert(fair.constraint);
    return kind;
}

/// In the state in hand.
bool ExploredGraph::holds(const FairCode& fair) {
    if (!cells_known_) {
        layout_.unpack(in_hand_, cells_.data());
        machine_.begin(cells_.data());
        cells_known_ = true;
    }
    return machine_(fair.when) != 0;
}

uint32_t ExploredGraph::instance(uint64_t edge) {
    const uint32_t source = graph_.source(edge);
    uint64_t rank = edge - graph_.first_edge(source);
    const uint64_t* end = expansion_.successors(states_[source], records_.data()).end;
    for (const uint64_t* record = records_.data(); record != end; record += words_ + 1) {
        const Tag tag{record[words_]};
        if (!tag.fails() && rank-- == 0) return tag.instance();
    }
    throw BrokenRule{"a state has fewer successors than when it was expanded"};
}

std::vector<uint64_t> ExploredGraph::normal_form(const int64_t* cells) {
    std::vector<uint64_t> state(words_);
    layout_.pack(cells, state.data());
    expansion_.normalize(state.data());
    return state;
}

}  // namespace untorn::checker
