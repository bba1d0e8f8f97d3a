#include "checker/explicit/power_loss.h"

namespace untorn::checker {

void lose_power(const Program& program, Machine& machine, const int64_t* before, int64_t* after) {
    std::vector<Machine::Write> writes;
    machine.writes(program.power_loss->instance, writes);
    for (uint32_t cell = 0; cell < program.cells.size(); ++cell) after[cell] = program.cells[cell].lo;
    for (uint32_t cell : program.surviving) after[cell] = before[cell];
    for (const Machine::Write& write : writes)
        if (survives_power_loss(program.system.variables[program.cells[write.cell].var]))
            after[write.cell] = write.value;
    if (!program.has_recover) return;
    const system::Actor& recover = program.system.actors[program.recover.actor];
    after[program.recover.counter] = recover.locations.size() > system::ended + 1 ? system::ended + 1 : system::ended;
}

}  // namespace untorn::checker
