// The calls that a client has running, so that a process which stops need not wait for their answers.
#pragma once

#include <grpcpp/client_context.h>

#include <mutex>
#include <set>

namespace jixiao::intake {

// Thread-safe. Must outlive its Running objects.
class RunningCalls {
 public:
  // Stands for one call from before its start until after its end.
  class Running {
   public:
    Running(RunningCalls& calls, grpc::ClientContext& context) : calls_(calls), context_(context) {
      const std::lock_guard lock(calls_.mutex_);
      calls_.contexts_.insert(&context_);
      if (calls_.cancelled_) context_.TryCancel();
    }
    ~Running() {
      const std::lock_guard lock(calls_.mutex_);
      calls_.contexts_.erase(&context_);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    RunningCalls& calls_;
    grpc::ClientContext& context_;
  };

  // Ends all running calls, and later ones at their start, with CANCELLED.
  void Cancel() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    for (grpc::ClientContext* context : contexts_) context->TryCancel();
  }

 private:
  std::mutex mutex_;
  std::set<grpc::ClientContext*> contexts_;
  bool cancelled_ = false;
};

}  // namespace jixiao::intake
