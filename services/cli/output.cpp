#include "cli/output.h"

#include "common/errors.h"
#include "common/rpc/status.h"
#include "common/rpc/wire.h"
#include "common/text.h"

#include "google/rpc/error_details.pb.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <charconv>
#include <iostream>
#include <memory>
#include <utility>

namespace jixiao::cli {
namespace {

constexpr char kTypePrefix[] = "type.googleapis.com";

// The reasons that people meet, in their words; what stands after it is for whoever runs the servers.
constexpr std::pair<std::string_view, std::string_view> kReasons[] = {
    {"ACTOR_FORBIDDEN", "办理人须是本人"},
    {"ANSWER_MISMATCH", "答复的不是所问的"},
    {"ANSWER_TOO_LARGE", "结果太大，无法传送"},
    {"ARCHIVE_DAMAGED", "归档已损坏"},
    {"BATCH_TOO_LARGE", "一次检查的表太多"},
    {"CALLER_UNKNOWN", "权限文件里没有这个身份"},
    {"CAMPAIGN_CLOSED", "批次已经截止"},
    {"CAMPAIGN_EXISTS", "已有这个编号的批次"},
    {"CAMPAIGN_INVALID", "批次不符合要求"},
    {"CAMPAIGN_MISMATCH", "此表不属于这个批次"},
    {"CAMPAIGN_NOT_FOUND", "没有这个批次"},
    {"CAMPAIGN_NOT_OPEN", "批次还没有开始"},
    {"CANCELLED", "已取消"},
    {"CLASS_FORBIDS", "这类问题不能这样处理"},
    {"CONTENT_LATE", "已过预约的表最迟报来的时间"},
    {"CONVERSION_TOO_SLOW", "转换文件超时"},
    {"CONVERTER_FAILED", "转换文件失败"},
    {"CONVERTER_MISSING", "缺少转换文件的程序"},
    {"CREDENTIALS_MISSING", "须出示证书或令牌表明身份"},
    {"CURSOR_INVALID", "游标有误"},
    {"DEADLINE_EXCEEDED", "等待超时"},
    {"DEPARTMENT_NOT_FOUND", "名单上没有这个主管部门"},
    {"DOCUMENT_DAMAGED", "文件已损坏"},
    {"DOCUMENT_ENCRYPTED", "文件已加密"},
    {"DOCUMENT_FORMAT_UNSUPPORTED", "不支持的文件格式"},
    {"DOCUMENT_TOO_LARGE", "文件太大"},
    {"DOCUMENT_UNREADABLE", "文件读不出"},
    {"DOCUMENT_WITHOUT_FORM", "文件里没有自评表"},
    {"ETAG_MISMATCH", "此次提交已有变化，请重新查看"},
    {"FILE_EXISTS", "同名的文件或文件夹已经存在"},
    {"FILE_UNREADABLE", "文件读不出"},
    {"FILE_UNWRITABLE", "文件写不出"},
    {"FILTER_INVALID", "筛选条件有误"},
    {"FINDINGS_OPEN", "还有问题没有说明或豁免"},
    {"FINDING_NOT_FOUND", "没有这个问题"},
    {"FONT_MISSING", "缺少中文字体"},
    {"FORM_INVALID", "自评表不符合要求"},
    {"GRANT_INVALID", "令牌所授权限有误"},
    {"INDEX_DAMAGED", "检索索引已损坏，可用 jixiao archive rebuild-index 重建"},
    {"INDEX_REBUILT", "检索索引已重建，请重新检索"},
    {"INTERNAL", "服务内部出错"},
    {"KEY_INVALID", "公钥有误"},
    {"LABEL_INVALID", "标签不符合要求"},
    {"LABEL_NOT_FOUND", "没有这个标签"},
    {"MESSAGE_MALFORMED", "请求的格式有误"},
    {"NOT_ON_ROSTER", "不在应报名单上"},
    {"NOT_YET_ARCHIVED", "还没有归档"},
    {"OUT_OF_SCOPE", "不在您的范围之内"},
    {"PACKAGE_DAMAGED", "归档包已损坏"},
    {"PACKAGE_EMPTY", "没有可写入归档包的记录"},
    {"POLICY_CHANGED", "权限刚有变动，请重试"},
    {"POLICY_INVALID", "审核政策不符合要求"},
    {"POPULATION_EMPTY", "抽查范围内没有提交"},
    {"QUEUE_FULL", "服务繁忙"},
    {"QUOTA_EXCEEDED", "调用过于频繁"},
    {"RECEIPT_INVALID", "凭据有误"},
    {"RECORD_CONFLICT", "此记录已按其他内容归档"},
    {"RECORD_NOT_FOUND", "没有这条归档记录"},
    {"RECORD_TOO_LARGE", "归档的内容太大"},
    {"REQUEST_ID_REUSED", "请求编号已用于其他内容"},
    {"RESERVATION_INVALID", "预约不符合要求"},
    {"RESERVATION_MISMATCH", "预约的不是这张表"},
    {"RESERVATION_NOT_FOUND", "没有这个预约"},
    {"RESERVATION_USED", "预约已被使用"},
    {"RETURN_INVALID", "退回的请求不符合要求"},
    {"REVIEW_INVALID", "审核的请求不符合要求"},
    {"REVISION_EXISTS", "此修订已按其他内容发布"},
    {"REVISION_NOT_FOUND", "没有这一版"},
    {"ROLE_FORBIDS", "此角色不能这样做"},
    {"ROLE_REQUIRED", "您的角色不能这样做"},
    {"ROSTER_AMBIGUOUS", "名单上有几个项目都相符"},
    {"ROSTER_ENTRY_TAKEN", "这个项目已经报过"},
    {"ROSTER_INVALID", "名单不符合要求"},
    {"ROSTER_TOO_LARGE", "名单太大"},
    {"ROSTER_UNREADABLE", "名单读不出"},
    {"RULE_SET_INVALID", "评分规则不符合要求"},
    {"RULE_SET_NOT_FOUND", "没有这套评分规则"},
    {"RULE_SET_RETIRED", "这套评分规则已停用"},
    {"RULE_SET_UNREADABLE", "规则文件读不出"},
    {"SAME_PERSON", "不能由同一人办理"},
    {"SAMPLE_INVALID", "抽查的请求不符合要求"},
    {"SAMPLE_NOT_FOUND", "没有这次抽查"},
    {"SCOPE_LIMITED", "您的范围有限，不能这样做"},
    {"SIMULATION_NOT_FOUND", "没有这次模拟"},
    {"STAGES_FIXED", "审核环节不能更改"},
    {"STAGE_FORBIDS", "不在这一审核环节"},
    {"STATE_FORBIDS", "当前状态不允许这样做"},
    {"STOPPING", "服务正在停止"},
    {"STORE_DAMAGED", "存储已损坏"},
    {"STREAMS_FULL", "同时提交的连接太多"},
    {"SUBMISSION_LATE", "已过截止时间"},
    {"SUBMISSION_NOT_FOUND", "没有这次提交"},
    {"TIME_INVALID", "时间写法有误"},
    {"TLS_INVALID", "证书的设置有误"},
    {"TOKEN_EXPIRED", "令牌已过期"},
    {"TOKEN_INVALID", "令牌无效"},
    {"TREE_SIZE_BEYOND_LOG", "日志没有这么多条"},
    {"UNAVAILABLE", "服务暂时不可用"},
    {"WAIVER_EXPIRED", "豁免已过期"},
    {"WAIVER_NOT_REQUESTED", "没有待批的豁免"},
    {"WATCHERS_FULL", "同时跟踪的连接太多"},
};

std::string_view TitleOf(std::string_view reason) {
  for (const auto& [name, title] : kReasons)
    if (name == reason) return title;
  return {};
}

// How many violations did not fit into the error.
int Omitted(const absl::Status& status) {
  const auto payload = status.GetPayload(std::string(kErrorInfoUrl));
  google::rpc::ErrorInfo info;
  if (!payload || !info.ParseFromString(std::string(*payload))) return 0;
  int omitted = 0;
  const auto found = info.metadata().find("violations_omitted");
  if (found != info.metadata().end())
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), omitted);
  return omitted;
}

}  // namespace

std::string ToJson(const google::protobuf::Message& message) {
  static const std::unique_ptr<google::protobuf::util::TypeResolver> resolver(
      google::protobuf::util::NewTypeResolverForDescriptorPool(kTypePrefix,
                                                               google::protobuf::DescriptorPool::generated_pool()));
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  // From deterministic bytes: MessageToJsonString would print map entries in a random order.
  const auto status = google::protobuf::util::BinaryToJsonString(
      resolver.get(), Cat(kTypePrefix, "/", message.GetDescriptor()->full_name()), rpc::WriteString(message), &json,
      options);
  return status.ok() ? json : std::string("{}");
}

int Refuse(const absl::Status& status, bool json) {
  if (json) {
    std::cerr << ToJson(rpc::ToProto(status)) << '\n';
    return kRefused;
  }
  const std::string reason = ReasonOf(status);
  std::cerr << "错误 " << TitleOf(reason) << (TitleOf(reason).empty() ? "" : "  ")
            << absl::StatusCodeToString(status.code()) << (reason.empty() ? "" : " ") << reason;
  google::rpc::BadRequest details;
  if (const auto payload = status.GetPayload(std::string(kBadRequestUrl)))
    details.ParseFromString(std::string(*payload));
  if (details.field_violations().empty())
    std::cerr << "：" << std::string(status.message()) << '\n';
  else
    std::cerr << '\n';  // the message only repeats the first of these
  for (const auto& violation : details.field_violations())
    std::cerr << "  " << violation.field() << "：" << violation.description() << '\n';
  if (const int omitted = Omitted(status); omitted > 0) std::cerr << "  另有 " << omitted << " 处\n";
  if (const auto payload = status.GetPayload(std::string(kRetryInfoUrl))) {
    google::rpc::RetryInfo retry;
    if (retry.ParseFromString(std::string(*payload)))
      std::cerr << "  请在 " << retry.retry_delay().seconds() * 1000 + retry.retry_delay().nanos() / 1'000'000
                << " 毫秒后再试\n";
  }
  if (status.code() == absl::StatusCode::kUnavailable && ReasonOf(status).empty())
    std::cerr << "  服务器没有应答：请检查地址，或用 deploy/local/run status 查看服务是否在运行\n";
  return kRefused;
}

int Misused(const std::string& message) {
  std::cerr << "用法错误：" << message << "（jixiao --help 显示用法）\n";
  return kUsage;
}

}  // namespace jixiao::cli
