# tests/corpora/mail_gem.py - every mail is read; only the hopeless are called damaged
import os

import corpus

HOPELESS = {"raw_email4.eml"}  # its last boundary is cut
EMPTY = {"bad_date_header.eml", "bad_date_header2.eml", "empty_in_reply_to.eml", "missing_body.eml",
         "must_supply_encoding.eml"}  # heads without bodies


def main():
    count = corpus.Count()
    for path in corpus.files(corpus.folder("mail-gem"), ".eml"):
        name = os.path.basename(path)
        got = corpus.dump(path)
        count.check("read", bool(got["text"].strip() or got["parts"] or name in EMPTY),
                    name)
        count.check("whole", not got["damaged"] or name in HOPELESS, name, got["damage"])
        texts = got["text"] + got["subject"] + "".join(a["name"] for a in got["from"] + got["to"])
        with open(path, "rb") as f:
            came_so = "\ufffd".encode() in f.read()
        count.check("letters", came_so or "\ufffd" not in texts, name,
                    repr(texts[max(0, texts.find("\ufffd") - 40):texts.find("\ufffd") + 20]))
    count.end("mail-gem", {})


main()
