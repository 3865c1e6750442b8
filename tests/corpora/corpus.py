# tests/corpora/corpus.py - what the corpus tests share: where the data is, how a mail is dumped, counting
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("DESKD_SOURCE", os.path.join(HERE, "..", ".."))
DATA = os.environ.get("DESKD_CORPORA", os.path.join(SOURCE, "..", "shared", "data"))
DUMP = os.environ.get("MAIL_DUMP", "./mail_dump")
VERBOSE = "-v" in sys.argv[1:]
LONG = os.environ.get("DESKD_LONG") == "1"


def folder(name):
    """The corpus, or the end of the test where it is absent."""
    path = os.path.join(DATA, name)
    if not os.path.isdir(path):
        print(f"{name}: absent, not run")
        sys.exit(0)
    return path


def files(path, *endings):
    for root, dirs, names in os.walk(path):
        dirs.sort()
        for name in sorted(names):
            if name.endswith(endings):
                yield os.path.join(root, name)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def dump(path):
    run = subprocess.run([DUMP, path], capture_output=True, timeout=60)
    if run.returncode != 0:
        raise RuntimeError(f"{path}: mail_dump ended with {run.returncode}")
    return json.loads(run.stdout)


def cost(path):
    """CPU seconds and MiB of parsing one mail."""
    argv = [sys.executable, os.path.join(HERE, "peak.py"), DUMP, "-p", path]
    run = subprocess.run(argv, capture_output=True, timeout=60)
    if run.returncode != 0:
        raise RuntimeError(f"{path}: mail_dump ended with {run.returncode}")
    seconds, peak = run.stdout.split()
    return float(seconds), float(peak)


class Count:
    """Passed and total of several named checks, with the floor each must reach."""

    def __init__(self):
        self.checks = {}

    def check(self, name, ok, where="", detail=""):
        passed, total = self.checks.get(name, (0, 0))
        self.checks[name] = (passed + bool(ok), total + 1)
        if not ok and VERBOSE:
            print(f"  {name}: {where} {detail}")
        return ok

    def end(self, corpus, floors):
        failed = 0
        for name, (passed, total) in self.checks.items():
            good = passed >= floors.get(name, 1.0) * total
            failed += not good
            print(f"{corpus} {name}: {passed}/{total}{'' if good else ' BELOW THE FLOOR'}")
        passed = sum(p for p, _ in self.checks.values())
        total = sum(t for _, t in self.checks.values())
        print(f"{corpus}: {passed} passed, {total - passed} failed")
        sys.exit(1 if failed or not total else 0)
