#include "archiving/search/entry.h"

#include "common/canonical.h"
#include "common/decimal.h"
#include "common/errors.h"
#include "common/text.h"

#include <algorithm>
#include <charconv>

namespace jixiao::archiving::search {
namespace {

// A character as it is searched; 0 for one that is left out.
char32_t Fold(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFF01 - '!';
  if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0x3000 || c == 0xA0) return 0;
  return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

void PutUtf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | c >> 6));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | c >> 12));
    out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | c >> 18));
    out.push_back(static_cast<char>(0x80 | (c >> 12 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  }
}

void SortOnce(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

void AddClasses(const evaluation::v1::Scorecard& card, Entry& entry) {
  for (const evaluation::v1::ScoreGroup& group : card.groups()) {
    if (group.name().empty()) continue;
    const std::optional<std::int64_t> score = ScaledScore(group.computed_score());
    const std::string_view name = TruncateUtf8(group.name(), kLongestWord);
    const std::int64_t weight = ScaledScore(group.weight()).value_or(0);
    const auto known =
        std::find_if(entry.classes.begin(), entry.classes.end(), [&](const ClassScore& c) { return c.name == name; });
    if (known == entry.classes.end()) {
      entry.classes.push_back({std::string(name), score, weight});
    } else {  // a class in two places of the form
      if (score) known->score = known->score.value_or(0) + *score;
      known->weight += weight;
    }
  }
}

}  // namespace

std::optional<std::int64_t> ScaledScore(std::string_view decimal) {
  const std::optional<Decimal> value = Decimal::Parse(decimal);
  if (!value || value->scale() > kScorePlaces || value->Abs() >= Decimal(1'000'000'000)) return std::nullopt;
  std::string digits = value->ToFixed(kScorePlaces);
  std::erase(digits, '.');
  std::int64_t scaled = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), scaled);
  return scaled;
}

std::string Folded(std::string_view text) {
  std::string out;
  int left = kSearchedCharacters;
  while (!text.empty() && left > 0)
    if (const char32_t c = Fold(TakeUtf8(text)); c != 0) {
      PutUtf8(out, c);
      --left;
    }
  return out;
}

std::vector<std::string> GramsOf(std::string_view folded) {
  std::vector<std::string> grams;
  std::string_view before;
  while (!folded.empty()) {
    std::string_view rest = folded;
    TakeUtf8(rest);
    const std::string_view character = folded.substr(0, folded.size() - rest.size());
    grams.emplace_back(character);
    if (!before.empty()) grams.push_back(Cat(before, character));
    before = character;
    folded = rest;
  }
  SortOnce(grams);
  return grams;
}

void AddTexts(const Entry& entry, std::set<std::string_view>& texts) {
  for (const auto& [key, text] : entry.words) texts.insert(text);
  for (const ClassScore& c : entry.classes) texts.insert(c.name);
}

absl::StatusOr<Entry> EntryOf(const Part& form_part, const Part& card_part, std::int64_t archive_time) {
  evaluation::v1::SelfEvaluation form;
  evaluation::v1::Scorecard card;
  // Lines, explanations and texts are most of both, and nothing of them is indexed.
  RETURN_IF_ERROR(CanonicalDecodeFields(form_part.content,
                                        {"fiscal_year", "kind", "region_code", "implementing_unit",
                                         "competent_department", "project_name", "project_code"},
                                        form));
  RETURN_IF_ERROR(
      CanonicalDecodeFields(card_part.content, {"computed_total", "grade", "rule_set", "findings", "groups"}, card));
  Entry entry;
  entry.numbers = {{kYear, form.fiscal_year()}, {kKind, form.kind()}, {kTime, archive_time}};
  if (const auto score = ScaledScore(card.computed_total())) entry.numbers.emplace_back(kScore, *score);
  const auto word = [&entry](std::string_view key, const std::string& text) {
    if (!text.empty()) entry.words.emplace_back(key, TruncateUtf8(text, kLongestWord));
  };
  word(kRegion, form.region_code());
  word(kUnit, form.implementing_unit().name());
  word(kUnitCode, form.implementing_unit().code());
  word(kDepartment, form.competent_department().name());
  word(kDepartmentCode, form.competent_department().code());
  word(kProject, form.project_name());
  word(kProjectCode, form.project_code());
  word(kGrade, card.grade());
  word(kRuleSet, Cat(card.rule_set().id(), "@", card.rule_set().revision()));
  word(kRuleSetDigest, card.rule_set().digest());
  for (const std::string* name :
       {&form.implementing_unit().name(), &form.competent_department().name(), &form.project_name()})
    for (const std::string& gram : GramsOf(Folded(TruncateUtf8(*name, kLongestWord))))
      entry.sets.push_back(Cat(kGramPrefix, gram));
  for (const evaluation::v1::Finding& finding : card.findings())
    entry.sets.push_back(Cat(kFindingPrefix, TruncateUtf8(finding.code(), kLongestWord)));
  SortOnce(entry.sets);
  AddClasses(card, entry);
  return entry;
}

}  // namespace jixiao::archiving::search
