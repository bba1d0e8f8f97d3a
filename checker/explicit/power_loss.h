// What a loss of power can leave behind in a state.
//
// A device may keep or lose each of the many things that it has not made durable: power_loss has a choice for each of
// them, which only matters if the thing is there. So its choices are made one after the other, and each conjunct of the
// guard is asked as soon as the choices are made that it reads: that a choice which is not there to be made has its
// least value is one (model/language/step.cpp). In a state with n things to lose there are about 2^n ways to go on,
// however many choices the step has.
#pragma once

#include <algorithm>

#include "checker/explicit/machine.h"

namespace untorn::checker {

/// Calls f() for each way to make the choices that the guard of power_loss allows, in order (first choice most
/// significant). The machine is in the state before the loss, and has made these choices during the call.
template <class F>
void for_each_loss(const Program& program, Machine& machine, F f) {
    if (!program.power_loss) return;
    const OpenStep& loss = *program.power_loss;
    const size_t count = loss.choices.size();
    const auto allowed = [&](size_t made) {
        return std::ranges::all_of(loss.conjuncts[made], [&](CodeId part) { return machine(part) != 0; });
    };
    if (!allowed(0)) return;
    if (count == 0) return f();
    size_t last = 0;  // the choice made last
    machine.choose(0, loss.choices[0].lo);
    for (;;) {
        if (allowed(last + 1)) {
            if (last + 1 < count) {
                ++last;
                machine.choose(last, loss.choices[last].lo);
                continue;
            }
            f();
        }
        while (machine.choices()[last] == loss.choices[last].hi) {
            if (last == 0) return;
            --last;
        }
        machine.choose(last, machine.choices()[last] + 1);
    }
}

/// What a power loss makes of the cells `before` it (as many as the program has): sets as many of `after`. The machine
/// is in the state before and has made choices that the guard allows; no check fails.
void lose_power(const Program& program, Machine& machine, const int64_t* before, int64_t* after);

}  // namespace untorn::checker
