#include "archiving/inspection/items.h"

#include "archiving/inspection/source_format.h"
#include "archiving/retention/policy.h"
#include "common/canonical.h"
#include "common/digest.h"
#include "common/text.h"
#include "common/time.h"

#include <algorithm>
#include <array>

namespace jixiao::archiving {
namespace {

constexpr unsigned kAlways = kAtFiling | kAtTransfer | kPeriodically;
constexpr std::int64_t kMicrosOfADay = std::int64_t{86'400} * 1'000'000;

constexpr InspectionItemInfo kItems[] = {
    {"ZS-1", "真实性", "固化信息有效性", "重新计算各部件带盐值的承诺，逐一与日志叶子比对", kAlways, false},
    {"ZS-2", "真实性", "日志证明有效性", "叶子在日志中：归档和定期检测比对所存节点，移交时验证包含证明与树头签名",
     kAlways, false},
    {"ZS-3", "真实性", "元数据值域与合理性", "年度、区划代码、表种、归档时间是否在允许的范围内", kAlways, false},
    {"ZS-4", "真实性", "元数据与内容一致", "目录中的单位、项目、年度、区划、总分、等级与内容逐项比对", kAlways, false},
    {"ZS-5", "真实性", "档号规范性", "档号按归档时的保管期限政策组成，没有空项和非法字符", kAlways, false},
    {"ZS-6", "真实性", "原始文件与登记的摘要一致", "原始文件的 SHA-256 与表中登记的摘要比对", kAlways, false},
    {"ZS-7", "真实性", "封装包与清单一致", "逐个文件与 SHA-256、SM3 清单比对", kAtTransfer, true},
    {"ZS-8", "真实性", "移交的派生文件与内容一致", "form.json、scorecard.json 与所归档的内容比对", kAtTransfer, true},
    {"WZ-1", "完整性", "部件齐全", "自评表、评分卡、评分规则都在；登记了原始文件的，原始文件也在", kAlways, false},
    {"WZ-2", "完整性", "必备元数据齐全", "题名、责任者、年度、电子文件号、保管期限都有值", kAlways, false},
    {"WZ-3", "完整性", "过程信息齐全", "经过审核的，审核记录中有办理过程；没有审核的，有报送经过和时间", kAlways,
     false},
    {"WZ-4", "完整性", "字节数相符", "各部件的字节数与日志叶子所记比对", kAlways, false},
    {"WZ-5", "完整性", "总件数与总字节数相符", "封装包的记录数、文件数、字节数与 bag-info.txt 比对", kAtTransfer, true},
    {"WZ-6", "完整性", "编号连续", "前一号记录存在", kPeriodically, false},
    {"KY-1", "可用性", "内容可解读", "各规范编码部件能完整解码，且重新编码后逐字节相同", kAlways, false},
    {"KY-2", "可用性", "原始文件格式", "按字节识别的格式在可归档格式之列，且与所记类型相符", kAlways, false},
    {"KY-3", "可用性", "原始文件结构完整", "压缩目录、文件头尾等结构完整（不等于能由阅读软件打开）", kAlways, false},
    {"KY-4", "可用性", "无加密", "原始文件没有加密", kAlways, false},
    {"KY-5", "可用性", "软硬件环境信息", "bag-info.txt 写明封装软件", kAtTransfer, true},
    {"AQ-1", "安全性", "无恶意代码", "用 ClamAV 扫描（归档时只用其常驻服务）", kAlways, false},
    {"AQ-2", "安全性", "无可执行内容", "原始文件不是程序，也不带宏和脚本", kAlways, false},
    {"AQ-3", "安全性", "无多余文件", "封装包中没有清单以外的文件", kAtTransfer, true},
    {"AQ-4", "安全性", "载体", "载体上没有其他文件，外观和读写正常", kAtTransfer, true},
};

struct Verdict {
  v1::InspectionOutcome outcome = v1::INSPECTION_OUTCOME_PASSED;
  std::string reason;
};
Verdict Passed() {
  return {};
}
Verdict Failed(std::string reason) {
  return {v1::INSPECTION_OUTCOME_FAILED, std::move(reason)};
}
Verdict NotChecked(std::string reason) {
  return {v1::INSPECTION_OUTCOME_NOT_CHECKED, std::move(reason)};
}

bool IsDivision(std::string_view code) {
  return (code.size() == 6 || code.size() == 9 || code.size() == 12) &&
         std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
}

template <class Message>
bool IsWhole(const Part& part) {
  Message message;
  return CanonicalDecode(part.content, message).ok();
}

// Records that come one after the other mostly have the same rule set, the largest of their parts: what is byte for
// byte the last one that was whole is whole.
bool IsWholeRuleSet(const Part& part) {
  thread_local std::string last;
  if (!last.empty() && part.content == last) return true;
  if (!IsWhole<scoring::v1::RuleSet>(part)) return false;
  last = part.content;
  return true;
}

// One record, taken apart once for all items.
class RecordInspection {
 public:
  RecordInspection(const InspectedRecord& record, std::int64_t now, const std::function<Scan(std::string_view)>& scan)
      : record_(record), now_(now), scan_(scan) {
    leaf_ok_ = CanonicalDecode(record.leaf, leaf_).ok();
    if (const Part* part = Find(kFormPart)) form_ok_ = CanonicalDecode(part->content, form_).ok();
    if (const Part* part = Find(kScorecardPart)) card_ok_ = CanonicalDecode(part->content, card_).ok();
    if (const Part* part = Find(kRetentionPart)) retention_ok_ = CanonicalDecode(part->content, retention_).ok();
    if (const Part* part = Find(kSourcePart)) format_ = FormatOf(part->content, part->media_type);
  }

  Verdict Check(std::string_view code) const {
    if (code == "ZS-1") return Commitments();
    if (code == "ZS-2") return Proof();
    if (code == "ZS-3") return Domain();
    if (code == "ZS-4") return Kept();
    if (code == "ZS-5") return Code();
    if (code == "ZS-6") return SourceDigest();
    if (code == "WZ-1") return Parts();
    if (code == "WZ-2") return Metadata();
    if (code == "WZ-3") return Process();
    if (code == "WZ-4") return Sizes();
    if (code == "WZ-6") return Follows();
    if (code == "KY-1") return Readable();
    if (code == "AQ-1") return Malware();
    return Source(code);
  }

 private:
  const Part* Find(std::string_view name) const {
    for (const Part& part : record_.parts)
      if (part.name == name) return &part;
    return nullptr;
  }
  // Why there is no such part, as the reason of what is not checked.
  std::string Absent(std::string_view name) const {
    for (const Erased& gone : record_.erased)
      if (gone.part == name) return Cat("部件 ", name, " 已按日志第 ", gone.entry, " 条销毁");
    return {};
  }
  std::string AllErased() const {
    std::string text;
    for (const Erased& gone : record_.erased) Append(text, text.empty() ? "" : "；", Absent(gone.part));
    return text;
  }

  Verdict Commitments() const {
    const std::vector<std::string> faults = CommitmentFaults(record_.leaf, record_.parts, record_.erased);
    if (!faults.empty()) return Failed(faults.front());
    return record_.parts.empty() ? NotChecked(AllErased()) : Passed();
  }
  Verdict Proof() const {
    if (!record_.proof_fault) return NotChecked("没有取得日志证明");
    return record_.proof_fault->empty() ? Passed() : Failed(*record_.proof_fault);
  }
  Verdict Domain() const {
    if (!leaf_ok_) return Failed("日志叶子不能解读");
    if (leaf_.archive_time_micros() <= 0 || leaf_.archive_time_micros() > now_ + kMicrosOfADay)
      return Failed("归档时间不合理");
    if (const std::string gone = Absent(kFormPart); !gone.empty()) return NotChecked(gone);
    if (!form_ok_) return Failed("自评表不能解读");
    if (form_.fiscal_year() != 0 && (form_.fiscal_year() < 2000 || form_.fiscal_year() > 2100))
      return Failed(Cat("年度 ", form_.fiscal_year(), " 不合理"));
    if (!form_.region_code().empty() && !IsDivision(form_.region_code()))
      return Failed("区划代码不是 6、9 或 12 位数字");
    return Passed();
  }
  Verdict Kept() const {
    if (!record_.kept) return NotChecked("没有目录可以比对");
    const bool entry = IsEntry(record_.parts);
    const bool form_known = form_ok_ || entry || !Absent(kFormPart).empty();
    const bool card_known = card_ok_ || entry || !Absent(kScorecardPart).empty();
    if (!form_known || !card_known) return Failed("内容不能解读");
    if (SummaryOf(form_, card_) != *record_.kept) return Failed("目录中的单位、项目、年度、区划、总分或等级与内容不符");
    return Passed();
  }
  Verdict Code() const {
    if (const std::string gone = Absent(kRetentionPart); !gone.empty()) return NotChecked(gone);
    if (Find(kRetentionPart) == nullptr) return NotChecked("归档时还没有保管期限政策");
    if (!retention_ok_) return Failed("保管期限不能解读");
    if (retention_.fonds().empty()) return NotChecked("保管期限政策没有给出全宗号");
    const std::string code = ArchivalCode(retention_, record_.index);
    const bool plain =
        std::none_of(code.begin(), code.end(), [](char c) { return c == ' ' || c == '{' || c == '}' || c == '\n'; });
    if (code.empty() || !plain || code.find("--") != std::string::npos || code.find("0000-") != std::string::npos)
      return Failed(Cat("档号 ", code, " 有空项或非法字符"));
    return code.find(retention_.class_code()) == std::string::npos ? Failed(Cat("档号 ", code, " 没有保管期限代码"))
                                                                   : Passed();
  }
  Verdict SourceDigest() const {
    const Part* source = Find(kSourcePart);
    if (source == nullptr) return NotChecked(NoSource());
    if (!form_ok_) return NotChecked(Absent(kFormPart).empty() ? "自评表不能解读" : Absent(kFormPart));
    if (form_.source().sha256().empty()) return NotChecked("表中没有登记原始文件的摘要");
    return DigestOf(source->content) == Cat("sha256:", form_.source().sha256()) ? Passed()
                                                                                : Failed("原始文件与登记的摘要不符");
  }
  std::string NoSource() const {
    std::string gone = Absent(kSourcePart);
    return gone.empty() ? "没有原始文件" : gone;
  }
  Verdict Parts() const {
    for (const std::string_view name : {kFormPart, kScorecardPart, kRuleSetPart})
      if (Find(name) == nullptr && Absent(name).empty()) return Failed(Cat("缺少部件 ", name));
    if (!record_.erased.empty()) return NotChecked(AllErased());
    return Passed();
  }
  Verdict Metadata() const {
    if (!leaf_ok_ || leaf_.key().empty()) return Failed("没有电子文件号");
    if (const std::string gone = Absent(kFormPart); !gone.empty()) return NotChecked(gone);
    if (form_.project_name().empty() && form_.title().empty()) return Failed("没有题名");
    if (form_.implementing_unit().name().empty()) return Failed("没有责任者（实施单位）");
    if (form_.fiscal_year() == 0) return Failed("没有年度");
    if (Find(kRetentionPart) == nullptr && Absent(kRetentionPart).empty())
      return NotChecked("没有保管期限：归档时还没有保管期限政策");
    return Passed();
  }
  Verdict Process() const {
    const Part* part = Find(kReviewPart);
    if (part == nullptr) {
      const std::string gone = Absent(kReviewPart);
      v1::Provenance provenance;
      if (const Part* way = Find(kProvenancePart); way != nullptr && gone.empty()) {
        if (!CanonicalDecode(way->content, provenance).ok()) return Failed("报送经过不能解读");
        return provenance.has_create_time() ? Passed() : Failed("报送经过没有时间");
      }
      return NotChecked(gone.empty() ? "没有经过审核环节，也没有报送经过" : gone);
    }
    intake::v1::ReviewRecord review;
    if (!CanonicalDecode(part->content, review).ok()) return Failed("审核记录不能解读");
    if (review.history_size() == 0) return Failed("审核记录没有办理过程");
    return Passed();
  }
  Verdict Sizes() const {
    if (!leaf_ok_) return Failed("日志叶子不能解读");
    for (const v1::PartCommitment& committed : leaf_.parts()) {
      const Part* part = Find(committed.name());
      if (part != nullptr && static_cast<std::int64_t>(part->content.size()) != committed.size())
        return Failed(
            Cat("部件 ", committed.name(), " 应有 ", committed.size(), " 字节，实有 ", part->content.size(), " 字节"));
    }
    return record_.parts.empty() ? NotChecked(AllErased()) : Passed();
  }
  Verdict Follows() const {
    if (!record_.follows) return NotChecked("没有日志可以比对");
    return *record_.follows ? Passed() : Failed(Cat("缺少第 ", record_.index - 1, " 条记录"));
  }
  Verdict Readable() const {
    bool any = false;
    for (const Part& part : record_.parts) {
      if (part.media_type != kCanonicalMediaType) continue;
      any = true;
      const bool whole = part.name == kFormPart         ? form_ok_
                         : part.name == kScorecardPart  ? card_ok_
                         : part.name == kRuleSetPart    ? IsWholeRuleSet(part)
                         : part.name == kReviewPart     ? IsWhole<intake::v1::ReviewRecord>(part)
                         : part.name == kRetentionPart  ? retention_ok_
                         : part.name == kProvenancePart ? IsWhole<v1::Provenance>(part)
                         : part.name == kOriginPart     ? IsWhole<v1::TransferProof>(part)
                                                        : false;
      if (!whole) return Failed(Cat("部件 ", part.name, " 不能解读"));
    }
    return any ? Passed() : NotChecked(AllErased());
  }
  Verdict Malware() const {
    const Part* source = Find(kSourcePart);
    if (source == nullptr) return NotChecked(NoSource());
    const Scan scan = scan_(source->content);
    if (scan.outcome == ScanOutcome::kNotScanned) return NotChecked(scan.reason);
    return scan.outcome == ScanOutcome::kClean ? Passed() : Failed(scan.reason);
  }
  // Items about the source document's bytes.
  Verdict Source(std::string_view code) const {
    if (!format_) return NotChecked(NoSource());
    if (code == "AQ-2") return format_->active.empty() ? Passed() : Failed(format_->active.front());
    if (format_->name.empty())
      return code == "KY-2" ? Failed("不是可归档的格式，按字节识别不出") : NotChecked("格式识别不出");
    if (code == "KY-2")
      return format_->fits_media_type
                 ? Passed()
                 : Failed(Cat("按字节是 ", format_->name, "，所记类型是 ", Find(kSourcePart)->media_type));
    if (code == "KY-3") return format_->broken.empty() ? Passed() : Failed(format_->broken.front());
    if (code == "KY-4") return format_->encryption.empty() ? Passed() : Failed(format_->encryption);
    return NotChecked("没有这一项的检测方法");
  }

  const InspectedRecord& record_;
  const std::int64_t now_;
  const std::function<Scan(std::string_view)>& scan_;
  v1::RecordLeaf leaf_;
  evaluation::v1::SelfEvaluation form_;
  evaluation::v1::Scorecard card_;
  v1::RetentionDecision retention_;
  std::optional<SourceFormat> format_;
  bool leaf_ok_ = false;
  bool form_ok_ = false;
  bool card_ok_ = false;
  bool retention_ok_ = false;
};

}  // namespace

unsigned BitOf(v1::InspectionStage stage) {
  switch (stage) {
    case v1::INSPECTION_STAGE_FILING:
      return kAtFiling;
    case v1::INSPECTION_STAGE_TRANSFER:
      return kAtTransfer;
    case v1::INSPECTION_STAGE_PERIODIC:
      return kPeriodically;
    default:
      return 0;
  }
}

std::span<const InspectionItemInfo> InspectionItems() {
  return kItems;
}

std::string_view TitleOf(v1::InspectionOutcome outcome) {
  switch (outcome) {
    case v1::INSPECTION_OUTCOME_PASSED:
      return "通过";
    case v1::INSPECTION_OUTCOME_FAILED:
      return "不通过";
    default:
      return "未检测";
  }
}

std::string_view TitleOf(v1::InspectionStage stage) {
  switch (stage) {
    case v1::INSPECTION_STAGE_FILING:
      return "归档";
    case v1::INSPECTION_STAGE_TRANSFER:
      return "移交与接收";
    case v1::INSPECTION_STAGE_PERIODIC:
      return "长期保存";
    default:
      return "";
  }
}

v1::InspectionReport Inspect(const InspectedRecord& record, v1::InspectionStage stage, std::int64_t now,
                             const std::function<Scan(std::string_view bytes)>& scan) {
  const RecordInspection inspection(record, now, scan);
  v1::InspectionReport report;
  report.set_stage(stage);
  *report.mutable_time() = ToTimestamp(now);
  for (const InspectionItemInfo& item : kItems) {
    if (item.of_package || (item.stages & BitOf(stage)) == 0) continue;
    Verdict verdict = inspection.Check(item.code);
    v1::InspectionResult& result = *report.add_results();
    result.set_code(std::string(item.code));
    result.set_outcome(verdict.outcome);
    result.set_reason(std::move(verdict.reason));
  }
  return report;
}

}  // namespace jixiao::archiving
