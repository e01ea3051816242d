// TLS of servers and channels, from files that may change while they are used.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>

#include <memory>
#include <string>
#include <string_view>

namespace jixiao::rpc {

// PEM files. A certificate comes with its key, and what is signed by `ca` is believed.
struct TlsFiles {
  std::string cert;  // the chain, the own certificate first
  std::string key;
  std::string ca;
  std::string crl;  // folder with the CA's revocation lists, HASH.r0, HASH.r1, …; empty for none
  bool clients_may_be_anonymous = false;  // a server with `ca` takes clients without a certificate, too
  int refresh_seconds = 30;               // how often the files are looked at

  bool any() const { return !cert.empty() || !key.empty() || !ca.empty(); }
};

// Follows the files: what is put in their place (as a whole: by a rename) is used from the next handshake on, and so is
// a revocation list with the next number. While they hold what cannot be used no handshake succeeds; connections that
// are open go on. Thread-safe; must outlive nothing: gRPC holds what it needs.
class Tls {
 public:
  // INVALID_ARGUMENT (TLS_INVALID) that names the option: a file that cannot be read, is no PEM, a key that is another
  // certificate's, a certificate whose time is over or has not come, a folder without a valid list of the CA (gRPC by
  // itself would let everybody in then).
  static absl::StatusOr<Tls> Open(const TlsFiles& files);

  // Needs certificate and key. With a CA, clients show a certificate that it has signed.
  std::shared_ptr<grpc::ServerCredentials> ForServer() const;
  // Needs a CA. Shows the certificate where there is one.
  std::shared_ptr<grpc::ChannelCredentials> ForChannel() const;

 private:
  explicit Tls(TlsFiles files) : files_(std::move(files)) {}

  TlsFiles files_;
  std::shared_ptr<grpc::experimental::CertificateProviderInterface> provider_;
};

// Whether all that an address names (HOST:PORT, ipv4:…, dns:///…, unix:…) is this machine's loopback.
bool IsLoopback(std::string_view address);

}  // namespace jixiao::rpc
