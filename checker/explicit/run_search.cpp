#include "checker/explicit/run_search.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <utility>

#include "checker/explicit/interpreted_code.h"
#include "checker/explicit/native_code.h"
#include "checker/explicit/reads.h"
#include "checker/explicit/recent_states.h"
#include "checker/explicit/state_set_batch.h"
#include "checker/explicit/state_set_growth.h"

namespace untorn::checker {

namespace {

constexpr size_t most_records = size_t{1} << 20;  ///< of a chunk, but for single states with more successors
constexpr uint32_t worth_sharing = 256;           ///< parents: fewer are faster done by one thread
constexpr uint32_t worth_compiling = 10000;       ///< states: the interpreter finds so many in the time of compiling

void add_sorted(std::vector<uint32_t>& set, uint32_t value) {
    const auto place = std::ranges::lower_bound(set, value);
    if (place == set.end() || *place != value) set.insert(place, value);
}

}  // namespace

/// One thread's part of a chunk.
struct RunSearch::Worker {
    Worker(std::unique_ptr<StateCode> code, const ReducedRun& run, const SearchContext& context)
        : expansion(std::move(code), run),
          recent(run.layout().words()),
          found(context.program.system.properties.size()),
          coverage(context.coverage) {
        expansion.tell(&coverage);
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    Expansion expansion;
    uint32_t begin = 0, end = 0;          ///< its parents: indices into the segment
    std::unique_ptr<uint64_t[]> records;  ///< offers: a state and its Tag each
    RecentStates recent;                  ///< offered by this worker: no need to offer them again
    std::vector<uint32_t> ends;           ///< by parent: number of offers up to its last
    std::unique_ptr<uint32_t[]> ranks;    ///< by offer: among the parent's successors for so many faults
    std::unique_ptr<uint64_t[]> hashes;   ///< by offer
    std::unique_ptr<uint8_t[]> fresh;     ///< by offer: the state is new
    struct Offers {
        std::unique_ptr<uint32_t[]> numbers;
        size_t count = 0;
    };
    std::vector<Offers> offers_to;   ///< by owner of partitions, if there are several
    std::vector<uint32_t> fresh_by;  ///< by owner: how many of this worker's offers were new
    uint32_t first_number = 0;       ///< of its first new state
    Children children;

    uint64_t transitions = 0;
    std::vector<uint32_t> owed;  ///< faults of steps into later levels, ascending
    Findings found;
    Coverage coverage;
    std::vector<uint64_t> projections;
    std::vector<uint32_t> projected;  ///< the states whose projections those are
    std::vector<uint32_t> ended;      ///< states where all threads have ended, for outcomes
    std::vector<uint64_t> ended_states;
};

RunSearch::RunSearch(SearchContext& context, const ReducedRun& run, PowerLossListener* listener)
    : context_(context),
      program_(context.program),
      listener_(listener),
      run_(run),
      layout_(run.layout()),
      words_(layout_.words()),
      projection_layout_(run.projection()),
      effects_(effects()),
      most_enabled_(std::max<size_t>(1, most_enabled(program_))),
      lean_from_(context.options.lean_from.value_or(EdgeLean::pays_from(program_))),
      chunk_(static_cast<uint32_t>(std::clamp<size_t>(most_records / most_enabled_, 1, Segment::most_states))),
      states_(layout_.word_bits(), context.memory),
      levels_(words_, context.memory),
      projections_(projection_layout_.words(), context.memory),
      team_(std::max(1U, context.options.threads)) {
    end_mask_.assign(words_, 0);
    end_value_.assign(words_, 0);
    for (uint32_t counter : program_.thread_counters) {
        if (const Layout::Field* field = layout_.field(counter)) {
            end_mask_[field->word] |= field->mask << field->shift;
            end_value_[field->word] |= static_cast<uint64_t>(system::ended - field->lo) << field->shift;
        } else if (program_.cells[counter].lo != system::ended) {
            can_end_ = false;
        }
    }
    for (const Layout::Field& to : projection_layout_.fields())
        projected_fields_.emplace_back(*layout_.field(to.cell), to);
    for (uint32_t p : context_.questions.everywhere) open_ |= uint64_t{1} << (p % 64);
    ends_matter_ = !context_.questions.at_end.empty() || (context_.options.outcomes && !context_.power_can_be_lost);
    for (unsigned member = 0; member < team_.size(); ++member) {
        auto worker = std::make_unique<Worker>(std::make_unique<InterpretedCode>(program_, layout_), run_, context_);
        worker->offers_to.resize(team_.size());
        worker->fresh_by.resize(team_.size());
        workers_.push_back(std::move(worker));
    }
}

RunSearch::~RunSearch() = default;

std::vector<RunSearch::Effect> RunSearch::effects() const {
    std::vector<uint64_t> judged(program_.cells.size(), 0);  // by cell: the properties that read it
    CellReads reads(program_);
    for (uint32_t p : context_.questions.everywhere) {
        reads.clear();
        reads.add(program_.properties[p]);
        for (uint32_t cell : reads.cells()) judged[cell] |= uint64_t{1} << (p % 64);
    }
    std::vector<Effect> effects;
    for (const Instance& instance : program_.instances) {
        Effect effect;
        for (const WriteCode& write : instance.writes)
            for_each_target(program_, write, [&](uint32_t cell) {
                effect.judged |= judged[cell];
                if (projection_layout_.has(cell)) effect.projection = true;
            });
        effects.push_back(effect);
    }
    return effects;
}

std::optional<LevelKey> RunSearch::next() const { return started_ ? levels_.next() : LevelKey{}; }

void RunSearch::build(LevelKey key) {
    context_.progress.faults = key.faults;
    context_.progress.depth = key.steps;
    HeldLevel target{key, size_, size_, {}, false};
    if (!started_) {
        start(key, target);
    } else {
        for (const Levels::Source& source : levels_.sources(key))
            expand_level(*source.level, target, {key, source.faults, source.faults == 0});
        levels_.tidy();
    }
    if (target.begin != target.end) depth_ = std::max(depth_, key.steps);
    levels_.close(std::move(target));
}

void RunSearch::start(LevelKey key, HeldLevel& target) {
    started_ = true;
    Worker& worker = *workers_[0];
    Machine machine(program_);
    const std::vector<int64_t> first = program_.cells.first_values();
    machine.begin(first.data());
    for (uint32_t i = 0; i < program_.init.size(); ++i) {
        if (machine(program_.init[i].guard) == 0) continue;
        if (const uint32_t step = worker.coverage.of_init(i); worker.coverage.open(step))
            worker.coverage.take(step, [&](CodeId when) { return machine(when) != 0; });
        if (const CheckCode* check = machine.failing(program_.init[i])) {
            worker.found.note(check->property, false, {key, Phase::run, 0, Move{Move::Kind::init, i}});
            continue;
        }
        const std::vector<uint64_t> state = after_init(i);
        if (!states_.insert(states_.hash(state.data()), state.data())) continue;
        levels_.extend(target, 1);
        std::copy(state.begin(), state.end(), levels_.state(target, size_));
        context_.memory.take(sizeof(uint32_t));
        initial_.push_back(i);
        visit(worker, state.data(), size_, key, {~uint64_t{0}, true});
        context_.progress.states = ++size_;
    }
    context_.progress.queued = size_;
    gather(key);
    context_.count_state();
}

/// What the init step makes of the state in which every cell has its first value.
std::vector<uint64_t> RunSearch::after_init(uint32_t instance) const {
    Machine machine(program_);
    std::vector<Machine::Write> writes;
    std::vector<uint64_t> state(words_);
    const std::vector<int64_t> first = program_.cells.first_values();
    machine.begin(first.data());
    machine.writes(program_.init[instance], writes);
    layout_.pack(first.data(), state.data());
    for (const Machine::Write& write : writes) layout_.set(state.data(), write.cell, write.value);
    workers_[0]->expansion.normalize(state.data());
    return state;
}

void RunSearch::expand_level(HeldLevel& source, HeldLevel& target, const Pass& pass) {
    for (Segment& segment : source.segments) {
        if (!pass.first && std::erase(segment.owed, pass.faults) == 0) continue;
        for (uint32_t from = 0; from < segment.count; from += chunk_)
            expand_chunk(segment, from, std::min(segment.count, from + chunk_), target, pass);
        if (segment.owed.empty()) levels_.release(segment);
    }
    source.expanded = true;
}

// Making machine code takes some milliseconds, which small searches would rather not spend.
void RunSearch::use_native_code() {
    if (!context_.options.native_code || native_tried_) return;
    native_tried_ = true;
    const auto native = NativeProgram::make(program_, layout_, context_.coverage.open_conditions());
    if (native == nullptr) return;
    for (auto& worker : workers_) worker->expansion.use(make_native_code(native, program_, layout_));
    if (run_.merged_steps() == nullptr) return;
    const Program& merged = run_.merged_steps()->program();
    const auto followed = NativeProgram::make(merged, layout_, context_.coverage.open_conditions());
    if (followed == nullptr) return;
    for (auto& worker : workers_) worker->expansion.follow_with(make_native_code(followed, merged, layout_));
}

/// From now on steps that lead to nothing new may be left out (edge_lean.h).
void RunSearch::use_edge_lean() {
    if (lean_tried_) return;
    lean_tried_ = true;
    if (run_.has_symmetry() || run_.has_stubborn_sets() || run_.merged_steps() != nullptr) return;
    lean_ = EdgeLean::make(program_, !context_.options.order_by_steps, [this] { context_.tick(); });
    if (lean_ != nullptr) levels_.keep_finders();
}

/// Which members work, and on which parents.
void RunSearch::share_work(uint32_t from, uint32_t to) {
    working_ = to - from < worth_sharing ? 1 : std::min(team_.size(), context_.threads);
    for (unsigned member = 0; member < working_; ++member) {
        workers_[member]->begin = from + static_cast<uint32_t>(uint64_t{to - from} * member / working_);
        workers_[member]->end = from + static_cast<uint32_t>(uint64_t{to - from} * (member + 1) / working_);
    }
}

void RunSearch::together(const std::function<void(unsigned)>& work) {
    if (working_ == 1)
        work(0);
    else if (working_ == team_.size())
        team_.run(work);
    else
        team_.run([&](unsigned member) {
            if (member < working_) work(member);
        });
}

void RunSearch::expand_chunk(Segment& parents, uint32_t from, uint32_t to, HeldLevel& target, const Pass& pass) {
    context_.tick();
    if (size_ >= worth_compiling) use_native_code();
    if (size_ >= lean_from_) use_edge_lean();
    share_work(from, to);
    together([&](unsigned member) { find_successors(*workers_[member], parents, pass); });
    grow_ahead();
    together([&](unsigned member) { insert(member); });

    uint32_t found = 0;
    for (unsigned member = 0; member < working_; ++member) {
        Worker& worker = *workers_[member];
        worker.first_number = size_ + found;
        for (unsigned owner = 0; owner < working_; ++owner) found += worker.fresh_by[owner];
    }
    if (found > UINT32_MAX - 1 - size_) throw LimitReached{"the greatest number of states (2^32)"};
    found_last_ = found;
    levels_.extend(target, found);
    together([&](unsigned member) { judge_new(*workers_[member], target, pass.target); });

    uint64_t bits = 0;
    for (unsigned member = 0; member < working_; ++member) {
        Worker& worker = *workers_[member];
        bits += worker.children.bits();
        predecessors_.append(worker.first_number, parents.first + worker.begin, pass.faults, worker.children);
        for (uint32_t faults : worker.owed) add_sorted(parents.owed, faults);
        worker.owed.clear();
    }
    context_.memory.take(Predecessors::bytes_for(bits));
    size_ += found;
    context_.progress.states = size_;
    context_.progress.queued += found;
    if (pass.first) context_.progress.queued -= to - from;
    gather(pass.target);
    context_.count_state();
}

/// Before round 2: what would grow in it, while the other members wait, all members let grow.
void RunSearch::grow_ahead() {
    const uint64_t soon = 2 * uint64_t{found_last_} / StateSet::partitions;
    for (unsigned partition = 0; partition < StateSet::partitions; ++partition) {
        if (!states_.nearly_full(partition, soon)) continue;
        StateSet::Growth growth(states_, partition);
        std::atomic<size_t> next = 0;
        together([&](unsigned) {
            for (size_t part = next++; part < growth.parts(); part = next++) growth.move(part);
        });
        growth.finish();
    }
}

/// Round 1.
void RunSearch::find_successors(Worker& worker, const Segment& parents, const Pass& pass) {
    switch (words_) {
        case 1: return find_successors_of<1>(worker, parents, pass);
        case 2: return find_successors_of<2>(worker, parents, pass);
        case 3: return find_successors_of<3>(worker, parents, pass);
        case 4: return find_successors_of<4>(worker, parents, pass);
        default: return find_successors_of<0>(worker, parents, pass);
    }
}

template <uint32_t Words>
void RunSearch::find_successors_of(Worker& worker, const Segment& parents, const Pass& pass) {
    const uint32_t words = Words != 0 ? Words : words_;
    const uint32_t count = worker.end - worker.begin;
    const size_t stride = words + size_t{1};
    if (!worker.records) {
        worker.records = std::make_unique_for_overwrite<uint64_t[]>(chunk_ * most_enabled_ * stride);
        worker.ranks = std::make_unique_for_overwrite<uint32_t[]>(chunk_ * most_enabled_);
        worker.hashes = std::make_unique_for_overwrite<uint64_t[]>(chunk_ * most_enabled_);
        worker.fresh = std::make_unique_for_overwrite<uint8_t[]>(chunk_ * most_enabled_);
    }
    worker.ends.clear();
    for (Worker::Offers& to : worker.offers_to) {
        if (working_ > 1 && !to.numbers)
            to.numbers = std::make_unique_for_overwrite<uint32_t[]>(chunk_ * most_enabled_);
        to.count = 0;
    }
    uint64_t* kept = worker.records.get();
    uint32_t offers = 0;
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t number = parents.first + worker.begin + i;
        const uint64_t* state = parents.states.get() + (worker.begin + i) * size_t{words};
        const uint64_t* asleep =
            parents.finders == nullptr ? nullptr : lean_->asleep_after(parents.finders[worker.begin + i]);
        const auto [end, moves] = worker.expansion.successors_but(asleep, state, kept);
        uint32_t rank = 0;
        for (const uint64_t* record = kept; record != end; record += stride) {
            const Tag tag{record[words]};
            const auto faults = static_cast<uint32_t>(context_.cost(tag.faults()));
            if (pass.first) {
                ++worker.transitions;
                if (worker.coverage.open(tag.instance())) [[unlikely]]
                    worker.coverage.take(tag.instance(), [&](CodeId when) { return worker.expansion.passes(when); });
                if (tag.fails()) {
                    const CheckCode& check = program_.instances[tag.instance()].checks[tag.check()];
                    const LevelKey key{pass.target.faults + faults, pass.target.steps};
                    worker.found.note(check.property, false,
                                      {key, Phase::run, number, Move{Move::Kind::step, tag.instance()}});
                } else if (faults != 0) {
                    add_sorted(worker.owed, faults);
                }
            }
            if (tag.fails() || faults != pass.faults) continue;
            if (asleep != nullptr && is_asleep(asleep, tag.instance())) {
                ++rank;
                continue;
            }
            const uint64_t hash = states_.hash(record);
            const bool met = worker.recent.meet<Words>(hash, record);
            // Written also where it is met, and written over by the next: half of all are, as good as at random.
            for (size_t word = 0; word < stride; ++word) kept[word] = record[word];
            worker.ranks[offers] = rank++;
            worker.hashes[offers] = hash;
            if (working_ > 1) {
                Worker::Offers& to = worker.offers_to[StateSet::partition_of(hash) * working_ / StateSet::partitions];
                to.numbers[to.count] = offers;
                to.count += met ? 0 : 1;
            }
            offers += met ? 0 : 1;
            kept += met ? 0 : stride;
        }
        worker.ends.push_back(offers);
        if (pass.first && !moves) look_around(worker, state, number, {pass.target.faults, pass.target.steps - 1});
    }
}

/// Round 2.
void RunSearch::insert(unsigned owner) {
    const size_t stride = words_ + size_t{1};
    for (unsigned member = 0; member < working_; ++member) {
        Worker& worker = *workers_[member];
        uint32_t fresh = 0;
        const auto offer_all = [&](size_t count, auto offer_at) {
            states_.insert_all(
                count, [&](size_t i) { return worker.hashes[offer_at(i)]; },
                [&](size_t i) { return worker.records.get() + offer_at(i) * stride; },
                [&](size_t i, bool is_new) {
                    worker.fresh[offer_at(i)] = is_new ? 1 : 0;
                    fresh += is_new ? 1 : 0;
                });
        };
        if (working_ == 1) {
            offer_all(worker.ends.empty() ? 0 : worker.ends.back(), [](size_t i) { return i; });
        } else {
            const Worker::Offers& offers = worker.offers_to[owner];
            offer_all(offers.count, [&](size_t i) { return size_t{offers.numbers[i]}; });
        }
        worker.fresh_by[owner] = fresh;
    }
}

/// Round 3.
void RunSearch::judge_new(Worker& worker, HeldLevel& target, LevelKey key) {
    const size_t stride = words_ + size_t{1};
    worker.children.clear();
    uint32_t number = worker.first_number;
    uint32_t offer = 0;
    for (const uint32_t end : worker.ends) {
        for (; offer < end; ++offer) {
            if (worker.fresh[offer] == 0) continue;
            const uint64_t* record = worker.records.get() + offer * stride;
            std::copy(record, record + words_, levels_.state(target, number));
            if (uint16_t* finder = levels_.finder(target, number))
                *finder = static_cast<uint16_t>(Tag{record[words_]}.instance());
            worker.children.child(worker.ranks[offer]);
            visit(worker, record, number, key, effects_[Tag{record[words_]}.instance()]);
            ++number;
        }
        worker.children.next_parent();
    }
}

/// Judges a state that was just found.
void RunSearch::visit(Worker& worker, const uint64_t* state, uint32_t number, LevelKey key, const Effect& effect) {
    const Finding finding{key, Phase::run, number, std::nullopt};
    if ((effect.judged & open_) != 0) judge(worker, context_.questions.everywhere, effect.judged, state, finding);
    if (ends_matter_ && threads_ended(state)) {
        judge(worker, context_.questions.at_end, ~uint64_t{0}, state, finding);
        if (context_.options.outcomes && !context_.power_can_be_lost) {
            worker.ended.push_back(number);
            worker.ended_states.insert(worker.ended_states.end(), state, state + words_);
        }
    }
    // Of all states with the same projection the first has the least key, and nothing else of a state matters.
    if (listener_ == nullptr || !effect.projection) return;
    worker.projected.push_back(number);
    worker.projections.resize(worker.projections.size() + projection_layout_.words());
    project(state, worker.projections.data() + worker.projections.size() - projection_layout_.words());
}

/// The state has no step without a fault: deadlock (rule 14), or rest.
void RunSearch::look_around(Worker& worker, const uint64_t* state, uint32_t number, LevelKey key) {
    const Finding finding{key, Phase::run, number, std::nullopt};
    const bool ended = threads_ended(state);
    const bool all_may_rest = std::ranges::all_of(program_.actors, [&](const ActorInstance& actor) {
        return actor
            .may_rest[static_cast<size_t>(layout_.value(state, actor.counter, program_.cells[actor.counter].lo))];
    });
    if (!ended || !all_may_rest)
        for (uint32_t p : context_.questions.deadlock) worker.found.note(p, false, finding);
    if (ended) judge(worker, context_.questions.at_rest, ~uint64_t{0}, state, finding);
}

void RunSearch::judge(Worker& worker, const std::vector<uint32_t>& open, uint64_t affected, const uint64_t* state,
                      const Finding& finding) {
    for (uint32_t p : open)
        if ((affected >> (p % 64) & 1) != 0) worker.found.note(p, worker.expansion.holds(p, state), finding);
}

/// Puts together what the members found in a chunk.
void RunSearch::gather(LevelKey key) {
    bool found = false;
    for (unsigned member = 0; member < working_; ++member) {
        Worker& worker = *workers_[member];
        context_.progress.transitions += std::exchange(worker.transitions, 0);
        context_.coverage.learn(worker.coverage);
        worker.coverage.forget_news();
        found = context_.findings.merge(worker.found) || found;
        worker.found.clear();
        for (size_t i = 0; i < worker.ended.size(); ++i) {
            std::vector<int64_t> cells = program_.cells.first_values();
            layout_.unpack(worker.ended_states.data() + i * words_, cells.data());
            context_.note_outcome(cells.data(), {key, Phase::run, worker.ended[i], std::nullopt});
        }
        worker.ended.clear();
        worker.ended_states.clear();
        for (size_t i = 0; i < worker.projected.size(); ++i) {
            const Store::Inserted inserted =
                projections_.insert(worker.projections.data() + i * projection_layout_.words());
            if (!inserted.is_new) continue;
            context_.memory.take(sizeof(uint32_t));
            projection_states_.push_back(worker.projected[i]);
            listener_->may_lose_power(inserted.index, key);
        }
        worker.projected.clear();
        worker.projections.clear();
    }
    if (context_.coverage.has_news()) {
        for (auto& worker : workers_) {
            worker->coverage.learn(context_.coverage);
            worker->coverage.forget_news();
        }
        context_.coverage.forget_news();
    }
    if (!found) return;
    context_.close_questions();
    open_ = 0;
    for (uint32_t p : context_.questions.everywhere) open_ |= uint64_t{1} << (p % 64);
}

bool RunSearch::threads_ended(const uint64_t* state) const {
    for (uint32_t i = 0; i < words_; ++i)
        if ((state[i] & end_mask_[i]) != end_value_[i]) return false;
    return can_end_;
}

void RunSearch::project(const uint64_t* state, uint64_t* projection) const {
    std::fill_n(projection, projection_layout_.words(), uint64_t{0});
    for (const auto& [from, to] : projected_fields_)
        projection[to.word] |= (state[from.word] >> from.shift & from.mask) << to.shift;
}

std::vector<RunSearch::Stage> RunSearch::way_to(uint32_t state) {
    std::vector<Predecessors::Link> links;
    while (state >= initial_.size()) {
        links.push_back(predecessors_.of(state));
        state = links.back().parent;
    }
    const size_t stride = words_ + size_t{1};
    std::vector<Stage> way{{initial_[state], 0, after_init(initial_[state])}};
    std::vector<uint64_t> records(most_enabled_ * stride);
    for (size_t i = links.size(); i-- > 0;) {
        const Predecessors::Link& link = links[i];
        const uint64_t* end = workers_[0]->expansion.successors(way.back().state.data(), records.data()).end;
        uint32_t rank = 0;
        const uint64_t* record = records.data();
        for (; record != end; record += stride) {
            const Tag tag{record[words_]};
            if (!tag.fails() && context_.cost(tag.faults()) == link.faults && rank++ == link.rank) break;
        }
        if (record == end) throw BrokenRule{"a state has fewer successors than when it was found"};
        way.push_back({Tag{record[words_]}.instance(), link.faults, {record, record + words_}});
    }
    return way;
}

bool RunSearch::has_projection_of(const int64_t* cells, const uint64_t* state) const {
    std::vector<uint64_t> ours(projection_layout_.words()), theirs(projection_layout_.words());
    projection_layout_.pack(cells, ours.data());
    project(state, theirs.data());
    return ours == theirs;
}

std::vector<uint64_t> RunSearch::normal_form(const int64_t* cells) {
    std::vector<uint64_t> state(words_);
    layout_.pack(cells, state.data());
    workers_[0]->expansion.normalize(state.data());
    return state;
}

}  // namespace untorn::checker
