#include "intake/import/radicals.h"

#include "common/text.h"
#include "intake/import/folding.h"

#include <algorithm>
#include <array>
#include <utility>

namespace jixiao::importing {
namespace {

// U+2F00 to U+2FD5, in order.
constexpr char32_t kFirst = 0x2F00;
constexpr std::u32string_view kKangxi =
    U"一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕"
    U"大女子宀寸小尢尸屮山巛工己巾干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日"
    U"曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿"
    U"目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行"
    U"衣襾見角言谷豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹雨靑非面革韋韭音"
    U"頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠";
static_assert(kKangxi.size() == 0x2FD6 - kFirst);

// Of U+2E80 to U+2EF3 those that are whole characters of the simplified script, by code.
constexpr std::array<std::pair<char32_t, char32_t>, 26> kSupplement = {{
    {0x2E9F, U'母'}, {0x2EA0, U'民'}, {0x2EC1, U'虎'}, {0x2EC4, U'西'}, {0x2EC5, U'见'}, {0x2EC6, U'角'},
    {0x2EC9, U'贝'}, {0x2ECB, U'车'}, {0x2ED3, U'长'}, {0x2ED4, U'门'}, {0x2ED8, U'青'}, {0x2ED9, U'韦'},
    {0x2EDA, U'页'}, {0x2EDB, U'风'}, {0x2EDC, U'飞'}, {0x2EDD, U'食'}, {0x2EE2, U'马'}, {0x2EE3, U'骨'},
    {0x2EE4, U'鬼'}, {0x2EE5, U'鱼'}, {0x2EE6, U'鸟'}, {0x2EE8, U'麦'}, {0x2EE9, U'黄'}, {0x2EEC, U'齐'},
    {0x2EEE, U'齿'}, {0x2EF0, U'龙'},
}};

char32_t PlainRadical(char32_t c) {
  if (c < 0x2E80 || c >= kFirst + kKangxi.size()) return c;
  if (c >= kFirst) return kKangxi[c - kFirst];
  const auto found = std::lower_bound(kSupplement.begin(), kSupplement.end(), std::pair(c, char32_t{0}));
  return found != kSupplement.end() && found->first == c ? found->second : c;
}

}  // namespace

std::string PlainRadicals(std::string text) {
  // Both blocks are E2 BA … E2 BF in UTF-8: a text without such bytes is left alone.
  bool any = false;
  for (std::size_t i = text.find('\xE2'); i != std::string::npos && !any; i = text.find('\xE2', i + 1))
    any = i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) >= 0xBA;
  if (!any) return text;
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view before = rest;
    const char32_t c = TakeUtf8(rest), plain = PlainRadical(c);
    if (plain == c)
      out += before.substr(0, before.size() - rest.size());
    else
      AppendUtf8(out, plain);
  }
  return out;
}

}  // namespace jixiao::importing
