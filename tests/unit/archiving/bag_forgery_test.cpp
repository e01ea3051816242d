// Packages whose files were exchanged and whose manifests, which nobody signs, were made anew: only the proofs tell.
#include "archiving/export/bag.h"
#include "archiving/export/bag_check.h"
#include "archiving/export/render.h"
#include "common/digest.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>

#include "unit/archiving/export_support.h"

namespace jixiao::archiving::exporting {
namespace {

namespace fs = std::filesystem;
using support::FullForm;
using support::kExportOrigin;
using support::RecordOfForm;

std::string BytesOf(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void WriteBytes(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

class BagForgeryTest : public ::testing::Test {
 protected:
  BagForgeryTest() : bag_(folder_ / "season") {
    BagOptions options;
    options.verifier_key = Key().VerifierKey();
    options.fonds = "0101/甲";
    auto writer = BagWriter::Create(bag_.string(), options).value();
    EXPECT_TRUE(writer->Add(Open(RecordOfForm(FullForm(), Key(), "the document")).value()).ok());
    EXPECT_TRUE(writer->Finish().ok());
  }

  log::Signer Key() { return log::Signer::LoadOrCreate(folder_ / "key", kExportOrigin).value(); }
  fs::path File(const std::string& name) const { return bag_ / "data/records/0000000000" / name; }

  // Makes all manifests, the count of bytes and the count of records fit what lies there.
  void Reseal() {
    std::map<std::string, std::string> payload;
    std::map<std::string, std::string> tags;
    std::size_t bytes = 0;
    std::size_t records = 0;
    for (const auto& entry : fs::recursive_directory_iterator(bag_)) {
      const std::string name = entry.path().lexically_relative(bag_).generic_string();
      if (entry.is_directory() && entry.path().parent_path() == bag_ / "data/records") ++records;
      if (!entry.is_regular_file()) continue;
      if (name.starts_with("data/")) bytes += (payload[name] = BytesOf(entry.path())).size();
    }
    std::string info = BytesOf(bag_ / "bag-info.txt");
    const auto put = [&info](const std::string& field, const std::string& value) {
      const std::size_t at = info.find(field) + field.size();
      info.replace(at, info.find('\n', at) - at, value);
    };
    put("Payload-Oxum: ", Cat(bytes, ".", payload.size()));
    put("Record-Count: ", Cat(records));
    WriteBytes(bag_ / "bag-info.txt", info);
    const auto list = [](const std::map<std::string, std::string>& files, bool sm3) {
      std::string out;
      for (const auto& [name, content] : files) {
        const Digests digests = DigestsOf(content);
        Append(out, sm3 ? digests.sm3 : digests.sha256, "  ", name, "\n");
      }
      return out;
    };
    WriteBytes(bag_ / "manifest-sha256.txt", list(payload, false));
    WriteBytes(bag_ / "manifest-sm3.txt", list(payload, true));
    for (const auto& entry : fs::recursive_directory_iterator(bag_)) {
      const std::string name = entry.path().lexically_relative(bag_).generic_string();
      if (entry.is_regular_file() && !name.starts_with("data/") && !name.starts_with("tagmanifest-"))
        tags[name] = BytesOf(entry.path());
    }
    WriteBytes(bag_ / "tagmanifest-sha256.txt", list(tags, false));
    WriteBytes(bag_ / "tagmanifest-sm3.txt", list(tags, true));
  }

  BagCheck Check() {
    Reseal();
    const log::Verifier verifier = log::Verifier::Parse(Key().VerifierKey()).value();
    return CheckBag(*PackageReader::Open(bag_.string()).value(), verifier, kExportOrigin).value();
  }
  std::string Faults() {
    std::string faults;
    for (const BagStep& step : Check().steps)
      for (const std::string& fault : step.faults) faults += fault + "\n";
    return faults;
  }

  nlohmann::json Proof() const { return nlohmann::json::parse(BytesOf(File("proof.json"))); }
  void PutProof(const nlohmann::json& proof) { WriteBytes(File("proof.json"), proof.dump(1) + "\n"); }

  TemporaryFolder folder_;
  const fs::path bag_;
};

TEST_F(BagForgeryTest, WhatWasNotTouchedVerifiesAfterResealing) {
  const BagCheck check = Check();
  EXPECT_TRUE(check.ok()) << Faults();
  EXPECT_EQ(check.steps[5].note, "") << "all that is derived was compared";
}

TEST_F(BagForgeryTest, AnotherFormBesideTheProvenOne) {
  fs::rename(File("parts/form.canonical"), File("parts/kept.canonical"));
  auto form = FullForm();
  form.set_total_score("100");
  WriteBytes(File("parts/form.canonical"), CanonicalEncode(form).value());
  nlohmann::json proof = Proof();
  for (auto& part : proof["parts"])
    if (part["name"] == "form") part["file"] = "data/records/0000000000/parts/kept.canonical";
  PutProof(proof);
  EXPECT_NE(Faults().find("部件 form 不在它的文件里"), std::string::npos) << Faults();
}

TEST_F(BagForgeryTest, FilesForPeopleAndProgramsSayWhatWasArchived) {
  for (const char* name : {"form.json", "scorecard.json", "form.html", "metadata.xml"}) {
    const std::string bytes = BytesOf(File(name));
    std::string changed = bytes;
    const std::string_view figure = std::string_view(name) == "metadata.xml" ? "西湖区党员服务中心" : "97.09";
    ASSERT_NE(changed.find(figure), std::string::npos) << name;
    changed.replace(changed.find(figure), figure.size(), "99.99");
    WriteBytes(File(name), changed);
    EXPECT_NE(Faults().find(Cat(name, "：与所归档的")), std::string::npos) << name << "\n" << Faults();
    fs::remove(File(name));
    EXPECT_NE(Faults().find(Cat(name, "：与所归档的")), std::string::npos) << name << " is gone\n" << Faults();
    WriteBytes(File(name), bytes);
  }
  EXPECT_EQ(Faults(), "");
  // A field that comes twice counts by its last value for one reader and by its first for another.
  std::string twice = BytesOf(File("form.json"));
  twice.insert(twice.find('{') + 1, "\"totalScore\":\"59\",");
  WriteBytes(File("form.json"), twice);
  EXPECT_NE(Faults().find("form.json：与所归档的"), std::string::npos) << Faults();
}

TEST_F(BagForgeryTest, RuleSetForProgramsIsTheProvenOne) {
  for (const auto& entry : fs::directory_iterator(bag_ / "data/rule-sets")) {
    if (entry.path().extension() != ".json") continue;
    std::string bytes = BytesOf(entry.path());
    bytes.replace(bytes.find("2020"), 4, "2021");
    WriteBytes(entry.path(), bytes);
  }
  EXPECT_NE(Faults().find(".json：与所归档的 rule_set"), std::string::npos) << Faults();
}

TEST_F(BagForgeryTest, CopyOfAFolderIsNoRecord) {
  fs::copy(File(""), bag_ / "data/records/0000000001", fs::copy_options::recursive);
  EXPECT_NE(Faults().find("data/records/0000000001/proof.json：是 records/0 的"), std::string::npos) << Faults();
}

TEST_F(BagForgeryTest, SecondPartOfTheSameName) {
  nlohmann::json proof = Proof();
  nlohmann::json second = proof["parts"][0];
  second["media_type"] = "text/plain";
  second["file"] = Cat("data/records/0000000000/parts/", second["name"].get<std::string>(), ".txt");
  WriteBytes(bag_ / second["file"].get<std::string>(), "something else");
  proof["parts"].push_back(second);
  PutProof(proof);
  EXPECT_NE(Faults().find("有两个部件"), std::string::npos) << Faults();
}

TEST_F(BagForgeryTest, FilesOfNoRecord) {
  for (const char* name : {"data/records/0000000000/parts/more.txt", "data/records/0000000000/form.txt",
                           "data/rule-sets/other.json", "data/letter.txt"}) {
    WriteBytes(bag_ / name, "x");
    EXPECT_NE(Faults().find(Cat(name, "：不属于任何记录")), std::string::npos) << name << "\n" << Faults();
    fs::remove(bag_ / name);
  }
  WriteBytes(bag_ / "说明.html", "x");
  EXPECT_NE(Faults().find("说明.html：不属于归档包"), std::string::npos) << Faults();
  fs::remove(bag_ / "说明.html");
  WriteBytes(bag_ / "metadata/package.xsd", "<xs:schema/>");
  EXPECT_NE(Faults().find("metadata/package.xsd"), std::string::npos) << Faults();
}

TEST_F(BagForgeryTest, ARecordThatCannotBeReadIsNamedAlone) {
  WriteBytes(File("proof.json"), "{");
  const std::string faults = Faults();
  EXPECT_NE(faults.find("proof.json"), std::string::npos) << faults;
  EXPECT_EQ(faults.find("不属于"), std::string::npos) << faults;
}

// A package of another version is not refused for its looks, and its looks are not vouched for.
TEST_F(BagForgeryTest, AnotherRenderingIsNotCompared) {
  std::string info = BytesOf(bag_ / "bag-info.txt");
  info.replace(info.find(SoftwareAgent()), SoftwareAgent().size(), "jixiao");
  WriteBytes(bag_ / "bag-info.txt", info);
  WriteBytes(File("form.html"), "<p>97.09</p>");
  const BagCheck check = Check();
  EXPECT_TRUE(check.ok()) << Faults();
  EXPECT_TRUE(std::any_of(check.steps.begin(), check.steps.end(),
                          [](const BagStep& step) { return step.note.find("form.html") != std::string::npos; }));
  WriteBytes(File("form.json"), "{}");
  EXPECT_FALSE(Check().ok()) << "what programs read is always compared";
}

// Whoever changes a byte of what Render or MetadataXml write raises kRenderingRevision and puts the new digest here.
// Keys, signatures, salts and digests, which differ from run to run, are left out.
TEST_F(BagForgeryTest, RenderingIsThatOfItsRevision) {
  EXPECT_EQ(kRenderingRevision, 1);
  const std::regex random("[A-Za-z0-9+/=]{20,}");
  const std::string written = BytesOf(File("form.html")) + BytesOf(File("metadata.xml"));
  EXPECT_EQ(DigestOf(std::regex_replace(written, random, "#")),
            "sha256:45e65ed7e97a26c8570768db50915478c1b260d3d153da89ee23fed4a59bbaef");
}

}  // namespace
}  // namespace jixiao::archiving::exporting
