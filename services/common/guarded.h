// Where exceptions end: nothing here throws on purpose, but memory may be short, and libraries throw.
#pragma once

#include "common/errors.h"

#include <exception>
#include <string_view>
#include <utility>

namespace jixiao {

// What `work()` gives, an absl::Status; what it throws becomes INTERNAL with this reason.
template <class Work>
absl::Status Guarded(std::string_view reason, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const std::exception& error) {
    return Error(absl::StatusCode::kInternal, reason, error.what());
  } catch (...) {
    return Error(absl::StatusCode::kInternal, reason, "something that is no exception was thrown");
  }
}

}  // namespace jixiao
