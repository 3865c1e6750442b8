# tests/corpora/mail_quotes.py - new text and quoted text of 64 mails, told apart
import os
import re
import subprocess

import corpus

# Theirs folds signatures too; ours stay with the text of their writer. The folded part must then be theirs
# without the signature in front.
SIGNED = {"delimiters", "embedded_email_10", "embedded_email_16", "embedded_email_norwegian",
          "embedded_email_polish_1", "signatures", "usenet"}
# Theirs takes quotes out of the middle too; we fold only what stands at the end, so that no answer is
# hidden, and nothing where all is quoted.
SHOWN = {"embedded_email_1", "embedded_email_17", "embedded_email_18", "embedded_email_french_2",
         "embedded_email_quote_text", "forwarded_message", "spam_1"}


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8", newline="") as f:
        return f.read()


def bare(s):
    """Theirs rejoins and requotes lines."""
    return re.sub(r"[\s>|]+|^Richard", "", s.replace("Richard>", ">"))


def main():
    count = corpus.Count()
    root = corpus.folder("quotes")
    for path in corpus.files(os.path.join(root, "emails"), ".txt"):
        name = os.path.basename(path)
        run = subprocess.run([corpus.DUMP, "-q", path], capture_output=True, timeout=10, check=True)
        with open(path, "rb") as f:
            raw = f.read()
        offset = int(run.stdout)
        shown, folded = raw[:offset].decode(), raw[offset:].decode()
        trimmed, elided = read(os.path.join(root, "trimmed"), name), read(
            os.path.join(root, "elided"), name)
        count.check("nothing lost", (shown + folded).encode() == raw and offset <= len(raw), name)
        if name[:-4] in SIGNED:
            ok = bare(elided).endswith(bare(folded)) and bare(shown).startswith(bare(trimmed))
            count.check("folded, signed", ok, name, repr(folded[:300]))
        elif name[:-4] in SHOWN:
            count.check("shown whole", folded.strip() == "", name, repr(folded[:300]))
        else:
            count.check("folded", bare(folded) == bare(elided), name,
                        f"\n   {folded[:200]!r}\n   {elided[:200]!r}")
    count.end("quotes", {"folded": 0.95})


main()
