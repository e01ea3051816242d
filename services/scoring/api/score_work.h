// What scoring one item needs: the item, its card, and the bytes of both.
#pragma once

#include "common/rpc/wire.h"
#include "scoring/api/answer_writer.h"
#include "scoring/api/request_reader.h"

#include "jixiao/evaluation/v1/scorecard.pb.h"

#include <absl/status/status.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace jixiao::scoring {

// Move-only. The thread on which it ends keeps what it holds for its next item.
class ScoreWork {
 public:
  ScoreWork() : held_(Spare() != nullptr ? std::move(Spare()) : std::make_unique<Held>()) {}
  ScoreWork(ScoreWork&&) noexcept = default;
  ScoreWork& operator=(ScoreWork&&) = delete;
  ~ScoreWork() {
    // The memory that is kept is at most what was read: it is let go from time to time, so that hostile items of ever
    // other shapes do not add up.
    constexpr std::size_t kKept = 4 * 1024 * 1024;
    if (held_ != nullptr && held_->bytes_read < kKept) Spare() = std::move(held_);
  }

  const ScoreItem& item() const { return held_->item; }
  evaluation::v1::Scorecard& card() { return held_->card; }

  // Reads a v1::ScoreRequest or v1::ScoreBatchRequest; errors as rpc::Read.
  template <class Request>
  absl::Status Read(const grpc::ByteBuffer& buffer, bool (*read)(std::string_view bytes, ScoreItem& item)) {
    ASSIGN_OR_RETURN(const grpc::Slice slice, rpc::ToSlice(buffer));
    const std::string_view bytes = rpc::ViewOf(slice);
    held_->bytes_read += bytes.size();
    if (read(bytes, held_->item)) return absl::OkStatus();
    Request request;
    RETURN_IF_ERROR(rpc::Read(bytes, request));
    TakeItem(request, held_->item);
    return absl::OkStatus();
  }

  grpc::ByteBuffer ScoreResponse() { return rpc::ToBuffer(held_->writer.ScoreResponse(held_->card)); }
  grpc::ByteBuffer ScoreBatchResponse() {
    return rpc::ToBuffer(held_->writer.ScoreBatchResponse(held_->item.item_id, held_->card));
  }

 private:
  struct Held {
    ScoreItem item;
    evaluation::v1::Scorecard card;
    AnswerWriter writer;
    std::size_t bytes_read = 0;
  };

  static std::unique_ptr<Held>& Spare() {
    thread_local std::unique_ptr<Held> spare;
    return spare;
  }

  std::unique_ptr<Held> held_;
};

}  // namespace jixiao::scoring
