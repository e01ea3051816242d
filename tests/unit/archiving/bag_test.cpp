// Packages: whole or not at all, readable by other tools, and every bit counts.
#include "archiving/export/bag.h"

#include "archiving/export/bag_check.h"
#include "archiving/export/bag_inspection.h"
#include "common/file.h"
#include "support/paths.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "unit/archiving/export_support.h"

namespace jixiao::archiving::exporting {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kTime = 1'763'731'700'000'000;
using support::FullForm;
using support::kExportOrigin;
using support::OutputOf;
using support::RecordOfForm;

std::string BytesOf(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class BagTest : public ::testing::Test {
 protected:
  log::Signer Key() { return log::Signer::LoadOrCreate(folder_ / "key", kExportOrigin).value(); }

  BagOptions Options() {
    BagOptions options;
    options.verifier_key = Key().VerifierKey();
    options.description = "测试";
    options.fonds = "0101";
    return options;
  }

  // A package of one record with a source document under a hostile name.
  std::string Write(const std::string& name) {
    const std::string path = folder_ / name;
    auto form = FullForm();
    form.mutable_source()->set_file_name("../../etc/passwd");
    form.mutable_source()->set_media_type("application/pdf; name=\"../x\"");
    const Document document = Open(RecordOfForm(form, Key(), "%PDF-1.4 the document's bytes")).value();
    auto bag = BagWriter::Create(path, Options());
    EXPECT_TRUE(bag.ok()) << bag.status();
    EXPECT_TRUE((*bag)->Add(document).ok());
    EXPECT_FALSE(fs::exists(path)) << "nothing has the name before the end";
    const absl::Status finished = (*bag)->Finish();
    EXPECT_TRUE(finished.ok()) << finished;
    return path;
  }

  // The faults that are found, joined; empty when the package verifies.
  std::string Faults(const std::string& path) {
    const log::Verifier verifier = log::Verifier::Parse(Key().VerifierKey()).value();
    const auto package = PackageReader::Open(path);
    if (!package.ok()) return std::string(package.status().message());
    const auto check = CheckBag(**package, verifier, kExportOrigin);
    if (!check.ok()) return std::string(check.status().message());
    std::string faults;
    for (const BagStep& step : check->steps)
      for (const std::string& fault : step.faults) faults += fault + "\n";
    EXPECT_EQ(check->ok(), faults.empty());
    return faults;
  }

  TemporaryFolder folder_;
};

TEST_F(BagTest, FolderAndZipVerify) {
  for (const char* name : {"season", "season.zip"}) {
    const std::string path = Write(name);
    EXPECT_EQ(Faults(path), "") << name;
  }
  const auto package = PackageReader::Open(folder_ / "season.zip").value();
  EXPECT_TRUE(package->Has("data/records/0000000000/parts/source.pdf"));
  for (const std::string& name : package->Names()) EXPECT_EQ(name.find(".."), std::string::npos) << name;
  EXPECT_NE(package->Content("bag-info.txt", 10'000).value().find("Fonds-Number: 0101"), std::string::npos);
}

TEST_F(BagTest, FolderAndZipHaveTheSameFilesEveryTime) {
  const auto form = FullForm();
  const Document document = Open(RecordOfForm(form, Key())).value();
  for (const char* name : {"a.zip", "b.zip"}) {
    auto bag = BagWriter::Create(folder_ / name, Options()).value();
    ASSERT_TRUE(bag->Add(document).ok());
    ASSERT_TRUE(bag->Finish().ok());
  }
  std::string a = BytesOf(folder_ / "a.zip");
  std::string b = BytesOf(folder_ / "b.zip");
  for (std::size_t at = a.find("a/"); at != std::string::npos; at = a.find("a/", at + 1))
    if (b.compare(at, 2, "b/") == 0) a[at] = 'b';  // the top folder is named after the file
  EXPECT_EQ(a, b);
}

TEST_F(BagTest, EveryFlippedBitOfAFolderIsFoundAndItsFileNamed) {
  const std::string path = Write("season");
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    const std::string name = entry.path().lexically_relative(path).generic_string();
    const std::string bytes = BytesOf(entry.path());
    const std::size_t step = std::max<std::size_t>(1, bytes.size() / 7);
    for (std::size_t i = 0; i < bytes.size(); i += step) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
      std::ofstream(entry.path(), std::ios::binary) << damaged;
      const std::string faults = Faults(path);
      EXPECT_NE(faults, "") << name << " byte " << i;
      // In a list of digests, the file whose line was hit may be named as well as the list.
      const bool is_list = name.find("manifest-") != std::string::npos;
      if (!is_list) {
        EXPECT_NE(faults.find(name), std::string::npos) << name << " byte " << i << "\n" << faults;
      }
    }
    std::ofstream(entry.path(), std::ios::binary) << bytes;
  }
  EXPECT_EQ(Faults(path), "");
}

TEST_F(BagTest, EveryFlippedBitOfATagFileIsFound) {
  const std::string path = Write("season");
  for (const char* name : {"bagit.txt", "bag-info.txt", "tagmanifest-sha256.txt", "tagmanifest-sm3.txt",
                           "manifest-sm3.txt", "metadata/verifier-key.txt"}) {
    const fs::path file = fs::path(path) / name;
    const std::string bytes = BytesOf(file);
    ASSERT_FALSE(bytes.empty()) << name;
    for (std::size_t i = 0; i<bytes.size(); i += bytes.size()> 300 ? 11 : 1) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
      std::ofstream(file, std::ios::binary) << damaged;
      EXPECT_NE(Faults(path), "") << name << " byte " << i;
    }
    std::ofstream(file, std::ios::binary) << bytes;
  }
}

TEST_F(BagTest, EveryFlippedBitOfAZipIsFound) {
  const std::string path = Write("season.zip");
  const std::string bytes = BytesOf(path);
  // All of the directory at the end, and a sample of the rest.
  for (std::size_t i = 0; i < bytes.size(); i += i + 4000 < bytes.size() ? 997 : 3) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    std::ofstream(path, std::ios::binary) << damaged;
    EXPECT_NE(Faults(path), "") << "byte " << i << " of " << bytes.size();
  }
  std::ofstream(path, std::ios::binary) << bytes << '\n';
  EXPECT_NE(Faults(path), "") << "a byte more";
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_EQ(Faults(path), "");
}

TEST_F(BagTest, FilesThatCameOrWentAreNamed) {
  const std::string path = Write("season");
  std::ofstream(fs::path(path) / "data/extra.txt") << "x";
  EXPECT_NE(Faults(path).find("data/extra.txt"), std::string::npos);
  fs::remove(fs::path(path) / "data/extra.txt");
  fs::remove(fs::path(path) / "data/records/0000000000/form.html");
  EXPECT_NE(Faults(path).find("data/records/0000000000/form.html"), std::string::npos);
}

TEST_F(BagTest, AnotherKeyDoesNotVerify) {
  const std::string path = Write("season");
  const log::Signer other = log::Signer::LoadOrCreate(folder_ / "other", kExportOrigin).value();
  const auto package = PackageReader::Open(path).value();
  const log::Verifier verifier = log::Verifier::Parse(other.VerifierKey()).value();
  EXPECT_FALSE(CheckBag(*package, verifier, kExportOrigin)->ok());
}

// Somebody who changes a record and makes all manifests anew is found by the leaf.
TEST_F(BagTest, ConsistentForgeryIsFoundByTheProof) {
  const std::string path = Write("season");
  const fs::path part = fs::path(path) / "data/records/0000000000/parts/scorecard.canonical";
  std::string bytes = BytesOf(part);
  bytes.replace(bytes.find("97.09"), 5, "99.99");
  std::ofstream(part, std::ios::binary) << bytes;
  const std::string name = "data/records/0000000000/parts/scorecard.canonical";
  for (const auto& [algorithm, digest] :
       {std::pair<std::string, std::string>{"sha256", DigestsOf(bytes).sha256}, {"sm3", DigestsOf(bytes).sm3}}) {
    const fs::path manifest = fs::path(path) / ("manifest-" + algorithm + ".txt");
    std::string text = BytesOf(manifest);
    text.replace(text.find(name) - 66, 64, digest);
    std::ofstream(manifest, std::ios::binary) << text;
  }
  for (const std::string kind : {"sha256", "sm3"}) {
    const fs::path tags = fs::path(path) / ("tagmanifest-" + kind + ".txt");
    std::string text = BytesOf(tags);
    for (const std::string of : {"sha256", "sm3"}) {
      const Digests digests = DigestsOf(BytesOf(fs::path(path) / ("manifest-" + of + ".txt")));
      text.replace(text.find("manifest-" + of) - 66, 64, kind == "sha256" ? digests.sha256 : digests.sm3);
    }
    std::ofstream(tags, std::ios::binary) << text;
  }
  const std::string faults = Faults(path);
  EXPECT_EQ(faults.find("清单"), std::string::npos) << faults;
  EXPECT_NE(faults.find("scorecard"), std::string::npos) << faults;
}

TEST_F(BagTest, WhatIsNotFinishedLeavesNothing) {
  for (const char* name : {"half", "half.zip"}) {
    {
      auto bag = BagWriter::Create(folder_ / name, Options()).value();
      ASSERT_TRUE(bag->Add(Open(RecordOfForm(FullForm(), Key())).value()).ok());
    }
    {
      auto empty = BagWriter::Create(folder_ / name, Options()).value();
      EXPECT_EQ(empty->Finish().code(), absl::StatusCode::kInvalidArgument);
    }
  }
  for (const auto& entry : fs::directory_iterator(fs::path(folder_ / "x").parent_path()))
    EXPECT_EQ(entry.path().filename().string().find("half"), std::string::npos) << entry.path();
}

TEST_F(BagTest, InspectionsAreInItAndOfIt) {
  const std::string path = Write("season");
  const std::string lines = BytesOf(path + "/metadata/inspection.jsonl");
  EXPECT_NE(lines.find("\"ZS-1\",\"outcome\":\"通过\""), std::string::npos) << lines;
  EXPECT_EQ(lines.find("不通过"), lines.rfind("不通过")) << "only the file that is no whole PDF" << lines;
  const auto inspect = [&] {
    const log::Verifier verifier = log::Verifier::Parse(Key().VerifierKey()).value();
    const auto package = PackageReader::Open(path).value();
    return InspectBag(*package, path, verifier, kExportOrigin, kTime).value();
  };
  const auto outcome = [](const BagInspection& inspection, std::string_view code) {
    for (const InspectedItem& item : inspection.items)
      if (item.info->code == code) return item.outcome();
    return v1::INSPECTION_OUTCOME_UNSPECIFIED;
  };
  const BagInspection whole = inspect();
  EXPECT_EQ(whole.records, 1);
  for (const char* code : {"ZS-1", "ZS-2", "ZS-7", "ZS-8", "WZ-1", "WZ-4", "WZ-5", "KY-1", "KY-5", "AQ-3"})
    EXPECT_EQ(outcome(whole, code), v1::INSPECTION_OUTCOME_PASSED) << code;
  EXPECT_EQ(outcome(whole, "AQ-4"), v1::INSPECTION_OUTCOME_NOT_CHECKED) << "nobody looked at the carrier";
  EXPECT_EQ(outcome(whole, "KY-3"), v1::INSPECTION_OUTCOME_FAILED) << "the PDF is cut off";
  std::ofstream(path + "/data/more") << "x";
  const BagInspection more = inspect();
  EXPECT_EQ(outcome(more, "AQ-3"), v1::INSPECTION_OUTCOME_FAILED);
  EXPECT_EQ(outcome(more, "WZ-5"), v1::INSPECTION_OUTCOME_FAILED);
  EXPECT_EQ(outcome(more, "ZS-7"), v1::INSPECTION_OUTCOME_PASSED) << "what is listed is there";
  fs::remove(path + "/data/more");
  std::ofstream(path + "/data/records/0000000000/form.json", std::ios::app) << " ,";
  const BagInspection changed = inspect();
  EXPECT_EQ(outcome(changed, "ZS-7"), v1::INSPECTION_OUTCOME_FAILED);
  EXPECT_EQ(outcome(changed, "ZS-8"), v1::INSPECTION_OUTCOME_FAILED);
}

TEST_F(BagTest, OtherToolsAgree) {
  const std::string path = Write("season");
  int code = 1;
  for (const char* list : {"manifest-sha256.txt", "tagmanifest-sha256.txt"}) {
    const std::string out = OutputOf("cd " + path + " && sha256sum --check --strict --quiet " + list + " 2>&1", &code);
    EXPECT_EQ(code, 0) << out;
  }
  if (support::IsInstalled("xmllint")) {
    const std::string out = OutputOf("cd " + path +
                                         " && xmllint --noout --schema metadata/package.xsd"
                                         " data/records/0000000000/metadata.xml 2>&1",
                                     &code);
    EXPECT_EQ(code, 0) << out;
  }
  Write("season.zip");
  const std::string zip = folder_ / "season.zip";
  const std::string listed = OutputOf(
      "python3 -c 'import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); "
      "print(z.testzip(), len(z.namelist()))' " +
          zip + " 2>&1",
      &code);
  if (code == 0) {
    EXPECT_TRUE(listed.starts_with("None ")) << listed;
  }
  const std::string script = paths::Source() + "/tests/integration/bagit_check.sh ";
  const std::string out = OutputOf(script + path + " 2>&1", &code);
  EXPECT_EQ(code, 0) << out;
  // And it is a check: it refuses what was changed, added or taken away.
  for (const std::string& change :
       {"printf x >>" + path + "/data/records/0000000000/form.json", "printf x >" + path + "/data/more",
        "rm " + path + "/data/records/0000000000/form.html"}) {
    fs::remove_all(folder_ / "copy");
    fs::copy(path, folder_ / "copy", fs::copy_options::recursive);
    std::string there = change;
    there.replace(there.find(path), path.size(), folder_ / "copy");
    OutputOf(there);
    OutputOf(script + (folder_ / "copy") + " 2>&1", &code);
    EXPECT_NE(code, 0) << change;
  }
}

}  // namespace
}  // namespace jixiao::archiving::exporting
