// The same for tests that call servers.
#pragma once

#include "precompiled_rpc.h"
#include "precompiled_tests.h"
