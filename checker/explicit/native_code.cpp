#include "checker/explicit/native_code.h"

#ifdef UNTORN_NATIVE_CODE

#include <algorithm>
#include <exception>

#include "checker/explicit/interpreted_code.h"
#include "checker/explicit/native_step.h"

namespace untorn::checker {

namespace {

/// Instances beyond this much code are interpreted: about 30,000 small ones, made in a tenth of a second.
constexpr size_t code_limit = size_t{2} << 20;

/// What native code is given to call the interpreter. No exception crosses native code: it is kept here.
struct Context {
    const uint64_t* state = nullptr;  ///< first: native code reads it
    InterpretedCode* interpreter = nullptr;
    std::exception_ptr thrown;
};

uint64_t* interpret(void* pointer, uint64_t* out, uint32_t first, uint32_t end) {
    Context& context = *static_cast<Context*>(pointer);
    try {
        return context.interpreter->successors(first, end, context.state, out);
    } catch (...) {
        context.thrown = std::current_exception();
        return nullptr;
    }
}

}  // namespace

struct NativeProgram::Compiled {
    using Successors = uint64_t* (*)(const uint64_t* state, uint64_t* out, void* context, const uint64_t* asleep);
    using Holds = uint64_t (*)(const uint64_t* state);

    asmjit::JitRuntime runtime;  ///< owns the memory
    Successors successors = nullptr;
    std::vector<Holds> holds;  ///< by property; null: left to the interpreter
    size_t bytes = 0;
    size_t interpreted_instances = 0;
    size_t interpreted_properties = 0;

    std::vector<CodeId> conditions;  ///< ascending
    std::vector<Holds> passes;       ///< by condition; null: left to the interpreter

    bool compile(const Program& program, const Layout& layout);
};

bool NativeProgram::Compiled::compile(const Program& program, const Layout& layout) {
    const auto& features = asmjit::CpuInfo::host().features().x86();
    if (!features.hasBMI() || !features.hasBMI2() || !features.hasPOPCNT()) return false;
    asmjit::CodeHolder code;
    if (code.init(runtime.environment()) != asmjit::kErrorOk) return false;
    struct Errors : asmjit::ErrorHandler {
        bool any = false;
        void handleError(asmjit::Error, const char*, asmjit::BaseEmitter*) override { any = true; }
    } errors;
    code.setErrorHandler(&errors);
    asmjit::x86::Assembler assembler(&code);
    native::Emitter emitter(assembler, layout);
    native::Expressions expressions(emitter, program);

    native::Steps steps(emitter, expressions, program, interpret);
    const asmjit::Label entry = steps.successors(code_limit);
    interpreted_instances = steps.interpreted();
    const auto predicate = [&](CodeId id) -> asmjit::Label {
        if (!expressions.supports(id)) return {};
        emitter.begin();
        const asmjit::Label no = assembler.newLabel();
        expressions.jump(id, no, false);
        emitter.set(asmjit::x86::rsi, 1);
        assembler.jmp(emitter.exit());
        assembler.bind(no);
        emitter.set(asmjit::x86::rsi, 0);
        return emitter.finish(false);
    };
    std::vector<asmjit::Label> entries, condition_entries;
    for (const CodeId property : program.properties) {
        entries.push_back(predicate(property));
        if (!entries.back().isValid()) ++interpreted_properties;
    }
    for (const CodeId condition : conditions) condition_entries.push_back(predicate(condition));
    steps.emit_tables();
    expressions.emit_tables();

    char* base = nullptr;
    if (errors.any || runtime.add(&base, &code) != asmjit::kErrorOk) return false;
    const auto at = [&](asmjit::Label label) { return base + code.labelOffsetFromBase(label); };
    successors = reinterpret_cast<Successors>(at(entry));
    const auto functions = [&](const std::vector<asmjit::Label>& labels, std::vector<Holds>& into) {
        for (const asmjit::Label& label : labels)
            into.push_back(label.isValid() ? reinterpret_cast<Holds>(at(label)) : nullptr);
    };
    functions(entries, holds);
    functions(condition_entries, passes);
    bytes = code.codeSize();
    return true;
}

NativeProgram::NativeProgram(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
NativeProgram::~NativeProgram() = default;

size_t NativeProgram::bytes() const { return compiled_->bytes; }
size_t NativeProgram::interpreted_instances() const { return compiled_->interpreted_instances; }
size_t NativeProgram::interpreted_properties() const { return compiled_->interpreted_properties; }

std::shared_ptr<const NativeProgram> NativeProgram::make(const Program& program, const Layout& layout,
                                                         const std::vector<CodeId>& conditions) {
    auto compiled = std::make_unique<Compiled>();
    compiled->conditions = conditions;
    if (!compiled->compile(program, layout)) return nullptr;
    return std::shared_ptr<const NativeProgram>(new NativeProgram(std::move(compiled)));
}

class NativeCode : public StateCode {
 public:
    NativeCode(std::shared_ptr<const NativeProgram> native, const Program& program, const Layout& layout)
        : native_(std::move(native)),
          code_(*native_->compiled_),
          interpreter_(program, layout),
          nobody_(program.instances.size() / 64 + 1, 0) {
        context_.interpreter = &interpreter_;
    }

    uint64_t* successors_but(const uint64_t* asleep, const uint64_t* state, uint64_t* out) override {
        context_.state = state;
        if (asleep == nullptr) asleep = nobody_.data();
        if (uint64_t* const end = code_.successors(state, out, &context_, asleep)) [[likely]]
            return end;
        if (context_.thrown) std::rethrow_exception(std::exchange(context_.thrown, nullptr));
        return interpreter_.successors(state, out);
    }

    bool holds(uint32_t property, const uint64_t* state) override {
        const auto function = code_.holds[property];
        return function != nullptr ? function(state) != 0 : interpreter_.holds(property, state);
    }

    bool passes(CodeId when) override {
        const auto at = std::ranges::lower_bound(code_.conditions, when);
        if (at != code_.conditions.end() && *at == when)
            if (const auto function = code_.passes[static_cast<size_t>(at - code_.conditions.begin())])
                return function(context_.state) != 0;
        return interpreter_.holds_code(when, context_.state);
    }

 private:
    std::shared_ptr<const NativeProgram> native_;
    const NativeProgram::Compiled& code_;
    InterpretedCode interpreter_;
    Context context_;
    std::vector<uint64_t> nobody_;  ///< asleep
};

std::unique_ptr<StateCode> make_native_code(std::shared_ptr<const NativeProgram> native, const Program& program,
                                            const Layout& layout) {
    return std::make_unique<NativeCode>(std::move(native), program, layout);
}

std::unique_ptr<StateCode> make_native_code(const Program& program, const Layout& layout) {
    auto native = NativeProgram::make(program, layout);
    return native ? make_native_code(std::move(native), program, layout) : nullptr;
}

}  // namespace untorn::checker

#else

namespace untorn::checker {

struct NativeProgram::Compiled {};

NativeProgram::NativeProgram(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
NativeProgram::~NativeProgram() = default;
size_t NativeProgram::bytes() const { return 0; }
size_t NativeProgram::interpreted_instances() const { return 0; }
size_t NativeProgram::interpreted_properties() const { return 0; }

std::shared_ptr<const NativeProgram> NativeProgram::make(const Program&, const Layout&, const std::vector<CodeId>&) {
    return nullptr;
}

std::unique_ptr<StateCode> make_native_code(std::shared_ptr<const NativeProgram>, const Program&, const Layout&) {
    return nullptr;
}

std::unique_ptr<StateCode> make_native_code(const Program&, const Layout&) { return nullptr; }

}  // namespace untorn::checker

#endif
