// A client of HTTP/2 that does what no client should: frames byte by byte.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jixiao::testing {

enum class FrameType : std::uint8_t {
  kData = 0,
  kHeaders = 1,
  kReset = 3,
  kSettings = 4,
  kPushPromise = 5,
  kPing = 6,
  kGoAway = 7,
  kWindowUpdate = 8,
  kContinuation = 9
};

inline constexpr std::uint8_t kEndStream = 0x1;
inline constexpr std::uint8_t kAcknowledged = 0x1;
inline constexpr std::uint8_t kEndHeaders = 0x4;

struct Frame {
  FrameType type = FrameType::kData;
  std::uint8_t flags = 0;
  std::uint32_t stream = 0;
  std::string payload;
};

std::string Encoded(const Frame& frame);
// A header block of literals that the peer does not index; the ones of a call of `path` first.
using Headers = std::vector<std::pair<std::string, std::string>>;
std::string HeaderBlock(const Headers& headers);
Headers CallHeaders(const std::string& path);
// A number of HPACK with `prefix` bits, under the bits of `first`.
std::string HpackNumber(std::uint8_t first, int prefix, std::size_t number);

class RawConnection {
 public:
  // Connects to 127.0.0.1; sends nothing.
  explicit RawConnection(int port);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  // Preface and settings, and the acknowledgement of the peer's once they have come.
  void Begin();
  // False once the peer has closed.
  bool Send(std::string_view bytes);
  bool Send(const Frame& frame) { return Send(Encoded(frame)); }
  // The next frame; nothing when none comes within `patience` or the peer has closed.
  std::optional<Frame> Next(std::chrono::milliseconds patience = std::chrono::seconds(2));
  // Reads on until the peer closes; false when it does not within `patience`.
  bool IsClosedWithin(std::chrono::milliseconds patience);
  // The payload of a GOAWAY that has been read.
  const std::optional<std::string>& goodbye() const { return goodbye_; }
  bool closed() const { return closed_; }

 private:
  bool Fill(std::size_t size, std::chrono::steady_clock::time_point end);

  int socket_ = -1;
  bool closed_ = false;
  std::string buffer_;
  std::optional<std::string> goodbye_;
};

}  // namespace jixiao::testing
