#include "archiving/search/summary.h"

#include "archiving/search/entry.h"
#include "archiving/search/query.h"
#include "common/decimal.h"
#include "common/errors.h"
#include "common/text.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <unordered_map>

namespace jixiao::archiving::search {
namespace {

constexpr int kDefaultFindings = 5;
constexpr std::int64_t kMaxGroups = 4000;
constexpr std::int64_t kPoint = 1'000'000;  // a point in the index's unit
constexpr std::int64_t kBucket = 10 * kPoint;
constexpr int kMeanPlaces = 4;

std::string Points(std::int64_t scaled) {
  return Decimal::Scaled(scaled, kScorePlaces).ToString();
}

std::string PointsToTwoPlaces(std::int64_t scaled) {
  const Decimal value = Decimal::Scaled(scaled, kScorePlaces);
  return value.scale() > 2 ? value.ToString() : value.ToFixed(2);
}

std::string_view WordColumn(v1::RecordGrouping grouping) {
  switch (grouping) {
    case v1::RECORD_GROUPING_PROVINCE:
    case v1::RECORD_GROUPING_CITY:
    case v1::RECORD_GROUPING_COUNTY:
      return kRegion;
    case v1::RECORD_GROUPING_DEPARTMENT:
      return kDepartment;
    case v1::RECORD_GROUPING_RULE_SET:
      return kRuleSet;
    case v1::RECORD_GROUPING_GRADE:
      return kGrade;
    default:
      return {};
  }
}

// How many digits of the division code a group has in common.
std::size_t PrefixOf(v1::RecordGrouping grouping) {
  switch (grouping) {
    case v1::RECORD_GROUPING_PROVINCE:
      return 2;
    case v1::RECORD_GROUPING_CITY:
      return 4;
    case v1::RECORD_GROUPING_COUNTY:
      return 6;
    default:
      return std::string::npos;
  }
}

struct Group {
  std::int64_t count = 0;
  std::int64_t weight_sum = 0;
  std::vector<std::int64_t> scores;
  std::unordered_map<std::int64_t, std::int64_t> grades;    // by word
  std::unordered_map<std::int64_t, std::int64_t> findings;  // by number of the code
};

void PutCounts(std::vector<std::pair<std::string, std::int64_t>> counts, std::size_t limit,
               google::protobuf::RepeatedPtrField<v1::NamedCount>& out) {
  std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (counts.size() > limit) counts.resize(limit);
  for (auto& [name, count] : counts) {
    auto& to = *out.Add();
    to.set_name(std::move(name));
    to.set_count(count);
  }
}

void PutScores(std::vector<std::int64_t>& scores, v1::RecordGroup& out) {
  out.set_scored_count(static_cast<std::int64_t>(scores.size()));
  if (scores.empty()) return;
  std::sort(scores.begin(), scores.end());
  Decimal sum;
  std::map<std::int64_t, std::int64_t> buckets;
  for (const std::int64_t score : scores) {
    sum += Decimal::Scaled(score, kScorePlaces);
    ++buckets[score >= 0 ? score / kBucket : -((kBucket - 1 - score) / kBucket)];
  }
  const auto count = static_cast<std::int64_t>(scores.size());
  out.set_sum(sum.ToString());
  if (const auto mean = Decimal::MulDiv(sum, Decimal(1), Decimal(count), kMeanPlaces))
    out.set_mean(mean->ToFixed(kMeanPlaces));
  // Nearest rank: the least score that at least so many quarters do not exceed.
  const auto quartile = [&](std::int64_t quarters) {
    return PointsToTwoPlaces(scores[static_cast<std::size_t>((count * quarters + 3) / 4 - 1)]);
  };
  out.set_min(PointsToTwoPlaces(scores.front()));
  out.set_max(PointsToTwoPlaces(scores.back()));
  out.set_lower_quartile(quartile(1));
  out.set_median(quartile(2));
  out.set_upper_quartile(quartile(3));
  for (const auto& [bucket, number] : buckets) {
    auto& to = *out.add_histogram();
    to.set_at_least(Points(bucket * kBucket));
    to.set_below(Points((bucket + 1) * kBucket));
    to.set_count(number);
  }
}

class Summary {
 public:
  Summary(const SearchReader& index, const v1::SummarizeRecordsRequest& request, const Scope& scope)
      : view_(index), query_(request.filter(), scope, view_), request_(request) {}

  absl::Status Run(const SearchState& state) {
    for (std::int64_t first = 0; first < state.records; first += kBlock)
      RETURN_IF_ERROR(
          AddBlock(first / kBlock, static_cast<int>(std::min<std::int64_t>(kBlock, state.records - first))));
    return absl::OkStatus();
  }

  absl::Status Write(v1::SummarizeRecordsResponse& response) {
    RETURN_IF_ERROR(WriteGroup("", total_, *response.mutable_total()));
    std::int64_t left = kMaxGroups;
    for (auto& [key, group] : groups_) {
      if (group.count == 0) continue;
      if (left-- > 0)
        RETURN_IF_ERROR(WriteGroup(key, group, *response.add_groups()));
      else
        response.set_omitted_groups(response.omitted_groups() + 1);
    }
    return absl::OkStatus();
  }

 private:
  absl::Status AddBlock(std::int64_t block, int count) {
    ASSIGN_OR_RETURN(const Members members, query_.Matches(block, count));
    if (members.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Column scores, view_.ColumnOf(block, kScore));
    ASSIGN_OR_RETURN(const Column grades, view_.ColumnOf(block, kGrade));
    const bool by_class = request_.group_by() == v1::RECORD_GROUPING_CLASS;
    std::vector<std::vector<Group*>> groups(kBlock);
    if (by_class)
      RETURN_IF_ERROR(AddClasses(block, members, groups));
    else
      RETURN_IF_ERROR(AssignGroups(block, members, groups));
    members.ForEach([&](int place) {
      AddRecord(total_, place, scores, grades);
      for (Group* group : groups[static_cast<std::size_t>(place)])
        by_class ? AddGrade(*group, place, grades) : AddRecord(*group, place, scores, grades);
    });
    return view_.index().ForEach(block, kFindingPrefix,
                                 [&](std::string_view key, std::string_view value) -> absl::Status {
                                   ASSIGN_OR_RETURN(Members with, Members::Decode(value));
                                   with &= members;
                                   if (with.empty()) return absl::OkStatus();
                                   const std::int64_t code = NumberOf(key.substr(kFindingPrefix.size()));
                                   total_.findings[code] += with.Count();
                                   with.ForEach([&](int place) {
                                     for (Group* group : groups[static_cast<std::size_t>(place)])
                                       ++group->findings[code];
                                   });
                                   return absl::OkStatus();
                                 });
  }

  static void AddGrade(Group& group, int place, const Column& grades) {
    if (grades.present().Has(place)) ++group.grades[grades[place]];
  }

  static void AddRecord(Group& group, int place, const Column& scores, const Column& grades) {
    ++group.count;
    if (scores.present().Has(place)) group.scores.push_back(scores[place]);
    AddGrade(group, place, grades);
  }

  // The group of each record, where there are groups.
  absl::Status AssignGroups(std::int64_t block, const Members& members, std::vector<std::vector<Group*>>& groups) {
    if (request_.group_by() == v1::RECORD_GROUPING_UNSPECIFIED) return absl::OkStatus();
    const bool by_year = request_.group_by() == v1::RECORD_GROUPING_YEAR;
    ASSIGN_OR_RETURN(const Column column, view_.ColumnOf(block, by_year ? kYear : WordColumn(request_.group_by())));
    absl::Status status;
    members.ForEach([&](int place) {
      const bool given = column.present().Has(place) && (!by_year || column[place] != 0);
      const std::int64_t value = given ? column[place] : -1;
      Group*& group = by_value_[value];
      if (group == nullptr) {
        std::string key = given && by_year ? Cat(value) : std::string();
        if (given && !by_year) {
          absl::StatusOr<std::string> word = view_.Word(value);
          if (!word.ok()) status = word.status();
          if (word.ok()) key = word->substr(0, PrefixOf(request_.group_by()));
        }
        group = &groups_[key];
      }
      groups[static_cast<std::size_t>(place)].push_back(group);
    });
    return status;
  }

  // A record is in the group of each of its classes, with the class's score.
  absl::Status AddClasses(std::int64_t block, const Members& members, std::vector<std::vector<Group*>>& groups) {
    return view_.index().ForEach(
        block, kClassWeightPrefix, [&](std::string_view key, std::string_view value) -> absl::Status {
          const std::string_view id = key.substr(kClassWeightPrefix.size());
          std::int64_t word = 0;
          std::from_chars(id.data(), id.data() + id.size(), word);
          ASSIGN_OR_RETURN(const Column weights, Column::Decode(value));
          ASSIGN_OR_RETURN(const Column scores, view_.ColumnOf(block, Cat(kClassScorePrefix, word)));
          ASSIGN_OR_RETURN(const std::string name, view_.Word(word));
          Group& group = groups_[name];
          Members here = members;
          here &= weights.present();
          here.ForEach([&](int place) {
            ++group.count;
            if (scores.present().Has(place)) {
              group.scores.push_back(scores[place]);
              group.weight_sum += weights[place];
            }
            groups[static_cast<std::size_t>(place)].push_back(&group);
          });
          return absl::OkStatus();
        });
  }

  absl::Status WriteGroup(const std::string& key, Group& group, v1::RecordGroup& out) {
    out.set_key(key);
    out.set_count(group.count);
    PutScores(group.scores, out);
    if (request_.group_by() == v1::RECORD_GROUPING_CLASS && &group != &total_)
      out.set_weight_sum(Points(group.weight_sum));
    std::vector<std::pair<std::string, std::int64_t>> grades;
    for (const auto& [word, count] : group.grades) {
      ASSIGN_OR_RETURN(std::string name, view_.Word(word));
      grades.emplace_back(std::move(name), count);
    }
    PutCounts(std::move(grades), grades.size(), *out.mutable_grades());
    std::vector<std::pair<std::string, std::int64_t>> findings;
    for (const auto& [code, count] : group.findings)
      findings.emplace_back(codes_[static_cast<std::size_t>(code)], count);
    const int wanted = request_.finding_count() == 0 ? kDefaultFindings : request_.finding_count();
    PutCounts(std::move(findings), static_cast<std::size_t>(wanted), *out.mutable_findings());
    return absl::OkStatus();
  }

  std::int64_t NumberOf(std::string_view code) {
    const auto [at, made] = code_numbers_.emplace(code, static_cast<std::int64_t>(codes_.size()));
    if (made) codes_.emplace_back(code);
    return at->second;
  }

  IndexView view_;
  Query query_;
  const v1::SummarizeRecordsRequest& request_;
  Group total_;
  std::map<std::string, Group> groups_;
  std::unordered_map<std::int64_t, Group*> by_value_;
  std::vector<std::string> codes_;
  std::map<std::string, std::int64_t, std::less<>> code_numbers_;
};

}  // namespace

absl::Status Summarize(const SearchReader& index, const v1::SummarizeRecordsRequest& request, const Scope& scope,
                       v1::SummarizeRecordsResponse& response, SearchState& state) {
  ASSIGN_OR_RETURN(state, index.State());
  Summary summary(index, request, scope);
  RETURN_IF_ERROR(summary.Run(state));
  return summary.Write(response);
}

}  // namespace jixiao::archiving::search
