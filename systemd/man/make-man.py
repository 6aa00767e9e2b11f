#!/usr/bin/env python3
"""Writes the manual pages: make-man.py BINDIR DOCSDIR OUTDIR

vedette(1) and vedetted(8) come from what the programs themselves tell of their commands and options,
site.yaml(5) from Docs/Configuration.md; what only people can say stands in this file. So no page can
tell of an option that is not there.
"""

import json
import pathlib
import re
import subprocess
import sys

FILES = """.SH FILES
.TP
.I /etc/vedette/site.yaml
The site file, site.yaml(5).
.TP
.IR /etc/vedette/DeviceProfiles ,\\  /usr/share/vedette/DeviceProfiles
Device profiles; the first folder that has one wins.
.TP
.I /var/lib/vedette
The ledger: every event, synced before anybody hears of it.
"""

STATUS = """.SH EXIT STATUS
.TP
.B 0
All is well.
.TP
.B 1
Something wrong was found.
.TP
.B 64
Wrong use.
.TP
.B 65
Wrong data in an input, such as the site file.
.TP
.B 66
An input is missing or cannot be read.
.TP
.B 69
A device or peer is not available.
.TP
.B 74
Input or output failed.
"""

DAEMON = """.SH DESCRIPTION
.B vedetted
reads motion sensors on GPIO lines, V4L2 cameras and MAVLink telemetry, fuses what they see into
crossing events, keeps these in a durable ledger and serves them over HTTP. It is started by
.BR vedetted.service ,
waits for neither network nor clock, and runs without any center. A sensor that is missing is
reported and tried again.
"""

SIGNALS = """.SH SIGNALS
.TP
.B SIGHUP
Reads the site file anew. With a mistake in it nothing changes. While events cannot be stored, a
change of sensors waits until they can.
.TP
.BR SIGTERM ,\\  SIGINT
Drains readers, fusion and ledger, in this order, and ends.
.SH ENVIRONMENT
.TP
.BR NOTIFY_SOCKET ,\\  WATCHDOG_USEC
sd_notify(3): readiness, state, and the watchdog, which is fed only while fusion and ledger make
progress.
.TP
.B CREDENTIALS_DIRECTORY
Where keys named
.I credential:NAME
in the site file are found.
"""


def escape(text):
    """Plain text for roff."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = text.replace("…", "...").replace("–", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def inline(text):
    """Markdown within a line: code, bold, links."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    out = []
    for part in re.split(r"(`[^`]*`|\*\*[^*]+\*\*)", text):
        if part.startswith("`"):
            out.append("\\fB" + escape(part[1:-1]) + "\\fP")
        elif part.startswith("**"):
            out.append("\\fB" + escape(part[2:-2]) + "\\fP")
        else:
            out.append(escape(part))
    joined = "".join(out)
    return "\\&" + joined if joined[:1] in (".", "'") else joined


def table(rows):
    """A Markdown table: its first column tagged, the others named by their heading."""
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    head, body = cells[0], cells[2:]
    out = []
    for row in body:
        out += [".TP", inline(row[0])]
        texts = []
        for name, cell in zip(head[1:], row[1:]):
            if cell:
                texts.append(inline(cell if name == "meaning" or len(head) == 2 else f"{name}: {cell}"))
        out.append("; ".join(texts) + ".")
    return out + [".PP"]


def markdown(text):
    """The subset of Markdown that Docs/Configuration.md uses, as roff."""
    out, lines, place = [], text.splitlines(), 0
    while place < len(lines):
        line = lines[place]
        if line.startswith("```"):
            end = lines.index("```", place + 1)
            out += [".PP", ".nf", ".RS"] + [escape(x) for x in lines[place + 1:end]] + [".RE", ".fi"]
            place = end
        elif line.startswith("|"):
            end = place
            while end < len(lines) and lines[end].startswith("|"):
                end += 1
            out += table(lines[place:end])
            place = end - 1
        elif match := re.match(r"(#+) (.*)", line):
            name = {1: "DESCRIPTION"}.get(len(match[1]), match[2])
            out.append((".SH " if len(match[1]) < 3 else ".SS ") + '"' + escape(
                name.upper() if len(match[1]) < 3 else name) + '"')
        elif line.startswith("- "):
            out += [".IP \\(bu 2", inline(line[2:])]
        elif not line.strip():
            out.append(".PP")
        else:
            out.append(inline(line))
        place += 1
    kept = []
    for line in out:
        if line == ".PP" and kept and (kept[-1] == ".PP" or kept[-1].startswith((".SH", ".SS"))):
            continue
        if line.startswith((".SH", ".SS", ".TP")) and kept and kept[-1] == ".PP":
            kept.pop()
        kept.append(line)
    while kept and kept[-1] == ".PP":
        kept.pop()
    return "\n".join(kept) + "\n"


def spelled(argument):
    """How an option or argument is written."""
    value = escape(argument.get("valueName", "value"))
    if argument["kind"] == "positional":
        return f"\\fI{value}\\fP"
    names = ", ".join(
        "\\fB" + escape(("--" if name["kind"] == "long" else "-") + name["name"]) + "\\fP"
        for name in argument["names"])
    return names + (f" \\fI{value}\\fP" if argument["kind"] == "option" else "")


def options(command):
    """The options of a command, tagged."""
    out = []
    for argument in command.get("arguments", []):
        if not argument.get("shouldDisplay", True):
            continue
        text = argument.get("abstract", "")
        if "defaultValue" in argument:
            text += f" Default: {argument['defaultValue']}."
        out += [".TP", spelled(argument), inline(text) or "\\&"]
    return out


def synopsis(command, path):
    """One line of how the command is called."""
    words = ["\\fB" + escape(" ".join(path)) + "\\fP"]
    for argument in command.get("arguments", []):
        names = [name["name"] for name in argument.get("names", [])]
        if not argument.get("shouldDisplay", True) or "help" in names or "version" in names:
            continue
        word = spelled(argument).split(", ")[-1]
        word += " ..." if argument.get("isRepeating") else ""
        words.append(f"[{word}]" if argument.get("isOptional") else word)
    if [c for c in command.get("subcommands", []) if c["commandName"] != "help"]:
        words.append("\\fIcommand\\fP ...")
    return " ".join(words)


def commands(command, path):
    """Every command below `command`, with its options."""
    out = []
    for sub in command.get("subcommands", []):
        if sub["commandName"] == "help" or not sub.get("shouldDisplay", True):
            continue
        here = path + [sub["commandName"]]
        out += ['.SS "' + escape(" ".join(here[1:])) + '"', synopsis(sub, here), ".PP",
                inline(sub.get("abstract", ""))]
        if sub.get("discussion"):
            out += [".PP"] + [inline(line) for line in sub["discussion"].splitlines()]
        shown = [a for a in sub.get("arguments", [])
                 if not {"help", "version"} & {n["name"] for n in a.get("names", [])}]
        out += options({"arguments": shown}) + commands(sub, here)
    return out


def page(name, section, version, summary, body):
    """A page with its head."""
    return (f'.TH {name.upper()} {section} "" "Vedette {version}" "Vedette manual"\n'
            f".SH NAME\n{name} \\- {escape(summary)}\n{body}")


def told(program, *arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


def main():
    if len(sys.argv) != 4:
        print("use: make-man.py BINDIR DOCSDIR OUTDIR", file=sys.stderr)
        sys.exit(64)
    programs, docs, out = (pathlib.Path(argument) for argument in sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    version = told(programs / "vedetted", "--version").strip()
    for name, section in (("vedette", 1), ("vedetted", 8)):
        command = json.loads(told(programs / name, "--experimental-dump-help"))["command"]
        body = [".SH SYNOPSIS", synopsis(command, [name])]
        if name == "vedetted":
            body.append(DAEMON.rstrip())
        else:
            body += [".SH DESCRIPTION", "The command line for people at a post and in a center.",
                     "Commands that print results have", ".BR \\-\\-json ."]
        body += [".SH OPTIONS"] + options(command)
        if name == "vedette":
            body += [".SH COMMANDS"] + commands(command, [name])
        else:
            body.append(SIGNALS.rstrip())
        seen = ("vedetted(8)" if name == "vedette" else "vedette(1)") + ", site.yaml(5)"
        text = "\n".join(body) + "\n" + FILES + STATUS + f".SH SEE ALSO\n{seen}\n"
        summary = command["abstract"].rstrip(".")
        (out / f"{name}.{section}").write_text(
            page(name, section, version, summary[0].lower() + summary[1:], text))
    reference = markdown((docs / "Configuration.md").read_text())
    (out / "site.yaml.5").write_text(page(
        "site.yaml", 5, version, "the site file of a Vedette post",
        reference + ".SH SEE ALSO\nvedette(1), vedetted(8)\n"))


main()
