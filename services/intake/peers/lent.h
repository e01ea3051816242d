// Messages that are only sent.
#pragma once

namespace jixiao::intake {

// For unsafe_arena_set_allocated_…: a request on an arena does not own what it is given this way, so what is only
// serialised is lent to it and not copied. `message` must outlive the call, and nobody may change the request's field.
template <class Message>
Message* Lent(const Message& message) {
  return const_cast<Message*>(&message);
}

}  // namespace jixiao::intake
