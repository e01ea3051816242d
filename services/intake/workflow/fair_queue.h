// A bounded queue that serves many callers in turns (deficit round robin, new flows first).
#pragma once

#include "common/text.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace jixiao::intake {

struct FairQueueLimits {
  std::size_t items = 2048;         // that wait together
  std::size_t flow_items = 512;     // that wait of one flow
  std::size_t reserve_items = 256;  // beyond `items`, for flows that have hardly anything waiting
  // That wait together; a quarter of it of one flow, and a quarter more for flows that have nothing waiting. What is
  // alone may be larger.
  std::size_t bytes = 64 << 20;
  std::size_t quantum = 16 << 10;   // bytes that a flow may take before the next one's turn
  std::size_t item_cost = 2 << 10;  // what an item counts for in its turn beside its bytes
};

// Each flow is a caller. A flow that was idle comes before those that have been waiting for long: who sends one form
// now and then is served at once, whatever others have piled up. Among the others, each turn gives a flow `quantum`
// bytes, and every fourth item is theirs however many fresh ones come.
//
// Not thread-safe. Memory is bounded by the limits: a flow exists only while something of it waits.
template <class Item>
class FairQueue {
 public:
  explicit FairQueue(FairQueueLimits limits = {}) : limits_(limits) {}

  // Whether Push would take an item of `bytes` from this flow now.
  bool HasRoom(std::string_view flow, std::size_t bytes) const {
    const auto found = flows_.find(flow);
    const std::size_t of_flow = found == flows_.end() ? 0 : found->second->items.size();
    if (of_flow >= limits_.flow_items) return false;
    if (of_flow > 0 && found->second->bytes + bytes > limits_.bytes / 4) return false;
    if (items_ > 0 && bytes_ + bytes > limits_.bytes + (of_flow == 0 ? limits_.bytes / 4 : 0)) return false;
    return items_ < limits_.items || (of_flow < kSparse && items_ < limits_.items + limits_.reserve_items);
  }

  // False when there is no room; `item` is left as it was.
  bool Push(std::string_view flow, std::size_t bytes, Item& item) {
    if (!HasRoom(flow, bytes)) return false;
    auto found = flows_.find(flow);
    if (found == flows_.end()) {
      fresh_.push_back(Flow{std::string(flow), {}, limits_.quantum, 0});
      found = flows_.emplace(std::string(flow), std::prev(fresh_.end())).first;
    }
    found->second->items.push_back({std::move(item), bytes});
    found->second->bytes += bytes;
    ++items_;
    bytes_ += bytes;
    return true;
  }

  // The next item in turn; nothing when the queue is empty.
  std::optional<Item> Pop() {
    while (!fresh_.empty() || !old_.empty()) {
      const bool old_turn = fresh_.empty() || (!old_.empty() && fresh_in_a_row_ >= kFreshInARow);
      std::list<Flow>& turn = old_turn ? old_ : fresh_;
      const auto flow = turn.begin();
      // Its turn is over: it goes to the end, with what it may take the next time.
      if (flow->credit == 0) {
        flow->credit = limits_.quantum;
        old_.splice(old_.end(), turn, flow);
        continue;
      }
      fresh_in_a_row_ = old_turn ? 0 : fresh_in_a_row_ + 1;
      Entry entry = std::move(flow->items.front());
      flow->items.pop_front();
      // What is larger than the credit passes, too: a form is never held back for its size alone.
      flow->credit -= std::min(flow->credit, std::max<std::size_t>(entry.bytes + limits_.item_cost, 1));
      --items_;
      bytes_ -= entry.bytes;
      flow->bytes -= entry.bytes;
      if (flow->items.empty()) {
        flows_.erase(flow->name);
        turn.erase(flow);
      }
      return std::move(entry.item);
    }
    return std::nullopt;
  }

  std::size_t items() const { return items_; }
  std::size_t bytes() const { return bytes_; }
  std::size_t flows() const { return flows_.size(); }

 private:
  static constexpr std::size_t kSparse = 4;
  static constexpr std::size_t kFreshInARow = 3;

  struct Entry {
    Item item;
    std::size_t bytes = 0;
  };
  struct Flow {
    std::string name;
    std::deque<Entry> items;
    std::size_t credit = 0;
    std::size_t bytes = 0;  // of items
  };

  const FairQueueLimits limits_;
  TextMap<typename std::list<Flow>::iterator> flows_;
  std::list<Flow> fresh_;  // that have not used up their first turn
  std::list<Flow> old_;
  std::size_t fresh_in_a_row_ = 0;
  std::size_t items_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace jixiao::intake
