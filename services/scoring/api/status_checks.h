// What scoring checks of itself for GetStatus.
#pragma once

#include "common/operation/checks.h"
#include "scoring/cache/redis_cache.h"
#include "scoring/rulesets/rule_book.h"

#include <string>

namespace jixiao::scoring {

// REDIS (empty address: none) and RULE_SETS. Blocks.
void CheckScoring(operation::Checks& checks, RuleBook& book, const RedisCache& cache, const std::string& redis);

}  // namespace jixiao::scoring
