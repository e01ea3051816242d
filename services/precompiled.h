// What most sources of the services include, compiled once: parsing these takes two thirds of a build. Only the build
// includes this file. Every source still names what it uses, and builds without it (CMAKE_DISABLE_PRECOMPILE_HEADERS).
#pragma once

#include "jixiao/archiving/v1/archive_entry.pb.h"
#include "jixiao/archiving/v1/archiving_service.pb.h"
#include "jixiao/archiving/v1/inspection_service.pb.h"
#include "jixiao/archiving/v1/record_leaf.pb.h"
#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"
#include "jixiao/intake/v1/intake_service.pb.h"
#include "jixiao/intake/v1/review.pb.h"
#include "jixiao/scoring/v1/rule_set.pb.h"
#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <absl/functional/any_invocable.h>
#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <google/protobuf/arena.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>
