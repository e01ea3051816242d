// BackupStore: a copy of the database, made beside it and sent piece by piece.
#pragma once

#include "common/operation/operation_service.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <string>

namespace jixiao::operation {

// Removes the copy that a process which was killed has left beside `store`.
void RemoveLeftovers(const std::string& store);

// All arguments outlive the stream.
grpc::ServerWriteReactor<grpc::ByteBuffer>* StartBackup(const grpc::CallbackServerContext& context,
                                                        const grpc::ByteBuffer& in, const Facts& facts,
                                                        WorkerPool& pool, rpc::ServerState& state,
                                                        const rpc::Method& method);

}  // namespace jixiao::operation
