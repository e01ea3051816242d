#include "intake/api/import_handler.h"

#include "common/rpc/unary.h"
#include "common/text.h"
#include "intake/import/converter.h"
#include "intake/import/import.h"

#include "jixiao/intake/v1/import.pb.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

namespace jixiao::intake {
namespace {

using ImportCall = rpc::UnaryCall<v1::ImportDocumentRequest, v1::ImportDocumentResponse>;

constexpr std::size_t kMaxContent = 16u << 20;
constexpr std::size_t kMaxName = 1024;
constexpr std::chrono::seconds kConversion{60};

// A server reads for many: each document may take less than one on someone's own machine.
importing::Limits ServerLimits() {
  importing::Limits limits;
  limits.file_bytes = kMaxContent;
  limits.zip_total_bytes = 96u << 20;
  limits.zip_part_bytes = 32u << 20;  // some 200 MiB while it is read
  limits.xml_elements = 2'000'000;
  limits.cells = 300'000;
  limits.conversion = kConversion;
  return limits;
}

bool IsRegion(std::string_view code) {
  return code.empty() ||
         ((code.size() == 6 || code.size() == 9) && code.find_first_not_of("0123456789") == std::string_view::npos);
}

absl::Status Validate(const v1::ImportDocumentRequest& request) {
  std::vector<FieldViolation> faults;
  if (request.file_name().empty() || request.file_name().size() > kMaxName)
    faults.push_back({"file_name", Cat("1 to ", kMaxName, " bytes: its extension tells the format")});
  if (request.content().empty()) faults.push_back({"content", "is required"});
  if (!IsRegion(request.region_code())) faults.push_back({"region_code", "6 or 9 digits, or empty"});
  if (request.fiscal_year() != 0 && (request.fiscal_year() < 2000 || request.fiscal_year() > 2100))
    faults.push_back({"fiscal_year", "from 2000 to 2100, or 0"});
  if (!faults.empty()) return InvalidFields("IMPORT_INVALID", "the document cannot be read so", faults);
  if (request.content().size() > kMaxContent)
    return InvalidField("DOCUMENT_TOO_LARGE", "content", Cat("文件超过 ", kMaxContent >> 20, " MiB"));
  return absl::OkStatus();
}

absl::Status Read(ImportCall& call, const grpc::CallbackServerContext& context) {
  const auto left = call.context().deadline - std::chrono::system_clock::now();
  if (left <= left.zero()) return absl::DeadlineExceededError("it waited too long");
  importing::Limits limits = ServerLimits();
  // Until the deadline, less what reading and answering take.
  limits.conversion = std::clamp(std::chrono::duration_cast<std::chrono::seconds>(left) - std::chrono::seconds(1),
                                 std::chrono::seconds(1), kConversion);
  limits.cancelled = [&context] { return context.IsCancelled(); };
  const v1::ImportDocumentRequest& request = call.request();
  ASSIGN_OR_RETURN(*call.response().mutable_document(),
                   importing::Import(request.content(), request.file_name(),
                                     {request.region_code(), request.fiscal_year()}, limits));
  return absl::OkStatus();
}

}  // namespace

ImportHandler::ImportHandler(rpc::ServerState& state) : state_(state), converters_(1, 8), readers_(2, 32) {
  importing::RemoveLeftovers();
}

grpc::ServerUnaryReactor* ImportHandler::Serve(grpc::CallbackServerContext& context, const grpc::ByteBuffer& in,
                                               grpc::ByteBuffer& out) {
  const auto start = [this, &context](ImportCall call) {
    if (absl::Status status = Validate(call.request()); !status.ok()) return call.Finish(status);
    auto shared = std::make_shared<ImportCall>(std::move(call));
    const bool taken = readers_.Post([this, shared, &context] {
      const importing::Format format = importing::FormatOf(shared->request().content(), shared->request().file_name());
      if (!importing::NeedsConversion(format)) return shared->Finish(Read(*shared, context));
      if (!converters_.Post([shared, &context] { shared->Finish(Read(*shared, context)); }))
        shared->Finish(rpc::ServerFull());
    });
    if (!taken) shared->Finish(rpc::ServerFull());
  };
  return rpc::Serve<v1::ImportDocumentRequest, v1::ImportDocumentResponse>(method_, &context, &in, &out, state_, start);
}

}  // namespace jixiao::intake
