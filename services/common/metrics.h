// What a process tells Prometheus about itself. One registry a process, made in main and handed to whoever counts;
// names begin with "jixiao_", times are seconds.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace prometheus {
class Exposer;
class Registry;
}  // namespace prometheus

namespace jixiao {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;

// Thread-safe. The metrics it hands out live as long as it does; counting never waits for whoever looks.
class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;
  // Nothing: the value cannot be told now, and is left out.
  using Read = std::function<std::optional<double>()>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The metric with this name and these labels, made at the first call. Keep the reference: looking it up takes a lock.
  Counter& AddCounter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& AddGauge(const std::string& name, const std::string& help, const Labels& labels = {});
  // Durations from a tenth of a millisecond to ten seconds.
  Histogram& AddDurations(const std::string& name, const std::string& help, const Labels& labels = {});

  // A gauge that is asked only when somebody looks. `read` runs on the endpoint's threads and may wait for a moment;
  // what it reads must outlive every MetricsEndpoint.
  void AddReading(const std::string& name, const std::string& help, Read read);

 private:
  friend class MetricsEndpoint;
  class Readings;

  std::shared_ptr<prometheus::Registry> registry_;
  std::shared_ptr<Readings> readings_;
};

// GET /metrics over HTTP as long as this lives: make it last and end it first.
class MetricsEndpoint {
 public:
  // `address` is IP:PORT; empty: nowhere. An address that is taken or malformed is a warning in the log: that nobody
  // can look keeps no service from its work.
  MetricsEndpoint(Metrics& metrics, const std::string& address);
  ~MetricsEndpoint();
  MetricsEndpoint(const MetricsEndpoint&) = delete;
  MetricsEndpoint& operator=(const MetricsEndpoint&) = delete;

 private:
  const std::string address_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace jixiao
