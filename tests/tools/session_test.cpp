// The interactive commands of `untorn simulate`, one after the other, without a process around them.
#include "tools/cli/session.h"

#include <doctest/doctest.h>

#include "tests/language/compile_sources.h"
#include "tests/simulate/two_blocks.h"
#include "tools/cli/check.h"

namespace untorn::tools {

namespace {

const std::string two_blocks = std::string(testing::two_blocks) + "eventually written: disk[1] == New;\n";

constexpr const char* goes_round = R"(durable var d: bool;
thread t { d = true; }
power_loss { }
recover { while (true) { d = !d; } }
)";

/// A session about the only run of a specification.
class Talk {
 public:
    explicit Talk(const std::string& spec, unsigned fault_percent = 10, uint64_t seed = 1)
        : run_(language::testing::run_of(spec)),
          evaluator_(run_.system),
          walk(run_.system, evaluator_),
          random_(seed),
          text_(run_.system, evaluator_, Style(false), 100),
          session(walk, random_, {100, fault_percent, false, nullptr}, text_, [this] {
              ++searches;
              return search_run("t.untorn", run_, {});
          }) {}

    std::string operator()(const std::string& line) { return session.execute(line); }

 private:
    language::Run run_;
    system::Evaluator evaluator_;

 public:
    checker::Walk walk;
    int searches = 0;

 private:
    checker::Random random_;
    WalkText text_;

 public:
    Session session;
};

/// Does what it says and changes nothing.
void refuses(Talk& talk, const std::string& line, const std::string& answer) {
    const system::State before = talk.walk.state();
    const size_t position = talk.walk.position(), recorded = talk.walk.recorded();
    CHECK(talk(line) == "  " + answer + "\n");
    CHECK(talk.walk.state() == before);
    CHECK(talk.walk.position() == position);
    CHECK(talk.walk.recorded() == recorded);
    CHECK_FALSE(talk.session.ended());
}

}  // namespace

TEST_CASE("a session begins with the initial states, or where there is one, behind it") {
    Talk talk(two_blocks);
    CHECK(talk.session.begin() == R"(  before the start
     1  (start) -> t = 0  slip = 1
     2  (start) -> t = 2  tries = 2, slip = 1
  a number takes that step; ? shows the commands
)");
    CHECK(talk.session.prompt() == "start> ");
    Talk single(goes_round);
    CHECK(single.session.begin() == R"(  at the start
     1  t  t:2  d = true;          d = true
     2          !fault power_loss
  a number takes that step; ? shows the commands
)");
    CHECK(single.session.prompt() == "step 0> ");
}

TEST_CASE("a number takes the step, and the list says what each would do") {
    Talk talk(two_blocks);
    talk.session.begin();
    CHECK(talk("2") == R"(        (start) -> t = 2  tries = 2, slip = 1
  at the start
     1  writer  t:7  disk[0] = New;                       disk[0] = New
     2               !fault power_loss -> { }
     3               !fault power_loss -> disk[0] = Old;
)");
    CHECK(talk("1") == R"(     1  writer  t:7  disk[0] = New;  disk[0] = New
  after step 1
     1  writer  t:8  -> tries = 0;                        tries = 0
     2  writer  t:8  !fault slip -> tries = 1;            tries = 1, slip = 0
     3               !fault power_loss -> { }
     4               !fault power_loss -> disk[0] = Old;  disk[0] = Old
)");
    CHECK(talk(" 2 ") == R"(     2  writer  t:8  !fault slip -> tries = 1;  tries = 1, slip = 0
  after step 2, 1 fault
  slipped reached (t:15)
     1  writer  t:9  assert tries == 0; *** assertion failed
     2               !fault power_loss -> { }
     3               !fault power_loss -> disk[0] = Old;      disk[0] = Old
)");
    CHECK(talk.session.status() == 0);
    const std::string failed = talk("1");
    CHECK(failed.find("VIOLATED") != std::string::npos);
    CHECK(failed.find("  a check failed: the run ends here\n") != std::string::npos);
    CHECK(talk.session.status() == 1);
    refuses(talk, "1", "nothing can be picked: a check failed: the run ends here; `back` goes back");
}

TEST_CASE("power loss leads to recovery, where only recovery moves") {
    Talk talk(two_blocks);
    talk.session.begin();
    talk("1");
    talk("1");
    CHECK(talk("3") == R"(        !fault power_loss -> { }
  after step 1 and power loss, 1 fault
     1  recover  t:13  disk[0] == Old
)");
    CHECK(talk("1") == R"(     2  recover  t:13  disk[0] == Old
  after step 2, 1 fault
  no_tear VIOLATED (t:14)
  recovery has ended, and the run with it
)");
    CHECK(talk.session.status() == 1);
    CHECK(talk("trace") == R"(  step | place | writer         | recover        | media
  -----+-------+----------------+----------------+--------------
       |       | (start) t = 0                   |
     1 | t:7   | disk[0] = New; |                | disk[0] = New
       |       | !fault power_loss { }           |
     2 | t:13  |                | disk[0] == Old |
   *** | t:14  | no_tear VIOLATED                |
)");
    CHECK(talk("t 1") == R"(  step | place | recover
  -----+-------+-----------------
     2 | t:13  | disk[0] == Old
   *** | t:14  | no_tear VIOLATED
)");
}

TEST_CASE("back, forward and goto return to the states that were") {
    Talk talk(two_blocks);
    talk.session.begin();
    std::vector<system::State> states{talk.walk.state()};
    for (int i = 0; i < 5; ++i) {
        talk("1");
        states.push_back(talk.walk.state());
    }
    CHECK(talk("state all").find("disk[1] = New") != std::string::npos);
    const std::string state = talk("s all");
    struct Jump {
        std::string line;
        size_t position;
    };
    for (const Jump& jump : std::vector<Jump>{
             {"b", 4}, {"back 2", 2}, {"f", 3}, {"forward 2", 5}, {"g 0", 1}, {"goto 3", 4}, {"b 4", 0}, {"g 4", 5}}) {
        talk(jump.line);
        CHECK_MESSAGE(talk.walk.position() == jump.position, jump.line);
        CHECK_MESSAGE(talk.walk.state() == states[jump.position], jump.line);
    }
    CHECK(talk("s all") == state);
    CHECK(talk("b") == R"(  after step 3; 1 move ahead
>    1  writer  t:10  disk[1] = New;                       disk[1] = New
     2                !fault power_loss -> { }
     3                !fault power_loss -> disk[0] = Old;  disk[0] = Old
)");
    talk("2");
    refuses(talk, "f", "no move lies ahead");
}

TEST_CASE("random walks on from where it stands, the same way for the same seed") {
    Talk talk(two_blocks), again(two_blocks), other(two_blocks, 10, 2);
    const std::string walked = talk("r 100");
    CHECK(walked == again("random 100"));
    CHECK(walked != other("r 100"));
    CHECK(walked.find("recovery has ended") != std::string::npos);
    CHECK(talk("r").find("recovery has ended") != std::string::npos);
    Talk daemon("var n: 0..3;\ndaemon up { loop { atomic { n = (n + 1) % 4; } } }\n");
    daemon.session.begin();
    const std::string last = daemon("r 30");
    CHECK(last.starts_with("  ... 10 moves, then\n    11  up  t:2  "));
    CHECK(last.find("\n    30  up  t:2  ") != std::string::npos);
    // Without faults a thread that has ended is the end.
    Talk none(two_blocks, 0);
    none("r");
    CHECK(none.walk.position() == 2);
    CHECK(none("r 50").find("only faults could follow, and --faults 0 excludes them; pick one yourself\n") !=
          std::string::npos);
    CHECK(none.walk.faults() == 0);
    CHECK(none.walk.steps() == 4);
    none("1");
    CHECK(none.walk.power_lost());
}

TEST_CASE("state shows actors, data by where it lives, and what may still strike") {
    Talk talk(two_blocks);
    talk.session.begin();
    talk("2");
    talk("1");
    CHECK(talk("s") == R"(  writer  t:8  choose { tries = 0; } or fault slip { tries = 1; }
  memory:      tries = 2
  media:       disk[0] = New
  faults left: slip = 1
  power can be lost 1 time more
  2 cells at the first value of their types; `state all` shows all
)");
    CHECK(talk("state all") == R"(  writer  t:8  choose { tries = 0; } or fault slip { tries = 1; }
  memory:      tries = 2
  media:       disk[0] = New, disk[1] = Old
  locals:      t = 0
  faults left: slip = 1
  power can be lost 1 time more
)");
}

TEST_CASE("the trace of a property is loaded, and can be branched off from") {
    Talk talk(two_blocks);
    talk.session.begin();
    CHECK(talk("p no_tear") == R"(  no_tear violated: a trace of 1 fault, 2 steps
                       (start) -> t = 0          slip = 1
     1  writer   t:7   disk[0] = New;            disk[0] = New
                       !fault power_loss -> { }
     2  recover  t:13  disk[0] == Old
  after step 2, 1 fault
  no_tear VIOLATED (t:14)
  recovery has ended, and the run with it
)");
    CHECK(talk.session.status() == 1);
    CHECK(talk("property no_tear 1") == R"(  no_tear violated: a trace of 1 fault, 2 steps
  after step 1; 2 moves ahead
     1  writer  t:8  -> tries = 0;
     2  writer  t:8  !fault slip -> tries = 1;            tries = 1, slip = 0
>    3               !fault power_loss -> { }
     4               !fault power_loss -> disk[0] = Old;  disk[0] = Old
)");
    talk("2");
    CHECK(talk.walk.recorded() == 3);
    CHECK(talk("p slipped").find("slipped reached (t:15)") != std::string::npos);
    CHECK(talk.searches == 1);
    refuses(talk, "p deadlock", "deadlock holds (exhaustive): there is no trace to load");
    refuses(talk, "p no_tear 3", "the trace of no_tear has steps 0 to 2");
    refuses(talk, "p no_taer", "there is no property `no_taer`; did you mean no_tear? `property` lists them");
    refuses(talk, "p xyzzy", "there is no property `xyzzy`; `property` lists them");
    refuses(talk, "p no_tear end", "property `end`: expected a step's number");
    const std::string all = talk("p");
    CHECK(all.find("  cover slipped: reached here\n") != std::string::npos);
    CHECK(all.find("  eventually written: a walk does not judge it\n") != std::string::npos);
    CHECK(all.find("  crash invariant no_tear\n") != std::string::npos);
}

TEST_CASE("a loaded lasso is walked round") {
    Talk talk(goes_round);
    talk.session.begin();
    const std::string loaded = talk("p recovery");
    CHECK(loaded.find("for ever: all is as after") != std::string::npos);
    CHECK(loaded.find(">    1  recover") != std::string::npos);
    CHECK(talk.session.status() == 1);
    const system::State state = talk.walk.state();
    const std::string round = talk("f 2");
    CHECK(talk.walk.state() == state);
    CHECK(round.find("power_loss") == std::string::npos);
    CHECK(talk("t").find("for ever") != std::string::npos);
    CHECK(talk("f 99999999999999999999") == "  that is more than once round the loop\n");
}

TEST_CASE("traces of progress properties are loaded: cycles, and runs that stay where they are") {
    const std::string spec = R"(var n: 0..2;
var x: bool;
daemon turn { loop { atomic { n = 1 - n % 2; } } }
daemon wait { loop { await x; x = false; } }
eventually two: n == 2;
)";
    Talk talk(spec);
    talk.session.begin();
    CHECK(talk("p two").find("for ever: all is as") != std::string::npos);
    CHECK(talk.session.status() == 1);
    CHECK(talk.session.end() == "  seen on the way: two VIOLATED\n");
    const system::State state = talk.walk.state();
    talk("f 2");
    CHECK(talk.walk.state() == state);

    Talk still("var x: bool;\ndaemon wait { loop { await x; x = false; } }\neventually once: x;\n");
    still.session.begin();
    CHECK(still("p once") == R"(  once violated: a trace of 0 faults, 0 steps
        (start)
  at the start; for ever: nothing has to move
  nothing can move: every thread has ended, and every daemon rests
)");
    CHECK(still.session.status() == 1);
    CHECK(still("t").find("for ever: nothing has to move, and it stays so") != std::string::npos);
    refuses(still, "f", "no move lies ahead");
}

TEST_CASE("what is no command says what there is, and changes nothing") {
    Talk talk(two_blocks);
    talk.session.begin();
    refuses(talk, "t", "no start was chosen yet");
    refuses(talk, "g 0", "no start was chosen yet");
    refuses(talk, "b", "this is before the start");
    refuses(talk, "3", "there is no step `3`: pick from 1 to 2");
    talk("1");
    talk("1");
    refuses(talk, "0", "there is no step `0`: pick from 1 to 4");
    refuses(talk, "5", "there is no step `5`: pick from 1 to 4");
    refuses(talk, "99999999999999999999", "there is no step `99999999999999999999`: pick from 1 to 4");
    refuses(talk, "1 2", "one number, and nothing else, takes a step");
    refuses(talk, "-1", "there is no command `-1`; `help` lists them");
    refuses(talk, "bakc", "there is no command `bakc`; did you mean back? `help` lists them");
    refuses(talk, "\x1b[2J", "there is no command `\\x1b[2J`; `help` lists them");
    refuses(talk, std::string(5000, 'x'), "there is no command `" + std::string(40, 'x') + "...`; `help` lists them");
    refuses(talk, "b 3", "only 2 moves can be undone");
    refuses(talk, "b 0", "back `0`: expected a number from 1");
    refuses(talk, "b x", "back `x`: expected a number from 1");
    refuses(talk, "b 1 1", "back [N]: undo the last move, or N of them");
    refuses(talk, "f", "no move lies ahead");
    refuses(talk, "f 0", "forward `0`: expected a number from 1");
    refuses(talk, "g", "goto N: to right after step N of the walk; 0 is the start");
    refuses(talk, "g 2", "there is no step `2`: the walk has steps 0 to 1");
    refuses(talk, "g 1.5", "goto `1.5`: expected a number from 0");
    refuses(talk, "r 0", "random `0`: expected a number from 1");
    refuses(talk, "s every", "state `every`: there is `state all`");
    refuses(talk, "t 0", "trace `0`: expected a number from 1");
    talk("b");
    refuses(talk, "f 2", "only 1 move ahead");
    CHECK(talk("") == talk("l"));
    CHECK(talk("?").find("  g, goto N") != std::string::npos);
}

TEST_CASE("hundreds of steps are listed in part, and all when asked for") {
    Talk talk("var n: 0..299;\ndaemon d { loop { choose (x in 0..299) { n = x; } } }\n");
    const std::string shown = talk.session.begin();
    CHECK(shown.find("    40  d") != std::string::npos);
    CHECK(shown.find("    41  d") == std::string::npos);
    CHECK(shown.find("  ... and 260 more; `list` shows all\n") != std::string::npos);
    CHECK(talk("list").find("   300  d  t:2  -> x = 299  n = 299\n") != std::string::npos);
    talk("300");
    CHECK(talk("s").find("n = 299") != std::string::npos);
}

TEST_CASE("quit ends, and the end says what was seen") {
    Talk talk(two_blocks);
    talk.session.begin();
    CHECK(talk.session.end() == "  nothing was seen to be violated or reached; that is no verdict\n");
    for (const char* line : {"1", "1", "2", "1", "b 3"}) talk(line);
    CHECK_FALSE(talk.session.ended());
    CHECK(talk("q") == "");
    CHECK(talk.session.ended());
    CHECK(talk.session.end().starts_with("  seen on the way: slipped reached, "));
    CHECK(talk.session.end().ends_with(" VIOLATED\n"));
}

}  // namespace untorn::tools
