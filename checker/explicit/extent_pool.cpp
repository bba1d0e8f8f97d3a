#include "checker/explicit/extent_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>

namespace untorn::checker {

namespace {

constexpr uint64_t huge_page = uint64_t{1} << 21;
constexpr uint64_t least_slab = 4 * huge_page;

}  // namespace

ExtentPool::~ExtentPool() {
    for (const Slab& slab : slabs_) munmap(slab.mapped, slab.bytes);
}

size_t ExtentPool::take(size_t count, std::vector<std::byte*>& extents) {
    const std::lock_guard lock(mutex_);
    extents.reserve(count);
    if (count > used_.size() + static_cast<size_t>(end_ - next_) / extent_bytes) {
        for (; next_ != end_; next_ += extent_bytes) used_.push_back(next_);
        map_slab(count - used_.size());
    }
    const size_t used = std::min(count, used_.size());
    extents.assign(used_.end() - static_cast<std::ptrdiff_t>(used), used_.end());
    used_.resize(used_.size() - used);
    for (; extents.size() < count; next_ += extent_bytes) extents.push_back(next_);
    return used;
}

void ExtentPool::give_back(const std::vector<std::byte*>& extents) {
    const std::lock_guard lock(mutex_);
    used_.insert(used_.end(), extents.begin(), extents.end());
}

/// At least so many extents more, and a quarter of what there is, so that slabs stay few.
void ExtentPool::map_slab(size_t extents) {
    const uint64_t wanted = std::max({extents * extent_bytes, least_slab, extents_ * extent_bytes / 4});
    const uint64_t bytes = (wanted + huge_page - 1) & ~(huge_page - 1);
    used_.reserve(extents_ + bytes / extent_bytes);  // so that giving back needs no memory
    slabs_.reserve(slabs_.size() + 1);
    void* mapped =
        mmap(nullptr, bytes + huge_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    slabs_.push_back({static_cast<std::byte*>(mapped), bytes + huge_page});
    const auto address = reinterpret_cast<uint64_t>(mapped);
    next_ = static_cast<std::byte*>(mapped) + (huge_page - address % huge_page) % huge_page;
    end_ = next_ + bytes;
    extents_ += bytes / extent_bytes;
    madvise(next_, bytes, MADV_HUGEPAGE);  // advice: nothing depends on it
}

}  // namespace untorn::checker
