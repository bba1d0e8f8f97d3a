// The kernel modules of model/kernel/, inside the binary; tools/cmake/embed.cmake writes the definition.
#pragma once

#include <span>
#include <string_view>

namespace untorn::tools {

struct EmbeddedModule {
    std::string_view name;  ///< `pagecache`
    std::string_view text;
};

/// All of them, by name.
std::span<const EmbeddedModule> kernel_modules();

}  // namespace untorn::tools
