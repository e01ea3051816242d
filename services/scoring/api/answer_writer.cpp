#include "scoring/api/answer_writer.h"

#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

namespace jixiao::scoring {
namespace {

using evaluation::v1::Adjustment;
using evaluation::v1::BasisWeights;
using evaluation::v1::Finding;
using evaluation::v1::RuleSetReference;
using evaluation::v1::Scorecard;
using evaluation::v1::ScoreGroup;
using evaluation::v1::ScoreLine;

constexpr std::size_t kFirstBuffer = 32 * 1024;
constexpr std::size_t kKeptBuffer = 1024 * 1024;  // a larger one is not kept for the next answer

// Fills a buffer from its end. Fields are put in the reverse of their order.
class Backwards {
 public:
  explicit Backwards(std::vector<char>& buffer) : buffer_(buffer), at_(buffer.data() + buffer.size()) {}

  std::string_view written() const { return {at_, Size()}; }
  std::size_t Size() const { return static_cast<std::size_t>(buffer_.data() + buffer_.size() - at_); }

  // A text field; an empty one is not written.
  void Text(int field, const std::string& text) {
    if (!text.empty()) PresentText(field, text);
  }
  void PresentText(int field, const std::string& text) {
    constexpr std::size_t kTagAndLength = 10;
    const std::size_t size = text.size();
    Reserve(size + kTagAndLength);
    at_ -= size;
    std::memcpy(at_, text.data(), size);
    Length(field, size);
  }

  // A number or an enum; 0 is not written.
  void Number(int field, std::int32_t number) {
    if (number == 0) return;
    constexpr std::size_t kMost = 16;
    Reserve(kMost);
    Varint(static_cast<std::uint64_t>(std::int64_t{number}));
    Tag(field, 0);
  }

  // Everything that was put since the buffer had `size` bytes becomes the message in `field`.
  void Wrap(int field, std::size_t size) {
    constexpr std::size_t kMost = 16;
    Reserve(kMost);
    Length(field, Size() - size);
  }

 private:
  static constexpr unsigned kDelimited = 2;

  void Reserve(std::size_t bytes) {
    if (static_cast<std::size_t>(at_ - buffer_.data()) < bytes) Grow(bytes);
  }

  void Grow(std::size_t bytes) {
    const std::size_t size = Size();
    std::vector<char> larger(std::max(2 * buffer_.size(), size + bytes));
    char* const to = larger.data() + larger.size() - size;
    std::memcpy(to, at_, size);
    buffer_ = std::move(larger);
    at_ = to;
  }

  // What stands before `size` bytes of a field. Nearly all are short ones of the first fields: two bytes.
  void Length(int field, std::size_t size) {
    if (size < 0x80 && field < 16) {
      at_ -= 2;
      at_[0] = static_cast<char>(static_cast<unsigned>(field) << 3 | kDelimited);
      at_[1] = static_cast<char>(size);
      return;
    }
    Varint(size);
    Tag(field, kDelimited);
  }

  void Tag(int field, unsigned type) { Varint(static_cast<std::uint64_t>(field) << 3 | type); }

  void Varint(std::uint64_t value) {
    if (value < 0x80) {
      *--at_ = static_cast<char>(value);
      return;
    }
    std::ptrdiff_t length = 1;
    for (std::uint64_t rest = value >> 7; rest != 0; rest >>= 7) ++length;
    at_ -= length;
    char* to = at_;
    for (; value >= 0x80; value >>= 7) *to++ = static_cast<char>(value | 0x80);
    *to = static_cast<char>(value);
  }

  std::vector<char>& buffer_;
  char* at_;
};

// Puts the messages of a list as field `number`; `put` puts the content of one.
template <class List, class Put>
void PutAll(const List& list, int number, Backwards& out, Put put) {
  for (auto message = list.rbegin(); message != list.rend(); ++message) {
    const std::size_t behind = out.Size();
    put(*message, out);
    out.Wrap(number, behind);
  }
}

void PutReference(const RuleSetReference& reference, Backwards& out) {
  out.Text(RuleSetReference::kSelectedByFieldNumber, reference.selected_by());
  out.Text(RuleSetReference::kTitleFieldNumber, reference.title());
  out.Text(RuleSetReference::kDigestFieldNumber, reference.digest());
  out.Number(RuleSetReference::kRevisionFieldNumber, reference.revision());
  out.Text(RuleSetReference::kIdFieldNumber, reference.id());
}

void PutLine(const ScoreLine& line, Backwards& out) {
  out.Text(ScoreLine::kAuthorityFieldNumber, line.authority());
  out.Text(ScoreLine::kScoreHighFieldNumber, line.score_high());
  out.Text(ScoreLine::kScoreLowFieldNumber, line.score_low());
  out.Text(ScoreLine::kExplanationFieldNumber, line.explanation());
  out.Number(ScoreLine::kBasisFieldNumber, line.basis());
  out.Text(ScoreLine::kDeclaredScoreFieldNumber, line.declared_score());
  out.Text(ScoreLine::kComputedScoreFieldNumber, line.computed_score());
  out.Text(ScoreLine::kWeightFieldNumber, line.weight());
  out.Text(ScoreLine::kAchievementFieldNumber, line.achievement());
  out.Text(ScoreLine::kObservationFieldNumber, line.observation());
  out.Text(ScoreLine::kCriterionFieldNumber, line.criterion());
  out.Text(ScoreLine::kMethodFieldNumber, line.method());
  out.Text(ScoreLine::kPathFieldNumber, line.path());
}

void PutGroup(const ScoreGroup& group, Backwards& out) {
  out.Text(ScoreGroup::kDeclaredScoreFieldNumber, group.declared_score());
  out.Text(ScoreGroup::kComputedScoreFieldNumber, group.computed_score());
  out.Text(ScoreGroup::kWeightFieldNumber, group.weight());
  out.Text(ScoreGroup::kNameFieldNumber, group.name());
}

void PutBasisWeights(const BasisWeights& weights, Backwards& out) {
  out.Text(BasisWeights::kDeclaredFieldNumber, weights.declared());
  out.Text(BasisWeights::kBandedFieldNumber, weights.banded());
  out.Text(BasisWeights::kComputedFieldNumber, weights.computed());
}

void PutFinding(const Finding& finding, Backwards& out) {
  constexpr int kKey = 1;  // the fields of a map's entry, which are written even when they are empty
  constexpr int kValue = 2;
  constexpr std::size_t kUsual = 16;
  out.Text(Finding::kAuthorityFieldNumber, finding.authority());
  absl::InlinedVector<const google::protobuf::Map<std::string, std::string>::value_type*, kUsual> entries;
  for (const auto& entry : finding.evidence()) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) { return a->first > b->first; });
  for (const auto* entry : entries) {
    const std::size_t behind = out.Size();
    out.PresentText(kValue, entry->second);
    out.PresentText(kKey, entry->first);
    out.Wrap(Finding::kEvidenceFieldNumber, behind);
  }
  out.Text(Finding::kMessageFieldNumber, finding.message());
  out.Text(Finding::kPathFieldNumber, finding.path());
  out.Number(Finding::kSeverityFieldNumber, finding.severity());
  out.Text(Finding::kCodeFieldNumber, finding.code());
}

void PutAdjustment(const Adjustment& adjustment, Backwards& out) {
  out.Text(Adjustment::kExplanationFieldNumber, adjustment.explanation());
  out.Text(Adjustment::kPointsFieldNumber, adjustment.points());
  out.Text(Adjustment::kMethodFieldNumber, adjustment.method());
}

void PutCard(const Scorecard& card, Backwards& out) {
  out.Number(Scorecard::kEngineRevisionFieldNumber, card.engine_revision());
  PutAll(card.adjustments(), Scorecard::kAdjustmentsFieldNumber, out, PutAdjustment);
  out.Text(Scorecard::kTotalWeightFieldNumber, card.total_weight());
  out.Number(Scorecard::kKindFieldNumber, card.kind());
  PutAll(card.findings(), Scorecard::kFindingsFieldNumber, out, PutFinding);
  if (card.has_basis_weights()) {
    const std::size_t behind = out.Size();
    PutBasisWeights(card.basis_weights(), out);
    out.Wrap(Scorecard::kBasisWeightsFieldNumber, behind);
  }
  out.Text(Scorecard::kDeclaredGradeFieldNumber, card.declared_grade());
  out.Text(Scorecard::kGradeFieldNumber, card.grade());
  out.Text(Scorecard::kDeclaredTotalFieldNumber, card.declared_total());
  out.Text(Scorecard::kComputedTotalFieldNumber, card.computed_total());
  out.Text(Scorecard::kExecutionRateFieldNumber, card.execution_rate());
  PutAll(card.groups(), Scorecard::kGroupsFieldNumber, out, PutGroup);
  PutAll(card.lines(), Scorecard::kLinesFieldNumber, out, PutLine);
  if (!card.has_rule_set()) return;
  const std::size_t behind = out.Size();
  PutReference(card.rule_set(), out);
  out.Wrap(Scorecard::kRuleSetFieldNumber, behind);
}

}  // namespace

AnswerWriter::AnswerWriter() : buffer_(kFirstBuffer) {}

void AnswerWriter::MakeRoom() {
  if (buffer_.size() > kKeptBuffer) std::vector<char>(kFirstBuffer).swap(buffer_);
}

std::string_view AnswerWriter::ScoreResponse(const Scorecard& card) {
  MakeRoom();
  Backwards out(buffer_);
  PutCard(card, out);
  out.Wrap(v1::ScoreResponse::kScorecardFieldNumber, 0);
  return out.written();
}

std::string_view AnswerWriter::ScoreBatchResponse(const std::string& item_id, const Scorecard& card) {
  MakeRoom();
  Backwards out(buffer_);
  PutCard(card, out);
  out.Wrap(v1::ScoreBatchResponse::kScorecardFieldNumber, 0);
  out.Text(v1::ScoreBatchResponse::kItemIdFieldNumber, item_id);
  return out.written();
}

}  // namespace jixiao::scoring
