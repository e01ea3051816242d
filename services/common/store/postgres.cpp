#include "common/store/postgres.h"

#include "common/text.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <thread>
#include <utility>

namespace jixiao::store {
namespace {

// The types that this project reads and binds, by PostgreSQL's fixed numbers (pg_type.dat).
constexpr Oid kBool = 16;
constexpr Oid kBytea = 17;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kText = 25;
constexpr Oid kNumeric = 1700;
constexpr int kBinary = 1;

// libpq's messages end with a line break.
std::string_view Line(std::string_view message) {
  return message.substr(0, message.find_last_not_of(" \n") + 1);
}

absl::Status StoreError(std::string_view state, std::string_view text) {
  using enum absl::StatusCode;
  const std::string message = Cat(Line(text), " (SQLSTATE ", state.empty() ? "none" : state, ")");
  const std::string_view group = state.substr(0, std::min<std::size_t>(state.size(), 2));
  if (state == "53100") return Error(kResourceExhausted, "STORE_FULL", message);
  if (state == "23505") return Error(kAlreadyExists, "STORE_CONFLICT", message);
  // Lock not available, serialisation failure, deadlock, cancelled by a time-out.
  if (state == "55P03" || state == "40001" || state == "40P01" || state == "57014")
    return Error(kUnavailable, "STORE_BUSY", message);
  // Damaged pages or indexes; undefined table or column, because the SQL of this project fits what its migrations make.
  // XX000 is the server's own defect and says nothing of the data.
  if (state == "XX001" || state == "XX002" || state == "42P01" || state == "42703")
    return Error(kDataLoss, "STORE_DAMAGED", message);
  // No connection, shutting down, too many connections, out of resources, read-only, no such database, no password.
  if (state.empty() || group == "08" || group == "57" || group == "53" || group == "25" || group == "28" ||
      group == "3D" || group == "58")
    return Error(kUnavailable, "STORE_FAILED", message);
  return Error(kInternal, "STORE_ERROR", message);
}

std::uint64_t BigEndian(const char* bytes, int length) {
  std::uint64_t number = 0;
  for (int i = 0; i < length; ++i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

std::string EightBytes(std::int64_t value) {
  std::string bytes(8, '\0');
  for (int i = 0; i < 8; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<char>(value >> (56 - 8 * i));
  return bytes;
}

// The integer part of a NUMERIC in its binary form: sums of BIGINT come as that.
std::int64_t NumericInteger(const char* bytes, int length) {
  if (length < 8) return 0;
  const auto digits = static_cast<int>(BigEndian(bytes, 2));
  const auto weight = static_cast<std::int16_t>(BigEndian(bytes + 2, 2));
  const bool negative = BigEndian(bytes + 4, 2) == 0x4000;
  std::int64_t number = 0;
  for (int i = 0; i <= weight; ++i) {
    const int at = 8 + 2 * i;
    number =
        number * 10'000 + (i < digits && at + 2 <= length ? static_cast<std::int64_t>(BigEndian(bytes + at, 2)) : 0);
  }
  return negative ? -number : number;
}

bool IsWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Replaces whole words outside of quotes.
void ReplaceWords(std::string& sql, std::string_view word, std::string_view by) {
  bool quoted = false;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] == '\'') quoted = !quoted;
    if (quoted || sql.compare(i, word.size(), word) != 0) continue;
    const std::size_t end = i + word.size();
    if ((i > 0 && IsWordCharacter(sql[i - 1])) || (end < sql.size() && IsWordCharacter(sql[end]))) continue;
    sql.replace(i, word.size(), by);
    i += by.size();
    if (i > 0) --i;
  }
}

}  // namespace

bool IsPostgresUrl(std::string_view address) {
  return address.starts_with("postgresql://") || address.starts_with("postgres://");
}

std::string WithoutPassword(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t user = scheme == std::string_view::npos ? 0 : scheme + 3;
  // As libpq reads it: what stands before an @ is user and password, whatever that holds but a slash.
  std::size_t host = url.find_first_of("@/", user);
  if (host == std::string_view::npos || url[host] == '/') host = std::min(url.find('@', user), url.find('?', user));
  if (host == std::string_view::npos) return std::string(url);
  if (url[host] == '@') host = url.rfind('@', url.find_first_of("/?", host));  // its password holds one
  std::string shown(url.substr(0, url.find('?', host)));                       // parameters may hold one, too
  const std::size_t secret = shown.find_first_of(":?", user);
  if (url[host] == '@' && secret < host) shown.erase(secret, host - secret);
  return shown;
}

namespace {

// Takes ` REFERENCES table (column)` out.
void DropReferences(std::string& sql) {
  constexpr std::string_view kReferences = " REFERENCES ";
  for (std::size_t at = sql.find(kReferences); at != std::string::npos; at = sql.find(kReferences, at)) {
    const std::size_t end = sql.find(')', at);
    sql.erase(at, end == std::string::npos ? end : end + 1 - at);
  }
}

}  // namespace

std::string ToPostgresSchema(std::string_view sql) {
  std::string out(sql);
  DropReferences(out);
  ReplaceWords(out, "INTEGER PRIMARY KEY AUTOINCREMENT", "BIGSERIAL PRIMARY KEY");
  ReplaceWords(out, "INTEGER", "BIGINT");
  ReplaceWords(out, "BLOB", "BYTEA");
  ReplaceWords(out, "TEXT", "TEXT COLLATE \"C\"");
  ReplaceWords(out, "STRICT, WITHOUT ROWID", "");
  ReplaceWords(out, "STRICT", "");
  return out;
}

NumberedSql NumberParameters(std::string_view sql) {
  NumberedSql out;
  bool quoted = false;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] == '\'') quoted = !quoted;
    if (quoted || sql[i] != '?') {
      out.sql += sql[i];
      continue;
    }
    int number = 0;
    while (i + 1 < sql.size() && std::isdigit(static_cast<unsigned char>(sql[i + 1])) != 0)
      number = number * 10 + (sql[++i] - '0');
    if (number == 0) number = out.parameters + 1;
    out.parameters = std::max(out.parameters, number);
    out.sql += Cat("$", number);
  }
  return out;
}

class PostgresStatement final : public Statement {
 public:
  PostgresStatement(PostgresDatabase& database, NumberedSql sql)
      : database_(database), sql_(std::move(sql)), values_(static_cast<std::size_t>(sql_.parameters)) {}

  absl::StatusOr<bool> Step() override {
    if (result_ == nullptr && lent_ && database_.deferring_) {
      ASSIGN_OR_RETURN(const bool sent, SendLater());
      if (sent) return false;
    }
    if (result_ == nullptr) RETURN_IF_ERROR(Run());
    return ++row_ < PQntuples(result_.get());
  }

  void Reset() override {
    result_.reset();
    row_ = -1;
    misuse_ = false;
    lent_ = false;
    for (Value& value : values_) value = {};
  }

  // All rows came with the first Step: nothing is held on the server.
  bool Busy() const override { return false; }

  std::int64_t Int(int column) const override {
    if (IsNull(column)) return 0;
    const char* bytes = PQgetvalue(result_.get(), row_, column);
    switch (PQftype(result_.get(), column)) {
      case kInt8:
        return static_cast<std::int64_t>(BigEndian(bytes, 8));
      case kInt4:
        return static_cast<std::int32_t>(BigEndian(bytes, 4));
      case kInt2:
        return static_cast<std::int16_t>(BigEndian(bytes, 2));
      case kBool:
        return bytes[0];
      case kNumeric:
        return NumericInteger(bytes, PQgetlength(result_.get(), row_, column));
      default:
        return 0;  // as SQLite reads text that is no number
    }
  }

  std::string_view TextView(int column) const override {
    if (IsNull(column)) return {};
    switch (PQftype(result_.get(), column)) {
      case kInt8:
      case kInt4:
      case kInt2:
      case kBool:
      case kNumeric:
        return number_ = Cat(Int(column));
      default:
        return {PQgetvalue(result_.get(), row_, column),
                static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
    }
  }

  std::string BlobBytes(int column) const override { return std::string(TextView(column)); }
  bool IsNull(int column) const override { return PQgetisnull(result_.get(), row_, column) != 0; }

 private:
  struct Value {
    Oid type = 0;
    std::string bytes;
    bool null = true;
  };
  struct Plan {
    std::vector<Oid> types;
    std::string name;
  };

  void BindInt(int index, std::int64_t value) override { Keep(index, kInt8, EightBytes(value)); }
  void BindText(int index, std::string_view text) override { Keep(index, kText, std::string(text)); }
  void BindBlob(int index, std::string_view bytes) override { Keep(index, kBytea, std::string(bytes)); }
  void BindNull(int index) override {
    if (!InRange(index)) return;
    values_[static_cast<std::size_t>(index) - 1] = {};
  }
  void RequireParameters(int count) override { misuse_ = misuse_ || count != sql_.parameters; }

  bool InRange(int index) {
    const bool inside = index >= 1 && index <= sql_.parameters;
    misuse_ = misuse_ || !inside;
    return inside;
  }

  void Keep(int index, Oid type, std::string bytes) {
    if (InRange(index)) values_[static_cast<std::size_t>(index) - 1] = {type, std::move(bytes), false};
  }

  // The bound values as libpq takes them.
  struct Parameters {
    std::vector<Oid> types;
    std::vector<const char*> bytes;
    std::vector<int> lengths;
    std::vector<int> formats;
  };
  Parameters Bound() const {
    Parameters out;
    for (const Value& value : values_) {
      out.types.push_back(value.type);
      out.bytes.push_back(value.null ? nullptr : value.bytes.data());
      out.lengths.push_back(static_cast<int>(value.bytes.size()));
    }
    out.formats.assign(values_.size(), kBinary);
    return out;
  }

  // The name of the plan for these types, if there is one on this connection.
  std::string KnownPlan(const std::vector<Oid>& types) {
    if (generation_ != database_.generation_) plans_.clear();
    generation_ = database_.generation_;
    for (const Plan& plan : plans_)
      if (plan.types == types) return plan.name;
    return {};
  }

  // The statement for these types of parameters, prepared on this connection. PostgreSQL infers the type of a
  // parameter from where it stands, and infers another one than was bound where several would do.
  absl::StatusOr<std::string> PlanFor(const std::vector<Oid>& types) {
    if (std::string known = KnownPlan(types); !known.empty()) return known;
    const std::string name = Cat("s", ++database_.plans_);
    const PostgresDatabase::Result result(
        PQprepare(database_.connection_.get(), name.c_str(), sql_.sql.c_str(), sql_.parameters, types.data()));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) return std::string();  // the caller sees why
    plans_.push_back({types, name});
    return name;
  }

  absl::Status Run() {
    if (misuse_)
      return Error(absl::StatusCode::kInternal, "STORE_ERROR", Cat("wrong number of parameters: ", sql_.sql));
    const Parameters bound = Bound();
    if (database_.pending_ > 0) {
      // Its answer comes with those that are under way: one round trip for all.
      if (const std::string name = KnownPlan(bound.types); !name.empty()) {
        RETURN_IF_ERROR(Send(name, bound));
        return database_.Collect(&result_);
      }
    }
    ASSIGN_OR_RETURN(result_, database_.Perform(database_.mode_ == Mode::kReadOnly, [&](PGconn* connection) {
      const absl::StatusOr<std::string> name = PlanFor(bound.types);
      if (name->empty())  // run it unprepared for the error's own result
        return PQexecParams(connection, sql_.sql.c_str(), sql_.parameters, bound.types.data(), bound.bytes.data(),
                            bound.lengths.data(), bound.formats.data(), kBinary);
      return PQexecPrepared(connection, name->c_str(), sql_.parameters, bound.bytes.data(), bound.lengths.data(),
                            bound.formats.data(), kBinary);
    }));
    return absl::OkStatus();
  }

  absl::Status Send(const std::string& plan, const Parameters& bound) {
    return database_.SendLater([&](PGconn* connection) {
      return PQsendQueryPrepared(connection, plan.c_str(), sql_.parameters, bound.bytes.data(), bound.lengths.data(),
                                 bound.formats.data(), kBinary);
    });
  }

  // False when it has to be waited for: it is not prepared yet.
  absl::StatusOr<bool> SendLater() {
    if (misuse_) return false;
    const Parameters bound = Bound();
    const std::string plan = KnownPlan(bound.types);
    if (plan.empty()) return false;
    RETURN_IF_ERROR(Send(plan, bound));
    constexpr int kMostPending = 256;  // their answers fit into the buffers between here and there
    if (database_.pending_ >= kMostPending) RETURN_IF_ERROR(database_.Collect(nullptr));
    return true;
  }

  PostgresDatabase& database_;
  const NumberedSql sql_;
  std::vector<Value> values_;
  std::vector<Plan> plans_;
  std::uint64_t generation_ = 0;
  PostgresDatabase::Result result_;
  int row_ = -1;
  bool misuse_ = false;
  mutable std::string number_;  // a number that was asked for as text
};

void PostgresDatabase::Finish::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

void PostgresDatabase::Clear::operator()(pg_result* result) const {
  PQclear(result);
}

PostgresDatabase::PostgresDatabase(Private, const std::string& url, Mode mode) : Database(url), mode_(mode) {}

PostgresDatabase::~PostgresDatabase() {
  DropStatements();
}

absl::StatusOr<std::unique_ptr<PostgresDatabase>> PostgresDatabase::Open(const std::string& url, Mode mode) {
  auto database = std::make_unique<PostgresDatabase>(Private(), url, mode);
  RETURN_IF_ERROR(database->Connect());
  if (mode == Mode::kReadWrite) RETURN_IF_ERROR(database->EnsureWriterRow());
  return database;
}

absl::Status PostgresDatabase::Connect() {
  // What stands before dbname gives way to what the URL says, what stands behind does not.
  // tcp_user_timeout is for what was sent and not heard of, keepalives for an answer that is waited for: without them a
  // connection that is cut then would hang for two hours.
  static constexpr std::array<const char*, 9> kKeys = {"connect_timeout", "application_name",    "tcp_user_timeout",
                                                       "keepalives_idle", "keepalives_interval", "keepalives_count",
                                                       "dbname",          "client_encoding",     nullptr};
  const std::array<const char*, 9> values = {"5", "jixiao", "10000", "5", "2", "3", address().c_str(), "UTF8", nullptr};
  ++generation_;
  connection_.reset(PQconnectdbParams(kKeys.data(), values.data(), 1));
  if (PQstatus(connection_.get()) != CONNECTION_OK)
    return Error(absl::StatusCode::kUnavailable, "STORE_FAILED",
                 Cat("open ", name(), ": ", Line(PQerrorMessage(connection_.get()))));
  RETURN_IF_ERROR(
      Execute(Cat("SET client_min_messages = warning; SET standard_conforming_strings = on; SET lock_timeout = '5s';"
                  " SET idle_in_transaction_session_timeout = '15s';"
                  // An acknowledgement means that it is on disk, whatever the server's default; stricter ones stay.
                  " SELECT set_config('synchronous_commit', 'on', false)"
                  " WHERE current_setting('synchronous_commit') = 'off';",
                  mode_ == Mode::kReadOnly ? " SET default_transaction_read_only = on;" : "")));
  return absl::OkStatus();
}

absl::Status PostgresDatabase::EnsureWriterRow() {
  constexpr int kTries = 20;
  for (int tries = 0;; ++tries) {
    const absl::Status there = Execute("SELECT one FROM store_writer");
    if (ReasonOf(there) != "STORE_DAMAGED") return there;
    // Several processes may do this at once: all but one of them fail in the middle and look again.
    const absl::Status made = Execute(
        "BEGIN; CREATE TABLE store_writer (one BIGINT PRIMARY KEY); INSERT INTO store_writer VALUES (1); COMMIT");
    if (!made.ok()) {
      if (in_transaction()) (void)Execute("ROLLBACK");
      if (tries == kTries) return made;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
}

absl::Status PostgresDatabase::Judge(const pg_result* result) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) {
    const std::string_view touched = PQcmdTuples(const_cast<pg_result*>(result));
    changes_ = 0;
    for (const char digit : touched) changes_ = changes_ * 10 + (digit - '0');
    return absl::OkStatus();
  }
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return StoreError(state == nullptr ? "" : state,
                    result == nullptr ? PQerrorMessage(connection_.get()) : PQresultErrorMessage(result));
}

template <class Send>
absl::Status PostgresDatabase::SendLater(Send&& send) {
  if (pending_ == 0 && PQenterPipelineMode(connection_.get()) != 1)
    return Error(absl::StatusCode::kUnavailable, "STORE_FAILED", "the connection is lost");
  ++pending_;
  if (send(connection_.get()) == 1) return absl::OkStatus();
  --pending_;
  absl::Status failed = Error(absl::StatusCode::kUnavailable, "STORE_FAILED", Line(PQerrorMessage(connection_.get())));
  if (absl::Status earlier = Collect(nullptr); !earlier.ok()) return earlier;
  return failed;
}

absl::Status PostgresDatabase::Collect(Result* last) {
  const int count = std::exchange(pending_, 0);
  PGconn* const connection = connection_.get();
  absl::Status first;
  const auto keep = [&first](absl::Status status) {
    if (first.ok()) first = std::move(status);
  };
  const auto lost = [&] {
    return Error(absl::StatusCode::kUnavailable, "STORE_FAILED",
                 Cat("the connection is lost: ", Line(PQerrorMessage(connection))));
  };
  if (PQpipelineSync(connection) != 1) return lost();
  for (int i = 0; i < count; ++i) {
    Result result(PQgetResult(connection));
    if (result == nullptr) return lost();
    // What stands behind an error was not run; the error itself has been kept.
    if (PQresultStatus(result.get()) != PGRES_PIPELINE_ABORTED) keep(Judge(result.get()));
    if (last != nullptr && i + 1 == count && first.ok()) *last = std::move(result);
    while (Result more = Result(PQgetResult(connection))) {
    }
  }
  const Result end(PQgetResult(connection));
  if (PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC || PQexitPipelineMode(connection) != 1) keep(lost());
  return first;
}

absl::Status PostgresDatabase::AwaitDeferred() {
  deferring_ = false;
  absl::Status earlier = std::exchange(deferred_, absl::OkStatus());
  const absl::Status now = pending_ > 0 ? Collect(nullptr) : absl::OkStatus();
  return earlier.ok() ? now : earlier;
}

std::int64_t PostgresDatabase::changes() {
  if (pending_ == 0) return changes_;
  deferred_ = Collect(nullptr);
  return deferred_.ok() ? changes_ : 0;
}

template <class Send>
absl::StatusOr<PostgresDatabase::Result> PostgresDatabase::Perform(bool repeatable, Send&& send) {
  if (!deferred_.ok()) return std::exchange(deferred_, absl::OkStatus());
  if (pending_ > 0) RETURN_IF_ERROR(Collect(nullptr));
  for (bool again = repeatable && !begun_;; again = false) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
      if (!repeatable || begun_) return Error(absl::StatusCode::kUnavailable, "STORE_FAILED", "the connection is lost");
      RETURN_IF_ERROR(Connect());
    }
    Result result(send(connection_.get()));
    absl::Status judged = Judge(result.get());
    if (judged.ok()) return result;
    if (again && PQstatus(connection_.get()) != CONNECTION_OK) continue;
    return judged;
  }
}

absl::Status PostgresDatabase::Execute(std::string_view sql) {
  return Perform(false, [text = std::string(sql)](PGconn* connection) { return PQexec(connection, text.c_str()); })
      .status();
}

absl::StatusOr<std::unique_ptr<Statement>> PostgresDatabase::Prepare(std::string_view sql) {
  return std::make_unique<PostgresStatement>(*this, NumberParameters(sql));
}

absl::Status PostgresDatabase::Begin() {
  const std::string_view sql = mode_ == Mode::kReadOnly
                                   ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                   // Each statement sees what was committed before it, so all after the lock see the
                                   // works of the writer before.
                                   : "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT one FROM store_writer FOR UPDATE";
  const absl::Status begun =
      Perform(true, [&](PGconn* connection) { return PQexec(connection, std::string(sql).c_str()); }).status();
  if (!begun.ok() && in_transaction()) (void)Execute("ROLLBACK");
  begun_ = begun.ok();
  return begun;
}

absl::Status PostgresDatabase::Commit() {
  RETURN_IF_ERROR(AwaitDeferred());
  const bool spoilt = aborted();
  RETURN_IF_ERROR(Execute("COMMIT"));
  // COMMIT of a spoilt transaction is a rollback that succeeds.
  begun_ = false;
  if (spoilt) return Error(absl::StatusCode::kInternal, "STORE_ERROR", "the transaction had failed before its commit");
  return absl::OkStatus();
}

void PostgresDatabase::Rollback() {
  begun_ = false;
  (void)AwaitDeferred();  // what it says of an error is of no interest any more
  if (in_transaction()) (void)Execute("ROLLBACK");
}

bool PostgresDatabase::in_transaction() const {
  if (pending_ > 0) return true;  // only statements of one are deferred
  const PGTransactionStatusType status = PQtransactionStatus(connection_.get());
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

bool PostgresDatabase::aborted() const {
  return pending_ == 0 && PQtransactionStatus(connection_.get()) == PQTRANS_INERROR;
}

absl::Status PostgresDatabase::ExecuteSchema(std::string_view sql) {
  return Execute(ToPostgresSchema(sql));
}

absl::StatusOr<std::vector<std::string>> PostgresDatabase::SchemaFaults(std::span<const Migration> migrations) {
  using Schema = std::map<std::string, std::string>;
  const auto read = [](Database& from, Schema& schema) -> absl::Status {
    RETURN_IF_ERROR(
        from.ForEach("SELECT 'column ' || table_name || '.' || column_name, data_type || ' ' || is_nullable"
                     " FROM information_schema.columns WHERE table_schema = current_schema()",
                     [&](const Statement& row) { schema[row.Text(0)] = row.Text(1); }));
    return from.ForEach(
        "SELECT 'index ' || indexname, replace(indexdef, current_schema() || '.', '') FROM pg_indexes"
        " WHERE schemaname = current_schema()",
        [&](const Statement& row) { schema[row.Text(0)] = row.Text(1); });
  };
  Schema actual;
  RETURN_IF_ERROR(read(*this, actual));
  // The model is made in a schema of its own that is never committed.
  ASSIGN_OR_RETURN(const auto model, Open(address(), Mode::kReadWrite));
  Schema expected;
  RETURN_IF_ERROR(model->Execute("BEGIN; CREATE SCHEMA jixiao_model; SET LOCAL search_path = jixiao_model"));
  for (const Migration& migration : migrations) RETURN_IF_ERROR(model->ExecuteSchema(migration.sql));
  RETURN_IF_ERROR(read(*model, expected));
  RETURN_IF_ERROR(model->Execute("ROLLBACK"));
  std::vector<std::string> faults;
  for (const auto& [name, definition] : expected)
    if (const auto found = actual.find(name); found == actual.end() || found->second != definition)
      faults.push_back(name);
  return faults;
}

}  // namespace jixiao::store
