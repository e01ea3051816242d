// BATCH (32): what the totals and the times of many filings show together: nearly all of them high, most of them the
// same, most of them filed at the last minute, some too late. Only for information. Fires: 20 of 20 forms at 95 points
// or more; 12 of 20 forms with exactly 98.5; 15 of 20 filed within the last hour. Must not: fewer forms than the rule
// set's least number; 18 of 20 high.
#include "common/text.h"
#include "common/time.h"
#include "scoring/checks/batch/batch_checks.h"

#include <algorithm>
#include <map>

namespace jixiao::scoring {
namespace {

struct Total {
  std::size_t item;
  Decimal points;
};

// The total that the form prints, or that its own weights give; a reference is no result.
std::optional<Decimal> TotalOf(const evaluation::v1::Scorecard& card) {
  if (const auto declared = Decimal::Parse(card.declared_total())) return declared;
  if (card.kind() != evaluation::v1::SCORE_KIND_SCORED) return std::nullopt;
  return Decimal::Parse(card.computed_total());
}

Decimal Count(std::size_t n) {
  return Decimal(static_cast<std::int64_t>(n));
}

std::string Percent(std::size_t part, std::size_t whole) {
  const auto percent = Decimal::MulDiv(Count(part), Decimal(100), Count(whole), 2);
  return percent ? percent->ToFixed(2) + "%" : std::string();
}

void High(const std::vector<Total>& totals, const Rules& rules, BatchSink& findings) {
  std::vector<std::size_t> high;
  for (const Total& total : totals)
    if (total.points >= rules.batch_high_total) high.push_back(total.item);
  const auto limit = Decimal::Mul(rules.batch_high_share, Count(totals.size()));
  if (high.empty() || !limit || Count(high.size()) <= *limit) return;
  findings.Add(
      "total_score",
      Cat(totals.size(), " 张有总分的自评表中有 ", high.size(), " 张（", Percent(high.size(), totals.size()), "）在 ",
          rules.batch_high_total.ToString(), " 分以上"),
      {{"forms", Cat(totals.size())}, {"high", Cat(high.size())}, {"limit", rules.batch_high_total.ToString()}}, high);
}

// More than half with one total.
void Equal(const std::vector<Total>& totals, BatchSink& findings) {
  std::map<Decimal, std::vector<std::size_t>> by_points;
  for (const Total& total : totals) by_points[total.points].push_back(total.item);
  for (const auto& [points, items] : by_points) {
    if (items.size() * 2 <= totals.size()) continue;
    findings.Add("total_score",
                 Cat(totals.size(), " 张有总分的自评表中有 ", items.size(), " 张（",
                     Percent(items.size(), totals.size()), "）总分同为 ", points.ToString(), " 分"),
                 {{"forms", Cat(totals.size())}, {"equal", Cat(items.size())}, {"total", points.ToString()}}, items);
  }
}

void Times(const BatchInput& input, BatchSink& findings) {
  constexpr std::int64_t kMinute = 60'000'000;
  std::size_t timed = 0;
  std::vector<std::size_t> last;
  std::vector<std::size_t> late;
  for (std::size_t i = 0; i < input.items.size(); ++i) {
    const BatchItem& item = input.items[i];
    if (!item.submit_time || !item.due_time) continue;
    ++timed;
    if (*item.submit_time > *item.due_time)
      late.push_back(i);
    else if (*item.due_time - *item.submit_time <= input.rules.batch_last_minutes * kMinute)
      last.push_back(i);
  }
  if (!late.empty()) {
    const BatchItem& first = input.items[late.front()];
    findings.Add("",
                 Cat(late.size(), " 张自评表逾期报送，如", NameOf(*first.form), "应于 ",
                     FormatShanghai(*first.due_time), " 前报送，实际 ", FormatShanghai(*first.submit_time)),
                 {{"forms", Cat(timed)}, {"late", Cat(late.size())}}, late);
  }
  if (timed < static_cast<std::size_t>(std::max(1, input.rules.batch_min_size)) || last.size() * 2 <= timed) return;
  findings.Add("",
               Cat(timed, " 张有报送时间的自评表中有 ", last.size(), " 张（", Percent(last.size(), timed),
                   "）在截止前 ", input.rules.batch_last_minutes, " 分钟内报送"),
               {{"forms", Cat(timed)}, {"last_minutes", Cat(last.size())}}, last);
}

}  // namespace

void Distribution(const BatchInput& input, BatchSink& findings) {
  std::vector<Total> totals;
  for (std::size_t i = 0; i < input.items.size(); ++i)
    if (!input.items[i].aggregate)
      if (const auto points = TotalOf(*input.items[i].scorecard)) totals.push_back({i, *points});
  if (totals.size() >= static_cast<std::size_t>(std::max(1, input.rules.batch_min_size))) {
    High(totals, input.rules, findings);
    Equal(totals, findings);
  }
  Times(input, findings);
}

}  // namespace jixiao::scoring
