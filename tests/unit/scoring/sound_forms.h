// Forms without any fault: no check finds anything on them.
#pragma once

#include "checks_support.h"

namespace jixiao::scoring::support {

// The national form of 2020 with weights. 9.5 + 20 + 15 + 10 + 5 + 27 + 9.79 = 96.29.
inline SelfEvaluation National() {
  SelfEvaluation form = FormWith({
      {"≥8000人", "8094人", "20", "20", "产出指标(50分)", "数量指标", "培训人数"},
      {"≥95%", "96%", "15", "15", "产出指标(50分)", "质量指标", "培训合格率"},
      {"2021年12月底前", "2021年12月", "10", "10", "产出指标(50分)", "时效指标", "完成时间"},
      {"≤100万元", "95万元", "5", "5", "产出指标(50分)", "成本指标", "培训成本"},
      {"素质显著提升", "达成年度指标", "30", "27", "效益指标(30分)", "社会效益指标", "党员素质", "",
       "个别支部参与不足，已督促整改"},
      {"≥95%", "93%", "10", "9.79", "满意度指标(10分)", "服务对象满意度指标", "学员满意度", "",
       "场地较远，下年改在村部"},
  });
  AddFund(form, Fund("年度资金总额", "100", "100", "95", "10", "95%", "9.5"));
  AddFund(form, Fund("其中：当年财政拨款", "80", "80", "76", "", "95%"));
  AddFund(form, Fund("上年结转资金", "10", "10", "10"));
  AddFund(form, Fund("其他资金", "10", "10", "9"));
  form.set_expected_goal("分领域培训党员八千人");
  form.set_actual_goal("全年培训党员8094人，考核合格率96%");
  form.set_total_weight("100");
  form.set_total_score("96.29");
  form.set_grade("优");
  return form;
}

// A transfer-payment form: completions, no points.
inline SelfEvaluation Transfer() {
  SelfEvaluation form = FormWith({
      {"≥3公里", "3.2公里", "", "", "产出指标", "数量指标", "新建道路", "100%"},
      {"100%", "100%", "", "", "产出指标", "质量指标", "验收合格率", "100%"},
      {"2021年11月底前", "2021年10月", "", "", "产出指标", "时效指标", "完工时间", "100%"},
      {"30万元", "26.23万元", "", "", "产出指标", "成本指标", "每公里成本", "87%", "招标节余"},
      {"≥1200人", "1180人", "", "", "效益指标", "社会效益指标", "受益人口", "98.33%", "两户外迁"},
      {"≥90%", "95%", "", "", "满意度指标", "服务对象满意度指标", "群众满意度", "100%"},
  });
  form.set_kind(evaluation::v1::FORM_KIND_TRANSFER_PAYMENT);
  AddFund(form, Fund("年度资金总额：", "", "808.1", "692.98", "", "86%"));
  AddFund(form, Fund("其中：中央财政资金", "", "600", "484.88", "", "81%"));
  AddFund(form, Fund("地方资金", "", "208.1", "208.1", "", "100%"));
  AddFund(form, Fund("其他资金", "", "", ""));
  form.set_expected_goal("新建村道三公里");
  form.set_actual_goal("完成村道3.2公里并通过验收");
  return form;
}

// Sichuan: operator, value and unit from columns of their own; four times 22.5.
inline SelfEvaluation Sichuan() {
  SelfEvaluation form = FormWith({
      {"≥ 12 次", "12", "22.5", "22.5", "产出指标", "数量指标", "巡查次数"},
      {"= 100 %", "100", "22.5", "22.5", "产出指标", "质量指标", "问题整改率"},
      {"≤ 30 万元", "29.6", "22.5", "22.5", "成本指标", "经济成本指标", "巡查成本"},
      {"≥ 95 %", "95", "22.5", "22.5", "满意度指标", "服务对象满意度指标", "满意度"},
  });
  AddFund(form, Fund("总额", "30", "30", "29.6", "10", "98.67%", "9.87"));
  AddFund(form, Fund("其中:财政资金", "30", "30", "29.6", "", "98.67%"));
  AddFund(form, Fund("财政专户管理资金", "", "", ""));
  AddFund(form, Fund("单位资金", "", "", ""));
  form.set_total_weight("100");
  form.set_total_score("99.87");
  return form;
}

// A project that had no money this year.
inline SelfEvaluation WithoutMoney() {
  SelfEvaluation form = FormWith({
      {"≥2次", "2次", "60", "60"},
      {"≥90%", "92%", "30", "30", "效益指标", "社会效益指标"},
  });
  AddFund(form, Fund("年度资金总额", "0", "0", "0", "10", "0.00%", "10"));
  AddFund(form, Fund("其中：当年财政拨款", "0", "0", "0", "", "0"));
  AddFund(form, Fund("其他资金", "0", "0", "0", "", "-"));
  form.set_total_score("100");
  return form;
}

}  // namespace jixiao::scoring::support
