#include "scoring/api/scoring_service.h"

#include "common/digest.h"
#include "common/form.h"
#include "common/rpc/unary.h"
#include "common/text.h"
#include "scoring/api/score_batch.h"
#include "scoring/api/selection.h"
#include "scoring/engine/engine.h"

#include <charconv>
#include <memory>

namespace jixiao::scoring {
namespace {

constexpr int kDefaultPage = 100;
constexpr int kMaxPage = 1000;

void Summarize(const Rules& rules, v1::RuleSetSummary& out) {
  const v1::RuleSet& set = rules.source();
  out.set_id(set.id());
  out.set_revision(set.revision());
  out.set_title(set.title());
  out.set_digest(rules.digest());
  out.set_region_code(set.region_code());
  out.set_first_fiscal_year(set.first_fiscal_year());
  out.set_last_fiscal_year(set.last_fiscal_year());
  out.set_default_for_scope(set.default_for_scope());
}

}  // namespace

grpc::ServerUnaryReactor* ScoringServiceImpl::Score(grpc::CallbackServerContext* context, const grpc::ByteBuffer* in,
                                                    grpc::ByteBuffer* out) {
  using Call = rpc::UnaryCall<v1::ScoreRequest, v1::ScoreResponse>;
  return rpc::Serve<v1::ScoreRequest, v1::ScoreResponse>(score_, context, in, out, state_, [this](Call call) {
    const v1::ScoreRequest& request = call.request();
    if (!request.has_form()) return call.Finish(InvalidField("FORM_INVALID", "form", "is required"));
    if (absl::Status status = ValidateForm(request.form()); !status.ok()) return call.Finish(status);
    const auto known = SelectKnown(*book_.catalogue(), request.form(), request.rule_set());
    book_.CountLookup(known.has_value());
    if (known) {
      scoring::Score(request.form(), *known->rules, known->selected_by, *call.response().mutable_scorecard());
      return call.Finish(absl::OkStatus());
    }
    // A rule set that this replica has not seen: looking it up may block.
    auto shared = std::make_shared<Call>(std::move(call));
    const bool taken = pool_.Post([this, shared] {
      const auto selection = Select(book_, shared->request().form(), shared->request().rule_set());
      if (!selection.ok()) return shared->Finish(selection.status());
      scoring::Score(shared->request().form(), *selection->rules, selection->selected_by,
                     *shared->response().mutable_scorecard());
      shared->Finish(absl::OkStatus());
    });
    if (!taken) shared->Finish(rpc::ServerFull());
  });
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ScoringServiceImpl::ScoreBatch(
    grpc::CallbackServerContext* context) {
  return StartScoreBatch(*context, book_, pool_, state_, score_batch_, score_batch_item_);
}

grpc::ServerUnaryReactor* ScoringServiceImpl::GetRuleSet(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::GetRuleSetRequest, v1::GetRuleSetResponse>(
      pool_, get_rule_set_, context, in, out, state_,
      [this](const v1::GetRuleSetRequest& request, v1::GetRuleSetResponse& response,
             const rpc::CallContext&) -> absl::Status {
        if (request.rule_set().by_case() == v1::RuleSetSelector::BY_NOT_SET)
          return InvalidField("RULE_SET_INVALID", "rule_set", "name it by id or digest");
        ASSIGN_OR_RETURN(const Selection selection,
                         Select(book_, evaluation::v1::SelfEvaluation(), request.rule_set()));
        *response.mutable_rule_set() = selection.rules->source();
        response.set_digest(selection.rules->digest());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ScoringServiceImpl::ListRuleSets(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::ListRuleSetsRequest, v1::ListRuleSetsResponse>(
      pool_, list_rule_sets_, context, in, out, state_,
      [this](const v1::ListRuleSetsRequest& request, v1::ListRuleSetsResponse& response,
             const rpc::CallContext&) -> absl::Status {
        if (request.page_size() < 0 || request.page_size() > kMaxPage)
          return InvalidField("PAGE_INVALID", "page_size", Cat("from 0 to ", kMaxPage));
        std::size_t offset = 0;
        const std::string& token = request.page_token();
        if (!token.empty()) {
          const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), offset);
          if (error != std::errc() || end != token.data() + token.size())
            return InvalidField("PAGE_INVALID", "page_token", "is not from an earlier answer");
        }
        const auto all = book_.catalogue()->All();
        const auto size = static_cast<std::size_t>(request.page_size() == 0 ? kDefaultPage : request.page_size());
        for (std::size_t i = offset; i < all.size() && i < offset + size; ++i)
          Summarize(*all[i], *response.add_rule_sets());
        if (offset + size < all.size()) response.set_next_page_token(Cat(offset + size));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ScoringServiceImpl::PublishRuleSet(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* in, grpc::ByteBuffer* out) {
  return rpc::ServeOn<v1::PublishRuleSetRequest, v1::PublishRuleSetResponse>(
      pool_, publish_rule_set_, context, in, out, state_,
      [this](const v1::PublishRuleSetRequest& request, v1::PublishRuleSetResponse& response,
             const rpc::CallContext&) -> absl::Status {
        if (!request.has_rule_set()) return InvalidField("RULE_SET_INVALID", "rule_set", "is required");
        std::shared_ptr<const Rules> rules;
        if (request.validate_only()) {
          ASSIGN_OR_RETURN(rules, Rules::Compile(request.rule_set()));
        } else {
          ASSIGN_OR_RETURN(rules, book_.Publish(request.rule_set()));
        }
        Summarize(*rules, *response.mutable_rule_set());
        return absl::OkStatus();
      });
}

}  // namespace jixiao::scoring
