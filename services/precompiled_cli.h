// The same for the command line.
#pragma once

#include <CLI/CLI.hpp>

#include "precompiled_rpc.h"
