// Metadata in the words of DA/T 46 (metadata of electronic records) and DA/T 48 (XML encapsulation), as far as they are
// known to us: names of elements are to be checked against the standards' text before a package is called conformant.
#include "archiving/export/bag.h"
#include "archiving/export/html.h"
#include "archiving/retention/policy.h"
#include "common/canonical.h"
#include "common/digest.h"
#include "common/text.h"
#include "common/time.h"

namespace jixiao::archiving::exporting {
namespace {

constexpr std::string_view kSchema = R"(<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="unqualified">
  <xs:annotation><xs:documentation xml:lang="zh">项目支出绩效自评归档包的元数据。元素名称取自 DA/T 46、DA/T 48，尚待对照标准原文核对。</xs:documentation></xs:annotation>
  <xs:element name="电子文件封装包">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="封装包格式描述" type="xs:string"/>
        <xs:element name="版本" type="xs:string"/>
        <xs:element name="被签名对象">
          <xs:complexType>
            <xs:sequence>
              <xs:element name="封装包类型" type="xs:string"/>
              <xs:element name="封装包类型描述" type="xs:string"/>
              <xs:element name="封装包创建时间" type="xs:dateTime"/>
              <xs:element name="封装内容">
                <xs:complexType>
                  <xs:sequence>
                    <xs:element name="文件实体块" type="文件实体块"/>
                    <xs:element name="机构人员实体块" type="机构人员实体块"/>
                    <xs:element name="业务实体块" type="业务实体块"/>
                  </xs:sequence>
                </xs:complexType>
              </xs:element>
            </xs:sequence>
          </xs:complexType>
        </xs:element>
      </xs:sequence>
    </xs:complexType>
  </xs:element>
  <xs:complexType name="文件实体块">
    <xs:sequence>
      <xs:element name="文件实体">
        <xs:complexType>
          <xs:sequence>
            <xs:element name="聚合层次" type="xs:string"/>
            <xs:element name="全宗号" type="xs:string" minOccurs="0"/>
            <xs:element name="档号" type="xs:string" minOccurs="0"/>
            <xs:element name="电子文件号" type="xs:string"/>
            <xs:element name="保管期限" type="xs:string" minOccurs="0"/>
            <xs:element name="题名" type="xs:string"/>
            <xs:element name="责任者" type="xs:string"/>
            <xs:element name="年度" type="xs:string" minOccurs="0"/>
            <xs:element name="日期" type="xs:dateTime"/>
            <xs:element name="文件数据" maxOccurs="unbounded">
              <xs:complexType>
                <xs:sequence>
                  <xs:element name="文档标识符" type="xs:string"/>
                  <xs:element name="格式名称" type="xs:string"/>
                  <xs:element name="计算机文件大小" type="xs:nonNegativeInteger"/>
                  <xs:element name="摘要算法" type="xs:string"/>
                  <xs:element name="摘要值" type="xs:string"/>
                </xs:sequence>
              </xs:complexType>
            </xs:element>
          </xs:sequence>
        </xs:complexType>
      </xs:element>
    </xs:sequence>
  </xs:complexType>
  <xs:complexType name="机构人员实体块">
    <xs:sequence>
      <xs:element name="机构人员实体" minOccurs="0" maxOccurs="unbounded">
        <xs:complexType>
          <xs:sequence>
            <xs:element name="机构人员类型" type="xs:string"/>
            <xs:element name="机构人员名称" type="xs:string"/>
            <xs:element name="组织机构代码" type="xs:string" minOccurs="0"/>
          </xs:sequence>
        </xs:complexType>
      </xs:element>
    </xs:sequence>
  </xs:complexType>
  <xs:complexType name="业务实体块">
    <xs:sequence>
      <xs:element name="业务实体" maxOccurs="unbounded">
        <xs:complexType>
          <xs:sequence>
            <xs:element name="业务行为" type="xs:string"/>
            <xs:element name="行为时间" type="xs:dateTime" minOccurs="0"/>
            <xs:element name="行为依据" type="xs:string"/>
          </xs:sequence>
        </xs:complexType>
      </xs:element>
    </xs:sequence>
  </xs:complexType>
</xs:schema>
)";

std::string Element(std::string_view name, std::string_view text) {
  return Cat("<", name, ">", EscapeXml(text), "</", name, ">\n");
}

std::string OptionalElement(std::string_view name, std::string_view text) {
  return text.empty() ? std::string() : Element(name, text);
}

std::string Organization(std::string_view type, const evaluation::v1::Organization& organization) {
  if (organization.name().empty() && organization.code().empty()) return {};
  return Cat("<机构人员实体>\n", Element("机构人员类型", type), Element("机构人员名称", organization.name()),
             OptionalElement("组织机构代码", organization.code()), "</机构人员实体>\n");
}

std::string Business(std::string_view action, std::string_view time, std::string_view ground) {
  return Cat("<业务实体>\n", Element("业务行为", action), OptionalElement("行为时间", time),
             Element("行为依据", ground), "</业务实体>\n");
}

// The fonds that the record was archived in, unless the export names one.
std::string Fonds(const Document& document, const BagOptions& options) {
  if (!options.fonds.empty()) return options.fonds;
  return document.retention ? document.retention->fonds() : std::string();
}

std::string Disposals(const Document& document) {
  std::string out;
  for (const v1::Erasure& erasure : document.record.erasures()) {
    v1::ArchiveEntry entry;
    if (!CanonicalDecode(erasure.entry().content(), entry).ok()) continue;
    std::string parts;
    for (const std::string& part : erasure.parts()) Append(parts, parts.empty() ? "" : " ", part);
    Append(out, Business("销毁", FormatUtc(ToMicros(entry.disposal().execution().time())),
                         Cat(RecordName(erasure.proof().index()), " ", entry.disposal().disposal(), "：", parts)));
  }
  return out;
}

}  // namespace

std::string_view MetadataSchema() {
  return kSchema;
}

std::string MetadataXml(const Document& document, const BagOptions& options) {
  const auto& form = document.form;
  const std::string time = FormatUtc(document.leaf.archive_time_micros());
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<电子文件封装包>\n";
  Append(out, Element("封装包格式描述", "BagIt 1.0（RFC 8493），元数据名称取自 DA/T 46、DA/T 48"), Element("版本", "1"),
         "<被签名对象>\n", Element("封装包类型", "原始型"), Element("封装包类型描述", "归档记录，附日志包含证明"),
         Element("封装包创建时间", time), "<封装内容>\n<文件实体块>\n<文件实体>\n", Element("聚合层次", "文件"),
         OptionalElement("全宗号", Fonds(document, options)),
         OptionalElement("档号", document.retention && !Fonds(document, options).empty()
                                     ? ArchivalCode(*document.retention, document.record.proof().index())
                                     : std::string()),
         Element("电子文件号", document.record.record().name()),
         OptionalElement("保管期限", document.retention ? document.retention->class_name() : std::string()),
         Element("题名", document.Part(kFormPart) == nullptr ? std::string("（已销毁）")
                         : form.project_name().empty()       ? form.title()
                                                             : form.project_name()),
         Element("责任者", form.implementing_unit().name()),
         OptionalElement("年度", form.fiscal_year() == 0 ? std::string() : Cat(form.fiscal_year())),
         Element("日期", time));
  for (const v1::RecordPart& part : document.record.parts())
    Append(out, "<文件数据>\n", Element("文档标识符", part.name()), Element("格式名称", part.media_type()),
           Element("计算机文件大小", Cat(part.content().size())), Element("摘要算法", "SHA-256"),
           Element("摘要值", DigestOf(part.content()).substr(7)), "</文件数据>\n");
  const auto& rules = document.card.rule_set();
  Append(out, "</文件实体>\n</文件实体块>\n<机构人员实体块>\n", Organization("实施单位", form.implementing_unit()),
         Organization("主管部门", form.competent_department()), "</机构人员实体块>\n<业务实体块>\n",
         Business("评分", "", Cat(rules.title(), " ", rules.id(), "@", rules.revision(), " ", rules.digest())),
         Business("归档", time, document.leaf.key()), Disposals(document),
         "</业务实体块>\n</封装内容>\n</被签名对象>\n</电子文件封装包>\n");
  return out;
}

}  // namespace jixiao::archiving::exporting
