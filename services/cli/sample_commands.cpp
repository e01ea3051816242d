#include "cli/output.h"
#include "cli/review_client.h"
#include "cli/review_commands.h"
#include "cli/table.h"
#include "common/text.h"
#include "common/time.h"
#include "intake/workflow/submission.h"

#include <algorithm>
#include <iostream>

namespace jixiao::cli {
namespace {

using namespace intake::v1;

std::string_view TitleOf(SampleMethod method) {
  return method == SAMPLE_METHOD_RISK ? "按风险" : "随机";
}

void PrintSample(const Sample& sample) {
  if (!sample.name().empty()) std::cout << sample.name() << "  ";
  std::cout << TitleOf(sample.method()) << "抽取";
  if (!sample.title().empty()) std::cout << "  " << sample.title();
  std::cout << '\n';
  if (!sample.name().empty())
    std::cout << "抽取    " << FormatShanghai(ToMicros(sample.create_time())) << "  " << sample.actor().name()
              << "\n种子    " << sample.seed() << '\n';
  std::cout << "范围    " << sample.population_size() << " 份，抽取 " << sample.size() << " 份\n"
            << "名单    " << sample.population_digest() << '\n';
  if (!sample.strata().empty()) {
    Table strata({{"主管部门"}, {"范围", Align::kRight}, {"抽取", Align::kRight}});
    for (const SampleStratum& stratum : sample.strata())
      strata.Add({stratum.competent_department().empty() ? "（未填）" : stratum.competent_department(),
                  Cat(stratum.population()), Cat(stratum.drawn())});
    std::cout << '\n';
    strata.Print(std::cout);
  }
  if (sample.members().empty()) return;
  Table table({{"序号", Align::kRight},
               {"提交", Align::kLeft, 60},
               {"主管部门", Align::kLeft, 24, true},
               {"单位", Align::kLeft, 30},
               {"项目", Align::kLeft, 36},
               {"风险", Align::kRight, 10, true},
               {"依据", Align::kLeft, 60, true},
               {"次序", Align::kLeft, 13}});
  int number = 0;
  for (const SampleMember& member : sample.members())
    table.Add({Cat(++number), member.submission(), member.competent_department(), member.implementing_unit(),
               member.project_name(), member.risk(), member.explanation(), member.order()});
  std::cout << '\n';
  table.Print(std::cout);
}

}  // namespace

int RunDraw(const Global& global, const DrawOptions& options, const ActorOptions& actor) {
  DrawSampleRequest request;
  if (!ReadActor(actor, ACTOR_ROLE_FINANCE, *request.mutable_actor()))
    return Misused(Cat("没有角色 ", actor.role, "：", kRoleHelp));
  request.set_request_id(RandomHex(16));
  request.set_method(options.by_risk ? SAMPLE_METHOD_RISK : SAMPLE_METHOD_RANDOM);
  request.set_size(options.size);
  request.set_percent(options.percent);
  request.set_seed(options.seed);
  request.set_title(options.title);
  request.set_by_department(options.by_department);
  request.set_validate_only(options.validate_only);
  SampleFilter& filter = *request.mutable_filter();
  filter.set_campaign(options.campaign);
  filter.set_region_prefix(options.region);
  filter.set_competent_department(options.department);
  filter.set_fiscal_year(options.year);
  for (const std::string& state : options.states) {
    const SubmissionState wanted = StateNamed(state);
    if (wanted == SUBMISSION_STATE_UNSPECIFIED) return Misused(Cat("没有状态 ", state));
    filter.add_states(wanted);
  }
  DrawSampleResponse response;
  const auto stub = Reviewing(global);
  const absl::Status status = Call(global, *stub, &ReviewService::Stub::DrawSample, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json())
    std::cout << ToJson(response.sample()) << '\n';
  else
    PrintSample(response.sample());
  return kDone;
}

int RunSample(const Global& global, const std::string& name) {
  GetSampleRequest request;
  request.set_name(name);
  GetSampleResponse response;
  const auto stub = Reviewing(global);
  const absl::Status status = Call(global, *stub, &ReviewService::Stub::GetSample, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  if (global.json())
    std::cout << ToJson(response.sample()) << '\n';
  else
    PrintSample(response.sample());
  return kDone;
}

int RunSamples(const Global& global, int limit) {
  const auto stub = Reviewing(global);
  Table table({{"抽查", Align::kLeft, 50},
               {"时间"},
               {"方法"},
               {"范围", Align::kRight},
               {"抽取", Align::kRight},
               {"经办"},
               {"名称", Align::kLeft, 40, true}});
  ListSamplesRequest request;
  for (int left = limit; left > 0;) {
    request.set_page_size(std::min(left, 500));
    ListSamplesResponse response;
    const absl::Status status = Call(global, *stub, &ReviewService::Stub::ListSamples, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    for (const Sample& sample : response.samples()) {
      if (global.json())
        std::cout << ToJson(sample) << '\n';
      else
        table.Add({sample.name(), FormatShanghai(ToMicros(sample.create_time())), std::string(TitleOf(sample.method())),
                   Cat(sample.population_size()), Cat(sample.size()), sample.actor().name(), sample.title()});
    }
    left -= response.samples_size();
    if (response.next_page_token().empty()) break;
    request.set_page_token(response.next_page_token());
  }
  if (!global.json()) table.Print(std::cout);
  return kDone;
}

// A line each in both formats: it is what the digest is over.
int RunPopulation(const Global& global, const std::string& name) {
  const auto stub = Reviewing(global);
  ListSamplePopulationRequest request;
  request.set_name(name);
  do {
    ListSamplePopulationResponse response;
    const absl::Status status = Call(global, *stub, &ReviewService::Stub::ListSamplePopulation, request, response);
    if (!status.ok()) return Refuse(status, global.json());
    for (const std::string& entry : response.entries()) std::cout << entry << '\n';
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return kDone;
}

}  // namespace jixiao::cli
