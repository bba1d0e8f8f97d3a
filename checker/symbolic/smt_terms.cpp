#include "checker/symbolic/smt_terms.h"

#include <algorithm>
#include <set>

#include "checker/explicit/limits.h"
#include "checker/explicit/reads.h"
#include "model/system/evaluator.h"

namespace untorn::checker::symbolic {

using Op = Code::Op;

unsigned signed_width(int64_t lo, int64_t hi) {
    unsigned width = 1;
    while (width < 64 && (lo < -(int64_t{1} << (width - 1)) || hi > (int64_t{1} << (width - 1)) - 1)) ++width;
    return width;
}

std::string smt_number(int64_t value, unsigned width) {
    const uint64_t mask = width >= 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
    return "(_ bv" + std::to_string(static_cast<uint64_t>(value) & mask) + " " + std::to_string(width) + ")";
}

std::string smt_join(const char* op, const std::vector<std::string>& parts, const char* of_none) {
    if (parts.empty()) return of_none;
    if (parts.size() == 1) return parts[0];
    std::string term = std::string("(") + op;
    for (const std::string& part : parts) term += " " + part;
    return term + ")";
}

SmtCells::SmtCells(const Program& program, std::vector<std::optional<int64_t>> constants)
    : program_(program), constants_(std::move(constants)) {
    const system::Evaluator names(program.system);
    std::set<std::string> taken;
    for (uint32_t cell = 0; cell < program.cells.size(); ++cell) {
        std::string name = names.cell_name(cell);
        // Neither may stand in a quoted symbol.
        std::erase_if(name, [](char c) { return c == '|' || c == '\\'; });
        while (!taken.insert(name).second) name += "~";
        symbols_.push_back("|" + name + "|");
        primed_.push_back("|" + name + "'|");
    }
}

SmtCells SmtCells::after(const std::map<uint32_t, std::string>& written) const {
    SmtCells made = *this;
    for (const auto& [cell, symbol] : written) {
        made.constants_[cell].reset();
        made.symbols_[cell] = symbol;
    }
    return made;
}

bool SmtCells::is_bool(uint32_t cell) const {
    return program_.cells[cell].lo == 0 && program_.cells[cell].size == 2 &&
           program_.system.types[program_.system.variables[program_.cells[cell].var].type].kind ==
               system::TypeKind::boolean;
}

unsigned SmtCells::width(uint32_t cell) const {
    const Cell& domain = program_.cells[cell];
    return signed_width(domain.lo, domain.lo + static_cast<int64_t>(domain.size) - 1);
}

std::string SmtCells::sort(uint32_t cell) const {
    return is_bool(cell) ? "Bool" : "(_ BitVec " + std::to_string(width(cell)) + ")";
}

std::string SmtCells::value(uint32_t cell, int64_t value) const {
    if (is_bool(cell)) return value != 0 ? "true" : "false";
    return smt_number(value, width(cell));
}

std::string SmtCells::in_type(uint32_t cell, const std::string& symbol) const {
    if (is_bool(cell)) return "";
    const Cell& domain = program_.cells[cell];
    const unsigned bits = width(cell);
    const int64_t hi = domain.lo + static_cast<int64_t>(domain.size) - 1;
    std::vector<std::string> parts;
    if (bits < 64 && domain.lo != -(int64_t{1} << (bits - 1)))
        parts.push_back("(bvsle " + value(cell, domain.lo) + " " + symbol + ")");
    if (bits < 64 && hi != (int64_t{1} << (bits - 1)) - 1)
        parts.push_back("(bvsle " + symbol + " " + value(cell, hi) + ")");
    return parts.empty() ? "" : smt_all(parts);
}

unsigned SmtTerms::width(CodeId code) const {
    const Interval& interval = program_.intervals[code];
    if (interval.lo <= -system::value_limit || interval.hi >= system::value_limit)
        throw LimitReached{"arithmetic beyond 62 bits in a proof"};
    return signed_width(interval.lo, interval.hi);
}

std::string SmtTerms::resized(const std::string& term, unsigned from, unsigned to) {
    if (from == to) return term;
    if (from < to) return "((_ sign_extend " + std::to_string(to - from) + ") " + term + ")";
    return "((_ extract " + std::to_string(to - 1) + " 0) " + term + ")";
}

/// Its value is 0 or 1, and it is best written as a Bool.
bool SmtTerms::is_truth(CodeId id) const {
    const Code& code = program_.codes[id];
    switch (code.op) {
        case Op::negation:
        case Op::conjunction:
        case Op::disjunction:
        case Op::equal:
        case Op::less:
        case Op::less_equal:
        case Op::cell_is: return true;
        case Op::constant: return code.value == 0 || code.value == 1;
        case Op::cell: return cells_.is_bool(code.a);
        case Op::indexed: return cells_.is_bool(program_.addresses[code.a].base);
        case Op::ite: return is_truth(code.b) && is_truth(code.c);
        default: return false;
    }
}

std::string SmtTerms::define(CodeId code, bool truth, std::string term) {
    auto& known = truth ? truths_ : numbers_;
    // A slot says that the program has more than one use for it.
    if (program_.codes[code].slot != 0) {
        std::string name = (truth ? "t!" : "n!") + std::to_string(code) + mark_;  // no cell has such a name
        script_.define(name, truth ? "Bool" : "(_ BitVec " + std::to_string(width(code)) + ")", std::move(term));
        term = std::move(name);
    }
    known.emplace(code, term);
    return term;
}

std::string SmtTerms::truth(CodeId code) {
    if (const auto found = truths_.find(code); found != truths_.end()) return found->second;
    const Op op = program_.codes[code].op;
    if (op == Op::constant) return program_.codes[code].value != 0 ? "true" : "false";
    if (!is_truth(code)) return "(distinct " + number(code) + " " + smt_number(0, width(code)) + ")";
    std::string term = make_truth(code);
    if (op == Op::cell) return term;
    return define(code, true, std::move(term));
}

std::string SmtTerms::compare(const char* op, CodeId a, CodeId b) {
    const unsigned bits = std::max(width(a), width(b));
    return std::string("(") + op + " " + number(a, bits) + " " + number(b, bits) + ")";
}

std::string SmtTerms::make_truth(CodeId id) {
    const Code& code = program_.codes[id];
    switch (code.op) {
        case Op::cell:
            if (const auto& constant = cells_.constant(code.a)) return *constant != 0 ? "true" : "false";
            return cells_.symbol(code.a);
        case Op::cell_is:
            if (const auto& constant = cells_.constant(code.a)) return *constant == code.value ? "true" : "false";
            if (cells_.is_bool(code.a)) {
                if (code.value != 0 && code.value != 1) return "false";
                return code.value != 0 ? cells_.symbol(code.a) : "(not " + cells_.symbol(code.a) + ")";
            } else {
                const Cell& domain = program_.cells[code.a];
                if (code.value < domain.lo || code.value > domain.lo + static_cast<int64_t>(domain.size) - 1)
                    return "false";
                return "(= " + cells_.symbol(code.a) + " " + cells_.value(code.a, code.value) + ")";
            }
        case Op::indexed: return indexed(id, true);
        case Op::negation: return "(not " + truth(code.a) + ")";
        case Op::conjunction: {
            const std::string a = truth(code.a), b = truth(code.b);
            return "(and " + a + " " + b + ")";
        }
        case Op::disjunction: {
            const std::string a = truth(code.a), b = truth(code.b);
            return "(or " + a + " " + b + ")";
        }
        case Op::equal:
            if (is_truth(code.a) && is_truth(code.b)) {
                const std::string a = truth(code.a), b = truth(code.b);
                return "(= " + a + " " + b + ")";
            }
            return compare("=", code.a, code.b);
        case Op::less: return compare("bvslt", code.a, code.b);
        case Op::less_equal: return compare("bvsle", code.a, code.b);
        default: {  // ite
            const std::string c = truth(code.a), a = truth(code.b), b = truth(code.c);
            return "(ite " + c + " " + a + " " + b + ")";
        }
    }
}

std::string SmtTerms::number(CodeId code, unsigned bits) {
    const unsigned own = width(code);
    bits = std::max(bits, own);
    if (program_.codes[code].op == Op::constant) return smt_number(program_.codes[code].value, bits);
    const auto found = numbers_.find(code);
    if (found != numbers_.end()) return resized(found->second, own, bits);
    if (is_truth(code)) return "(ite " + truth(code) + " " + smt_number(1, bits) + " " + smt_number(0, bits) + ")";
    std::string term = make_number(code);
    if (program_.codes[code].op != Op::cell) term = define(code, false, std::move(term));
    return resized(term, own, bits);
}

/// An operation on numbers as wide as their result and themselves need: it cannot overflow there.
std::string SmtTerms::arithmetic(CodeId id, const char* op) {
    const Code& code = program_.codes[id];
    const unsigned bits = std::max({width(id), width(code.a), width(code.b)});
    const std::string a = number(code.a, bits), b = number(code.b, bits);
    return resized(std::string("(") + op + " " + a + " " + b + ")", bits, width(id));
}

/// bvsdiv and bvsrem round towards zero, as C does; a bit more, for the least number divided by -1.
std::string SmtTerms::quotient(CodeId id, const char* op) {
    const Code& code = program_.codes[id];
    const unsigned bits = std::max({width(id), width(code.a), width(code.b)}) + 1;
    const std::string a = number(code.a, bits), b = number(code.b, bits), zero = smt_number(0, bits);
    return resized("(ite (= " + b + " " + zero + ") " + zero + " (" + op + " " + a + " " + b + "))", bits, width(id));
}

std::string SmtTerms::denotes(const Address& address, uint32_t cell) {
    std::vector<std::string> parts;
    uint32_t offset = cell - address.base;
    // Strides fall, so the offset of each dimension is what the greater strides leave.
    for (uint32_t i = address.first; i < address.first + address.count; ++i) {
        const Indexing& indexing = program_.indexings[i];
        const int64_t index = indexing.lo + static_cast<int64_t>(offset / indexing.stride);
        offset %= indexing.stride;
        const Interval& interval = program_.intervals[indexing.index];
        if (index < interval.lo || index > interval.hi) return "false";
        parts.push_back("(= " + number(indexing.index) + " " + smt_number(index, width(indexing.index)) + ")");
    }
    return smt_all(parts);
}

/// One of the cells that the address can denote, or what a bad index yields.
std::string SmtTerms::indexed(CodeId id, bool as_truth) {
    const Code& code = program_.codes[id];
    const Address& address = program_.addresses[code.a];
    std::string term = as_truth ? (code.value != 0 ? "true" : "false") : smt_number(code.value, width(id));
    std::vector<uint32_t> cells;
    for_each_cell(program_, address, [&](uint32_t cell) { cells.push_back(cell); });
    for (const uint32_t cell : cells) {
        std::string value;
        if (const auto& constant = cells_.constant(cell))
            value = as_truth ? (*constant != 0 ? "true" : "false") : smt_number(*constant, width(id));
        else
            value = as_truth ? cells_.symbol(cell) : resized(cells_.symbol(cell), cells_.width(cell), width(id));
        term = "(ite " + denotes(address, cell) + " " + value + " " + term + ")";
    }
    return term;
}

std::string SmtTerms::make_number(CodeId id) {
    const Code& code = program_.codes[id];
    const unsigned bits = width(id);
    switch (code.op) {
        case Op::cell:
            if (const auto& constant = cells_.constant(code.a)) return smt_number(*constant, bits);
            return resized(cells_.symbol(code.a), cells_.width(code.a), bits);
        case Op::choice: return choice(code.a);
        case Op::indexed: return indexed(id, false);
        case Op::add: return arithmetic(id, "bvadd");
        case Op::subtract: return arithmetic(id, "bvsub");
        case Op::multiply: return arithmetic(id, "bvmul");
        case Op::divide: return quotient(id, "bvsdiv");
        case Op::modulo: return quotient(id, "bvsrem");
        case Op::ite: {
            const std::string c = truth(code.a);
            // Branches that cannot be taken may lie outside the interval of the whole.
            const unsigned wide = std::max({bits, width(code.b), width(code.c)});
            const std::string a = number(code.b, wide), b = number(code.c, wide);
            return resized("(ite " + c + " " + a + " " + b + ")", wide, bits);
        }
        case Op::bit_and: return arithmetic(id, "bvand");
        case Op::bit_or: return arithmetic(id, "bvor");
        case Op::bit_clear: {
            const unsigned wide = std::max({bits, width(code.a), width(code.b)});
            const std::string a = number(code.a, wide), b = number(code.b, wide);
            return resized("(bvand " + a + " (bvnot " + b + "))", wide, bits);
        }
        case Op::shift_one: {
            constexpr unsigned greatest = 31;
            const unsigned wide = std::max({bits, width(code.a), greatest + 2});
            const std::string a = number(code.a, wide);
            return resized("(ite (bvule " + a + " " + smt_number(greatest, wide) + ") (bvshl " + smt_number(1, wide) +
                               " " + a + ") " + smt_number(0, wide) + ")",
                           wide, bits);
        }
        case Op::popcount: {
            if (program_.intervals[code.a].lo < 0) throw LimitReached{"the size of a negative mask in a proof"};
            const unsigned from = width(code.a), wide = std::max(bits, 8U);
            const std::string a = number(code.a);
            std::string sum = smt_number(0, wide);
            for (unsigned bit = 0; bit + 1 < from; ++bit) {
                const std::string number = std::to_string(bit);
                sum = "(bvadd " + sum + " ((_ zero_extend " + std::to_string(wide - 1) + ") ((_ extract " + number +
                      " " + number + ") " + a + ")))";
            }
            return resized(sum, wide, bits);
        }
        default: throw BrokenRule{"a code that is no number"};
    }
}

std::string SmtTerms::as_cell(CodeId code, uint32_t cell) {
    if (cells_.is_bool(cell)) {
        if (is_truth(code)) return truth(code);
        return "(distinct " + number(code) + " " + smt_number(0, width(code)) + ")";
    }
    const unsigned bits = std::max(width(code), cells_.width(cell));
    return resized(number(code, bits), bits, cells_.width(cell));
}

}  // namespace untorn::checker::symbolic
