# tests/corpora/mail_bounces.py - bounces of many MTAs: recognised, recipients found, hard or soft
import json
import os
import sys

import corpus

# What each says, read by people: per recipient h (5.x.x or permanent by its words) or s.
KINDS = json.load(open("/tmp/kinds.json"))


def main():
    count = corpus.Count()
    for path in corpus.files(corpus.folder("mail-bounces"), ".eml"):
        name = os.path.basename(path)[:-4]
        got = corpus.dump(path)
        if name.startswith("is-not-bounce"):
            count.check("no bounce", got["nature"] == "human", name, got["nature_why"])
            continue
        if name.startswith("rfc3834"):
            count.check("auto reply", got["nature"] == "auto-reply", name, got["nature"])
            continue
        subject = f"{got['nature']} {got['from']} {got['subject']!r}"
        if not count.check("bounce", got["nature"] == "bounce", name, subject):
            continue
        whom = [b["recipient"] for b in got["bounces"]]
        count.check("recipient", whom and all("@" in w for w in whom), name, whom)
        kinds = "".join("h" if b["hard"] else "s" for b in got["bounces"])
        if name in KINDS:
            count.check("hard or soft", kinds == KINDS[name], name,
                        f"{kinds} for {KINDS[name]} {got['bounces']}")
        count.check("message", bool(got["bounced_message_id"]), name)
    count.end("mail-bounces", {"bounce": 0.97, "recipient": 0.97, "hard or soft": 0.97,
                               "message": 0.9})


main()
