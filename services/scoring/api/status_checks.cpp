#include "scoring/api/status_checks.h"

#include "common/text.h"

namespace jixiao::scoring {

void CheckScoring(operation::Checks& checks, RuleBook& book, const RedisCache& cache, const std::string& redis) {
  if (redis.empty())
    checks.Ok("REDIS", "没有配置 Redis：只有一个评分副本时不需要");
  else if (cache.up())
    checks.Ok("REDIS", Cat("Redis ", redis, " 可用"));
  else
    checks.Warn("REDIS", Cat("Redis ", redis, " 不可用：评分照常，只是副本之间变慢"),
                "检查 Redis 是否运行、地址和口令是否正确");
  const std::size_t known = book.catalogue()->All().size();
  const absl::Status refreshed = book.Refresh();
  if (known == 0)
    checks.Fail("RULE_SETS", "没有任何已发布的评分规则",
                "检查 --rulesets 所指的文件夹，或用 jixiao rules publish 发布");
  else if (!refreshed.ok())
    checks.Warn("RULE_SETS", Cat("已知 ", known, " 套评分规则，但数据库暂不可用：", operation::Said(refreshed)),
                "评分照常，发布会被拒绝；恢复数据库");
  else
    checks.Ok("RULE_SETS", Cat("已知 ", known, " 套评分规则，刚与数据库核对"));
}

}  // namespace jixiao::scoring
