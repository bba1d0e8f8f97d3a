// PDR as an engine: its verdicts against those of the explicit search, on random systems and on the repository's.
#include "checker/symbolic/pdr_engine.h"

#include <doctest/doctest.h>

#include "checker/symbolic/one_hot.h"
