#include "archiving/record/erasure.h"

#include "archiving/log/merkle.h"
#include "common/canonical.h"
#include "common/text.h"

#include <algorithm>
#include <set>

namespace jixiao::archiving {
namespace {

std::string FaultOfEntry(const v1::Erasure& erasure, std::int64_t index, const log::Verifier& verifier,
                         const std::string& origin) {
  const Part entry{erasure.entry().name(), erasure.entry().media_type(), erasure.entry().content(),
                   erasure.entry().salt()};
  if (entry.name != kEntryPart) return "不是归档系统的登记";
  for (const std::string& fault : FaultsOf(erasure.leaf(), {entry})) return fault;
  v1::ArchiveEntry said;
  if (!CanonicalDecode(entry.content, said).ok() || !said.has_disposal()) return "不是销毁登记";
  if (std::string fault = FaultOfPeople(said.disposal()); !fault.empty()) return fault;
  for (const std::string& part : erasure.parts())
    if (!Names(said.disposal(), index, part)) return Cat("没有列出第 ", index, " 条的部件 ", part);
  const auto checkpoint = log::OpenCheckpoint(erasure.proof().checkpoint(), verifier, origin);
  if (!checkpoint.ok()) return "树头的签名不能用公钥验证";
  std::vector<log::Hash> path;
  for (const std::string& hash : erasure.proof().path()) {
    log::Hash node{};
    if (hash.size() != node.size()) return "包含证明的格式有误";
    std::copy(hash.begin(), hash.end(), node.begin());
    path.push_back(node);
  }
  const log::Hash leaf =
      log::HashLeaf({reinterpret_cast<const std::uint8_t*>(erasure.leaf().data()), erasure.leaf().size()});
  if (!log::VerifyInclusion(erasure.proof().index(), checkpoint->size, leaf, path, checkpoint->root))
    return "包含证明不成立";
  return {};
}

}  // namespace

std::string FaultOfPeople(const v1::DisposalEntry& disposal) {
  std::set<std::string> people{disposal.proposal().actor().name()};
  std::size_t approvals = 0;
  for (const v1::DisposalApproval& approval : disposal.approvals()) {
    if (approval.actor().name().empty() || approval.reason().empty() || !approval.has_time()) return "批准不完整";
    if (!people.insert(approval.actor().name()).second) return "提出人与批准人有重复";
    ++approvals;
  }
  if (people.contains("")) return "没有写明提出人";
  if (disposal.execution().actor().name().empty()) return "没有写明执行人";
  return approvals < kApprovals ? "批准的人数不足" : "";
}

bool Names(const v1::DisposalEntry& disposal, std::int64_t record, std::string_view part) {
  for (const v1::DisposalItem& item : disposal.items())
    if (item.index() == record && std::find(item.parts().begin(), item.parts().end(), part) != item.parts().end())
      return true;
  return false;
}

std::vector<Erased> ErasedOf(const v1::GetRecordResponse& record) {
  std::vector<Erased> erased;
  for (const v1::Erasure& erasure : record.erasures())
    for (const std::string& part : erasure.parts()) erased.push_back({part, erasure.proof().index()});
  return erased;
}

std::vector<std::string> ErasureFaults(const v1::GetRecordResponse& record, const log::Verifier& verifier,
                                       const std::string& origin) {
  std::vector<std::string> faults;
  for (const v1::Erasure& erasure : record.erasures())
    if (std::string fault = FaultOfEntry(erasure, record.proof().index(), verifier, origin); !fault.empty())
      faults.push_back(Cat("销毁登记（第 ", erasure.proof().index(), " 条）：", fault));
  return faults;
}

}  // namespace jixiao::archiving
