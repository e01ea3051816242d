#include "cli/self_description.h"

#include "common/text.h"

#include <functional>
#include <string_view>
#include <vector>

namespace jixiao::cli {
namespace {

std::vector<const CLI::App*> ShownCommands(const CLI::App& app) {
  std::vector<const CLI::App*> shown;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    if (!command->get_group().empty()) shown.push_back(command);
  return shown;
}

// Visits the command and all below it, each with its words.
void Walk(const CLI::App& app, const std::string& words,
          const std::function<void(const CLI::App&, const std::string&)>& visit) {
  visit(app, words);
  for (const CLI::App* command : ShownCommands(app)) Walk(*command, Cat(words, " ", command->get_name()), visit);
}

// Text for roff: a leading dot or quote and backslashes would be orders, and hyphens could become dashes.
std::string Roff(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '\n')
      out += "\n.br\n";
    else
      out.push_back(c);
  }
  return out;
}

bool IsHelp(const CLI::Option& option) {
  return option.get_name(false, true).find("--help") != std::string::npos;
}

void PutOptions(std::string& page, const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (IsHelp(*option)) continue;
    const bool takes_value = option->get_items_expected_max() > 0 && !option->get_positional();
    Append(page, ".TP\n.B ", Roff(option->get_name(option->get_positional(), true)));
    if (takes_value) Append(page, " \\fI值\\fR");
    if (option->get_required()) Append(page, " （必填）");
    Append(page, "\n", Roff(option->get_description()));
    if (!option->get_default_str().empty()) Append(page, "。默认 ", Roff(option->get_default_str()));
    if (!option->get_envname().empty()) Append(page, "。环境变量 ", Roff(option->get_envname()));
    Append(page, "\n");
  }
}

// What may follow an option whose values are few, as CLI::IsMember writes it: "{a,b}".
std::vector<std::string> ValuesOf(const CLI::Option& option) {
  std::vector<std::string> values;
  const std::string type = option.get_type_name();
  const std::size_t open = type.find('{');
  const std::size_t close = type.find('}');
  if (open == std::string::npos || close == std::string::npos) return values;
  std::string_view rest = std::string_view(type).substr(open + 1, close - open - 1);
  while (true) {
    const std::size_t comma = rest.find(',');
    values.emplace_back(rest.substr(0, comma));
    if (comma == std::string_view::npos) return values;
    rest.remove_prefix(comma + 1);
  }
}

std::string Joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) Append(out, out.empty() ? "" : " ", word);
  return out;
}

// The long and short names of an option: "--key", "-h".
std::vector<std::string> NamesOf(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  return names;
}

}  // namespace

std::string ManPage(const CLI::App& app) {
  std::string page = Cat(".TH JIXIAO 1 \"\" \"jixiao\" \"绩效\"\n.SH NAME\n", app.get_name(), " \\- ",
                         "command line of the Jixiao services (", Roff(app.get_description()), ")\n");
  Append(page, ".SH SYNOPSIS\n.B ", app.get_name(), "\n[\\fI选项\\fR] \\fI命令\\fR [\\fI参数\\fR]\n.SH OPTIONS\n");
  PutOptions(page, app);
  Append(page, ".SH COMMANDS\n");
  Walk(app, app.get_name(), [&](const CLI::App& command, const std::string& words) {
    if (&command == &app) return;
    Append(page, ".SS ", Roff(words));
    for (const CLI::Option* option : command.get_options())
      if (option->get_positional()) Append(page, " ", Roff(option->get_name(true)));
    Append(page, "\n", Roff(command.get_description()), "\n");
    PutOptions(page, command);
  });
  Append(page,
         ".SH EXIT STATUS\n0 完成；1 被拒绝、验证失败或有不能用的依赖；2 用法错误。\n"
         ".SH SEE ALSO\n.BR jixiao\\-intake (8),\n.BR jixiao\\-scoring (8),\n.BR jixiao\\-archiving (8)\n");
  return page;
}

std::string BashCompletion(const CLI::App& app) {
  const std::string& name = app.get_name();
  std::string cases;
  std::string values;
  Walk(app, name, [&](const CLI::App& command, const std::string& words) {
    std::vector<std::string> commands;
    std::vector<std::string> options;
    for (const CLI::App* below : ShownCommands(command)) commands.push_back(below->get_name());
    for (const CLI::Option* option : command.get_options()) {
      const std::vector<std::string> names = NamesOf(*option);
      options.insert(options.end(), names.begin(), names.end());
      const std::vector<std::string> few = ValuesOf(*option);
      for (const std::string& one : names)
        if (!few.empty()) Append(values, "    '", words, " ", one, "') words='", Joined(few), "' ;;\n");
    }
    Append(cases, "    '", words, "') commands='", Joined(commands), "' options='", Joined(options), "' ;;\n");
  });
  return Cat("# bash completion of ", name, ", written by `", name,
             " describe --as bash`.\n"
             "_",
             name,
             "_at() {\n"
             "  case $1 in\n",
             cases,
             "    *) return 1 ;;\n"
             "  esac\n"
             "}\n"
             "_",
             name,
             "_values() {\n"
             "  case $1 in\n",
             values,
             "    *) return 1 ;;\n"
             "  esac\n"
             "}\n"
             "_",
             name,
             "() {\n"
             "  local at=",
             name,
             " word commands options words i current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
             "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
             "    word=${COMP_WORDS[i]}\n"
             "    if _",
             name, "_at \"$at\" && [[ \" $commands \" == *\" $word \"* ]]; then at=\"$at $word\"; fi\n",
             "  done\n"
             "  COMPREPLY=()\n"
             "  if _",
             name, "_values \"$at $before\" || _", name, "_values \"", name,
             " $before\"; then\n"
             "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
             "    return\n"
             "  fi\n"
             "  _",
             name, "_at ", name,
             "\n"
             "  local everywhere=$options\n"
             "  _",
             name,
             "_at \"$at\"\n"
             "  if [[ $current == -* ]]; then\n"
             "    mapfile -t COMPREPLY < <(compgen -W \"$options $everywhere\" -- \"$current\")\n"
             "  elif [ -n \"$commands\" ]; then\n"
             "    mapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$current\")\n"
             "  else\n"
             "    compopt -o filenames\n"
             "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
             "  fi\n"
             "}\n"
             "complete -F _",
             name, " ", name, "\n");
}

std::string CommandList(const CLI::App& app) {
  std::string list;
  Walk(app, app.get_name(), [&](const CLI::App& command, const std::string& words) {
    if (ShownCommands(command).empty()) Append(list, words, "\n");
  });
  return list;
}

}  // namespace jixiao::cli
