#include "archiving/record/transfer.h"

#include "archiving/log/checkpoint.h"
#include "archiving/log/merkle.h"
#include "common/digest.h"
#include "common/text.h"

#include <algorithm>

namespace jixiao::archiving {
namespace {

constexpr std::size_t kLongestOrigin = 80;

// The parts as the other archive had them: contents from here where they are the same part.
std::vector<Part> PartsThere(const v1::TransferProof& proof, const std::vector<Part>& here) {
  std::vector<Part> there;
  for (const v1::TransferredPart& part : proof.parts()) {
    const auto found = std::find_if(here.begin(), here.end(), [&](const Part& p) { return p.name == part.name(); });
    const bool shared = part.content().empty() && found != here.end();
    there.push_back({part.name(), part.media_type(), shared ? found->content : part.content(), part.salt()});
  }
  return there;
}

}  // namespace

std::vector<std::string> TransferFaults(const v1::TransferProof& proof, const std::vector<Part>& parts) {
  std::vector<std::string> faults;
  for (const std::string& fault : CommitmentFaults(proof.leaf(), PartsThere(proof, parts)))
    faults.push_back(Cat("移交来源 origin：", fault));
  const auto verifier = log::Verifier::Parse(proof.verifier_key());
  if (!verifier.ok()) return {"移交来源 origin：公钥有误"};
  const auto checkpoint = log::OpenCheckpoint(proof.checkpoint(), *verifier, proof.origin());
  if (!checkpoint.ok()) {
    faults.push_back("移交来源 origin：树头的签名不能用其公钥验证");
    return faults;
  }
  std::vector<log::Hash> path;
  for (const std::string& hash : proof.path()) {
    log::Hash node{};
    if (hash.size() != node.size()) return {"移交来源 origin：包含证明的格式有误"};
    std::copy(hash.begin(), hash.end(), node.begin());
    path.push_back(node);
  }
  const log::Hash leaf =
      log::HashLeaf({reinterpret_cast<const std::uint8_t*>(proof.leaf().data()), proof.leaf().size()});
  if (!log::VerifyInclusion(proof.index(), checkpoint->size, leaf, path, checkpoint->root))
    faults.push_back("移交来源 origin：包含证明不成立");
  return faults;
}

std::string TransferKey(const v1::TransferProof& proof) {
  std::string origin(TruncateUtf8(proof.origin(), kLongestOrigin));
  for (char& c : origin)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.')) c = '-';
  return Cat("transfers/", origin, "/", DigestOf(proof.verifier_key()).substr(7, 16), "/records/", proof.index());
}

}  // namespace jixiao::archiving
