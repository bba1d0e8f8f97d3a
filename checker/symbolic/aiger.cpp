#include "checker/symbolic/aiger.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace untorn::checker::symbolic {

namespace {

class Writer {
 public:
    Writer(const TransitionCircuit& system, std::span<const NamedBad> bads)
        : system_(system), circuit_(system.circuit), bads_(bads) {}

    std::string write(AigerFormat format);

 private:
    struct OutLatch {
        Lit current, next;
        bool first = false;
        std::string name;
    };
    void build();
    void number();
    void visit(Lit lit);
    unsigned code(Lit lit) const { return numbers_[lit.node()] * 2 + (lit.negated() ? 1 : 0); }
    std::string header(const char* magic) const;
    std::string latch_line(const OutLatch& latch) const;
    std::string symbols() const;

    const TransitionCircuit& system_;
    Circuit circuit_;  ///< the system's, and what is added to it
    std::span<const NamedBad> bads_;
    std::vector<Lit> inputs_;
    std::vector<OutLatch> latches_;
    std::vector<Lit> happens_;
    std::vector<uint32_t> numbers_;  ///< of nodes in the file
    std::vector<uint32_t> ands_;     ///< nodes in the order of the file
};

void Writer::build() {
    const bool fixed =
        system_.initial_possible == Circuit::yes && std::ranges::all_of(system_.latches, [](const Latch& latch) {
            return latch.initial == Circuit::no || latch.initial == Circuit::yes;
        });
    inputs_ = system_.step_inputs;
    const Lit started = fixed ? Circuit::yes : circuit_.input();
    if (!fixed) inputs_.insert(inputs_.end(), system_.initial_inputs.begin(), system_.initial_inputs.end());
    const Lit moves = circuit_.both(started, system_.possible),
              starts = circuit_.both(!started, system_.initial_possible);
    for (const Latch& latch : system_.latches) {
        const Lit goes_on = circuit_.choose(moves, latch.next, latch.current);
        latches_.push_back({latch.current, circuit_.choose(starts, latch.initial, goes_on),
                            fixed && latch.initial == Circuit::yes, latch.name});
    }
    if (!fixed) latches_.push_back({started, circuit_.either(started, starts), false, "started"});
    for (const NamedBad& bad : bads_) happens_.push_back(circuit_.both(started, system_.bads[bad.bad].happens));
}

void Writer::visit(Lit lit) {
    std::vector<uint32_t> open{lit.node()};
    while (!open.empty()) {
        const uint32_t node = open.back();
        if (node == 0 || numbers_[node] != 0) {
            open.pop_back();
            continue;
        }
        const size_t before = open.size();
        for (Lit argument : {circuit_.left(node), circuit_.right(node)})
            if (argument.node() != 0 && numbers_[argument.node()] == 0) open.push_back(argument.node());
        if (open.size() > before) continue;
        open.pop_back();
        ands_.push_back(node);
        numbers_[node] = static_cast<uint32_t>(inputs_.size() + latches_.size() + ands_.size());
    }
}

void Writer::number() {
    numbers_.assign(circuit_.size(), 0);
    uint32_t next = 0;
    for (Lit input : inputs_) numbers_[input.node()] = ++next;
    for (const OutLatch& latch : latches_) numbers_[latch.current.node()] = ++next;
    for (const OutLatch& latch : latches_) visit(latch.next);
    for (Lit bad : happens_) visit(bad);
}

std::string Writer::header(const char* magic) const {
    return fmt::format("{} {} {} {} 0 {} {}\n", magic, inputs_.size() + latches_.size() + ands_.size(), inputs_.size(),
                       latches_.size(), ands_.size(), happens_.size());
}

std::string Writer::latch_line(const OutLatch& latch) const {
    return fmt::format("{}{}\n", code(latch.next), latch.first ? " 1" : "");
}

/// Readers want names to differ; a procedure that is called twice has its variables twice.
std::string Writer::symbols() const {
    std::map<std::string, size_t> seen;
    const auto once = [&](const std::string& name) {
        const size_t before = seen[name]++;
        return before == 0 ? name : fmt::format("{}~{}", name, before + 1);
    };
    std::string text;
    for (size_t i = 0; i < latches_.size(); ++i) text += fmt::format("l{} {}\n", i, once(latches_[i].name));
    for (size_t i = 0; i < bads_.size(); ++i) text += fmt::format("b{} {}\n", i, once(bads_[i].name));
    return text;
}

void put_delta(std::string& bytes, unsigned delta) {
    for (; delta >= 0x80; delta >>= 7) bytes += static_cast<char>((delta & 0x7f) | 0x80);
    bytes += static_cast<char>(delta);
}

std::string Writer::write(AigerFormat format) {
    build();
    number();
    const bool ascii = format == AigerFormat::ascii;
    std::string bytes = header(ascii ? "aag" : "aig");
    if (ascii)
        for (Lit input : inputs_) bytes += fmt::format("{}\n", code(input));
    for (const OutLatch& latch : latches_)
        bytes += (ascii ? fmt::format("{} ", code(latch.current)) : "") + latch_line(latch);
    for (Lit bad : happens_) bytes += fmt::format("{}\n", code(bad));
    for (uint32_t node : ands_) {
        const unsigned made = numbers_[node] * 2;
        unsigned great = code(circuit_.left(node)), small = code(circuit_.right(node));
        if (great < small) std::swap(great, small);
        if (ascii) {
            bytes += fmt::format("{} {} {}\n", made, great, small);
        } else {
            put_delta(bytes, made - great);
            put_delta(bytes, great - small);
        }
    }
    return bytes + symbols();
}

}  // namespace

std::string aiger(const TransitionCircuit& system, std::span<const NamedBad> bads, AigerFormat format) {
    return Writer(system, bads).write(format);
}

}  // namespace untorn::checker::symbolic
