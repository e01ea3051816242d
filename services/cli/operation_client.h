// The servers as those who run them name them.
#pragma once

#include "cli/commands.h"
#include "common/rpc/channel.h"

#include "jixiao/operation/v1/operation_service.grpc.pb.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace jixiao::cli {

struct ServerName {
  std::string_view name;
  std::string_view title;     // in Chinese
  std::string_view variable;  // that holds its address
};

// In the order in which they are backed up: each later store then holds all that an earlier one speaks of.
inline constexpr std::array<ServerName, 3> kServerNames{{{"intake", "接收", "JIXIAO_INTAKE"},
                                                         {"scoring", "评分", "JIXIAO_SCORING"},
                                                         {"archiving", "归档", "JIXIAO_ARCHIVING"}}};

inline const std::string& AddressOf(const Global& global, std::string_view service) {
  return service == "intake" ? global.intake : service == "scoring" ? global.scoring : global.archiving;
}

inline std::unique_ptr<operation::v1::OperationService::Stub> Operation(const Global& global,
                                                                        std::string_view service) {
  return operation::v1::OperationService::NewStub(rpc::OpenChannel(AddressOf(global, service), global.security));
}

}  // namespace jixiao::cli
