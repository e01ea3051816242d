// `jixiao archive inspect` and `archive fixity`, and what `archive get` says of a record's keeping.
#include "cli/archive_custody.h"

#include "archiving/export/bag_check.h"
#include "archiving/export/output_file.h"
#include "archiving/inspection/items.h"
#include "archiving/record/erasure.h"
#include "archiving/retention/policy.h"
#include "cli/archive_package.h"
#include "cli/client.h"
#include "cli/output.h"
#include "cli/table.h"
#include "common/canonical.h"
#include "common/file.h"
#include "common/text.h"
#include "common/time.h"

#include "jixiao/archiving/v1/inspection_service.grpc.pb.h"

#include <algorithm>
#include <iostream>

namespace jixiao::cli {
namespace {

namespace exporting = archiving::exporting;
using archiving::v1::InspectionService;

std::string StagesOf(unsigned stages) {
  std::string out;
  for (const auto stage : {archiving::v1::INSPECTION_STAGE_FILING, archiving::v1::INSPECTION_STAGE_TRANSFER,
                           archiving::v1::INSPECTION_STAGE_PERIODIC})
    if ((stages & archiving::BitOf(stage)) != 0) Append(out, out.empty() ? "" : "、", archiving::TitleOf(stage));
  return out;
}

int ListItems(const Global& global) {
  Table table({{"代码"}, {"性质"}, {"检测项"}, {"阶段"}, {"检测什么", Align::kLeft, 80}});
  archiving::v1::ListInspectionItemsResponse response;
  for (const archiving::InspectionItemInfo& item : archiving::InspectionItems()) {
    table.Add({std::string(item.code), std::string(item.property), std::string(item.title), StagesOf(item.stages),
               std::string(item.description)});
    auto& to = *response.add_items();
    to.set_code(std::string(item.code));
    to.set_property(std::string(item.property));
    to.set_title(std::string(item.title));
    to.set_description(std::string(item.description));
  }
  if (global.json()) {
    std::cout << ToJson(response) << '\n';
    return kDone;
  }
  table.Print(std::cout);
  std::cout << "代码为本系统自编；DA/T 70 的官方编号待对照标准原文\n";
  return kDone;
}

const archiving::InspectionItemInfo* ItemOf(const std::string& code) {
  for (const archiving::InspectionItemInfo& item : archiving::InspectionItems())
    if (item.code == code) return &item;
  return nullptr;
}

int InspectPackage(const Global& global, const InspectOptions& options) {
  const auto package = exporting::PackageReader::Open(options.name);
  if (!package.ok()) return Refuse(package.status(), global.json());
  const bool from_package = options.key.text.empty();
  const auto trusted = ReadKey(from_package ? exporting::KeyIn(**package) : options.key.text);
  if (!trusted.ok()) return Refuse(trusted.status(), global.json());
  if (from_package && !global.json())
    std::cerr << "注意：没有用 --key 指定公钥，采用包内自带的公钥；这能发现损坏，不能发现伪造\n";
  const auto inspection =
      exporting::InspectBag(**package, options.name, trusted->verifier, trusted->origin, NowMicros());
  if (!inspection.ok()) return Refuse(inspection.status(), global.json());
  if (global.json())
    std::cout << exporting::ToJson(*inspection);
  else
    PrintInspection(options.name, *inspection);
  return inspection->ok() ? kDone : kRefused;
}

void PrintFailures(const google::protobuf::RepeatedPtrField<archiving::v1::FixityFailure>& failures) {
  Table table({{"记录"}, {"部件"}, {"问题", Align::kLeft, 50}, {"应为", Align::kLeft, 78}, {"实为", Align::kLeft, 78}});
  for (const auto& failure : failures)
    table.Add({failure.record(), failure.part(), failure.message(), failure.expected(), failure.found()});
  table.Print(std::cout);
}

}  // namespace

bool HasScorecard(const archiving::v1::GetRecordResponse& record) {
  for (const auto& part : record.parts())
    if (part.name() == archiving::kEntryPart) return false;
  const auto erased = archiving::ErasedOf(record);
  return std::none_of(erased.begin(), erased.end(),
                      [](const archiving::Erased& gone) { return gone.part == archiving::kScorecardPart; });
}

void PrintCustody(const archiving::v1::GetRecordResponse& record, std::ostream& out) {
  for (const archiving::Erased& gone : archiving::ErasedOf(record))
    out << "部件 " << gone.part << "  已按日志第 " << gone.entry << " 条销毁\n";
  for (const auto& part : record.parts()) {
    archiving::v1::RetentionDecision decision;
    archiving::v1::ArchiveEntry entry;
    if (part.name() == archiving::kRetentionPart && CanonicalDecode(part.content(), decision).ok()) {
      const auto end = archiving::RetentionEnd(decision, ToMicros(record.record().archive_time()));
      out << "保管期限  " << decision.class_name()
          << (end ? Cat("，至 ", FormatShanghai(*end).substr(0, 10), " 前") : "") << "  规则 " << decision.rule()
          << (decision.authority().empty() ? "" : "（") << decision.authority()
          << (decision.authority().empty() ? "" : "）") << "\n档号  "
          << (decision.fonds().empty() ? std::string("（政策没有给出全宗号）")
                                       : archiving::ArchivalCode(decision, record.record().index()))
          << '\n';
    }
    if (part.name() != archiving::kEntryPart || !CanonicalDecode(part.content(), entry).ok()) continue;
    if (entry.has_disposal()) {
      out << "销毁登记  " << entry.disposal().disposal() << "  " << entry.disposal().items_size() << " 条记录\n提出 "
          << entry.disposal().proposal().actor().name() << "：" << entry.disposal().proposal().reason() << '\n';
      for (const auto& approval : entry.disposal().approvals())
        out << "批准 " << approval.actor().name() << "：" << approval.reason() << '\n';
      out << "执行 " << entry.disposal().execution().actor().name() << "：" << entry.disposal().execution().reason()
          << '\n';
    }
    if (entry.has_fixity()) {
      out << "固定性复核  第 " << entry.fixity().pass() << " 次，" << entry.fixity().end_index() << " 条记录，"
          << entry.fixity().parts() << " 个部件，" << entry.fixity().bytes() << " 字节，" << entry.fixity().failed()
          << " 个损坏\n";
      for (const auto& failure : entry.fixity().failures())
        out << "  " << failure.record() << " " << failure.part() << "：" << failure.message() << '\n';
    }
    if (entry.has_calls())
      out << "审计日志  " << entry.calls().service() << " 进程 " << entry.calls().run() << " 第 "
          << entry.calls().number() << " 段，" << entry.calls().calls_size() << " 次调用"
          << (entry.calls().dropped() > 0 ? Cat("，此前缺 ", entry.calls().dropped(), " 次") : "") << '\n';
  }
}

void PrintInspection(const std::string& path, const exporting::BagInspection& inspection) {
  std::cout << path << "  四性检测（移交与接收）" << (inspection.ok() ? "没有不通过的项" : "不通过") << "  "
            << inspection.records << " 条记录  " << FormatShanghai(inspection.time) << '\n';
  Table table({{"代码"},
               {"性质"},
               {"检测项"},
               {"结果"},
               {"通过", Align::kRight},
               {"不通过", Align::kRight},
               {"未检测", Align::kRight},
               {"原因", Align::kLeft, 60}});
  for (const exporting::InspectedItem& item : inspection.items)
    table.Add({std::string(item.info->code), std::string(item.info->property), std::string(item.info->title),
               std::string(archiving::TitleOf(item.outcome())), Cat(item.passed), Cat(item.failed),
               Cat(item.not_checked), item.reason});
  table.Print(std::cout);
  for (const exporting::InspectedItem& item : inspection.items)
    for (const std::string& failure : item.failures) std::cout << "  " << item.info->code << " " << failure << '\n';
}

absl::Status InspectWritten(const std::string& path) {
  ASSIGN_OR_RETURN(const auto package, exporting::PackageReader::Open(path));
  ASSIGN_OR_RETURN(const TrustedKey key, ReadKey(exporting::KeyIn(*package)));
  ASSIGN_OR_RETURN(const exporting::BagInspection inspection,
                   exporting::InspectBag(*package, path, key.verifier, key.origin, NowMicros()));
  std::string beside = path;
  while (beside.size() > 1 && beside.back() == '/') beside.pop_back();
  return WriteFile(beside + ".inspection.json", exporting::ToJson(inspection), 0644, IfExists::kReplace);
}

int RunArchiveInspect(const Global& global, const InspectOptions& options) {
  if (options.items) return ListItems(global);
  if (IsPackage(options.name)) return InspectPackage(global, options);
  archiving::v1::InspectRecordRequest request;
  request.set_name(options.name);
  archiving::v1::InspectRecordResponse response;
  const auto stub = InspectionService::NewStub(rpc::OpenChannel(global.archiving, global.security));
  const absl::Status status = Call(global, *stub, &InspectionService::Stub::InspectRecord, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  bool ok = true;
  for (const auto& result : response.current().results())
    ok = ok && result.outcome() != archiving::v1::INSPECTION_OUTCOME_FAILED;
  if (global.json()) {
    std::cout << ToJson(response) << '\n';
    return ok ? kDone : kRefused;
  }
  std::cout << options.name << "  四性检测（长期保存）" << (ok ? "没有不通过的项" : "不通过") << "  "
            << FormatShanghai(ToMicros(response.current().time())) << '\n';
  Table table({{"代码"}, {"性质"}, {"检测项"}, {"归档时"}, {"现在"}, {"原因", Align::kLeft, 70}});
  for (const auto& result : response.current().results()) {
    const archiving::InspectionItemInfo* item = ItemOf(result.code());
    std::string filing;
    for (const auto& before : response.filing().results())
      if (before.code() == result.code()) filing = archiving::TitleOf(before.outcome());
    table.Add({result.code(), item == nullptr ? "" : std::string(item->property),
               item == nullptr ? "" : std::string(item->title), filing,
               std::string(archiving::TitleOf(result.outcome())), result.reason()});
  }
  table.Print(std::cout);
  if (response.has_filing())
    std::cout << "归档时的检测：" << FormatShanghai(ToMicros(response.filing().time())) << '\n';
  return ok ? kDone : kRefused;
}

int RunArchiveFixity(const Global& global, const std::string& name) {
  archiving::v1::GetFixityRequest request;
  request.set_name(name);
  archiving::v1::GetFixityResponse response;
  const auto stub = InspectionService::NewStub(rpc::OpenChannel(global.archiving, global.security));
  const absl::Status status = Call(global, *stub, &InspectionService::Stub::GetFixity, request, response);
  if (!status.ok()) return Refuse(status, global.json());
  bool ok = response.failures().empty();
  for (const auto& part : response.parts()) ok = ok && !part.has_failure();
  if (global.json()) {
    std::cout << ToJson(response) << '\n';
    return ok ? kDone : kRefused;
  }
  if (!name.empty()) {
    Table table({{"部件"},
                 {"字节", Align::kRight},
                 {"SHA-256", Align::kLeft, 64},
                 {"SM3", Align::kLeft, 64},
                 {"上次复核"},
                 {"结果", Align::kLeft, 60}});
    for (const auto& part : response.parts())
      table.Add({part.part(), Cat(part.size()), part.sha256(), part.sm3(), FormatShanghai(ToMicros(part.verify_time())),
                 part.has_failure() ? part.failure().message() : "完好"});
    table.Print(std::cout);
    return ok ? kDone : kRefused;
  }
  std::cout << "已登记  " << response.registered_records() << " 条记录\n";
  if (response.has_oldest_verify_time())
    std::cout << "最久未复核的部件  " << FormatShanghai(ToMicros(response.oldest_verify_time())) << '\n';
  if (response.pass() > 0)
    std::cout << "正在进行  第 " << response.pass() << " 次复核，已过 " << response.pass_index() << " 条\n";
  if (!response.last_entry().empty()) std::cout << "最近一次复核的登记  " << response.last_entry() << '\n';
  if (ok)
    std::cout << "没有发现损坏\n";
  else
    PrintFailures(response.failures());
  return ok ? kDone : kRefused;
}

}  // namespace jixiao::cli
