// Reads AIGER 1.9 files (binary and ascii, no justice, no fairness, no constraints) and simulates them. For tests.
#pragma once

#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace untorn::testing {

class AigerReader {
 public:
    explicit AigerReader(const std::string& bytes) : in_(bytes) {
        std::string magic, first;
        std::getline(in_, first);
        std::istringstream header(first);
        size_t outputs = 0, ands = 0, bad_count = 0;
        header >> magic >> most_ >> inputs_ >> latch_count_ >> outputs >> ands >> bad_count;
        const bool binary = magic == "aig";
        if (!header || (!binary && magic != "aag") || outputs != 0)
            throw std::runtime_error("not this header: " + first);
        if (binary && most_ != inputs_ + latch_count_ + ands) throw std::runtime_error("M is not I + L + A");
        if (!binary)
            for (size_t i = 0; i < inputs_; ++i) expect(number(), 2 * (i + 1));
        for (size_t i = 0; i < latch_count_; ++i) read_latch(binary, i);
        for (size_t i = 0; i < bad_count; ++i) bads_.push_back(number());
        for (size_t i = 0; i < ands; ++i) read_and(binary, i);
        std::string line;
        while (std::getline(in_, line))
            if (!line.empty()) symbols_.push_back(line);
        values_.assign(most_ + 1, false);
        for (size_t i = 0; i < latch_count_; ++i) values_[1 + inputs_ + i] = latches_[i].first;
    }

    size_t inputs() const { return inputs_; }
    size_t latches() const { return latch_count_; }
    size_t bads() const { return bads_.size(); }
    const std::vector<std::string>& symbols() const { return symbols_; }
    bool latch(size_t i) const { return values_[1 + inputs_ + i]; }
    bool bad(size_t i) const { return value(bads_[i]); }
    /// Sets the inputs and computes everything that depends on them.
    void set(const std::vector<bool>& inputs) {
        for (size_t i = 0; i < inputs_; ++i) values_[1 + i] = inputs[i];
        for (const And& a : ands_) values_[a.made / 2] = value(a.left) && value(a.right);
    }
    /// On to the next state.
    void step() {
        std::vector<bool> next;
        for (const Latch& latch : latches_) next.push_back(value(latch.next));
        for (size_t i = 0; i < next.size(); ++i) values_[1 + inputs_ + i] = next[i];
    }

 private:
    struct Latch {
        size_t next = 0;
        bool first = false;
    };
    struct And {
        size_t made = 0, left = 0, right = 0;
    };

    static void expect(size_t is, size_t should) {
        if (is != should) throw std::runtime_error("literal " + std::to_string(is) + ", not " + std::to_string(should));
    }
    /// One on a line of its own.
    size_t number() {
        std::string line;
        std::getline(in_, line);
        return std::stoul(line);
    }
    void read_latch(bool binary, size_t i) {
        std::string text;
        std::getline(in_, text);
        std::istringstream line(text);
        size_t current = 2 * (1 + inputs_ + i), first = 0;
        Latch latch;
        if (!binary) {
            line >> current;
            expect(current, 2 * (1 + inputs_ + i));
        }
        line >> latch.next;
        if (line >> first) latch.first = first == 1;
        latches_.push_back(latch);
    }
    void read_and(bool binary, size_t i) {
        And a;
        if (binary) {
            a.made = 2 * (1 + inputs_ + latch_count_ + i);
            a.left = a.made - delta();
            a.right = a.left - delta();
        } else {
            std::string text;
            std::getline(in_, text);
            std::istringstream line(text);
            line >> a.made >> a.left >> a.right;
        }
        if (a.left >= a.made || a.right > a.left) throw std::runtime_error("an AND before its arguments");
        ands_.push_back(a);
    }
    size_t delta() {
        size_t result = 0;
        for (unsigned shift = 0;; shift += 7) {
            const int byte = in_.get();
            if (byte < 0) throw std::runtime_error("the file ends within an AND");
            result |= static_cast<size_t>(byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) return result;
        }
    }
    bool value(size_t literal) const { return values_[literal / 2] != (literal % 2 != 0); }

    std::istringstream in_;
    size_t most_ = 0, inputs_ = 0, latch_count_ = 0;
    std::vector<Latch> latches_;
    std::vector<size_t> bads_;
    std::vector<And> ands_;
    std::vector<std::string> symbols_;
    std::vector<bool> values_;
};

}  // namespace untorn::testing
