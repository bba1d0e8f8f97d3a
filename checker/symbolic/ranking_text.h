// Rankings as text that people read and a program reads back.
//
//     ranking written;
//     waits while !copied;
//     level 1: flusher moves (weakly fair), while dirty;
//     level 2: writer passes copy (strongly fair), otherwise;
//     level 2.1: device moves (weakly fair), otherwise;
//
// A state in which what is promised does not hold, and `waits` does, has the first level whose condition it satisfies.
// The one named moves again and again, and every time it does, a lower level is reached, or the answer; no other step
// leads higher. Levels 2.1, 2.2, ... are of the time in which the helper of level 2, which is strongly fair, cannot
// move. Conditions are conjunctions of what InvariantText writes. A statement may take several lines.
#pragma once

#include "checker/explicit/program.h"
#include "checker/symbolic/invariant_text.h"
#include "checker/symbolic/ranking.h"

namespace untorn::checker::symbolic {

/// `writer[1] moves (weakly fair)`.
std::string constraint_text(const Program& program, uint32_t constraint);

class RankingText {
 public:
    /// The program must outlive it.
    explicit RankingText(const Program& program) : program_(program), conjuncts_(program.system) {}

    /// All of them, behind a legend of the locations that they name.
    std::string write(std::span<const Ranking> rankings) const;
    /// What write() wrote. Comments, and space at the begin and end of lines, do not matter.
    std::variant<std::vector<Ranking>, InvariantError> read(const std::string& text) const;

 private:
    std::string write(const Ranking& ranking) const;
    std::string write(std::span<const RankedLevel> levels, const std::string& prefix) const;
    std::string statement(const std::string& begin, std::span<const Conjunct> when) const;
    std::optional<std::string> read_statement(const std::string& statement, std::vector<Ranking>& rankings) const;
    std::optional<std::string> read_level(const std::string& number, const std::string& text, Ranking& ranking) const;

    const Program& program_;
    const InvariantText conjuncts_;
};

}  // namespace untorn::checker::symbolic
