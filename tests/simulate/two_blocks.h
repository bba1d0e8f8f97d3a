// A specification for tests of walks: two initial states, a fault, a check that can fail, power loss with a choice, and
// recovery.
#pragma once

namespace untorn::testing {

inline constexpr const char* two_blocks = R"(enum Content { Old, New }
durable var disk: Content[0..1];
var tries: 0..2;
fault slip budget 1;
init { choose (t in 0..2 where t != 1) { tries = t; } }
thread writer {
    disk[0] = New;
    choose { tries = 0; } or fault slip { tries = 1; }
    assert tries == 0;
    disk[1] = New;
}
power_loss { choose { } or { disk[0] = Old; } }
recover { if (disk[0] == Old) disk[1] = Old; }
crash invariant no_tear: disk[0] == disk[1];
cover slipped: tries == 1;
)";

}  // namespace untorn::testing
