// Registers and small instruction sequences of native code: words of a packed state, fields in them, constants of any
// width. Only native_*.cpp include it.
//
// Registers. rdi: the state; rsi: where the next record goes; rax, rdx: free between any two calls here. The first
// words of the state stay in registers of their own (four at most, the others are read from memory). Accumulators
// (three at most) hold words of a successor in the making. All others are levels: expression evaluation is a stack of
// them.
#pragma once

#ifdef UNTORN_NATIVE_CODE

#include <asmjit/x86.h>

#include <array>

#include "checker/explicit/layout.h"

namespace untorn::checker::native {

namespace x86 = asmjit::x86;

/// The bits that a field takes in its word.
inline uint64_t bits_of(const Layout::Field& field) { return field.mask << field.shift; }

/// Some bits of one word of the state, and the value that they are to have.
struct WordTest {
    uint32_t word = 0;
    uint64_t mask = 0, value = 0;

    /// Adds another test of the word. False if both cannot hold.
    bool add(const WordTest& other) {
        if ((mask & other.mask & (value ^ other.value)) != 0) return false;
        mask |= other.mask;
        value |= other.value;
        return true;
    }
};

class Emitter {
 public:
    Emitter(x86::Assembler& assembler, const Layout& layout);

    x86::Assembler& a;
    const Layout& layout;

    uint32_t words() const { return layout.words(); }
    uint32_t accumulators() const { return accumulators_; }
    unsigned levels() const { return static_cast<unsigned>(order.size()) - pinned_ - accumulators_; }
    x86::Gp accumulator(uint32_t number) { return use(pinned_ + number); }
    x86::Gp level(unsigned number) { return use(pinned_ + accumulators_ + number); }

    bool is_pinned(uint32_t word) const { return word < pinned_; }
    x86::Gp pinned(uint32_t word) { return use(word); }
    x86::Mem in_state(uint32_t word) const { return x86::qword_ptr(x86::rdi, static_cast<int32_t>(word * 8)); }
    x86::Mem in_record(uint32_t word) const { return x86::qword_ptr(x86::rsi, static_cast<int32_t>(word * 8)); }
    void load(x86::Gp to, uint32_t word);
    void load_pinned();
    /// record[word] = state[word].
    void copy_to_record(uint32_t word);
    /// to = the field, without Field::lo.
    void load_field(x86::Gp to, const Layout::Field& field);

    void set(x86::Gp to, uint64_t value);
    void add(x86::Gp to, int64_t value);
    /// Keeps the bits of the mask.
    void keep(x86::Gp to, uint64_t mask);
    void compare(x86::Gp reg, int64_t value);
    void multiply(x86::Gp to, uint64_t factor);
    /// Goes to `target` if the test holds (`when`), or does not.
    void jump(const WordTest& test, asmjit::Label target, bool when);

    /// A function: begin(), its code, finish(). The code ends with a jump to exit().
    void begin();
    asmjit::Label exit() const { return exit_; }
    /// The end of the code and the entry, which saves what was used, loads the pinned words and goes to begin().
    /// `context`: the third argument is kept at [rsp], the fourth at [rsp + 8], and rsp is a multiple of 16. The
    /// function returns rsi.
    asmjit::Label finish(bool context);

 private:
    static constexpr std::array order{x86::r8,  x86::r9,  x86::r10, x86::r11, x86::rcx, x86::rbx,
                                      x86::rbp, x86::r12, x86::r13, x86::r14, x86::r15};
    static constexpr size_t first_saved = 5;  ///< from here on registers belong to the caller

    x86::Gp use(size_t number) {
        used_[number] = true;
        return order[number];
    }

    uint32_t pinned_, accumulators_;
    std::array<bool, order.size()> used_{};
    asmjit::Label body_, exit_;
};

}  // namespace untorn::checker::native

#endif
