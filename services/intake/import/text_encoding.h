// Bytes of a plain text to UTF-8.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace jixiao::importing {

// UTF-8 and UTF-16 by their byte order mark, UTF-8 when the bytes are well-formed, GB18030 (and so GBK and GB2312)
// otherwise; line ends become \n. INVALID_ARGUMENT (DOCUMENT_UNREADABLE) when the bytes are no text.
absl::StatusOr<std::string> DecodeText(std::string_view bytes);

}  // namespace jixiao::importing
