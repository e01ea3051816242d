// Which forms this replica has scored, by region (two digits) and budget year: counted in memory on every score,
// written to the store every few seconds and at the end. A crash loses the last few seconds of counts, never a form.
#pragma once

#include "scoring/store/rule_set_store.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"

#include <absl/status/status.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

namespace jixiao::scoring {

class FormsSeen {
 public:
  // Answers with the store, or an error while it is away.
  using Store = std::function<absl::StatusOr<RuleSetStore*>()>;

  explicit FormsSeen(Store store, std::chrono::milliseconds interval = std::chrono::seconds(3));
  // Writes what is left.
  ~FormsSeen();
  FormsSeen(const FormsSeen&) = delete;
  FormsSeen& operator=(const FormsSeen&) = delete;

  // One atomic addition. A form whose region or year is out of bounds is not counted.
  void Count(const evaluation::v1::SelfEvaluation& form);

  // Writes what was counted; on an error it is kept for the next time. Blocks.
  absl::Status Flush();

 private:
  static constexpr int kFirstYear = 2000;
  static constexpr std::size_t kYears = 102;    // 0 for none, then 2000 to 2100
  static constexpr std::size_t kRegions = 101;  // 0 for none, then 00 to 99

  void Follow(std::chrono::milliseconds interval);

  const Store store_;
  std::array<std::atomic<std::int64_t>, kRegions * kYears> counts_{};
  std::mutex flushing_;

  std::mutex stop_mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace jixiao::scoring
