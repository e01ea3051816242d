// The canonical encoding: what digests and archives are taken over.
//
// Protobuf and JSON bytes change between versions, languages and runs; this encoding does not. It names its fields, so
// a renumbered schema reads the same, and length-delimits everything, so no two messages share bytes.
//
//   document  = "jixiao-canonical-v1\n" string(full message name) message
//   message   = for each field that is set, in ascending byte order of its name: string(name) value; then u32(0)
//   value     = 's' string | 'b' string | 'i' i64 | 't' u8 | 'e' string(name of the enum value) | 'm' message
//             | 'l' u32(count) value* | 'd' u32(count) (string(key) value)*   in ascending byte order of the keys
//   string(x) = u32(length in bytes) bytes;  u32, i64: big-endian
//
// Fields with default values (empty strings, zeros, empty lists) are not set, except inside a list or map.
// Floating-point fields and unknown fields cannot be encoded. tests/data/canonical holds the published test vectors.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <google/protobuf/message.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace jixiao {

// The media type of such documents.
inline constexpr std::string_view kCanonicalMediaType = "application/vnd.jixiao.canonical";

// Encodes `message`. INVALID_ARGUMENT (UNKNOWN_FIELD) when it carries fields this build does not know: they would be
// lost.
absl::StatusOr<std::string> CanonicalEncode(const google::protobuf::Message& message);

// Decodes a document into `message`, whose type must be the document's. DATA_LOSS when the bytes are not exactly what
// CanonicalEncode writes.
absl::Status CanonicalDecode(std::string_view document, google::protobuf::Message& message);

// Decodes only these fields of the message itself and passes over the others, which may be damaged unseen: for what was
// judged before. DATA_LOSS when it cannot be read.
absl::Status CanonicalDecodeFields(std::string_view document, std::initializer_list<std::string_view> fields,
                                   google::protobuf::Message& message);

// "sha256:" and the lower-case hexadecimal SHA-256 of the canonical encoding.
absl::StatusOr<std::string> CanonicalDigest(const google::protobuf::Message& message);

}  // namespace jixiao
