#include "common/metrics.h"

#include "common/file.h"
#include "common/log.h"

#include <CivetServer.h>
#include <netdb.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace jixiao {
namespace {

constexpr std::size_t kEndpointThreads = 2;

// Everything here answers within milliseconds; the seconds are for what waits for a store or a peer.
const Histogram::BucketBoundaries& DurationBounds() {
  static const Histogram::BucketBoundaries bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                  0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
  return bounds;
}

int LogHttpMessage(const mg_connection*, const char* message) {
  log::Warning("metrics endpoint", {{"text", message}});
  return 1;  // not to stderr as well
}

// Connects to IP:PORT and leaves at once.
void Knock(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return;
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found) != 0) return;
  const FileDescriptor knocking(socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (knocking.is_open() && connect(knocking.number(), found->ai_addr, found->ai_addrlen) != 0 && errno != EINPROGRESS)
    log::Debug("metrics endpoint", {{"text", "nobody opens"}});
  freeaddrinfo(found);
}

}  // namespace

class Metrics::Readings final : public prometheus::Collectable {
 public:
  void Add(const std::string& name, const std::string& help, Read read) {
    const std::lock_guard lock(mutex_);
    readings_.push_back({name, help, std::move(read)});
  }

  std::vector<prometheus::MetricFamily> Collect() const override {
    const std::lock_guard lock(mutex_);
    std::vector<prometheus::MetricFamily> families;
    for (const Reading& reading : readings_) {
      const std::optional<double> value = reading.read();
      if (!value) continue;
      prometheus::ClientMetric metric;
      metric.gauge.value = *value;
      families.push_back({reading.name, reading.help, prometheus::MetricType::Gauge, {std::move(metric)}});
    }
    return families;
  }

 private:
  struct Reading {
    std::string name;
    std::string help;
    Read read;
  };

  mutable std::mutex mutex_;
  std::vector<Reading> readings_;
};

Metrics::Metrics() : registry_(std::make_shared<prometheus::Registry>()), readings_(std::make_shared<Readings>()) {}

Metrics::~Metrics() = default;

Counter& Metrics::AddCounter(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(*registry_).Add(labels);
}

Gauge& Metrics::AddGauge(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(*registry_).Add(labels);
}

Histogram& Metrics::AddDurations(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(*registry_).Add(labels, DurationBounds());
}

void Metrics::AddReading(const std::string& name, const std::string& help, Read read) {
  readings_->Add(name, help, std::move(read));
}

MetricsEndpoint::MetricsEndpoint(Metrics& metrics, const std::string& address) : address_(address) {
  if (address.empty()) return;
  CivetCallbacks callbacks;
  callbacks.log_message = LogHttpMessage;
  try {
    exposer_ = std::make_unique<prometheus::Exposer>(address, kEndpointThreads, &callbacks);
    exposer_->RegisterCollectable(metrics.registry_);
    exposer_->RegisterCollectable(metrics.readings_);
    log::Info("metrics", {{"listen", address}});
  } catch (const std::exception& error) {  // prometheus-cpp has no other way to say it
    exposer_.reset();
    log::Warning("no metrics: cannot listen; is the port taken?", {{"listen", address}, {"error", error.what()}});
  }
}

MetricsEndpoint::~MetricsEndpoint() {
  if (exposer_ == nullptr) return;
  // CivetWeb looks up from its listening every two seconds, and a server that stops has better things to do than wait:
  // who comes in makes it look.
  std::atomic<bool> ended{false};
  std::thread ending([&] {
    exposer_.reset();
    ended.store(true);
  });
  while (!ended.load()) {
    Knock(address_);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ending.join();
}

}  // namespace jixiao
