"""Compares modules/plugin/deskd_plugin.h with what was released: plugins that were built then must go on working.

    abi.py            compares with tests/plugin/abi/MAJOR.MINOR.txt, the last of this major; then spoils the header in
                      ways that must be noticed
    abi.py --record   writes the file of the version that the header names (before a release)

A line for each member, with its place and declaration, each constant, each size. Nothing recorded may change; members
come at the end of structs that begin with their size, and with a new minor. What breaks that needs a new major.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEADER = ROOT / "modules/plugin/deskd_plugin.h"
RECORDS = pathlib.Path(__file__).resolve().parent / "abi"


def bodies(text, kind):
    """Name and body of each struct or named enum at file scope."""
    for found in re.finditer(rf"^{kind} (\w+) \{{", text, re.M):
        depth, at = 1, found.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        yield found[1], text[found.end():at - 1]


def pieces(body, mark):
    """Split at mark outside of braces and parentheses."""
    depth, now = 0, ""
    for c in body:
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(c, 0)
        if c == mark and depth == 0:
            yield now
            now = ""
        else:
            now += c
    if now.strip():
        yield now


def members(body):
    """Name and whole declaration of each member."""
    for piece in pieces(body, ";"):
        declaration = re.sub(r"\s+", " ", piece).strip()
        if not declaration:
            continue
        function = re.search(r"\(\*(\w+)\)\(", declaration)
        if function:
            yield function[1], declaration
            continue
        for name in re.findall(r"\*?\b(\w+)(?:\[\w+\])?\s*(?=,|$)", re.sub(r"\{.*\}", "", declaration)):
            yield name, declaration


def questions(text):
    """What is asked of the compiler: printf formats and expressions."""
    for name, body in bodies(text, "struct"):
        yield f"struct {name}: size %zu", f"sizeof(struct {name})"
        for member, declaration in members(body):
            what = f"struct {name}.{member}: at %zu, %zu bytes: {declaration.replace('%', '%%')}"
            yield what, f"offsetof(struct {name}, {member}), sizeof(((struct {name} *)0)->{member})"
    for body in re.findall(r"\benum\b[^{;]*\{([^}]*)\}", text):
        for entry in body.split(","):
            if entry.strip():
                name = entry.split("=")[0].strip()
                yield f"{name}: %d", f"(int){name}"
    for name in ("DESKD_ABI_MAJOR", "DESKD_ABI_MINOR", "DESKD_PERMISSION_WORDS"):
        yield f"{name}: %d", name


def layout(header):
    text = re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.S)
    text = re.sub(r"__attribute__\(\([^;]*?\)\)(?=;)", "", text)
    asked = dict(questions(text))
    lines = "".join('printf("%s\\n", %s);\n' % (what.replace('"', '\\"'), value) for what, value in asked.items())
    program = f'#include "{header}"\n#include <stdio.h>\nint main(void)\n{{\n{lines}return 0;\n}}\n'
    with tempfile.TemporaryDirectory() as folder:
        source, binary = pathlib.Path(folder, "abi.c"), pathlib.Path(folder, "abi")
        source.write_text(program, encoding="utf-8")
        subprocess.run(["gcc", "-std=c11", "-o", binary, source], check=True)
        out = subprocess.run([binary], check=True, capture_output=True, text=True).stdout
    return dict(line.split(": ", 1) for line in out.splitlines())


def version(lines):
    return int(lines["DESKD_ABI_MAJOR"]), int(lines["DESKD_ABI_MINOR"])


def grows(lines, name):
    """Whether a struct says how large it is, so that it may become larger."""
    return lines.get(f"{name}.size", "").startswith("at 0,")


def complaints(old, new):
    if version(new)[0] != version(old)[0]:
        return
    for what, value in old.items():
        if what == "DESKD_ABI_MINOR" or value == new.get(what):
            continue
        is_size = what.startswith("struct ") and "." not in what
        if is_size and what in new and grows(old, what) and int(new[what].split()[1]) > int(value.split()[1]):
            if version(new) <= version(old):
                yield f"{what} is larger, but the minor version is not"
            continue
        yield f"{what} was {value}, is {new.get(what, 'gone')}"
    for what in new.keys() - old.keys():
        name, _, member = what.partition(".")
        if not member or name not in old:
            continue
        if not grows(old, name):
            yield f"{what} is new in a struct that does not tell its size"
        elif version(new) <= version(old):
            yield f"{what} is new, but the minor version is not"


def last_record(major):
    names = [tuple(map(int, p.stem.split("."))) for p in RECORDS.glob(f"{major}.*.txt")]
    if not names:
        raise SystemExit(f"nothing is recorded of interface {major}: abi.py --record")
    path = RECORDS / ("%d.%d.txt" % max(names))
    return dict(line.split(": ", 1) for line in path.read_text(encoding="utf-8").splitlines())


# What must be noticed: text of the header, what it becomes.
SPOILT = [
    ("const char *name, *email;\n    int role;", "int role;\n    const char *name, *email;"),
    ("    int (*notify)(struct deskd_call *call, int64_t user_id, const char *text, const char *path);\n", ""),
    ("int64_t user_id, const char *text, const char *path);", "int64_t user_id, const char *path, const char *text);"),
    ("    int budget;\n", "    int64_t budget;\n"),
    ("    int budget;\n", "    int budget;\n    int more;\n"),
    ("DESKD_ERR_CONFLICT,", "DESKD_ERR_NEW, DESKD_ERR_CONFLICT,"),
    ("#define DESKD_PERMISSION_WORDS 4", "#define DESKD_PERMISSION_WORDS 8"),
    ("    const struct deskd_rule_action *actions;\n", "    const struct deskd_rule_action *actions;\n    void *more;\n"),
]


def self_test(old):
    """The header with the minor of the record: what was appended since is known, anything else must be noticed."""
    minor = version(old)[1]
    text = re.sub(r"(?<=DESKD_ABI_MINOR )\d+", str(minor), HEADER.read_text(encoding="utf-8"), count=1)
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        spoilt = pathlib.Path(folder, "deskd_plugin.h")

        def said(of):
            spoilt.write_text(of, encoding="utf-8")
            return set(complaints(old, layout(spoilt)))

        known = said(text)
        for before, after in SPOILT:
            if before not in text:
                missed.append(f"the header has no {before!r} to spoil")
            elif not said(text.replace(before, after, 1)) - known:
                missed.append(f"not noticed: {before!r} became {after!r}")
        # A member at the end of a struct with its size, and a new minor: that is how it grows.
        grown = text.replace(*SPOILT[-1], 1).replace(f"DESKD_ABI_MINOR {minor}", f"DESKD_ABI_MINOR {minor + 1}")
        missed += [f"refused although allowed: {c}" for c in said(grown)]
    return missed


def main():
    new = layout(HEADER)
    if sys.argv[1:] == ["--record"]:
        path = RECORDS / ("%d.%d.txt" % version(new))
        path.write_text("".join(f"{what}: {value}\n" for what, value in new.items()), encoding="utf-8")
        return 0
    old = last_record(version(new)[0])
    wrong = [*complaints(old, new), *self_test(old)]
    print("\n".join(wrong))
    return 1 if wrong else 0


sys.exit(main())
