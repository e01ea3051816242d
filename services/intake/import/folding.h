// Texts of cells made comparable, and values made presentable.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jixiao::importing {

// For comparing labels: full-width forms folded, all blanks and line breaks removed, traditional characters of the
// forms' words simplified, pinyin in brackets dropped.
std::string Fold(std::string_view text);

// A value as it goes into the form: every line trimmed, soft line breaks joined (without a blank between Chinese
// characters), breaks kept before enumerations and after full stops.
std::string CleanValue(std::string_view text);

// The same for words on labels (row names, indicator levels): blanks inside of Chinese words go too.
std::string CleanWord(std::string_view text);

bool IsBlank(std::string_view text);

// Whether `text` is a figure as amounts, weights, scores and rates are written: 16.2, 1,437, 87%, 620.82万元, 10分, -,
// /.
bool IsFigure(std::string_view text);
// The same without marks for "nothing" (-, /, 无).
bool IsNumber(std::string_view text);
// 个, %, 万元: a unit by itself, as it stands behind a figure.
bool IsMeasure(std::string_view text);
// Whether it is a mark for "nothing": -, —, /, 无, 空.
bool IsNothing(std::string_view text);

// The first year of the century that `text` states as 2021年 (or 2021年度, 二〇二一年); 0 when there is none.
int YearIn(std::string_view text);

bool Contains(std::string_view text, std::string_view part);
bool ContainsAny(std::string_view text, std::initializer_list<std::string_view> parts);

// Characters of `text`.
std::vector<char32_t> Characters(std::string_view text);
void AppendUtf8(std::string& out, char32_t c);
bool IsHan(char32_t c);

}  // namespace jixiao::importing
