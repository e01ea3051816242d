// What a client can do to the transport. Each attack gets its refusal, and then, and meanwhile, the server answers
// others. What gRPC 1.51 does not refuse is shown as it is: deploy/SECURITY.md says what stands in front of it then.
#include "hostile/http2.h"

#include <grpcpp/support/channel_arguments.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <thread>

#include "hostile/world.h"

namespace jixiao::testing {
namespace {

using grpc::StatusCode;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr char kScore[] = "/jixiao.scoring.v1.ScoringService/ListRuleSets";

// Three servers in plaintext, without a policy: what they refuse here, they refuse to everybody.
class HostileTransport : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { plain_ = std::make_unique<Cluster>(); }
  static void TearDownTestSuite() { plain_.reset(); }

  int port() { return plain_->port(Server::kScoring); }

  // Others are answered, and soon: while a flood is being cleared away, they may be told to come again.
  void ExpectServing() {
    RawAnswer answer;
    EXPECT_TRUE(Eventually(
        [&] {
          answer = CallRaw(OpenChannel(port()), kScore, "");
          return answer.status.ok() || answer.status.error_code() != StatusCode::RESOURCE_EXHAUSTED;
        },
        seconds(10)));
    EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  }

  void TearDown() override {
    ExpectServing();
    EXPECT_TRUE(plain_->process(Server::kScoring).Running());
  }

  static Frame Call(std::uint32_t stream, std::uint8_t flags = kEndHeaders) {
    return {FrameType::kHeaders, flags, stream, HeaderBlock(CallHeaders(kScore))};
  }

  static std::unique_ptr<Cluster> plain_;
};
std::unique_ptr<Cluster> HostileTransport::plain_;

// Whoever does not get through the preface holds his connection ten seconds, not for ever.
TEST_F(HostileTransport, SlowPreface) {
  std::vector<std::unique_ptr<RawConnection>> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(std::make_unique<RawConnection>(port()));
    slow.back()->Send("PRI * HT");
  }
  ExpectServing();
  for (const auto& connection : slow) ASSERT_TRUE(connection->IsClosedWithin(seconds(15)));
}

TEST_F(HostileTransport, AnotherProtocol) {
  for (const std::string bytes : {"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                                  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 TLS", "SSH-2.0-OpenSSH_9.2\r\n"}) {
    RawConnection connection(port());
    connection.Send(bytes + std::string(64, 'x'));
    EXPECT_TRUE(connection.IsClosedWithin(seconds(5))) << bytes;
  }
}

TEST_F(HostileTransport, InvalidFrames) {
  const std::pair<const char*, Frame> frames[] = {
      {"data without a stream", {FrameType::kData, 0, 0, "x"}},
      {"settings of an odd size", {FrameType::kSettings, 0, 0, "abc"}},
      {"settings on a stream", {FrameType::kSettings, 0, 1, ""}},
      {"a ping of four bytes", {FrameType::kPing, 0, 0, "abcd"}},
      {"a window update of three bytes", {FrameType::kWindowUpdate, 0, 0, "abc"}},
      {"a continuation of nothing", {FrameType::kContinuation, kEndHeaders, 1, "x"}},
      {"a reset of three bytes", {FrameType::kReset, 0, 1, "abc"}},
      {"a frame larger than was agreed", {FrameType::kData, 0, 1, std::string(1 << 20, 'x')}},
      {"padding longer than the frame", {FrameType::kHeaders, kEndHeaders | 0x8, 1, "\xff"}},
      {"a broken header block", {FrameType::kHeaders, kEndHeaders, 1, std::string("\xff\xff\xff\xff\xff\xff\xff", 7)}},
  };
  for (const auto& [what, frame] : frames) {
    RawConnection connection(port());
    connection.Begin();
    connection.Send(frame);
    // The connection is given up, or the frame is: a call after it gets no answer out of what it did.
    const bool refused = connection.IsClosedWithin(milliseconds(500));
    if (!refused) {
      connection.Send(Frame{FrameType::kPing, 0, 0, "12345678"});
      bool alive = false;
      while (const auto answer = connection.Next(milliseconds(500)))
        alive = alive || answer->type == FrameType::kPing || answer->type == FrameType::kReset;
      EXPECT_TRUE(alive || connection.closed()) << what << ": neither refused nor ignored";
    }
  }
}

TEST_F(HostileTransport, PingFlood) {
  const Frame ping{FrameType::kPing, 0, 0, "12345678"};
  RawConnection few(port());
  few.Begin();
  std::string pings;
  for (int i = 0; i < 16; ++i) pings += Encoded(ping);
  few.Send(pings);
  EXPECT_TRUE(few.IsClosedWithin(seconds(5)));
  ASSERT_TRUE(few.goodbye().has_value());
  EXPECT_NE(few.goodbye()->find("too_many_pings"), std::string::npos);

  // Whoever goes on sending has his connection reset, which may swallow the goodbye.
  RawConnection many(port());
  many.Begin();
  for (int i = 0; i < 2000 && many.Send(ping); ++i) {
  }
  EXPECT_TRUE(many.IsClosedWithin(seconds(5)));
}

TEST_F(HostileTransport, StreamFlood) {
  RawConnection connection(port());
  connection.Begin();
  std::string calls;
  for (std::uint32_t i = 0; i < 5000; ++i) calls += Encoded(Call(2 * i + 1));
  connection.Send(calls);
  bool limit_said = false;
  std::size_t refused = 0;
  while (const auto frame = connection.Next(milliseconds(700))) {
    const std::string limit = std::string("\x00\x03\x00\x00\x04\x00", 6);  // MAX_CONCURRENT_STREAMS = 1024
    if (frame->type == FrameType::kSettings) limit_said = limit_said || frame->payload.find(limit) != std::string::npos;
    if (frame->type == FrameType::kReset || frame->type == FrameType::kGoAway) ++refused;
  }
  EXPECT_TRUE(limit_said);
  EXPECT_TRUE(refused > 0 || connection.closed()) << "more streams than were agreed";
}

// CVE-2023-44487. gRPC 1.51 does not count resets; a call that was reset costs what it costs. The server goes on; a
// proxy in front closes such a connection (see deploy/proxy).
TEST_F(HostileTransport, RapidReset) {
  RawConnection connection(port());
  connection.Begin();
  std::string pairs;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    pairs += Encoded(Call(2 * i + 1));
    pairs += Encoded(Frame{FrameType::kReset, 0, 2 * i + 1, std::string("\0\0\0\x08", 4)});
  }
  std::thread attacker([&] { connection.Send(pairs); });
  ExpectServing();
  attacker.join();
}

TEST_F(HostileTransport, SettingsFlood) {
  RawConnection connection(port());
  connection.Begin();
  std::string settings;
  for (int i = 0; i < 20'000; ++i)
    settings += Encoded(Frame{FrameType::kSettings, 0, 0, std::string("\0\x04\0\0\xff\xff", 6)});
  connection.Send(settings);
  ExpectServing();
}

TEST_F(HostileTransport, HeaderBeyondTheLimit) {
  const RawAnswer answer = CallRaw(OpenChannel(port()), kScore, "", {{"x-large", std::string(20'000, 'x')}});
  EXPECT_EQ(answer.status.error_code(), StatusCode::RESOURCE_EXHAUSTED) << answer.status.error_message();
}

TEST_F(HostileTransport, ThousandsOfHeaders) {
  Metadata many;
  for (int i = 0; i < 2000; ++i) many["x-" + std::to_string(i)] = "1";
  const RawAnswer answer = CallRaw(OpenChannel(port()), kScore, "", many);
  // Or the connection is closed before the refusal is read.
  EXPECT_TRUE(answer.status.error_code() == StatusCode::RESOURCE_EXHAUSTED ||
              answer.status.error_code() == StatusCode::UNAVAILABLE)
      << answer.status.error_code() << " " << answer.status.error_message();
}

// A few bytes that stand for megabytes: one indexed header, named ten thousand times.
TEST_F(HostileTransport, HpackBomb) {
  RawConnection connection(port());
  connection.Begin();
  std::string block = HeaderBlock(CallHeaders(kScore));
  block += HpackNumber(0x40, 6, 0) + HpackNumber(0, 7, 6) + "x-bomb" + HpackNumber(0, 7, 3900) + std::string(3900, 'x');
  for (int i = 0; i < 10'000; ++i) block += HpackNumber(0x80, 7, 62);
  connection.Send(Frame{FrameType::kHeaders, kEndHeaders | kEndStream, 1, block});
  bool answered = false;
  while (const auto frame = connection.Next(seconds(2))) {
    answered = answered || frame->type == FrameType::kHeaders || frame->type == FrameType::kReset;
    if (answered) break;
  }
  EXPECT_TRUE(answered || connection.closed()) << "the call is neither refused nor the connection closed";
}

// CVE-2023-33953: the time that gRPC 1.51 takes grows with the square of such a block. Two megabytes do not hold others
// up; a proxy in front refuses a block of this size.
TEST_F(HostileTransport, EndlessHeaderBlock) {
  RawConnection connection(port());
  connection.Begin();
  connection.Send(Call(1, 0));
  const std::string part = HeaderBlock({{"x-part", std::string(16'000, 'x')}});
  std::thread attacker([&] {
    for (int i = 0; i < 128 && connection.Send(Frame{FrameType::kContinuation, 0, 1, part}); ++i) {
    }
  });
  ExpectServing();
  attacker.join();
}

// CVE-2023-32732: gRPC 1.51 closes the whole connection for one such header. It is the attacker's own.
TEST_F(HostileTransport, BinaryHeaderThatIsNoBase64) {
  RawConnection connection(port());
  connection.Begin();
  Headers headers = CallHeaders(kScore);
  headers.push_back({"x-bin", "this is *** no base64"});
  connection.Send(Frame{FrameType::kHeaders, kEndHeaders | kEndStream, 1, HeaderBlock(headers)});
  const auto other = OpenChannel(port());
  EXPECT_TRUE(CallRaw(other, kScore, "").status.ok());
}

TEST_F(HostileTransport, MessageBeyondTheLimit) {
  const RawAnswer answer = CallRaw(OpenChannel(port()), kScore, std::string(33u << 20, 'x'));
  EXPECT_EQ(answer.status.error_code(), StatusCode::RESOURCE_EXHAUSTED) << answer.status.error_message();
}

// 100 MB in 100 KB: compressed messages are not taken at all.
TEST_F(HostileTransport, CompressedBomb) {
  std::string zeros(100u << 20, '\0');
  z_stream stream{};
  ASSERT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(1u << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
  stream.avail_in = static_cast<uInt>(zeros.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  ASSERT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  RawConnection connection(port());
  connection.Begin();
  Headers headers = CallHeaders(kScore);
  headers.push_back({"grpc-encoding", "gzip"});
  connection.Send(Frame{FrameType::kHeaders, kEndHeaders, 1, HeaderBlock(headers)});
  std::string message = {1};
  for (int shift = 24; shift >= 0; shift -= 8) message.push_back(static_cast<char>(packed.size() >> shift));
  message += packed;
  for (std::size_t at = 0; at < message.size() && at < 60'000; at += 16'000)
    connection.Send(Frame{FrameType::kData, 0, 1, message.substr(at, 16'000)});
  std::string answer;
  while (const auto frame = connection.Next(seconds(2))) {
    answer += frame->payload;
    if (frame->type == FrameType::kHeaders && (frame->flags & kEndStream) != 0) break;
  }
  EXPECT_NE(answer.find("12"), answer.npos) << "grpc-status UNIMPLEMENTED: " << answer;
}

TEST_F(HostileTransport, PathsThatLeadNowhere) {
  for (const char* path :
       {"/", "//", "/../", "/jixiao.scoring.v1.ScoringService/../Score", "/jixiao.scoring.v1.ScoringService/",
        "/jixiao.scoring.v1.scoringservice/Score", "/jixiao.intake.v1.IntakeService/GetSubmission",
        "/jixiao.scoring.v1.ScoringService/Score%00", "/etc/passwd", "/metrics"}) {
    const RawAnswer answer = CallRaw(OpenChannel(port()), path, "");
    EXPECT_EQ(answer.status.error_code(), StatusCode::UNIMPLEMENTED) << path << ": " << answer.status.error_message();
    EXPECT_EQ(answer.status.error_message().find("passwd"), std::string::npos) << "the path is reflected";
  }
}

TEST_F(HostileTransport, NotGrpc) {
  for (const auto& [name, value] :
       {std::pair{":method", "GET"}, {"content-type", "text/html"}, {":path", "no-slash"}}) {
    RawConnection connection(port());
    connection.Begin();
    Headers headers = CallHeaders(kScore);
    for (auto& header : headers)
      if (header.first == name) header.second = value;
    connection.Send(Frame{FrameType::kHeaders, kEndHeaders | kEndStream, 1, HeaderBlock(headers)});
    bool ended = false;
    while (const auto frame = connection.Next(seconds(2)))
      if ((ended = frame->type == FrameType::kReset || frame->type == FrameType::kGoAway ||
                   (frame->type == FrameType::kHeaders && (frame->flags & kEndStream) != 0)))
        break;
    EXPECT_TRUE(ended || connection.closed()) << name << ": " << value;
  }
}

// A caller that goes away in the middle of everything, a thousand times.
TEST_F(HostileTransport, BrokenConnections) {
  for (int i = 0; i < 1000; ++i) {
    RawConnection connection(port());
    connection.Begin();
    connection.Send(Call(1));
    connection.Send(Frame{FrameType::kData, 0, 1, std::string("\0\0\0\x7f\xff half", 10)});
  }
  ExpectServing();
  EXPECT_TRUE(Eventually([&] { return plain_->Metric(Server::kScoring, 0, "jixiao_rpc_in_flight") == 0; }))
      << "no call is left of them";
}

}  // namespace
}  // namespace jixiao::testing
