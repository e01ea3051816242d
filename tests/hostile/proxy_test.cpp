// deploy/proxy/nginx.conf, as it is but for its ports: what it lets through and what it stops.
#include "support/paths.h"
#include "support/process.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "hostile/http2.h"
#include "hostile/world.h"

namespace jixiao::testing {
namespace {

constexpr char kNginx[] = "/usr/sbin/nginx";
constexpr char kRules[] = "/jixiao.scoring.v1.ScoringService/ListRuleSets";

void Replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  ASSERT_NE(at, text.npos) << from;
  text.replace(at, from.size(), to);
}

class Proxy : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!std::filesystem::exists(kNginx)) return;
    cluster_ = std::make_unique<Cluster>();
    const auto folder = cluster_->folder() / "proxy";
    std::filesystem::create_directories(folder / "temp");
    ca_ = std::make_unique<CertificateAuthority>(folder, "ca");
    ca_->Issue({.name = "server", .alternative = "DNS:localhost,IP:127.0.0.1"});
    std::ifstream in(jixiao::paths::Source() + "/deploy/proxy/nginx.conf");
    std::stringstream text;
    text << in.rdbuf();
    std::string conf = text.str();
    for (const auto& [server, address] :
         {std::pair{Server::kIntake, "127.0.0.1:7301"}, std::pair{Server::kScoring, "127.0.0.1:7302"},
          std::pair{Server::kArchiving, "127.0.0.1:7303"}})
      Replace(conf, address, cluster_->AddressOf(server));
    tls_port_ = FreePort();
    plain_port_ = FreePort();
    // The same without TLS, for frames that are made by hand.
    Replace(conf, "listen 127.0.0.1:7443 ssl http2;",
            "listen 127.0.0.1:" + std::to_string(tls_port_) +
                " ssl http2;\n    listen 127.0.0.1:" + std::to_string(plain_port_) + " http2;");
    std::ofstream(folder / "nginx.conf") << conf;
    nginx_ = Process::Start({kNginx, "-p", folder.string(), "-e", "stderr", "-c", (folder / "nginx.conf").string()},
                            folder / "nginx.log");
    channel_ = OpenChannel(tls_port_, ca_->Credentials());
    EXPECT_TRUE(Eventually([] { return CallRaw(channel_, kRules, "").status.ok(); }))
        << std::ifstream(folder / "nginx.log").rdbuf();
  }
  static void TearDownTestSuite() {
    channel_.reset();
    nginx_.reset();
    cluster_.reset();
  }
  void SetUp() override {
    if (!std::filesystem::exists(kNginx)) GTEST_SKIP() << "nginx is not installed";
  }
  // Others are served, and by the proxy.
  void TearDown() override {
    if (cluster_ == nullptr) return;
    const auto other = OpenChannel(tls_port_, ca_->Credentials());
    EXPECT_TRUE(Eventually([&] { return CallRaw(other, kRules, "").status.ok(); }, std::chrono::seconds(5)));
    EXPECT_TRUE(cluster_->process(Server::kScoring).Running());
  }

  static std::unique_ptr<Cluster> cluster_;
  static std::unique_ptr<CertificateAuthority> ca_;
  static std::unique_ptr<Process> nginx_;
  static std::shared_ptr<grpc::Channel> channel_;
  static int tls_port_;
  static int plain_port_;
};
std::unique_ptr<Cluster> Proxy::cluster_;
std::unique_ptr<CertificateAuthority> Proxy::ca_;
std::unique_ptr<Process> Proxy::nginx_;
std::shared_ptr<grpc::Channel> Proxy::channel_;
int Proxy::tls_port_ = 0;
int Proxy::plain_port_ = 0;

TEST_F(Proxy, LetsErrorsWithTheirDetailsThrough) {
  intake::v1::GetSubmissionRequest request;
  request.set_name("submissions/0");
  ExpectRefusal(CallRaw(channel_, PathOf("IntakeService/GetSubmission"), BytesOf(request)).status,
                grpc::StatusCode::NOT_FOUND, "SUBMISSION_NOT_FOUND");
}

TEST_F(Proxy, KnowsNoOtherPath) {
  EXPECT_EQ(CallRaw(channel_, "/etc/passwd", "").status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(CallRaw(channel_, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", "").status.error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(Proxy, StopsAnEndlessHeaderBlock) {
  RawConnection connection(plain_port_);
  connection.Begin();
  connection.Send(Frame{FrameType::kHeaders, 0, 1, HeaderBlock(CallHeaders(kRules))});
  const std::string part = HeaderBlock({{"x-part", std::string(3000, 'x')}});
  for (int i = 0; i < 100 && connection.Send(Frame{FrameType::kContinuation, 0, 1, part}); ++i) {
  }
  EXPECT_TRUE(connection.IsClosedWithin(std::chrono::seconds(5)) || connection.goodbye().has_value());
}

TEST_F(Proxy, EndsAConnectionThatResetsWithoutEnd) {
  RawConnection connection(plain_port_);
  connection.Begin();
  const std::string block = HeaderBlock(CallHeaders(kRules));
  for (std::uint32_t i = 0; i < 20'000 && !connection.closed(); ++i) {
    connection.Send(Encoded(Frame{FrameType::kHeaders, kEndHeaders, 2 * i + 1, block}) +
                    Encoded(Frame{FrameType::kReset, 0, 2 * i + 1, std::string("\0\0\0\x08", 4)}));
  }
  EXPECT_TRUE(connection.IsClosedWithin(std::chrono::seconds(10)) || connection.goodbye().has_value());
}

// It costs the proxy one of its own connections, and no other caller his.
TEST_F(Proxy, BinaryHeaderThatIsNoBase64) {
  const auto other = OpenChannel(tls_port_, ca_->Credentials());
  ASSERT_TRUE(CallRaw(other, kRules, "").status.ok());
  RawConnection connection(plain_port_);
  connection.Begin();
  Headers headers = CallHeaders(kRules);
  headers.push_back({"x-bin", "this is *** no base64"});
  connection.Send(Frame{FrameType::kHeaders, kEndHeaders | kEndStream, 1, HeaderBlock(headers)});
  EXPECT_TRUE(Eventually([&] { return CallRaw(other, kRules, "").status.ok(); }, std::chrono::seconds(2)));
}

}  // namespace
}  // namespace jixiao::testing
