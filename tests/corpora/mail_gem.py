# tests/corpora/mail_gem.py - every mail is taken in and read; only the hopeless are called damaged
import os

import corpus
import program

HOPELESS = {"raw_email4.eml"}  # its last boundary is cut
EMPTY = {"bad_date_header.eml", "bad_date_header2.eml", "empty_in_reply_to.eml", "missing_body.eml",
         "must_supply_encoding.eml"}  # heads without bodies


def main():
    count = corpus.Count()
    paths = {f"{i}": p for i, p in enumerate(corpus.files(corpus.folder("mail-gem"), ".eml"))}
    raws = {key: corpus.read(path) for key, path in paths.items()}
    found = program.take_in("gem", [(key, "sender@corpora.example", raw) for key, raw in raws.items()])
    for key, (line, message, ticket) in found.items():
        name = os.path.basename(paths[key])
        count.check("taken in", line["outcome"] != "parked", name, line["reason"])
        count.check("kept", program.Desk.raw(line) == program.as_delivered(raws[key]), name)
        if message is None:
            count.check("no ticket: a delivery report", line["outcome"] == "bounce", name, line)
            continue
        count.check("read", bool(message["text"].strip() or message["attachments"] or name in EMPTY), name)
        damage = [e["reason"] for e in ticket["timeline"] if e["kind"] == "damaged"]
        count.check("whole", not damage or name in HOPELESS, name, damage)
        texts = message["text"] + message["subject"] + message["from"] + message["to"]
        count.check("letters", "\ufffd".encode() in raws[key] or "\ufffd" not in texts, name,
                    repr(texts[max(0, texts.find("\ufffd") - 40):texts.find("\ufffd") + 20]))
    count.end("mail-gem", {})


main()
