// What specs/survivors.txt says of mutants, where it can be checked a second way.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/folder.h"

namespace untorn::tools {

namespace {

std::string module_text(const std::string& name) {
    std::ifstream in(UNTORN_SOURCE_DIR "/model/kernel/" + name);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Direct I/O whose buffer loses pages again and again, for a while and for good, over a page cache that is dirty.
constexpr const char* spec = R"(
import dio;
import syscalls;
eventually returns: ended(pwritev2);
variant direct of write_path {
    override proc file_write_iter(ref f: Folio, req: Write, ref cur: Cursor): Errno {
        var err: Errno = iomap_dio_rw(f, req, cur);
        return err;
    }
}
scenario lost "pages of the buffer go away for ever" {
    option VOLATILE_CACHE = true;
    with direct;
    run pwritev2(atomic_sync_write(W1)), reclaim, flusher, device;
    init { warm_dirty(PLAIN); }
    budget source_gone = unlimited, source_lost = unlimited, io_error = 1;
    cover source_gone_in_copy;
}
)";

nlohmann::json check(const std::string& dio) {
    const Folder folder;
    folder.write("dio.untorn", dio);
    const std::string path = folder.write("lost.untorn", spec);
    const Ended run = shell("'" UNTORN_BINARY "' check --json - " + path + " 2>/dev/null");
    nlohmann::json all = nlohmann::json::parse(run.out);
    REQUIRE(all["runs"].size() == 1);
    return all["runs"][0];
}

}  // namespace

TEST_CASE("a page of a buffer that goes away after the I/O leads to no state that is not there without") {
    // The branch writes a ghost alone, which it can also write while the bio is in flight, and a bio is in flight when
    // the wait begins. So without the await there is the same set of states; a fault step discharges no fairness.
    const std::string as_it_is = module_text("dio.untorn");
    const nlohmann::json before = check(as_it_is);
    CHECK(before["states"] > 50);
    for (const std::string label : {"unmapped_while_pinned", "lost_while_pinned"}) {
        CAPTURE(label);
        std::string without = as_it_is;
        const std::string wait = label + ": await in_flight(req);";
        const size_t at = without.find(wait);
        REQUIRE(at != std::string::npos);
        without.replace(at, wait.size(), "");
        const nlohmann::json after = check(without);
        CHECK(after["states"] == before["states"]);
        CHECK(after["transitions"] > before["transitions"]);
        CHECK(after["properties"].size() == before["properties"].size());
        for (size_t i = 0; i < before["properties"].size(); ++i) {
            CHECK(after["properties"][i]["name"] == before["properties"][i]["name"]);
            CHECK(after["properties"][i]["verdict"] == before["properties"][i]["verdict"]);
            CHECK(after["properties"][i]["faults"] == before["properties"][i]["faults"]);
        }
    }
}

}  // namespace untorn::tools
