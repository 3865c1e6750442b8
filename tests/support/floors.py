"""Fails when a folder includes from a floor above its own, or when folders include each other in a circle.

The floors are those of docs/developers.md: a folder includes from floors below; folders of one floor may
include each other as long as no circle comes of it.
"""
import pathlib
import re
import sys

FLOORS = [
    ["base"],
    ["db", "cache", "html", "mail"],
    ["tenant", "user", "file", "search", "calendar", "canned"],
    ["ticket", "contact", "outbox"],
    ["notice"],
    ["automation"],
    ["plugin"],
    ["report", "staff", "intake", "delivery"],
    ["jobs", "lmtp", "push"],
    ["fcgi", "cli"],
]
FLOOR_OF = {name: height for height, names in enumerate(FLOORS) for name in names}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([a-z_]+)/', re.M)


def folders():
    for top in sorted(pathlib.Path("modules").iterdir()):
        if top.is_dir():
            yield top
    yield from (p for p in (pathlib.Path("fcgi"), pathlib.Path("cli")) if p.is_dir())


def includes(folder):
    """Other folder -> the first file that includes from it."""
    found = {}
    for file in sorted(folder.rglob("*.[ch]")):
        for other in INCLUDE.findall(file.read_text(encoding="utf-8")):
            if other != folder.name:
                found.setdefault(other, file)
    return found


def circle(graph, node, trail, done):
    if node in trail:
        return trail[trail.index(node):] + [node]
    if node in done:
        return None
    for other in graph.get(node, ()):
        found = circle(graph, other, trail + [node], done)
        if found:
            return found
    done.add(node)
    return None


def main():
    wrong = []
    graph = {}
    for folder in folders():
        used = includes(folder)
        if used or any(folder.rglob("*.[ch]")):
            graph[folder.name] = used
    for name, used in graph.items():
        if name not in FLOOR_OF:
            wrong.append(f"{name} stands on no floor: name one in tests/support/floors.py")
            continue
        for other, file in used.items():
            if other in FLOOR_OF and FLOOR_OF[other] > FLOOR_OF[name]:
                wrong.append(f"{file} includes from {other}, a floor above {name}")
    done = set()
    for name in graph:
        found = circle(graph, name, [], done)
        if found:
            wrong.append("circle: " + " -> ".join(found))
            break
    print("\n".join(wrong))
    return 1 if wrong else 0


sys.exit(main())
