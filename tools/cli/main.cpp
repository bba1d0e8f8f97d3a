// The program `untorn`; everything is in cli.cpp, where tests can reach it.
#include "tools/cli/cli.h"

int main(int argc, char** argv) { return untorn::tools::run(argc, argv); }
