// What a package holds beside the proven parts of a record: the same once more for other programs and for people.
#pragma once

#include "archiving/export/package.h"

#include "jixiao/archiving/v1/archiving_service.pb.h"

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace jixiao::archiving::exporting {

// All files that belong to a record in `folder` which was read from there, whether the package has them or not.
std::vector<std::string> FilesOf(const v1::GetRecordResponse& record, const std::string& folder);

// How the files for people of a package can be checked: they are written once more and compared, which only the program
// that wrote them can do to the byte.
struct Rendering {
  bool comparable = false;  // bag-info.txt names this program's rendering
  std::string fonds;        // 全宗号 that the export was given
};
Rendering RenderingOf(std::string_view bag_info);

// Every derived file of `record`, which must have been verified, that says other than its parts, in Chinese, each with
// its name. Rule sets in `compared` are left out, and this one's joins them. A form.pdf is not looked at: its bytes
// depend on the fonts of the machine that wrote it.
std::vector<std::string> DerivedFaults(const PackageReader& package, const v1::GetRecordResponse& record,
                                       const std::string& folder, const Rendering& rendering,
                                       std::unordered_set<std::string>& compared);

}  // namespace jixiao::archiving::exporting
