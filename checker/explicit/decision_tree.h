// Remembers what a function of the state has answered, by the questions about the state that it asked on the way.
//
// A deterministic computation that learns of a state only by yes/no questions asks the same next question whenever the
// answers so far are the same. So its runs form a tree: inner nodes are questions, leaves are results. To find a
// result, only the questions of one path are asked again, and the computation between them is saved; what it does not
// ask about does not matter. The result is the computation's own: nothing is approximated, and when room ends all is
// forgotten.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace untorn::checker {

template <class Result>
class DecisionTree {
 public:
    struct Answered {
        uint32_t question;
        bool answer;
    };

    /// Forgets all before it takes much more than `most_bytes`; `result_bytes` is what a result takes.
    DecisionTree(size_t most_bytes, size_t result_bytes) : most_bytes_(most_bytes), result_bytes_(result_bytes) {}

    /// The result of the run that begins with `what` and asks what `ask(question)` answers so; null if there was none.
    template <class Ask>
    const Result* find(const std::vector<uint32_t>& what, Ask ask) const {
        const auto root = roots_.find(what);
        if (root == roots_.end()) return nullptr;
        uint32_t at = root->second;
        while (at != unknown && nodes_[at].question != leaf) at = nodes_[at].next[ask(nodes_[at].question) ? 1 : 0];
        return at == unknown ? nullptr : &results_[nodes_[at].next[0]];
    }

    /// A run that was not found: what it was asked about, its questions in order, and its result.
    void add(const std::vector<uint32_t>& what, std::span<const Answered> run, Result result) {
        if (bytes_ >= most_bytes_) clear();
        uint32_t at = root(what, run);
        for (size_t i = 0; i < run.size(); ++i) {
            const uint32_t question = i + 1 < run.size() ? run[i + 1].question : leaf;
            at = child(at, run[i].answer, question);
        }
        nodes_[at].next[0] = static_cast<uint32_t>(results_.size());
        results_.push_back(std::move(result));
        bytes_ += result_bytes_;
    }

 private:
    static constexpr uint32_t leaf = UINT32_MAX, unknown = UINT32_MAX;
    static constexpr size_t bytes_per_root = 100;  // in the hash table, and for the begin of a vector
    struct Node {
        uint32_t question = leaf;
        std::array<uint32_t, 2> next{unknown, unknown};  ///< by answer; of a leaf: its result
    };
    struct Hash {
        size_t operator()(const std::vector<uint32_t>& what) const {
            uint64_t hash = what.size();
            for (const uint32_t word : what) hash = (hash ^ word) * 0x9e3779b97f4a7c15 ^ hash >> 29;
            return hash ^ hash >> 32;
        }
    };

    uint32_t append(uint32_t question) {
        nodes_.push_back({question});
        bytes_ += sizeof(Node);
        return static_cast<uint32_t>(nodes_.size() - 1);
    }
    uint32_t root(const std::vector<uint32_t>& what, std::span<const Answered> run) {
        const auto [found, is_new] = roots_.try_emplace(what, 0);
        if (is_new) {
            found->second = append(run.empty() ? leaf : run.front().question);
            bytes_ += bytes_per_root + sizeof(uint32_t) * what.size();
        }
        return found->second;
    }
    uint32_t child(uint32_t at, bool answer, uint32_t question) {
        const uint32_t known = nodes_[at].next[answer ? 1 : 0];
        if (known != unknown) return known;
        const uint32_t made = append(question);
        nodes_[at].next[answer ? 1 : 0] = made;
        return made;
    }
    void clear() {
        roots_.clear();
        nodes_.clear();
        results_.clear();
        bytes_ = 0;
    }

    size_t most_bytes_, result_bytes_;
    size_t bytes_ = 0;  ///< about what is in use
    std::unordered_map<std::vector<uint32_t>, uint32_t, Hash> roots_;
    std::vector<Node> nodes_;
    std::vector<Result> results_;
};

}  // namespace untorn::checker
