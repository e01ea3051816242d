// What most tests include, compiled once; see services/precompiled.h.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "precompiled.h"
