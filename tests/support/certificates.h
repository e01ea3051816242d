// Certificates and keys that tests make for themselves.
#pragma once

#include <grpcpp/security/credentials.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::testing {

// Where a certificate and its key lie.
struct CertificateFiles {
  std::filesystem::path cert;
  std::filesystem::path key;
};

// What a certificate says; P-256, serial and validity are made up.
struct CertificateRequest {
  std::string name;              // common name, and the files' names
  std::string alternative = {};  // subjectAltName as OpenSSL writes it: "URI:spiffe://…", "DNS:…,IP:127.0.0.1"
  int from_hours = -1;           // from now
  int until_hours = 24;
};

// A CA of a test's own, in a folder that stays until the test removes it.
class CertificateAuthority {
 public:
  CertificateAuthority(std::filesystem::path folder, std::string name);

  const std::filesystem::path& ca() const { return ca_.cert; }
  // Signs a certificate; again under the same name, it takes the place of the former by a rename.
  CertificateFiles Issue(const CertificateRequest& request) const;
  // One that signs itself.
  CertificateFiles SelfSigned(const CertificateRequest& request) const;
  // Writes the revocation list number `number` into `folder`, where OpenSSL looks for it: HASH.rNUMBER.
  void Revoke(const std::filesystem::path& folder, int number, const std::vector<CertificateFiles>& revoked) const;
  // What a client shows that believes this CA. Without files: nothing.
  std::shared_ptr<grpc::ChannelCredentials> Credentials(const CertificateFiles& files = {}) const;

 private:
  const std::filesystem::path folder_;
  CertificateFiles ca_;
};

}  // namespace jixiao::testing
