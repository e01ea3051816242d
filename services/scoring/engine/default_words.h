// Words of the checks that a rule set need not name: what one means by naming none. Rule sets that were published
// before these lists were data named none of them and go on to mean these, so no word may ever change here; what a
// finance bureau wants otherwise, its rule set says.
#pragma once

#include <string_view>

namespace jixiao::scoring::default_words {

// Between a role and its amount: 预算安排资金共计112万元.
inline constexpr std::string_view kConnecting[] = {
    "合计", "共计", "总计", "总额", "金额", "资金", "人民币", "达到", "调整后", "为", "是", "约", "近", "共",
    "计",   "数",   "达",   "了",   "即",   "有",   "的",     ":",    "(",      ")",  "A",  "B",  " "};

// Say nothing about which part of the money is meant.
inline constexpr std::string_view kGeneric[] = {
    "本项目", "该项目", "本单位", "我单位", "本部门", "我部门", "调整后", "财政拨款", "全年", "本年", "年度", "当年",
    "年初",   "年末",   "年底",   "截至",   "截止",   "以前",   "之前",   "资金",     "经费", "专项", "工作", "财政",
    "预算",   "决算",   "执行",   "支出",   "合计",   "共计",   "总计",   "总额",     "累计", "实际", "安排", "下达",
    "批复",   "批准",   "核定",   "拨付",   "到位",   "使用",   "完成",   "全部",     "金额", "数额", "我局", "我办",
    "我委",   "其中",   "已于",   "年",     "月",     "日",     "度",     "底",       "末",   "前",   "共",   "总",
    "计",     "已",     "于",     "由",     "在",     "到",     "为",     "是",       "约",   "了",   "的",   "数",
    "中",     "并",     "均",     "本",     "该",     "其",     "全",     "各项",     "·",    "“",    "”",    "\"",
    "(",      ")",      " ",      ";",      ",",      "、",     ":",      "-",        "."};

// Money before 执行率: 政策执行率 is another thing.
inline constexpr std::string_view kRateMoney[] = {"预算", "资金", "经费", "财政", "支出"};

// What is left of the money, or compares it: no part of a list.
inline constexpr std::string_view kRests[] = {"结余", "结转", "剩余",   "未支付", "尚未",
                                              "节约", "缺口", "比上年", "同比"};

// Introduce what was spent, item by item.
inline constexpr std::string_view kListIntros[] = {
    "使用情况:", "支出明细:", "使用明细:", "支出情况:", "开支情况:", "具体支出:", "资金使用:", "开支明细:"};

// Answers of a section that finds no problem, behind which nothing else is expected.
inline constexpr std::string_view kNoProblems[] = {"未发现", "不存在", "没有", "暂无",
                                                   "无存在", "无明显", "均无", "无问题"};

// Headings that ask for anything but problems: 其他需要说明的问题.
inline constexpr std::string_view kOtherHeadings[] = {"说明的问题"};

// What an amount is for stands between these: 发放 慰问 金.
inline constexpr std::string_view kPurposeVerbs[] = {"下拨", "发放", "拨付", "支付", "支出", "投入", "安排",
                                                     "使用", "完成", "共计", "合计", "用于", "共",   "了"};
inline constexpr std::string_view kPurposeNouns[] = {"经费", "资金", "费用", "金额", "共计", "合计", "支出",
                                                     "金",   "款",   "费",   "共",   "约",   "为",   "了"};
// Purposes that say too little.
inline constexpr std::string_view kVaguePurposes[] = {"项目", "工作", "活动", "专项", "全年",
                                                      "补助", "实际", "财政", "本级"};

// Money that is the result itself, no amount spent.
inline constexpr std::string_view kResultNames[] = {"收入", "产值", "贷款",   "税收", "募集",   "引资",
                                                    "融资", "销售", "投资额", "合同", "到位率", "增收",
                                                    "利润", "节约", "追回",   "追缴", "清收"};

// Costs that may well be "at least".
inline constexpr std::string_view kFloorNames[] = {"节约", "节省", "降低", "下降", "压减", "减少", "标准",
                                                   "补助", "补贴", "工资", "待遇", "收入", "投入", "配套"};

// A number in words counts one of these: 每月一次, 六项清单. 统一, 一般 and 进一步 count nothing.
inline constexpr std::string_view kNumerals[] = {"一", "二", "两", "三", "四", "五", "六", "七",
                                                 "八", "九", "十", "百", "千", "万", "半", "零"};
inline constexpr std::string_view kCounted[] = {"次", "个", "项", "人", "名", "户", "件", "场", "期", "批", "份",
                                                "家", "篇", "套", "条", "天", "月", "年", "季", "周", "日", "万",
                                                "元", "成", "轮", "届", "处", "所", "支", "部", "台", "辆", "村"};

// A span or point of time without figures.
inline constexpr std::string_view kTimes[] = {
    "全年", "年内", "年底", "年末", "当年", "当月", "当日", "每年", "每月", "每周",   "每日",   "每季",   "按月",
    "按季", "按周", "按年", "按日", "逐月", "月底", "季度", "次月", "次年", "上半年", "下半年", "本年度", "年度内"};

// The budget or a standard as the bound: 控制在预算内, 不高于市场价.
inline constexpr std::string_view kBounds[] = {"预算内", "预算范围", "预算中", "预算数内", "预算以内", "不超预算",
                                               "不超过", "不超出",   "不高于", "不低于",   "不少于",   "不多于",
                                               "不大于", "不小于",   "以内",   "以上",     "全覆盖",   "零"};

// The year is there only to be compared with: 较2020年增长5%.
inline constexpr std::string_view kBaselines[] = {"较", "比", "同比", "环比", "基数", "以来", "起"};

// The year is that of a deadline or a period.
inline constexpr std::string_view kDeadlines[] = {"前", "底", "全年", "内"};

// Ends of a form's title in the place of the project's name.
inline constexpr std::string_view kFormTitles[] = {"自评表", "自评报告",   "评价报告",
                                                   "目标表", "目标申报表", "自评情况"};

// Say of a goal no more than that it was reached.
inline constexpr std::string_view kDone[] = {"已完成",       "完成",           "全部完成",   "已全部完成",
                                             "完成年度目标", "已完成年度目标", "完成目标",   "完成年度总体目标",
                                             "完成预期目标", "已完成预期目标", "按计划完成", "按要求完成",
                                             "按时完成",     "同预期目标",     "同左",       "与预期目标一致"};

// A count that has to do with satisfaction.
inline constexpr std::string_view kSatisfactionNames[] = {"满意", "投诉", "好评", "差评", "评价", "认可",
                                                          "意见", "信访", "上访", "表扬", "锦旗", "测评",
                                                          "问卷", "调查", "反映", "反馈", "回访"};

// What was to be done is not done yet.
inline constexpr std::string_view kNotDone[] = {"未完成", "未实施", "未开展", "未开工", "未启动", "未建成",
                                                "未竣工", "未验收", "未执行", "在建",   "建设中", "施工中",
                                                "进行中", "实施中", "推进中", "办理中", "招标中", "采购中"};

// All of the money is spent.
inline constexpr std::string_view kAllSpent[] = {"全部拨付", "全面拨付", "全额拨付", "全部支付", "全额支付",
                                                 "全部使用", "全部支出", "全部执行", "拨付完毕", "支付完毕",
                                                 "使用完毕", "支出完毕", "执行完毕"};

}  // namespace jixiao::scoring::default_words
