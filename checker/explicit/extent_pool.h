// Memory of a table whose parts grow one after the other: extents of one size, cut from huge pages.
//
// An area of its own for each part would end somewhere within a huge page, be cleared by the system whenever it
// grows, and leave behind what it was before. Extents that one part gives back are what the next one grows into: the
// system clears each page once, and all of them lie on huge pages, whatever the sizes of the parts.
//
// An extent that was used before is not cleared. Several threads may use the pool at the same time. What it holds goes
// back to the system with the pool only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace untorn::checker {

class ExtentPool {
 public:
    static constexpr uint64_t extent_bytes = uint64_t{1} << 16;

    ExtentPool() = default;
    ExtentPool(const ExtentPool&) = delete;
    ExtentPool& operator=(const ExtentPool&) = delete;
    ~ExtentPool();

    /// Makes `extents` hold so many. Those that were used before come first, with what was written to them; how many
    /// they are is returned (the rest of a slab too small for a call counts as used). All bytes of the others are 0.
    /// Throws std::bad_alloc where the system gives no more; nothing is taken then.
    size_t take(size_t count, std::vector<std::byte*>& extents);
    /// They may be taken again.
    void give_back(const std::vector<std::byte*>& extents);

 private:
    /// Mapped at once; only what was handed out takes memory.
    struct Slab {
        std::byte* mapped = nullptr;
        uint64_t bytes = 0;
    };
    void map_slab(size_t extents);

    std::mutex mutex_;
    std::vector<std::byte*> used_;                ///< given back
    std::byte *next_ = nullptr, *end_ = nullptr;  ///< of the last slab: what was never handed out
    size_t extents_ = 0;                          ///< of all slabs
    std::vector<Slab> slabs_;
};

}  // namespace untorn::checker
