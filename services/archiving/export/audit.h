// Export for audit: one interface, and behind it whatever format an audit office takes.
#pragma once

#include "archiving/export/document.h"

#include <memory>
#include <string>

namespace jixiao::archiving::exporting {

// Text before the records, for each record, and after them.
class AuditFormat {
 public:
  virtual ~AuditFormat() = default;
  virtual std::string Begin() const = 0;
  virtual std::string Record(const Document& document) const = 0;
  virtual std::string End() const = 0;
};

// XML in the manner of GB/T 42940-2023 (财政预算管理软件审计数据接口). That standard has no chapter on self-evaluations
// that is known to us: the names of the elements are our own, in the standard's manner of Chinese element names, and
// unconfirmed. An office that names others gets an adapter of its own beside this one.
std::unique_ptr<AuditFormat> GbT42940Xml();

}  // namespace jixiao::archiving::exporting
