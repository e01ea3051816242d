// Messages of provincial platforms in files.
#pragma once

#include "intake/import/recogniser.h"

#include "jixiao/intake/v1/import.pb.h"

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace jixiao::cli {

// The messages in a file's bytes: one object, an array, or one a line. What a form has no place for is `unread`.
// INVALID_ARGUMENT as of exchange::FromPlatform, with the number of the message in the paths of a file that holds
// several.
absl::StatusOr<intake::v1::ImportedDocument> ReadMessages(std::string_view bytes, const std::string& name,
                                                          const importing::Hints& hints);

}  // namespace jixiao::cli
