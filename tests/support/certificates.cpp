#include "support/certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace jixiao::testing {
namespace {

struct FreeOpenSsl {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(X509_CRL* list) const { X509_CRL_free(list); }
  void operator()(ASN1_TIME* time) const { ASN1_TIME_free(time); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <typename T>
using OpenSsl = std::unique_ptr<T, FreeOpenSsl>;

std::string ReadFile(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Puts the file in place as a whole.
void Place(const std::filesystem::path& file, BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  const std::filesystem::path fresh = file.string() + ".new";
  std::ofstream(fresh, std::ios::binary).write(data, size);
  std::filesystem::rename(fresh, file);
}

template <class Read>
auto ReadPem(const std::filesystem::path& file, Read read) {
  const std::string text = ReadFile(file);
  const OpenSsl<BIO> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  return read(bio.get(), nullptr, nullptr, nullptr);
}

// Makes a key and a certificate for it that the issuer signs; without an issuer, itself.
CertificateFiles Make(const std::filesystem::path& folder, const CertificateRequest& request, bool is_ca,
                      const CertificateFiles* issuer) {
  const OpenSsl<EVP_PKEY> key(EVP_EC_gen("P-256"));
  const OpenSsl<X509> certificate(X509_new());
  X509* const made = certificate.get();
  X509_set_version(made, X509_VERSION_3);
  unsigned char serial[8];
  RAND_bytes(serial, sizeof serial);
  serial[0] &= 0x7f;
  BIGNUM* const number = BN_bin2bn(serial, sizeof serial, nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made));
  BN_free(number);
  X509_gmtime_adj(X509_getm_notBefore(made), 3600L * request.from_hours);
  X509_gmtime_adj(X509_getm_notAfter(made), 3600L * request.until_hours);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(request.name.c_str()), -1, -1, 0);
  X509_set_pubkey(made, key.get());
  const OpenSsl<X509> ca(issuer == nullptr ? nullptr : ReadPem(issuer->cert, PEM_read_bio_X509));
  const OpenSsl<EVP_PKEY> ca_key(issuer == nullptr ? nullptr : ReadPem(issuer->key, PEM_read_bio_PrivateKey));
  X509_set_issuer_name(made, X509_get_subject_name(issuer == nullptr ? made : ca.get()));
  const auto extend = [&](int id, const std::string& value) {
    const OpenSsl<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str()));
    if (extension == nullptr || X509_add_ext(made, extension.get(), -1) != 1)
      throw std::runtime_error("no such extension: " + value);
  };
  extend(NID_basic_constraints, is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (is_ca) extend(NID_key_usage, "critical,keyCertSign,cRLSign");
  if (!request.alternative.empty()) extend(NID_subject_alt_name, request.alternative);
  if (X509_sign(made, issuer == nullptr ? key.get() : ca_key.get(), EVP_sha256()) == 0)
    throw std::runtime_error("cannot sign " + request.name);
  CertificateFiles files{folder / (request.name + ".pem"), folder / (request.name + ".key")};
  const OpenSsl<BIO> key_text(BIO_new(BIO_s_mem()));
  const OpenSsl<BIO> text(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_X509(text.get(), made);
  Place(files.key, key_text.get());
  Place(files.cert, text.get());
  return files;
}

}  // namespace

CertificateAuthority::CertificateAuthority(std::filesystem::path folder, std::string name)
    : folder_(std::move(folder)), ca_(Make(folder_, {.name = std::move(name)}, true, nullptr)) {}

CertificateFiles CertificateAuthority::Issue(const CertificateRequest& request) const {
  return Make(folder_, request, false, &ca_);
}

CertificateFiles CertificateAuthority::SelfSigned(const CertificateRequest& request) const {
  return Make(folder_, request, false, nullptr);
}

void CertificateAuthority::Revoke(const std::filesystem::path& folder, int number,
                                  const std::vector<CertificateFiles>& revoked) const {
  const OpenSsl<X509> ca(ReadPem(ca_.cert, PEM_read_bio_X509));
  const OpenSsl<EVP_PKEY> key(ReadPem(ca_.key, PEM_read_bio_PrivateKey));
  const OpenSsl<X509_CRL> list(X509_CRL_new());
  X509_CRL_set_version(list.get(), 1);  // the second: v2
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(ca.get()));
  // A newer list counts when OpenSSL finds several.
  const OpenSsl<ASN1_TIME> from(X509_gmtime_adj(nullptr, -3600L + number));
  const OpenSsl<ASN1_TIME> until(X509_gmtime_adj(nullptr, 24 * 3600L));
  X509_CRL_set1_lastUpdate(list.get(), from.get());
  X509_CRL_set1_nextUpdate(list.get(), until.get());
  for (const CertificateFiles& files : revoked) {
    const OpenSsl<X509> certificate(ReadPem(files.cert, PEM_read_bio_X509));
    X509_REVOKED* const entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate.get()));
    X509_REVOKED_set_revocationDate(entry, from.get());
    X509_CRL_add0_revoked(list.get(), entry);  // takes it
  }
  X509_CRL_sort(list.get());
  if (X509_CRL_sign(list.get(), key.get(), EVP_sha256()) == 0) throw std::runtime_error("cannot sign the list");
  char name[24];
  std::snprintf(name, sizeof name, "%08lx.r%d",
                X509_NAME_hash_ex(X509_get_subject_name(ca.get()), nullptr, nullptr, nullptr), number);
  const OpenSsl<BIO> text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_CRL(text.get(), list.get());
  Place(folder / name, text.get());
}

std::shared_ptr<grpc::ChannelCredentials> CertificateAuthority::Credentials(const CertificateFiles& files) const {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = ReadFile(ca_.cert);
  if (!files.cert.empty()) {
    options.pem_cert_chain = ReadFile(files.cert);
    options.pem_private_key = ReadFile(files.key);
  }
  return grpc::SslCredentials(options);
}

}  // namespace jixiao::testing
