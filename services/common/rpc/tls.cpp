#include "common/rpc/tls.h"

#include "common/errors.h"
#include "common/text.h"

#include <absl/cleanup/cleanup.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace jixiao::rpc {
namespace {

struct FreeOpenSsl {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_CRL* list) const { X509_CRL_free(list); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <typename T>
using OpenSsl = std::unique_ptr<T, FreeOpenSsl>;

absl::Status Invalid(std::string_view option, std::string_view what) {
  return InvalidField("TLS_INVALID", std::string(option), std::string(what));
}

absl::StatusOr<OpenSsl<BIO>> ReadPem(std::string_view option, const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in || text.empty()) return Invalid(option, Cat(path, " cannot be read"));
  OpenSsl<BIO> bio(BIO_new(BIO_s_mem()));
  BIO_write(bio.get(), text.data(), static_cast<int>(text.size()));
  return bio;
}

// A certificate whose time has come and is not over.
absl::StatusOr<OpenSsl<X509>> ReadCertificate(std::string_view option, const std::string& path) {
  ASSIGN_OR_RETURN(const OpenSsl<BIO> bio, ReadPem(option, path));
  OpenSsl<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) return Invalid(option, Cat(path, " holds no certificate in PEM"));
  if (X509_cmp_current_time(X509_get0_notBefore(certificate.get())) > 0)
    return Invalid(option, Cat(path, " is not valid yet"));
  if (X509_cmp_current_time(X509_get0_notAfter(certificate.get())) < 0)
    return Invalid(option, Cat(path, " has expired"));
  return certificate;
}

// The first revocation list of the CA is there, is the CA's, and its time is not over: OpenSSL lets nobody in by an old
// one.
absl::Status CheckRevocations(const std::string& folder, X509* ca) {
  constexpr std::string_view kOption = "--tls-crl";
  if (ca == nullptr) return Invalid(kOption, "needs --tls-ca, whose lists it holds");
  std::array<char, 16> name{};
  std::snprintf(name.data(), name.size(), "%08lx.r0",
                X509_NAME_hash_ex(X509_get_subject_name(ca), nullptr, nullptr, nullptr));
  const std::string path = (std::filesystem::path(folder) / name.data()).string();
  ASSIGN_OR_RETURN(const OpenSsl<BIO> bio, ReadPem(kOption, path));
  const OpenSsl<X509_CRL> list(PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr));
  if (list == nullptr) return Invalid(kOption, Cat(path, " holds no revocation list in PEM"));
  if (X509_CRL_verify(list.get(), X509_get0_pubkey(ca)) != 1) return Invalid(kOption, Cat(path, " is not of the CA"));
  const ASN1_TIME* const next = X509_CRL_get0_nextUpdate(list.get());
  if (next != nullptr && X509_cmp_current_time(next) < 0) return Invalid(kOption, Cat(path, " has expired"));
  return absl::OkStatus();
}

absl::Status Check(const TlsFiles& files) {
  const absl::Cleanup forget = [] { ERR_clear_error(); };
  if (files.cert.empty() != files.key.empty())
    return Invalid(files.cert.empty() ? "--tls-cert" : "--tls-key", "certificate and key go together");
  if (!files.cert.empty()) {
    ASSIGN_OR_RETURN(const OpenSsl<X509> certificate, ReadCertificate("--tls-cert", files.cert));
    ASSIGN_OR_RETURN(const OpenSsl<BIO> bio, ReadPem("--tls-key", files.key));
    // A key with a password would ask for it on the terminal.
    const auto no_password = [](char*, int, int, void*) { return 0; };
    const OpenSsl<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
    if (key == nullptr) return Invalid("--tls-key", Cat(files.key, " holds no private key in PEM without a password"));
    if (X509_check_private_key(certificate.get(), key.get()) != 1)
      return Invalid("--tls-key", Cat(files.key, " is not the key of ", files.cert));
  }
  OpenSsl<X509> ca;
  if (!files.ca.empty()) {
    ASSIGN_OR_RETURN(ca, ReadCertificate("--tls-ca", files.ca));
  }
  return files.crl.empty() ? absl::OkStatus() : CheckRevocations(files.crl, ca.get());
}

template <class Options>
void Watch(Options& options, const TlsFiles& files) {
  if (!files.cert.empty()) options.watch_identity_key_cert_pairs();
  if (!files.ca.empty()) options.watch_root_certs();
  if (!files.crl.empty()) options.set_crl_directory(files.crl);
}

// Of one host and port.
bool IsLoopbackHost(std::string_view address) {
  if (address.starts_with('[')) return address.starts_with("[::1]");
  if (address == "::1") return true;
  const std::string_view host = address.substr(0, address.rfind(':'));
  if (host == "localhost") return true;
  // 127.anything, but no name that begins so.
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
}

}  // namespace

absl::StatusOr<Tls> Tls::Open(const TlsFiles& files) {
  RETURN_IF_ERROR(Check(files));
  Tls tls(files);
  tls.provider_ = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      files.key, files.cert, files.ca, static_cast<unsigned>(files.refresh_seconds));
  return tls;
}

std::shared_ptr<grpc::ServerCredentials> Tls::ForServer() const {
  grpc::experimental::TlsServerCredentialsOptions options(provider_);
  Watch(options, files_);
  if (!files_.ca.empty())
    options.set_cert_request_type(files_.clients_may_be_anonymous
                                      ? GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY
                                      : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> Tls::ForChannel() const {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(provider_);
  Watch(options, files_);
  return grpc::experimental::TlsCredentials(options);
}

bool IsLoopback(std::string_view address) {
  if (address.starts_with("unix:")) return true;
  for (const std::string_view scheme : {"ipv4:", "ipv6:", "dns:///", "dns:"})
    if (address.starts_with(scheme)) {
      address.remove_prefix(scheme.size());
      break;
    }
  while (true) {
    const std::size_t comma = address.find(',');
    if (!IsLoopbackHost(address.substr(0, comma))) return false;
    if (comma == address.npos) return true;
    address.remove_prefix(comma + 1);
  }
}

}  // namespace jixiao::rpc
