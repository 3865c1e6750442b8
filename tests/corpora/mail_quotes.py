# tests/corpora/mail_quotes.py - new text and quoted text of 64 mails, told apart
import os
import re

import corpus
import program

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


def mail_of(name, text):
    return (f"From: Quoter <quoter@corpora.example>\r\nTo: support@desk.example\r\nSubject: {name}\r\n"
            f"Message-ID: <{name}@quotes.example>\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 8bit\r\n\r\n").encode() + text.encode()


def main():
    count = corpus.Count()
    root = corpus.folder("quotes")
    paths = {os.path.basename(p)[:-4]: p for p in corpus.files(os.path.join(root, "emails"), ".txt")}
    texts = {name: corpus.read(path).decode() for name, path in paths.items()}
    found = program.take_in("quotes", [(name, "quoter@corpora.example", mail_of(name, t)) for name, t in texts.items()])
    for name, (_, message, _) in found.items():
        stored = message["text"].encode()
        at = message["quote_at"] if message["quote_at"] >= 0 else len(stored)
        shown, folded = stored[:at].decode(), stored[at:].decode()
        trimmed, elided = read(os.path.join(root, "trimmed"), name + ".txt"), read(
            os.path.join(root, "elided"), name + ".txt")
        count.check("nothing lost", message["text"].rstrip("\n") == texts[name].replace("\r\n", "\n").rstrip("\n"),
                    name)
        if name in SIGNED:
            ok = bare(elided).endswith(bare(folded)) and bare(shown).startswith(bare(trimmed))
            count.check("folded, signed", ok, name, repr(folded[:300]))
        elif name in SHOWN:
            count.check("shown whole", folded.strip() == "", name, repr(folded[:300]))
        else:
            count.check("folded", bare(folded) == bare(elided), name,
                        f"\n   {folded[:200]!r}\n   {elided[:200]!r}")
    count.end("quotes", {"folded": 0.95})


main()
