// Verdicts of many runs at a glance: a row for each scenario, a column for each variant, in each cell a letter for each
// kind of promise that is broken. `untorn check --matrix`.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/cli/report.h"

namespace untorn::tools {

class Matrix {
 public:
    void add(const RunReport& report);

    /// A row stands in the first table that has a column for each of its variants; the tables' columns are the lists
    /// of variants that no other row's list contains. Ends with the legend
    /// and the sizes of the searches.
    std::string text(const Style& style) const;
    /// The same; a row links to its specification, and has the scenario's title.
    std::string markdown() const;
    /// One object for each row: spec, scenario, title, cells by variant.
    nlohmann::ordered_json to_json() const;

 private:
    struct Cell {
        std::string variant;  ///< empty: none is bound
        std::string letters;  ///< `T L`; `ok` where nothing is broken
        bool as_expected = true;
    };
    struct Row {
        std::string spec, scenario, title;
        std::vector<Cell> cells;
    };
    struct Table {
        std::vector<std::string> variants;
        std::vector<const Row*> rows;
    };
    std::vector<Table> tables() const;
    static std::vector<std::string> variants_of(const Row& row);
    /// The cell's letters, `!` behind them if not as expected; `-` where there is no such run.
    static std::string shown(const Row& row, const std::string& variant);

    /// How many states the cells' searches visited: `8 cells; states: median 1, largest 2, together 10`.
    std::string sizes() const;

    std::vector<Row> rows_;
    std::vector<uint64_t> states_;  ///< of each run, in their order
};

/// What is broken in one run: letters with blanks between, from the gravest on (T, L, P, S, a), `*` for any other
/// property, `?` if something is undecided; or `ok`.
std::string matrix_letters(const RunReport& report);

}  // namespace untorn::tools
