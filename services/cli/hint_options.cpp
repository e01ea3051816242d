#include "cli/hint_options.h"

namespace jixiao::cli {

void AddHints(CLI::App& command, importing::Hints& hints) {
  command.add_option("--region", hints.region_code, "财政区划代码，写入没有写明区划的表")
      ->check([](const std::string& code) {
        const bool digits = code.find_first_not_of("0123456789") == std::string::npos;
        return digits && (code.size() == 6 || code.size() == 9) ? std::string()
                                                                : std::string("区划代码为 6 位或 9 位数字");
      });
  command.add_option("--year", hints.fiscal_year, "年度，写入没有写明年度的表")->check(CLI::Range(2000, 2100));
}

}  // namespace jixiao::cli
