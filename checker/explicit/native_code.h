// Machine code for x86-64, made at run time, as StateCode: the same records and answers as the interpreter, bit for
// bit.
//
// The idea is that of SPIN's generated pan.c (Holzmann, "The Model Checker SPIN", IEEE Transactions on Software
// Engineering 23(5), 1997), without a compiler in between: each transition instance becomes straight-line code that
// touches only what the step reads and writes. See native_step.h for the shape of the code.
//
// An instance, or a property, that the code generator does not do (arithmetic that may saturate, very large
// expressions) is left to the interpreter, one by one, and so is a state in which a step breaks the rules of the
// system.
//
// Library: AsmJit's x86::Assembler. Registers are few and simply used (see native_emitter.h), so nothing is gained from
// a register allocator, and code is made as fast as it is written. It needs BMI, BMI2 and POPCNT (Intel since 2013, AMD
// since 2015), and a system that grants executable memory.
#pragma once

#include <memory>

#include "checker/explicit/state_code.h"

namespace untorn::checker {

/// The code, made once. Never changes: threads share it.
class NativeProgram {
 public:
    /// Null where machine code cannot be had: another processor, a build without AsmJit, no executable memory. The
    /// arguments must outlive the program and its codes.
    /// `conditions` (ascending): those of Instance::passes that will be asked for often.
    static std::shared_ptr<const NativeProgram> make(const Program& program, const Layout& layout,
                                                     const std::vector<CodeId>& conditions = {});

    ~NativeProgram();
    NativeProgram(const NativeProgram&) = delete;
    NativeProgram& operator=(const NativeProgram&) = delete;

    size_t bytes() const;                   ///< of machine code, tables included
    size_t interpreted_instances() const;   ///< left to the interpreter
    size_t interpreted_properties() const;  ///< left to the interpreter

 private:
    friend class NativeCode;
    struct Compiled;
    explicit NativeProgram(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> compiled_;
};

/// What one thread works with; keeps the program.
std::unique_ptr<StateCode> make_native_code(std::shared_ptr<const NativeProgram> native, const Program& program,
                                            const Layout& layout);
/// For one thread only. Null where NativeProgram::make is.
std::unique_ptr<StateCode> make_native_code(const Program& program, const Layout& layout);

}  // namespace untorn::checker
