#include "common/canonical.h"

#include "common/digest.h"
#include "common/encoding.h"
#include "common/errors.h"
#include "support/paths.h"

#include "jixiao/evaluation/v1/evaluation.pb.h"
#include "jixiao/evaluation/v1/scorecard.pb.h"
#include "jixiao/scoring/v1/rule_set.pb.h"
#include "jixiao/scoring/v1/scoring_service.pb.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <google/protobuf/wrappers.pb.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jixiao {
namespace {

using evaluation::v1::Finding;
using evaluation::v1::Scorecard;
using evaluation::v1::SelfEvaluation;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using scoring::v1::RuleSet;

std::string Encoded(const Message& message) {
  auto document = CanonicalEncode(message);
  EXPECT_TRUE(document.ok()) << document.status();
  return document.value_or("");
}

std::string Digest(const Message& message) {
  auto digest = CanonicalDigest(message);
  EXPECT_TRUE(digest.ok()) << digest.status();
  return digest.value_or("");
}

// The message as another process would have it: through the wire, without the tracks of how it was built.
template <class M>
M ThroughTheWire(const M& message) {
  M copy;
  EXPECT_TRUE(copy.ParseFromString(message.SerializeAsString()));
  return copy;
}

std::string U32(std::uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)};
}

std::string Str(std::string_view text) {
  return U32(static_cast<std::uint32_t>(text.size())) + std::string(text);
}

// A document of `type` whose message has these bytes.
std::string Document(std::string_view type, std::string_view message) {
  return "jixiao-canonical-v1\n" + Str(type) + std::string(message);
}

constexpr std::string_view kFinding = "jixiao.evaluation.v1.Finding";

template <class M>
void ExpectRefused(const std::string& document, std::string_view why) {
  M message;
  const absl::Status status = CanonicalDecode(document, message);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << why << ": " << status;
  EXPECT_EQ(ReasonOf(status), "CANONICAL_DAMAGED") << why;
}

// Sets every field of `message`, lists and maps with up to three entries.
void Fill(Message& message, std::mt19937& random) {
  const auto upto = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n + 1)); };
  const auto text = [&] {
    constexpr std::string_view kPieces[] = {"≥50个", "a", "Z", "分", "é", "\n", "100%", "😀", "\x01", " "};
    std::string out;
    for (int i = 1 + upto(4); i > 0; --i) out += kPieces[upto(9)];
    return out;
  };
  const google::protobuf::Reflection& r = *message.GetReflection();
  for (int f = 0; f < message.GetDescriptor()->field_count(); ++f) {
    const FieldDescriptor* field = message.GetDescriptor()->field(f);
    const int times = field->is_repeated() ? 1 + upto(2) : 1;
    for (int i = 0; i < times; ++i) {
      const bool add = field->is_repeated();
      switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING:
          add ? r.AddString(&message, field, text()) : r.SetString(&message, field, text());
          break;
        case FieldDescriptor::CPPTYPE_INT32:
          add ? r.AddInt32(&message, field, upto(5000) - 2500) : r.SetInt32(&message, field, 1 + upto(3000));
          break;
        case FieldDescriptor::CPPTYPE_BOOL:
          add ? r.AddBool(&message, field, true) : r.SetBool(&message, field, true);
          break;
        case FieldDescriptor::CPPTYPE_ENUM: {
          const auto* value = field->enum_type()->value(1 + upto(field->enum_type()->value_count() - 2));
          add ? r.AddEnum(&message, field, value) : r.SetEnum(&message, field, value);
          break;
        }
        case FieldDescriptor::CPPTYPE_MESSAGE:
          Fill(add ? *r.AddMessage(&message, field) : *r.MutableMessage(&message, field), random);
          break;
        default:
          ADD_FAILURE() << "a kind of field that Fill does not know: " << field->full_name();
      }
    }
  }
}

template <class M>
void ExpectRoundTrips() {
  std::mt19937 random(11);
  for (int i = 0; i < 50; ++i) {
    M filled;
    Fill(filled, random);
    const M message = ThroughTheWire(filled);  // repeated map keys become one
    const std::string document = Encoded(message);
    M decoded;
    const absl::Status status = CanonicalDecode(document, decoded);
    ASSERT_TRUE(status.ok()) << status;
    ASSERT_TRUE(MessageDifferencer::Equals(message, decoded)) << message.DebugString();
    ASSERT_EQ(Encoded(decoded), document);
    ASSERT_EQ(Encoded(ThroughTheWire(decoded)), document);
  }
}

Finding SmallFinding() {
  Finding finding;
  finding.set_code("SUM_WEIGHT");
  finding.set_severity(evaluation::v1::SEVERITY_ERROR);
  finding.set_message("分值合计 110 分");
  (*finding.mutable_evidence())["b"] = "110";
  (*finding.mutable_evidence())["c"] = "100";
  return finding;
}

// -------------------------------------------------------------------------------------------------------- round trips

TEST(Canonical, FormsComeBackWhole) {
  ExpectRoundTrips<SelfEvaluation>();
}

TEST(Canonical, ScorecardsComeBackWholeWithTheirMaps) {
  ExpectRoundTrips<Scorecard>();
}

TEST(Canonical, RuleSetsComeBackWhole) {
  ExpectRoundTrips<RuleSet>();
}

TEST(Canonical, AnEmptyMessageIsItsNameAlone) {
  EXPECT_EQ(Encoded(Finding()), Document(kFinding, U32(0)));
}

TEST(Canonical, DecodingReplacesWhatTheMessageHeld) {
  Finding target = SmallFinding();
  ASSERT_TRUE(CanonicalDecode(Encoded(Finding()), target).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(target, Finding()));
}

TEST(Canonical, EveryKindOfScalarComesBack) {
  google::protobuf::Int32Value int32;
  int32.set_value(-2147483647 - 1);
  google::protobuf::Int64Value int64;
  int64.set_value(-9223372036854775807 - 1);
  google::protobuf::UInt32Value uint32;
  uint32.set_value(4294967295u);
  google::protobuf::BoolValue truth;
  truth.set_value(true);
  google::protobuf::BytesValue bytes;
  bytes.set_value(std::string("\0\xff\n", 3));
  const Message* const messages[] = {&int32, &int64, &uint32, &truth, &bytes};
  for (const Message* message : messages) {
    const std::unique_ptr<Message> decoded(message->New());
    const absl::Status status = CanonicalDecode(Encoded(*message), *decoded);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_TRUE(MessageDifferencer::Equals(*message, *decoded)) << message->DebugString();
  }
}

// ------------------------------------------------------------------------------------------------------- one encoding

TEST(Canonical, MapEntriesInsertedInAnyOrderGiveTheSameBytes) {
  const std::vector<std::pair<std::string, std::string>> entries = {
      {"total", "16.2"}, {"parts", "110.76"}, {"", "x"}, {"分", "1"}, {"Total", "2"}, {"tot", "3"}};
  std::vector<std::size_t> order = {0, 1, 2, 3, 4, 5};
  std::string first;
  do {
    Finding finding;
    for (const std::size_t i : order) (*finding.mutable_evidence())[entries[i].first] = entries[i].second;
    const std::string document = Encoded(finding);
    if (first.empty()) first = document;
    ASSERT_EQ(document, first);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Canonical, MessagesThatDifferHaveDifferentDigests) {
  std::vector<std::string> digests;
  const auto add = [&](const Message& message) { digests.push_back(Digest(message)); };
  add(Finding());
  add(Scorecard());  // another type without content
  add(SmallFinding());
  Finding moved = SmallFinding();
  moved.set_path(moved.message());
  moved.clear_message();
  add(moved);
  Finding swapped = SmallFinding();
  std::swap((*swapped.mutable_evidence())["b"], (*swapped.mutable_evidence())["c"]);
  add(swapped);
  SelfEvaluation one;
  one.add_indicators()->set_target("ab");
  add(one);
  SelfEvaluation two;  // the same letters cut elsewhere
  two.add_indicators()->set_target("a");
  two.add_indicators()->set_target("b");
  add(two);
  SelfEvaluation three = one;
  three.add_indicators();  // an empty row is a row
  add(three);
  std::sort(digests.begin(), digests.end());
  EXPECT_EQ(std::unique(digests.begin(), digests.end()), digests.end());
}

TEST(Canonical, DigestNamesTheSha256OfTheDocument) {
  EXPECT_EQ(Digest(SmallFinding()), DigestOf(Encoded(SmallFinding())));
  EXPECT_TRUE(IsDigest(Digest(SmallFinding())));
}

TEST(Canonical, PublishedVectorsHold) {
  std::ifstream file(jixiao::paths::Source() + "/tests/data/canonical/vectors.json");
  const auto vectors = nlohmann::json::parse(file).at("vectors");
  ASSERT_GE(vectors.size(), 5u);
  SelfEvaluation::descriptor();
  Scorecard::descriptor();
  RuleSet::descriptor();
  for (const auto& vector : vectors) {
    const std::string name = vector.at("name");
    const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(vector.at("message"));
    ASSERT_NE(type, nullptr) << name;
    const std::unique_ptr<Message> message(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
    const auto parsed = google::protobuf::util::JsonStringToMessage(vector.at("json").dump(), message.get());
    ASSERT_TRUE(parsed.ok()) << name << ": " << parsed.ToString();
    const std::string document = Encoded(*message);
    EXPECT_EQ(Hex(std::vector<std::uint8_t>(document.begin(), document.end())), vector.at("hex")) << name;
    EXPECT_EQ(Digest(*message), vector.at("digest")) << name;
    const std::unique_ptr<Message> decoded(message->New());
    const absl::Status status = CanonicalDecode(document, *decoded);
    ASSERT_TRUE(status.ok()) << name << ": " << status;
    EXPECT_TRUE(MessageDifferencer::Equals(*message, *decoded)) << name;
  }
}

// ------------------------------------------------------------------------------------------------------------- damage

// What is read back is another message with another digest, or nothing: no bit may flip unseen.
template <class M>
void ExpectEveryFlippedBitIsSeen(const M& message) {
  const std::string document = Encoded(message);
  const std::string digest = Digest(message);
  for (std::size_t bit = 0; bit < document.size() * 8; ++bit) {
    std::string flipped = document;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    M decoded;
    if (!CanonicalDecode(flipped, decoded).ok()) continue;
    ASSERT_NE(Digest(decoded), digest) << "bit " << bit;
    // One message, one document: also for who receives it over the wire.
    ASSERT_EQ(Encoded(ThroughTheWire(decoded)), flipped) << "bit " << bit;
  }
}

TEST(Canonical, EveryFlippedBitOfAFindingIsSeen) {
  ExpectEveryFlippedBitIsSeen(SmallFinding());
}

TEST(Canonical, EveryFlippedBitOfAFormIsSeen) {
  SelfEvaluation form;
  form.set_kind(evaluation::v1::FORM_KIND_DEPARTMENT);
  form.set_fiscal_year(2021);
  form.add_funds()->set_executed("26.23");
  form.add_indicators()->set_target("≥8002人");
  form.add_indicators();
  form.mutable_source();
  ExpectEveryFlippedBitIsSeen(form);
}

TEST(Canonical, EveryShorterOrLongerDocumentIsRefused) {
  const std::string document = Encoded(SmallFinding());
  for (std::size_t length = 0; length < document.size(); ++length)
    ExpectRefused<Finding>(document.substr(0, length), "cut");
  ExpectRefused<Finding>(document + '\0', "a byte more");
  ExpectRefused<Finding>(document + document, "twice");
}

TEST(Canonical, OtherWaysToWriteTheSameMessageAreRefused) {
  const std::string code = Str("code") + 's' + Str("A");
  const std::string path = Str("path") + 's' + Str("B");
  Finding expected;
  expected.set_code("A");
  expected.set_path("B");
  ASSERT_EQ(Encoded(expected), Document(kFinding, code + path + U32(0)));
  ExpectRefused<Finding>(Document(kFinding, path + code + U32(0)), "fields out of order");
  ExpectRefused<Finding>(Document(kFinding, code + code + path + U32(0)), "a field twice");
  ExpectRefused<Finding>(Document(kFinding, Str("authority") + 's' + Str("") + code + path + U32(0)),
                         "an empty string");
  ExpectRefused<Finding>(Document(kFinding, code + Str("evidence") + 'd' + U32(0) + path + U32(0)), "an empty map");
  ExpectRefused<Finding>(Document(kFinding, code + path + Str("severity") + 'e' + Str("SEVERITY_UNSPECIFIED") + U32(0)),
                         "a default value");
  constexpr std::string_view kReference = "jixiao.evaluation.v1.RuleSetReference";
  ExpectRefused<evaluation::v1::RuleSetReference>(
      Document(kReference, Str("revision") + 'i' + std::string(8, '\0') + U32(0)), "a zero");
  ExpectRefused<evaluation::v1::RuleSetReference>(
      Document(kReference, Str("revision") + 'i' + std::string("\0\0\0\1\0\0\0\1", 8) + U32(0)), "beyond 32 bits");
  constexpr std::string_view kRule = "jixiao.scoring.v1.QuantitativeRule";
  ExpectRefused<scoring::v1::QuantitativeRule>(Document(kRule, Str("skip_rows_without_target") + 't' + '\2' + U32(0)),
                                               "a truth of 2");
}

TEST(Canonical, AChosenTextIsSetAlsoWhenItIsEmpty) {
  scoring::v1::RuleSetSelector selector;
  selector.set_label("");
  const std::string document = Encoded(selector);
  EXPECT_NE(document, Encoded(scoring::v1::RuleSetSelector()));
  scoring::v1::RuleSetSelector decoded;
  ASSERT_TRUE(CanonicalDecode(document, decoded).ok());
  EXPECT_EQ(decoded.by_case(), selector.by_case());
  EXPECT_EQ(Encoded(decoded), document);
}

TEST(Canonical, TwoOfAChoiceAreRefused) {
  scoring::v1::RuleSetSelector id;
  id.set_id("x");
  scoring::v1::RuleSetSelector label;
  label.set_label("y");
  const std::string first = Encoded(id);
  const std::string second = Encoded(label);
  const std::string empty = Encoded(scoring::v1::RuleSetSelector());
  const std::size_t end = empty.size() - 4;  // where the fields begin; at the end of each are four bytes more
  ASSERT_EQ(first.substr(0, end), second.substr(0, end));
  scoring::v1::RuleSetSelector decoded;
  EXPECT_FALSE(CanonicalDecode(first.substr(0, first.size() - 4) + second.substr(end), decoded).ok());
  EXPECT_TRUE(CanonicalDecode(first, decoded).ok());
}

// Only what is named is read; the rest may be anything that has the shape of values.
TEST(Canonical, DecodesOnlyTheNamedFields) {
  std::mt19937 random(7);
  for (int i = 0; i < 50; ++i) {
    Scorecard card;
    Fill(card, random);
    card.set_computed_total("98.5");
    const std::string document = Encoded(card);
    Scorecard some;
    ASSERT_TRUE(CanonicalDecodeFields(document, {"computed_total", "findings", "rule_set"}, some).ok());
    Scorecard wanted;
    wanted.set_computed_total(card.computed_total());
    *wanted.mutable_findings() = card.findings();
    if (card.has_rule_set()) *wanted.mutable_rule_set() = card.rule_set();
    EXPECT_EQ(Encoded(some), Encoded(wanted));
    for (std::size_t size = 0; size < document.size(); size += 7)
      ASSERT_EQ(CanonicalDecodeFields(document.substr(0, size), {"computed_total"}, some).code(),
                absl::StatusCode::kDataLoss)
          << size;
  }
  Scorecard card;
  EXPECT_FALSE(CanonicalDecodeFields(Encoded(evaluation::v1::SelfEvaluation()), {"computed_total"}, card).ok());
}

TEST(Canonical, MapKeysAscendAndStandOnce) {
  const auto document = [](std::string_view first, std::string_view second) {
    return Document(
        kFinding, Str("evidence") + 'd' + U32(2) + Str(first) + 's' + Str("1") + Str(second) + 's' + Str("2") + U32(0));
  };
  Finding finding;
  ASSERT_TRUE(CanonicalDecode(document("a", "b"), finding).ok());
  EXPECT_EQ(finding.evidence_size(), 2);
  ExpectRefused<Finding>(document("b", "a"), "keys out of order");
  ExpectRefused<Finding>(document("a", "a"), "a key twice");
  ExpectRefused<Finding>(document("", ""), "an empty key twice");
}

TEST(Canonical, WrongKindsNamesAndValuesAreRefused) {
  ExpectRefused<Finding>("", "nothing");
  ExpectRefused<Finding>("jixiao-canonical-v2\n" + Str(kFinding) + U32(0), "another version");
  ExpectRefused<Finding>(Encoded(Scorecard()), "another type");
  ExpectRefused<Finding>(Document(kFinding, Str("code") + 'b' + Str("A") + U32(0)), "bytes for a string");
  ExpectRefused<Finding>(Document(kFinding, Str("severity") + 'i' + std::string("\0\0\0\0\0\0\0\1", 8) + U32(0)),
                         "a number for an enum");
  ExpectRefused<Finding>(Document(kFinding, Str("severity") + 'e' + Str("SEVERITY_DIRE") + U32(0)),
                         "an unknown enum value");
  ExpectRefused<Finding>(Document(kFinding, Str("colour") + 's' + Str("A") + U32(0)), "an unknown field");
  ExpectRefused<Finding>(Document(kFinding, Str("evidence") + 'l' + U32(0) + U32(0)), "a list for a map");
  ExpectRefused<Finding>(Document(kFinding, Str("code") + 's' + U32(4000000000u) + "A" + U32(0)),
                         "a length past the end");
  ExpectRefused<Scorecard>(Document("jixiao.evaluation.v1.Scorecard", Str("lines") + 'l' + U32(4000000000u)),
                           "a count past the end");
}

TEST(Canonical, NestingDeeperThanAnyMessageIsRefused) {
  // Value { list_value { values { … } } } without end.
  std::string message;
  for (int i = 0; i < 100000; ++i) message += Str("list_value") + 'm' + Str("values") + 'l' + U32(1) + 'm';
  google::protobuf::Value value;
  EXPECT_EQ(CanonicalDecode(Document("google.protobuf.Value", message), value).code(), absl::StatusCode::kDataLoss);
}

TEST(Canonical, TextThatIsNotUtf8IsRefused) {
  Finding finding;
  finding.set_code("\xff");
  EXPECT_EQ(CanonicalEncode(finding).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(CanonicalEncode(finding).status()), "NOT_UTF8");
  ExpectRefused<Finding>(Document(kFinding, Str("code") + 's' + Str("\xff") + U32(0)), "a string that is not UTF-8");
  Finding keyed;
  (*keyed.mutable_evidence())["\xc0"] = "1";
  EXPECT_EQ(ReasonOf(CanonicalEncode(keyed).status()), "NOT_UTF8");
}

// ------------------------------------------------------------------------------------------------- what cannot be kept

TEST(Canonical, UnknownFieldsAreRefusedWhereverTheyAre) {
  const auto refused = [](const Message& message) {
    const auto document = CanonicalEncode(message);
    EXPECT_EQ(document.status().code(), absl::StatusCode::kInvalidArgument) << message.DebugString();
    EXPECT_EQ(ReasonOf(document.status()), "UNKNOWN_FIELD") << message.DebugString();
    EXPECT_FALSE(CanonicalDigest(message).ok());
  };
  const auto add_unknown = [](Message& message) {
    message.GetReflection()->MutableUnknownFields(&message)->AddVarint(1000, 7);
  };
  SelfEvaluation top;
  add_unknown(top);
  refused(top);
  SelfEvaluation nested;
  add_unknown(*nested.mutable_source());
  refused(nested);
  SelfEvaluation listed;
  listed.add_indicators();
  add_unknown(*listed.add_indicators());
  refused(listed);
  // A field of a later version, as it arrives over the wire.
  SelfEvaluation later;
  ASSERT_TRUE(later.ParseFromString("\xba\x3e\x03new"));  // field 999
  refused(later);
}

TEST(Canonical, UnknownEnumValuesAreRefused) {
  Finding finding;
  finding.set_severity(static_cast<evaluation::v1::Severity>(77));
  EXPECT_EQ(ReasonOf(CanonicalEncode(finding).status()), "UNKNOWN_ENUM_VALUE");
}

TEST(Canonical, KindsOfFieldsWithoutOneTextAreNotEncoded) {
  google::protobuf::DoubleValue number;
  number.set_value(0.1);
  EXPECT_EQ(CanonicalEncode(number).status().code(), absl::StatusCode::kInternal);
  google::protobuf::UInt64Value large;
  large.set_value(1);
  EXPECT_EQ(CanonicalEncode(large).status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace jixiao
