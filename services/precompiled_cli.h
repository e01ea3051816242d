// The same for the command line.
#pragma once

#include "precompiled_rpc.h"

#include <CLI/CLI.hpp>
