// The review service's methods about samples.
#include "common/canonical.h"
#include "common/digest.h"
#include "common/random.h"
#include "common/rpc/actor.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/api/requests.h"
#include "intake/api/review_service.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

namespace jixiao::intake {
namespace {

constexpr int kDefaultPage = 50;
constexpr int kMaxPage = 500;
constexpr int kDefaultEntries = 10'000;
constexpr int kMaxEntries = 100'000;
constexpr int kMaxSample = 10'000;
constexpr std::size_t kMaxSeed = 200;
constexpr std::size_t kMaxTitle = 500;
constexpr std::size_t kMaxEntryBytes = 160;  // what one entry of a population takes, generously

// What may be checked: scored, and not on its way back.
constexpr SubmissionState kDrawable[] = {
    v1::SUBMISSION_STATE_SCORED,         v1::SUBMISSION_STATE_AWAITING_ANSWERS, v1::SUBMISSION_STATE_DEPARTMENT_REVIEW,
    v1::SUBMISSION_STATE_FINANCE_REVIEW, v1::SUBMISSION_STATE_APPROVED,         v1::SUBMISSION_STATE_ARCHIVED};

absl::Status SampleNotFound(std::string_view name) {
  return Error(absl::StatusCode::kNotFound, "SAMPLE_NOT_FOUND", Cat("name: there is no ", TruncateUtf8(name, 100)));
}

bool IsDigits(std::string_view text) {
  return text.find_first_not_of("0123456789") == text.npos;
}

absl::Status Validate(const v1::DrawSampleRequest& request) {
  std::vector<FieldViolation> faults;
  if (!IsRequestId(request.request_id())) faults.push_back({"request_id", std::string(kRequestIdRule)});
  CheckActor(request.actor(), "actor", true, faults);
  if (request.method() != v1::SAMPLE_METHOD_RANDOM && request.method() != v1::SAMPLE_METHOD_RISK)
    faults.push_back({"method", "RANDOM or RISK"});
  const bool by_size = request.size() != 0;
  const bool by_percent = request.percent() != 0;
  if (by_size == by_percent) faults.push_back({"size", "size or percent, one of them"});
  if (by_size && (request.size() < 1 || request.size() > kMaxSample))
    faults.push_back({"size", Cat("from 1 to ", kMaxSample)});
  if (by_percent && (request.percent() < 1 || request.percent() > 100)) faults.push_back({"percent", "from 1 to 100"});
  if (Utf8Length(request.seed()) > kMaxSeed || request.seed().find('\n') != std::string::npos)
    faults.push_back({"seed", Cat("at most ", kMaxSeed, " characters on one line")});
  if (Utf8Length(request.title()) > kMaxTitle) faults.push_back({"title", Cat("at most ", kMaxTitle, " characters")});
  const v1::SampleFilter& filter = request.filter();
  if (!IsDigits(filter.region_prefix())) faults.push_back({"filter.region_prefix", "digits of a division code"});
  std::set<int> seen;
  for (int i = 0; i < filter.states_size(); ++i)
    if (!v1::SubmissionState_IsValid(filter.states(i)) || filter.states(i) == v1::SUBMISSION_STATE_UNSPECIFIED ||
        !seen.insert(filter.states(i)).second)
      faults.push_back({Cat("filter.states[", i, "]"), "is not a state, or stands twice"});
  if (request.has_weights()) {
    if (request.method() != v1::SAMPLE_METHOD_RISK) faults.push_back({"weights", "only for a draw by risk"});
    if (std::string fault = FaultOf(request.weights()); !fault.empty()) faults.push_back({"weights", std::move(fault)});
  }
  if (faults.empty()) return absl::OkStatus();
  return InvalidFields("SAMPLE_INVALID", "the sample cannot be drawn so", faults);
}

// The sample that is asked for, before anything is drawn.
v1::Sample Asked(const v1::DrawSampleRequest& request, const ReviewPolicy& policy) {
  v1::Sample sample;
  sample.set_title(request.title());
  *sample.mutable_actor() = request.actor();
  sample.set_method(request.method());
  *sample.mutable_filter() = request.filter();
  if (request.filter().states().empty())
    for (const SubmissionState state : kDrawable) sample.mutable_filter()->add_states(state);
  sample.set_by_department(request.by_department());
  sample.set_seed(request.seed());
  if (request.method() == v1::SAMPLE_METHOD_RISK)
    *sample.mutable_weights() = request.has_weights() ? request.weights() : policy.risk();
  return sample;
}

// The candidates with their risk; what is not scored, or whose scorecard cannot be read, cannot be drawn by risk.
absl::Status PutRisks(ReviewStore& reviews, const v1::RiskWeights& weights, std::vector<Candidate>& candidates) {
  std::vector<Candidate> scored;
  RETURN_IF_ERROR(reviews.ReadContents(candidates, [&](std::size_t i, const RevisionContents& contents) {
    if (contents.scorecard) {
      scored.push_back(candidates[i]);
      PutRisk(weights, contents.form, *contents.scorecard, scored.back());
    }
    return absl::OkStatus();
  }));
  candidates = std::move(scored);
  return absl::OkStatus();
}

// Whether a draw from these lies in the caller's scope.
absl::Status CheckDraw(const Scope& scope, const v1::SampleFilter& filter) {
  if (!scope.units.empty()) return rpc::ScopeLimited("a sample is drawn from all units; your scope is limited");
  if (!scope.IncludesRegion(filter.region_prefix())) return rpc::OutOfScope("filter.region_prefix");
  if (!scope.IncludesDepartment(filter.competent_department())) return rpc::OutOfScope("filter.competent_department");
  return absl::OkStatus();
}

// The sample of this name, if its draw lies in the caller's scope.
absl::StatusOr<v1::Sample> FindVisible(ReviewStore& reviews, const std::string& name, const rpc::CallContext& context) {
  ASSIGN_OR_RETURN(std::optional<v1::Sample> sample, reviews.FindSample(name));
  if (!sample || !CheckDraw(context.scope(), sample->filter()).ok()) return SampleNotFound(name);
  return *std::move(sample);
}

// A page token that is a number.
absl::StatusOr<std::int64_t> ReadToken(const std::string& token, std::int64_t without) {
  if (token.empty()) return without;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), number);
  if (error != std::errc() || end != token.data() + token.size() || number < 0)
    return InvalidField("PAGE_INVALID", "page_token", "is not from an earlier answer");
  return number;
}

}  // namespace

grpc::ServerUnaryReactor* ReviewServiceImpl::DrawSample(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::DrawSampleRequest, v1::DrawSampleResponse>(
      pool_, draw_sample_, context, in, out, state_,
      [this](v1::DrawSampleRequest& request, v1::DrawSampleResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        RETURN_IF_ERROR(rpc::TakeActor(call, *request.mutable_actor(), "actor"));
        RETURN_IF_ERROR(Validate(request));
        RETURN_IF_ERROR(CheckDraw(call.scope(), request.filter()));
        ASSIGN_OR_RETURN(const std::string digest, CanonicalDigest(request));
        ASSIGN_OR_RETURN(std::optional<std::string> answer, reviews_.EarlierDraw(request.request_id(), digest));
        if (!answer || request.validate_only()) {
          v1::Sample sample = Asked(request, policy_);
          ASSIGN_OR_RETURN(std::vector<Candidate> population, reviews_.Population(sample.filter()));
          if (sample.method() == v1::SAMPLE_METHOD_RISK)
            RETURN_IF_ERROR(PutRisks(reviews_, sample.weights(), population));
          if (population.empty())
            return Error(absl::StatusCode::kFailedPrecondition, "POPULATION_EMPTY", "filter: lets nothing through");
          const std::string text = PopulationText(population);
          const auto count = static_cast<std::int64_t>(population.size());
          sample.set_population_size(static_cast<int>(count));
          sample.set_population_digest(DigestOf(text));
          const std::int64_t wanted = request.size() != 0 ? request.size() : (count * request.percent() + 99) / 100;
          if (wanted > kMaxSample)
            return InvalidField("SAMPLE_INVALID", "percent", Cat("a sample has at most ", kMaxSample, " members"));
          sample.set_size(static_cast<int>(std::min(wanted, count)));
          if (request.validate_only()) {
            *response.mutable_sample() = std::move(sample);
            return absl::OkStatus();
          }
          if (sample.seed().empty()) sample.set_seed(RandomHex(16));
          const std::int64_t now = NowMicros();
          sample.set_name(Cat("samples/", NewSubmissionName(now).substr(std::string_view("submissions/").size())));
          *sample.mutable_create_time() = ToTimestamp(now);
          Draw(population, sample);
          ASSIGN_OR_RETURN(answer, reviews_.SaveSample(sample, text, request.request_id(), digest));
        }
        if (!response.ParseFromString(*answer))
          return Error(absl::StatusCode::kDataLoss, "STORE_DAMAGED", "a stored answer cannot be read");
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::GetSample(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                                       grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetSampleRequest, v1::GetSampleResponse>(
      pool_, get_sample_, context, in, out, state_,
      [this](const v1::GetSampleRequest& request, v1::GetSampleResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(*response.mutable_sample(), FindVisible(reviews_, request.name(), call));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::ListSamples(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ListSamplesRequest, v1::ListSamplesResponse>(
      pool_, list_samples_, context, in, out, state_,
      [this](const v1::ListSamplesRequest& request, v1::ListSamplesResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        if (request.page_size() < 0 || request.page_size() > kMaxPage)
          return InvalidField("PAGE_INVALID", "page_size", Cat("from 0 to ", kMaxPage));
        ASSIGN_OR_RETURN(const std::int64_t before,
                         ReadToken(request.page_token(), std::numeric_limits<std::int64_t>::max()));
        const auto size = static_cast<std::size_t>(request.page_size() == 0 ? kDefaultPage : request.page_size());
        ASSIGN_OR_RETURN(std::vector<StoredSample> samples,
                         reviews_.Samples(before, static_cast<std::int64_t>(size) + 1));
        for (std::size_t i = 0; i < std::min(samples.size(), size); ++i) {
          if (!CheckDraw(call.scope(), samples[i].sample.filter()).ok()) continue;
          samples[i].sample.clear_members();
          samples[i].sample.clear_strata();
          *response.add_samples() = std::move(samples[i].sample);
        }
        if (samples.size() > size) response.set_next_page_token(Cat(samples[size - 1].id));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::ListSamplePopulation(grpc::CallbackServerContext* context,
                                                                  const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ListSamplePopulationRequest, v1::ListSamplePopulationResponse>(
      pool_, list_sample_population_, context, in, out, state_,
      [this](const v1::ListSamplePopulationRequest& request, v1::ListSamplePopulationResponse& response,
             const rpc::CallContext& call) -> absl::Status {
        if (request.page_size() < 0 || request.page_size() > kMaxEntries)
          return InvalidField("PAGE_INVALID", "page_size", Cat("from 0 to ", kMaxEntries));
        if (call.caller != nullptr) RETURN_IF_ERROR(FindVisible(reviews_, request.name(), call).status());
        ASSIGN_OR_RETURN(const std::int64_t offset, ReadToken(request.page_token(), 0));
        const int size = request.page_size() == 0 ? kDefaultEntries : request.page_size();
        ASSIGN_OR_RETURN(
            const std::optional<std::string> part,
            reviews_.PopulationPart(request.name(), offset, static_cast<std::int64_t>(kMaxEntryBytes) * size));
        if (!part) return SampleNotFound(request.name());
        std::size_t at = 0;
        while (response.entries_size() < size) {
          const std::size_t end = part->find('\n', at);
          if (end == part->npos) break;
          response.add_entries(part->substr(at, end - at));
          at = end + 1;
        }
        if (at < part->size()) response.set_next_page_token(Cat(offset + static_cast<std::int64_t>(at)));
        return absl::OkStatus();
      });
}

}  // namespace jixiao::intake
