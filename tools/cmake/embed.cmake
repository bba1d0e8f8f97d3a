# Writes a C++ file that holds the kernel modules: cmake -DOUT=FILE "-DFILES=a.untorn;b.untorn" -P embed.cmake
# No file at all is fine. Raw string literals, in pieces: compilers need not take more than 65536 bytes in one.
set(modules "")
set(count 0)
foreach(path IN LISTS FILES)
  get_filename_component(name "${path}" NAME_WE)
  file(READ "${path}" hex HEX)  # as hex digits, since CMake's own strings lose semicolons and brackets
  string(LENGTH "${hex}" digits)
  set(pieces "")
  set(at 0)
  while(at LESS digits)
    string(SUBSTRING "${hex}" ${at} 4000 piece)
    string(REGEX REPLACE "(..)" "\\\\x\\1" piece "${piece}")
    string(APPEND pieces "\n     \"${piece}\"")
    math(EXPR at "${at} + 4000")
  endwhile()
  if(digits EQUAL 0)
    set(pieces "\"\"")
  endif()
  math(EXPR bytes "${digits} / 2")
  string(APPEND modules "    {\"${name}\", std::string_view(${pieces}, ${bytes})},\n")
  math(EXPR count "${count} + 1")
endforeach()
file(CONFIGURE OUTPUT "${OUT}" @ONLY NEWLINE_STYLE UNIX CONTENT [[
// Made by tools/cmake/embed.cmake from model/kernel/*.untorn.
#include <array>

#include "tools/cli/embedded.h"

namespace untorn::tools {

namespace {
constexpr std::array<EmbeddedModule, @count@> modules{{
@modules@}};
}  // namespace

std::span<const EmbeddedModule> kernel_modules() { return modules; }

}  // namespace untorn::tools
]])
