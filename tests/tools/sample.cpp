#include "tests/tools/sample.h"

namespace untorn::tools::sample {

using checker::TraceStep;
using system::Storage;

system::System system() {
    system::System s;
    std::string text;
    for (int i = 0; i < 60; ++i) text += "0123456789\n";
    s.files.emplace_back("specs/torn.untorn", text);
    system::Type writers{system::TypeKind::scalarset, "Writer", 0, 1, {}, 0};
    const system::TypeId writer = s.types.intern(writers);
    const system::TypeId cell = s.types.range(0, 1);
    auto variable = [&](std::string name, Storage storage, std::vector<system::TypeId> dims, system::TypeId type) {
        system::Variable v;
        v.name = std::move(name);
        v.storage = storage;
        v.dims = std::move(dims);
        v.type = type;
        s.variables.push_back(v);
    };
    variable("folio.dirty", Storage::memory, {}, system::TypeTable::boolean);
    variable("cache", Storage::device, {}, cell);
    variable("disk", Storage::durable, {cell}, cell);
    variable("acknowledged", Storage::ghost, {}, system::TypeTable::boolean);
    variable("writer.i", Storage::local, {writer}, cell);
    auto property = [&](std::string name, system::PropertyKind kind, uint32_t at) {
        system::Property p;
        p.name = std::move(name);
        p.kind = kind;
        p.span = {0, at, at + 1};
        s.properties.push_back(p);
    };
    property("no_tear", system::PropertyKind::crash_invariant, 33);  // line 4
    property("seen", system::PropertyKind::cover, 44);
    property("deadlock", system::PropertyKind::deadlock, 0);
    return s;
}

TraceStep start() {
    TraceStep s;
    s.kind = TraceStep::Kind::initial;
    return s;
}

TraceStep step(std::string actor, std::string id, uint32_t line, std::string text,
               std::vector<std::pair<std::string, std::string>> changed) {
    TraceStep s;
    s.actor = std::move(actor);
    s.id = std::move(id);
    s.place = {"specs/torn.untorn", line, 5};
    s.text = std::move(text);
    s.changed = std::move(changed);
    return s;
}

TraceStep power_loss(std::vector<std::pair<std::string, std::string>> changed) {
    TraceStep s;
    s.kind = TraceStep::Kind::power_loss;
    s.actor = "power_loss";
    s.place = {"specs/torn.untorn", 50, 1};
    s.text = "power_loss {";
    s.fault = "power_loss";
    s.choice_texts = {"landed = {0}"};
    s.changed = std::move(changed);
    return s;
}

checker::Trace torn() {
    checker::Trace t;
    t.steps.push_back(start());
    t.steps.push_back(
        step("writer", "Writer#0", 10, "folio.dirty = true;", {{"folio.dirty", "true"}, {"writer.i[Writer#0]", "1"}}));
    TraceStep fault = step("writer", "Writer#0", 12, "return short(i);", {{"acknowledged", "true"}});
    fault.fault = "source_gone";
    fault.labels = {"short_copy"};
    t.steps.push_back(fault);
    TraceStep dma = step("flusher", "", 20, "cache = folio.mem;", {{"cache", "1"}});
    dma.choice_texts = {"b = 0"};
    t.steps.push_back(dma);
    t.steps.push_back(power_loss({{"disk[0]", "1"}}));
    t.faults = 2;
    t.length = 3;
    return t;
}

RunReport report() {
    RunReport r;
    r.spec = "specs/torn.untorn";
    r.run.system = system();
    r.run.config.scenario = "S01";
    r.run.config.title = "a short copy";
    r.run.config.variant = "A";
    r.run.options = {{"BLOCKS", "2"}, {"mode", "Strict"}, {"stable", "true"}};
    r.run.faults_allowed = {{"power_loss", "1"}, {"source_gone", "unlimited"}};
    r.run.present = {"writer[2]", "flusher"};
    r.run.absent = {"mapper"};
    r.result.states = 12345;
    r.result.transitions = 45678;
    r.result.depth = 21;
    r.result.crash_images = 7;
    r.result.exhaustive = true;
    r.result.state_bits = 9;
    checker::PropertyResult tear;
    tear.property = 0;
    tear.verdict = checker::Verdict::violated;
    tear.how = "exhaustive";
    tear.trace = torn();
    tear.shortest = true;
    checker::PropertyResult seen;
    seen.property = 1;
    seen.verdict = checker::Verdict::holds;
    seen.how = "reached";
    seen.trace = torn();
    seen.trace->steps.resize(2);
    seen.trace->faults = 0;
    seen.trace->length = 1;
    seen.shortest = true;
    checker::PropertyResult deadlock;
    deadlock.property = 2;
    deadlock.verdict = checker::Verdict::holds;
    deadlock.how = "exhaustive";
    r.result.properties = {tear, seen, deadlock};
    return r;
}

}  // namespace untorn::tools::sample
