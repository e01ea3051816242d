#include "intake/import/report.h"

#include "common/form.h"
#include "common/text.h"
#include "intake/import/folding.h"
#include "intake/import/vocabulary.h"

#include <algorithm>
#include <map>

namespace jixiao::importing {
namespace {

constexpr std::size_t kLongHeading = 40;  // characters
constexpr std::size_t kShortHeading = 26;

enum class Numbering { kNone, kStrong, kWeak };

bool IsNumeral(char32_t c) {
  return std::u32string_view(U"一二三四五六七八九十百").find(c) != std::u32string_view::npos;
}
bool IsDigit(char32_t c) {
  return (c >= '0' && c <= '9') || (c >= 0xFF10 && c <= 0xFF19);
}

// How a line is numbered, and how many bytes the number takes. Strong: 第一部分, 一、, （一）. Weak: 1. 1、 1） (1).
Numbering NumberingOf(std::string_view line, std::size_t& bytes) {
  const std::size_t all = line.size();
  bytes = 0;
  std::string_view rest = line;
  const auto take_run = [&](auto&& wanted) {
    std::size_t count = 0;
    while (!rest.empty()) {
      std::string_view probe = rest;
      if (!wanted(TakeUtf8(probe))) break;
      rest = probe;
      ++count;
    }
    return count;
  };
  const auto skip = [&](std::initializer_list<std::string_view> marks) {
    for (const std::string_view mark : marks)
      if (rest.starts_with(mark)) {
        rest.remove_prefix(mark.size());
        return true;
      }
    return false;
  };
  take_run([](char32_t c) { return c == ' ' || c == 0x3000 || c == '\t'; });
  if (skip({"第"})) {
    if (take_run([](char32_t c) { return IsNumeral(c) || IsDigit(c); }) == 0) return Numbering::kNone;
    if (!skip({"部分", "章", "节"})) return Numbering::kNone;
    bytes = all - rest.size();
    return Numbering::kStrong;
  }
  const bool bracket = skip({"（", "("});
  if (take_run(IsNumeral) > 0) {
    if (bracket ? !skip({"）", ")"}) : !skip({"、", "．", ".", "，"})) return Numbering::kNone;
    skip({"、"});
    bytes = all - rest.size();
    return Numbering::kStrong;
  }
  const std::size_t digits = take_run(IsDigit);
  if (digits == 0 || digits > 2) return Numbering::kNone;
  if (bracket ? !skip({"）", ")"}) : !skip({"、", "．", ".", "）", ")"})) return Numbering::kNone;
  // 1.5万元 is a number.
  if (!rest.empty()) {
    std::string_view probe = rest;
    if (IsDigit(TakeUtf8(probe)) && Utf8Length(rest) > 4 && !Contains(rest.substr(0, 16), "年")) {
      // 1.1项目概况 numbers a subsection
      std::string_view inner = rest;
      std::size_t more = 0;
      while (!inner.empty() && inner.front() >= '0' && inner.front() <= '9') inner.remove_prefix(1), ++more;
      if (inner.empty() || !IsHan(TakeUtf8(probe = inner)) || Contains(inner.substr(0, 9), "万") ||
          Contains(inner.substr(0, 6), "元") || more > 2)
        return Numbering::kNone;
    }
  }
  bytes = all - rest.size();
  return Numbering::kWeak;
}

std::string Trimmed(std::string_view text) {
  return CleanValue(text);
}

// The end of the first sentence, or of a lead-in such as （一）主要职能：, within `most` characters; npos otherwise.
std::size_t EndOfLead(std::string_view text, std::size_t most) {
  std::string_view rest = text;
  for (std::size_t count = 0; !rest.empty() && count <= most; ++count) {
    const char32_t c = TakeUtf8(rest);
    if (c == U'。' || c == U'：' || c == ':') return text.size() - rest.size();
  }
  return std::string_view::npos;
}

bool EndsSentence(std::string_view text) {
  for (const std::string_view mark : {"；", ";", "，", ",", "、"})
    if (text.ends_with(mark)) return true;
  return false;
}

std::string JoinRow(const std::vector<const Cell*>& row) {
  std::string out;
  for (const Cell* cell : row) {
    const std::string value = CleanValue(cell->text);
    if (!value.empty()) Append(out, out.empty() ? "" : "\t", value);
  }
  return out;
}

bool HasHan(std::string_view text) {
  while (!text.empty())
    if (IsHan(TakeUtf8(text))) return true;
  return false;
}

// Whether a line may be the first half of a title that goes on below it.
bool IsPartOfTitle(std::string_view line) {
  constexpr std::size_t kLongest = 40;
  return !line.empty() && Utf8Length(line) <= kLongest && line.find_first_of(" \t:|>/[]") == std::string_view::npos &&
         !ContainsAny(line, {"：", "　", "＞", "》", "»", "›", "【", "首页", "位置", "字体", "打印", "来源", "下载"});
}

// 名 称：某项目绩效自评报告, in the list of what a page has: it says the title, and is none.
bool IsTitleOfThePage(std::string_view line) {
  const std::size_t colon = std::min(line.find(':'), line.find("："));
  if (colon == std::string_view::npos || colon > 30) return false;
  const std::string label = Fold(line.substr(0, colon));
  return label == "名称" || label == "标题" || label == "题目" || label == "信息名称" || label == "文件名称";
}

}  // namespace

HeadingSplit SplitHeading(const Cell& paragraph) {
  HeadingSplit out;
  const std::string line = Trimmed(paragraph.text);
  if (line.empty()) return out;
  const std::size_t length = Utf8Length(line);
  std::size_t number = 0;
  const Numbering numbering = NumberingOf(line, number);
  if (paragraph.heading > 0 && length <= 80) {
    out.heading = line;
    return out;
  }
  const std::string_view body = std::string_view(line).substr(number);
  if (numbering == Numbering::kStrong) {
    if (length <= kLongHeading && !EndsSentence(line) &&
        (!Contains(body, "。") || body.find("。") + 3 == body.size())) {
      out.heading = line;
      return out;
    }
    const std::size_t end = EndOfLead(body, 30);
    if (end != std::string_view::npos) {
      out.heading = line.substr(0, number + end);
      out.text = Trimmed(std::string_view(line).substr(number + end));
      return out;
    }
  } else if (numbering == Numbering::kWeak && HasHan(body)) {  // 22.8 is a number
    if (length <= kShortHeading && !EndsSentence(line) &&
        (!Contains(body, "。") || body.find("。") + 3 == body.size())) {
      out.heading = line;
      return out;
    }
    const std::size_t end = EndOfLead(body, 14);
    if (end != std::string_view::npos && body.substr(0, end).ends_with("。")) {
      out.heading = line.substr(0, number + end);
      out.text = Trimmed(std::string_view(line).substr(number + end));
      return out;
    }
  }
  out.text = line;
  return out;
}

std::string Passage::Text() const {
  std::string out;
  for (const Item& item : items) {
    if (item.paragraph != nullptr)
      Append(out, item.paragraph->text, "\n");
    else
      Append(out, JoinRow(item.row), "\n");
  }
  return out;
}

bool Passage::IsReport() const {
  std::size_t headings = 0, characters = 0;
  for (const Item& item : items) {
    if (item.paragraph == nullptr) continue;
    characters += Utf8Length(item.paragraph->text);
    if (!SplitHeading(*item.paragraph).heading.empty()) ++headings;
    if (IsReportTitle(item.paragraph->text)) return true;
  }
  return (headings >= 2 && characters >= 60) || characters >= 300;
}

std::string Passage::Title() const {
  // Short lines before the first heading, up to the one that says that it is a report. What stands above it belongs to
  // it where it is a line of the same kind, broken in the middle; a page's navigation has blanks and colons.
  constexpr std::size_t kLines = 8;
  std::vector<std::string> above;
  for (const Item& item : items) {
    if (item.paragraph == nullptr || above.size() >= kLines) break;
    std::string line = CleanValue(item.paragraph->text);
    std::size_t number = 0;
    if (Contains(line, "。") || NumberingOf(line, number) == Numbering::kStrong) break;
    if ((line.starts_with("附件") && Utf8Length(line) <= 6) || IsTitleOfThePage(line)) continue;
    std::size_t first = above.size();
    while (first > 0 && IsPartOfTitle(above[first - 1])) --first;
    std::string title;
    for (std::size_t i = first; i < above.size(); ++i) title += above[i];
    if (Utf8Length(line) <= 60 && (IsReportTitle(line) || IsReportTitle(title + line))) return title + line;
    above.push_back(std::move(line));
  }
  return {};
}

void AddReport(const Passage& passage, Writer& writer) {
  SelfEvaluation& form = writer.form();
  const std::string title = passage.Title();
  std::string_view rest_of_title = title;
  int current = -1;
  const auto open = [&] {
    if (form.report_size() >= kMaxReportSections) return false;
    form.add_report();
    current = form.report_size() - 1;
    return true;
  };
  const auto add_text = [&](const std::string& text, const std::vector<const Cell*>& cells) {
    if (text.empty()) return;
    if (current < 0 && !open()) {
      for (const Cell* cell : cells) writer.ledger().Refuse(*cell, "报告的段落过多");
      return;
    }
    auto* section = form.mutable_report(current);
    if (section->text().size() + text.size() + 1 > kMaxSectionBytes ||
        form.ByteSizeLong() + text.size() > kMaxFormBytes * 3 / 4) {
      for (const Cell* cell : cells) writer.ledger().Refuse(*cell, "报告的文字过长");
      return;
    }
    Append(*section->mutable_text(), section->text().empty() ? "" : "\n", text);
    for (const Cell* cell : cells) writer.Note(Cat("report[", current, "].text"), *cell);
  };
  for (const Passage::Item& item : passage.items) {
    if (item.paragraph == nullptr) {
      std::vector<const Cell*> cells;
      for (const Cell* cell : item.row)
        if (!IsBlank(cell->text)) cells.push_back(cell);
      add_text(JoinRow(item.row), cells);
      continue;
    }
    const Cell& paragraph = *item.paragraph;
    const std::string line = CleanValue(paragraph.text);
    if (!rest_of_title.empty() && rest_of_title.starts_with(line)) {
      // The title heads the first section, or is the form's.
      rest_of_title.remove_prefix(line.size());
      if (!Contains(form.title(), line)) {
        if (rest_of_title.empty() && open()) {
          form.mutable_report(current)->set_heading(title);
          for (const Passage::Item& part : passage.items) {
            if (part.paragraph == nullptr) break;
            writer.Note(Cat("report[", current, "].heading"), *part.paragraph);
            if (part.paragraph == &paragraph) break;
          }
        }
      }
      continue;
    }
    const HeadingSplit split = SplitHeading(paragraph);
    if (!split.heading.empty()) {
      if (!open()) {
        writer.ledger().Refuse(paragraph, "报告的段落过多");
        continue;
      }
      form.mutable_report(current)->set_heading(split.heading);
      writer.Note(Cat("report[", current, "].heading"), paragraph);
    }
    if (!split.text.empty()) add_text(split.text, {&paragraph});
  }
}

namespace {

// "288.89" in "288.89万元"; the number before `unit`.
struct Amount {
  std::string figure;
  evaluation::v1::AmountUnit unit = evaluation::v1::AMOUNT_UNIT_UNSPECIFIED;
  std::size_t end = 0;
};

bool AmountAt(std::string_view text, std::size_t from, std::size_t within, Amount& out) {
  std::string_view rest = text.substr(std::min(from, text.size()));
  std::size_t characters = 0;
  while (!rest.empty() && characters < within) {
    const char c = rest.front();
    if (c >= '0' && c <= '9') {
      const std::size_t size = std::min(rest.find_first_not_of("0123456789.,"), rest.size());
      const std::string_view figure = rest.substr(0, size);
      const std::string_view behind = rest.substr(size);
      const bool wan = behind.starts_with("万元"), yuan = behind.starts_with("元");
      if (!wan && !yuan) return false;
      out.figure = figure;
      out.unit = wan ? evaluation::v1::AMOUNT_UNIT_TEN_THOUSAND_YUAN : evaluation::v1::AMOUNT_UNIT_YUAN;
      out.end = text.size() - rest.size() + size;
      return true;
    }
    const char32_t next = TakeUtf8(rest);
    if (next == U'。' || next == U'；' || next == U'，' || next == ',' || next == ';') return false;
    ++characters;
  }
  return false;
}

// The first amount that one of the phrases introduces within a few characters.
bool FindAmount(std::string_view text, std::initializer_list<std::string_view> phrases, Amount& out) {
  std::size_t best = std::string_view::npos;
  for (const std::string_view phrase : phrases)
    for (std::size_t at = text.find(phrase); at != std::string_view::npos; at = text.find(phrase, at + 1)) {
      Amount found;
      if (at < best && AmountAt(text, at + phrase.size(), 8, found)) {
        best = at;
        out = found;
        break;
      }
    }
  return best != std::string_view::npos;
}

constexpr std::string_view kUnitEndings[] = {"办事处", "委员会", "人民政府", "组织部", "宣传部", "局",   "厅",   "部",
                                             "委",     "办",     "院",       "中心",   "学校",   "大学", "中学", "小学",
                                             "站",     "队",     "所",       "馆",     "社",     "会",   "公司"};

bool LooksLikeUnit(std::string_view text) {
  return Utf8Length(text) >= 3 && Utf8Length(text) <= 40 &&
         std::any_of(std::begin(kUnitEndings), std::end(kUnitEndings),
                     [&](std::string_view end) { return text.ends_with(end); });
}

// A body that spends money and is hardly what money is spent for.
bool IsOffice(std::string_view text) {
  constexpr std::string_view kEndings[] = {"局", "厅", "委", "委员会", "政府", "办", "办公室", "中心"};
  return LooksLikeUnit(text) && std::any_of(std::begin(kEndings), std::end(kEndings),
                                            [&](std::string_view end) { return text.ends_with(end); });
}

// 2018年度整体, 2023年度项目, 某省财政支出项目: what is evaluated, and where, and no name.
bool NamesNoProject(std::string_view text) {
  constexpr std::string_view kGeneric[] = {"部门预算项目", "财政支出项目", "财政专项资金", "专项资金项目", "财政项目",
                                           "部门项目",     "预算项目",     "项目支出",     "部门预算",     "专项资金",
                                           "财政资金",     "财政支出",     "项目",         "部门",         "单位"};
  constexpr std::string_view kRegions[] = {"省", "市", "县", "区", "州", "盟", "旗", "镇", "乡"};
  constexpr std::size_t kLongestRegion = 9;  // characters
  // 机关整体, 部门整体: all of an office's expenditure.
  if (text.ends_with("整体")) return true;
  const auto generic =
      std::find_if(std::begin(kGeneric), std::end(kGeneric), [&](std::string_view end) { return text.ends_with(end); });
  if (generic == std::end(kGeneric)) return false;
  const std::string_view where = text.substr(0, text.size() - generic->size());
  return where.empty() || (Utf8Length(where) <= kLongestRegion &&
                           std::any_of(std::begin(kRegions), std::end(kRegions),
                                       [&](std::string_view end) { return where.ends_with(end); }));
}

// 2023年度, 2017年 in a title.
struct YearInTitle {
  std::size_t from = 0, to = 0;  // bytes; none where `to` is 0
  bool full = false;             // 年度
};

YearInTitle FirstYear(std::string_view text) {
  constexpr std::string_view kYear = "年";
  for (std::size_t at = text.find(kYear); at != std::string_view::npos; at = text.find(kYear, at + 1)) {
    std::size_t from = at;
    while (from > 0 && at - from < 4 && text[from - 1] >= '0' && text[from - 1] <= '9') --from;
    if (at - from != 4) continue;
    const bool full = text.substr(at).starts_with("年度");
    return {from, at + (full ? std::string_view("年度").size() : kYear.size()), full};
  }
  return {};
}

// What a title says before 绩效自评报告.
struct TitleParts {
  std::string unit;     // with its year before the project: 某县教育局2023年度
  std::string project;  // empty when nothing is left that names one
};

TitleParts PartsOfTitle(std::string text) {
  TitleParts parts;
  for (const std::string_view word : {"上报", "报送"})
    if (text.starts_with(word)) text.erase(0, word.size());
  if (const YearInTitle year = FirstYear(text); year.to > 0) {
    const std::string before = text.substr(0, year.from);
    const std::string behind = text.substr(year.to);
    // 第十届运动会, 农村敬老院 may be what the money was for.
    const bool unit = IsOffice(before) || (NamesNoProject(behind) && LooksLikeUnit(before));
    if (unit || (before.empty() && year.full)) {
      parts.unit = before;
      text = behind;
    } else if (behind.empty() && year.full) {
      text = before;
    }
  }
  for (bool cut = true; cut;) {
    cut = false;
    for (const std::string_view tail : {"的", "重点", "预算执行情况", "支出绩效", "绩效"})
      if (text.ends_with(tail)) text.resize(text.size() - tail.size()), cut = true;
  }
  if (NamesNoProject(text)) text.clear();
  parts.project = std::move(text);
  return parts;
}

void ReadTitle(const Passage& passage, const std::string& title, Writer& writer) {
  SelfEvaluation& form = writer.form();
  form.set_title(title);
  std::vector<const Cell*> cells;
  std::string_view rest = title;
  for (const Passage::Item& item : passage.items) {
    if (item.paragraph == nullptr || rest.empty()) break;
    const std::string line = CleanValue(item.paragraph->text);
    if (!rest.starts_with(line)) continue;
    rest.remove_prefix(line.size());
    cells.push_back(item.paragraph);
  }
  for (const Cell* cell : cells) writer.Note("title", *cell);
  if (cells.empty()) return;
  // 某单位关于某项目支出绩效评价报告
  std::string_view unit, subject = title;
  if (const std::size_t at = title.find("关于"); at != std::string::npos) {
    unit = std::string_view(title).substr(0, at);
    subject = std::string_view(title).substr(at + std::string_view("关于").size());
  }
  if (const std::string name = CleanWord(unit); LooksLikeUnit(name) && form.implementing_unit().name().empty()) {
    form.mutable_implementing_unit()->set_name(name);
    writer.Note("implementing_unit.name", *cells.front());
  }
  if (!form.project_name().empty()) return;
  for (const std::string_view tail : {"支出绩效", "绩效自评", "绩效评价", "自评", "资金绩效"}) {
    const std::size_t at = subject.find(tail);
    if (at == std::string_view::npos || at == 0) continue;
    const TitleParts parts = PartsOfTitle(CleanWord(subject.substr(0, at)));
    if (!parts.unit.empty() && form.implementing_unit().name().empty()) {
      form.mutable_implementing_unit()->set_name(parts.unit);
      writer.Note("implementing_unit.name", *cells.front());
    }
    if (parts.project.empty() || Utf8Length(parts.project) > 60 || Contains(parts.project, "部门整体")) break;
    form.set_project_name(parts.project);
    writer.Note("project_name", *cells.back());
    break;
  }
}

// A label of a report's cover, and what it stands for; kOther for any other word.
Role CoverRole(std::string_view text) {
  const std::string label = ReadLabel(text).key;
  for (const std::string_view name : {"项目名称", "评价项目名称", "自评项目名称", "专项名称"})
    if (label == name) return Role::kProjectName;
  for (const std::string_view name :
       {"项目单位", "实施单位", "项目实施单位", "项目承担单位", "单位名称", "项目单位名称"})
    if (label == name) return Role::kUnit;
  for (const std::string_view name : {"主管部门", "项目主管部门", "部门名称", "部门单位名称"})
    if (label == name) return Role::kDepartment;
  return Role::kOther;
}

// Label and value of a cover's line: 项目名称：电子口岸建设, 项目名称 电子口岸建设; both empty where it has none.
struct CoverLine {
  std::string label, value;
};

CoverLine SplitCover(const std::string& line) {
  const std::size_t colon = std::min(line.find(':'), line.find("："));
  if (colon != std::string::npos)
    return {line.substr(0, colon),
            CleanValue(line.substr(colon + (line[colon] == ':' ? 1 : std::string_view("：").size())))};
  const std::size_t blank = std::min({line.find(' '), line.find('\t'), line.find("　")});
  if (blank == std::string::npos) return {};
  CoverLine out = {line.substr(0, blank), CleanValue(line.substr(blank))};
  // 项目名称 某项目 实施单位 某局: a row of a form. 项目名称 的填写: a sentence.
  std::string_view rest = out.value;
  while (!rest.empty()) {
    const std::size_t end = std::min({rest.find(' '), rest.find('\t'), rest.find("　"), rest.size()});
    if (!ReadLabel(rest.substr(0, end)).roles.empty()) return {};
    rest.remove_prefix(
        std::min(rest.size(), end + (end < rest.size() && rest[end] != ' ' && rest[end] != '\t' ? 3 : 1)));
  }
  return out;
}

// 项目名称：电子口岸建设 and the like, each on a line of its own.
void ReadLabelledLines(const Passage& passage, Writer& writer) {
  constexpr std::size_t kLines = 30;
  SelfEvaluation& form = writer.form();
  std::size_t lines = 0;
  for (const Passage::Item& item : passage.items) {
    if (item.paragraph == nullptr || lines++ == kLines) return;
    const std::string line = CleanValue(item.paragraph->text);
    if (Utf8Length(line) > 60 || Contains(line, "。")) continue;
    const auto [label, value] = SplitCover(line);
    // Several labels on one line are FormReader's.
    const bool several = value.find(':') != std::string::npos || Contains(value, "：") || Contains(value, "　") ||
                         value.find("  ") != std::string::npos || value.find('\t') != std::string::npos;
    const bool date = YearIn(value) != 0 && Fold(value).ends_with("日");  // 项目单位, and below it the date
    if (value.empty() || several || date) continue;
    const Role role = CoverRole(label);
    if (role == Role::kProjectName)
      writer.Set("project_name", form.mutable_project_name(), value, *item.paragraph);
    else if (role == Role::kUnit)
      writer.Set("implementing_unit.name", form.mutable_implementing_unit()->mutable_name(), value, *item.paragraph);
    else if (role == Role::kDepartment)
      writer.Set("competent_department.name", form.mutable_competent_department()->mutable_name(), value,
                 *item.paragraph);
  }
}

// “基层党建综合事务经费项目”（以下简称项目）
void ReadQuotedName(const Passage& passage, Writer& writer) {
  for (const Passage::Item& item : passage.items) {
    if (item.paragraph == nullptr) continue;
    const std::string& text = item.paragraph->text;
    for (const std::string_view mark : {"（以下简称", "(以下简称"}) {
      const std::size_t at = text.find(mark);
      if (at == std::string::npos) continue;
      const std::string_view tail = std::string_view(text).substr(at, 60);
      if (!Contains(tail, "项目")) continue;
      const std::string_view before = std::string_view(text).substr(0, at);
      if (!before.ends_with("”") && !before.ends_with("》")) continue;
      const std::size_t open = before.rfind(before.ends_with("”") ? "“" : "《");
      if (open == std::string_view::npos) continue;
      const std::string name = CleanValue(before.substr(open + 3, before.size() - open - 6));
      if (name.empty() || Utf8Length(name) > 60) continue;
      writer.Set("project_name", writer.form().mutable_project_name(), name, *item.paragraph);
      return;
    }
  }
}

// The year that most of 2021年度 (and, with less weight, 2021年) name, when no other comes near it.
void ReadYear(const Passage& passage, Writer& writer) {
  std::map<int, std::pair<int, const Cell*>> votes;
  for (const Passage::Item& item : passage.items) {
    if (item.paragraph == nullptr) continue;
    const std::string folded = Fold(item.paragraph->text);
    for (std::size_t at = folded.find("年"); at != std::string::npos; at = folded.find("年", at + 1)) {
      if (at < 4 || folded.find_first_not_of("0123456789", at - 4) != at) continue;
      const int year = YearIn(std::string_view(folded).substr(at - 4, 7));
      if (year == 0) continue;
      auto& [count, cell] = votes[year];
      count += std::string_view(folded).substr(at).starts_with("年度") ? 3 : 1;
      if (cell == nullptr) cell = item.paragraph;
    }
  }
  int best = 0, second = 0, year = 0;
  const Cell* cell = nullptr;
  for (const auto& [candidate, vote] : votes) {
    if (vote.first > best) {
      second = best;
      best = vote.first;
      year = candidate;
      cell = vote.second;
    } else {
      second = std::max(second, vote.first);
    }
  }
  if (cell == nullptr || best < 2 || best < second * 2) return;
  writer.form().set_fiscal_year(year);
  writer.Note("fiscal_year", *cell);
}

// One paragraph that states budget and expenditure side by side.
void ReadAmounts(const Passage& passage, Writer& writer) {
  for (const Passage::Item& item : passage.items) {
    if (item.paragraph == nullptr) continue;
    const std::string text = Fold(item.paragraph->text);
    if (Contains(text, "三级指标")) continue;  // a form whose cells run into one another
    Amount budget, executed;
    if (!FindAmount(text,
                    {"全年预算数", "预算合计金额", "预算数", "预算金额", "预算资金", "年度预算", "项目预算", "预算总额",
                     "预算安排"},
                    budget) ||
        !FindAmount(text,
                    {"全年执行数", "决算合计金额", "执行数", "决算金额", "实际支出", "支出约", "已支出", "执行金额",
                     "实际支付", "支出"},
                    executed) ||
        budget.unit != executed.unit)
      continue;
    auto* line = writer.form().add_funds();
    line->set_full_year_budget(budget.figure);
    line->set_executed(executed.figure);
    writer.form().set_amount_unit(budget.unit);
    for (const std::string_view path : {"amount_unit", "funds[0].full_year_budget", "funds[0].executed"})
      writer.Note(std::string(path), *item.paragraph);
    return;
  }
}

}  // namespace

void ReadReportHead(const Passage& passage, Writer& writer) {
  const std::string title = passage.Title();
  ReadLabelledLines(passage, writer);
  if (!title.empty()) {
    ReadTitle(passage, title, writer);
    if (const int year = YearIn(title); year != 0) {
      writer.form().set_fiscal_year(year);
      for (const Passage::Item& item : passage.items)
        if (item.paragraph != nullptr && Contains(title, CleanValue(item.paragraph->text)) &&
            YearIn(item.paragraph->text) == year) {
          writer.Note("fiscal_year", *item.paragraph);
          break;
        }
    }
  }
  if (writer.form().project_name().empty()) ReadQuotedName(passage, writer);
  if (writer.form().fiscal_year() == 0) ReadYear(passage, writer);
  ReadAmounts(passage, writer);
}

}  // namespace jixiao::importing
