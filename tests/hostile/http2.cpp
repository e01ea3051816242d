#include "hostile/http2.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace jixiao::testing {
namespace {

constexpr std::size_t kFrameHeader = 9;

std::string Literal(std::string_view text) {
  return HpackNumber(0, 7, text.size()) + std::string(text);
}

}  // namespace

std::string HpackNumber(std::uint8_t first, int prefix, std::size_t number) {
  const std::size_t most = (std::size_t{1} << prefix) - 1;
  std::string out;
  if (number < most) {
    out.push_back(static_cast<char>(first | number));
    return out;
  }
  out.push_back(static_cast<char>(first | most));
  for (number -= most; number >= 128; number >>= 7) out.push_back(static_cast<char>(0x80 | (number & 0x7f)));
  out.push_back(static_cast<char>(number));
  return out;
}

std::string HeaderBlock(const Headers& headers) {
  std::string block;
  for (const auto& [name, value] : headers) block += '\0' + Literal(name) + Literal(value);
  return block;
}

Headers CallHeaders(const std::string& path) {
  return {{":method", "POST"},         {":scheme", "http"}, {":path", path},
          {":authority", "127.0.0.1"}, {"te", "trailers"},  {"content-type", "application/grpc"}};
}

std::string Encoded(const Frame& frame) {
  const std::size_t size = frame.payload.size();
  std::string out = {static_cast<char>(size >> 16), static_cast<char>(size >> 8), static_cast<char>(size),
                     static_cast<char>(frame.type), static_cast<char>(frame.flags)};
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(frame.stream >> shift));
  return out + frame.payload;
}

RawConnection::RawConnection(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect");
}

RawConnection::~RawConnection() {
  close(socket_);
}

void RawConnection::Begin() {
  Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  Send(Frame{.type = FrameType::kSettings, .payload = ""});
  // A server may hold a client to its settings once they are acknowledged, which only counts after they were sent.
  Fill(kFrameHeader, std::chrono::steady_clock::now() + std::chrono::seconds(2));
  Send(Frame{.type = FrameType::kSettings, .flags = kAcknowledged, .payload = ""});
}

bool RawConnection::Send(std::string_view bytes) {
  while (!bytes.empty() && !closed_) {
    pollfd waiting{socket_, POLLOUT, 0};
    // A server that does not read any more and does not close either has stopped listening to us.
    if (poll(&waiting, 1, 5000) != 1) return false;
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (sent < 0) closed_ = true;
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return !closed_;
}

bool RawConnection::Fill(std::size_t size, std::chrono::steady_clock::time_point end) {
  while (buffer_.size() < size) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    pollfd waiting{socket_, POLLIN, 0};
    if (left <= 0 || poll(&waiting, 1, static_cast<int>(left)) != 1) return false;
    char bytes[65536];
    const ssize_t got = recv(socket_, bytes, sizeof bytes, 0);
    if (got <= 0) {
      closed_ = true;
      return false;
    }
    buffer_.append(bytes, static_cast<std::size_t>(got));
  }
  return true;
}

std::optional<Frame> RawConnection::Next(std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  if (!Fill(kFrameHeader, end)) return std::nullopt;
  const auto byte = [this](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(buffer_[i]));
  };
  const std::size_t size = byte(0) << 16 | byte(1) << 8 | byte(2);
  if (!Fill(kFrameHeader + size, end)) return std::nullopt;
  Frame frame{static_cast<FrameType>(byte(3)), static_cast<std::uint8_t>(byte(4)),
              (byte(5) << 24 | byte(6) << 16 | byte(7) << 8 | byte(8)) & 0x7fffffff,
              buffer_.substr(kFrameHeader, size)};
  buffer_.erase(0, kFrameHeader + size);
  if (frame.type == FrameType::kGoAway) goodbye_ = frame.payload;
  return frame;
}

bool RawConnection::IsClosedWithin(std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!closed_ && std::chrono::steady_clock::now() < end)
    Next(std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()));
  return closed_;
}

}  // namespace jixiao::testing
