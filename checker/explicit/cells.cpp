#include "checker/explicit/cells.h"

#include <algorithm>

namespace untorn::checker {

Cells::Cells(const system::System& system) {
    for (system::VarId var = 0; var < system.variables.size(); ++var) {
        const system::Variable& variable = system.variables[var];
        base_.push_back(static_cast<uint32_t>(cells_.size()));
        std::vector<Dimension> dimensions;
        for (system::TypeId id : variable.dims) {
            const system::Type& type = system.types[id];
            dimensions.push_back({type.lo, static_cast<uint32_t>(type.size()), 0});
        }
        uint32_t count = 1;
        for (size_t d = dimensions.size(); d-- > 0;) {
            dimensions[d].stride = count;
            count *= dimensions[d].size;
        }
        dimensions_.push_back(std::move(dimensions));
        const system::Type& type = system.types[variable.type];
        const Cell cell{var, type.lo, static_cast<uint64_t>(std::max<int64_t>(1, type.size()))};
        cells_.insert(cells_.end(), count, cell);
    }
    base_.push_back(static_cast<uint32_t>(cells_.size()));
}

std::optional<uint32_t> Cells::at(system::VarId var, std::span<const int64_t> index) const {
    uint32_t cell = base_[var];
    for (size_t d = 0; d < index.size(); ++d) {
        const Dimension& dimension = dimensions_[var][d];
        const int64_t offset = index[d] - dimension.lo;
        if (offset < 0 || offset >= dimension.size) return std::nullopt;
        cell += static_cast<uint32_t>(offset) * dimension.stride;
    }
    return cell;
}

std::vector<int64_t> Cells::first_values() const {
    std::vector<int64_t> values;
    values.reserve(cells_.size());
    for (const Cell& cell : cells_) values.push_back(cell.lo);
    return values;
}

bool survives_power_loss(const system::Variable& variable) {
    switch (variable.storage) {
        case system::Storage::durable:
        case system::Storage::ghost:
        case system::Storage::budget:
        case system::Storage::option: return true;
        case system::Storage::memory:
        case system::Storage::device:
        case system::Storage::local:
        case system::Storage::counter: return false;
    }
    return false;
}

}  // namespace untorn::checker
