#include "scoring/rulesets/forms_seen.h"

#include "common/errors.h"

#include <vector>

namespace jixiao::scoring {

FormsSeen::FormsSeen(Store store, std::chrono::milliseconds interval)
    : store_(std::move(store)), thread_([this, interval] { Follow(interval); }) {}

FormsSeen::~FormsSeen() {
  {
    const std::lock_guard lock(stop_mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

void FormsSeen::Count(const evaluation::v1::SelfEvaluation& form) {
  std::size_t year = 0;
  if (form.fiscal_year() != 0) {
    year = static_cast<std::size_t>(form.fiscal_year() - kFirstYear) + 1;
    if (form.fiscal_year() < kFirstYear || year >= kYears) return;
  }
  std::size_t region = 0;
  if (const std::string& code = form.region_code(); code.size() >= 2) {
    const int tens = code[0] - '0';
    const int ones = code[1] - '0';
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9) return;
    region = static_cast<std::size_t>(10 * tens + ones) + 1;
  }
  counts_[region * kYears + year].fetch_add(1, std::memory_order_relaxed);
}

absl::Status FormsSeen::Flush() {
  // One at a time: whoever returns knows that all that was counted before is in the store.
  const std::lock_guard lock(flushing_);
  std::vector<FormCount> taken;
  std::vector<std::size_t> cells;
  for (std::size_t cell = 0; cell < counts_.size(); ++cell) {
    if (counts_[cell].load(std::memory_order_relaxed) == 0) continue;
    const std::size_t region = cell / kYears;
    const std::size_t year = cell % kYears;
    FormCount count;
    if (region > 0) {
      count.region = {static_cast<char>('0' + (region - 1) / 10), static_cast<char>('0' + (region - 1) % 10)};
    }
    if (year > 0) count.fiscal_year = kFirstYear + static_cast<int>(year) - 1;
    count.forms = counts_[cell].exchange(0, std::memory_order_relaxed);
    taken.push_back(std::move(count));
    cells.push_back(cell);
  }
  if (taken.empty()) return absl::OkStatus();
  const auto write = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(RuleSetStore* const store, store_());
    return store->CountForms(taken);
  };
  absl::Status status = write();
  if (!status.ok())
    for (std::size_t i = 0; i < taken.size(); ++i)
      counts_[cells[i]].fetch_add(taken[i].forms, std::memory_order_relaxed);
  return status;
}

void FormsSeen::Follow(std::chrono::milliseconds interval) {
  for (bool stopping = false; !stopping;) {
    {
      std::unique_lock lock(stop_mutex_);
      stopping = stop_.wait_for(lock, interval, [this] { return stopping_; });
    }
    // What cannot be written now is written the next time.
    (void)Flush();
  }
}

}  // namespace jixiao::scoring
