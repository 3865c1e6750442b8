# tests/corpora/mail_compose.py - what is composed reads the same in Python's email and in our own parser,
# and no value starts a header (M09)
import email
import email.policy
import email.utils
import json
import os
import random
import subprocess
import tempfile
import unicodedata
from email.header import decode_header, make_header

import corpus

COMPOSE = os.environ.get("MAIL_COMPOSE", "./mail_compose")
HEADERS = {"date", "from", "reply-to", "to", "cc", "subject", "message-id", "in-reply-to",
           "references", "auto-submitted", "x-auto-response-suppress", "precedence", "x-deskd-loop",
           "mime-version", "content-type", "content-transfer-encoding"}
TEXTS = ["plain", "Zażółć gęślą jaźń", "日本語の件名" * 12, "emoji 👩‍👩‍👧 in the middle", "=?utf-8?Q?fake?=",
         'quotes " and \\ back', "x" * 300, "a, b; c: d <e> (f) @g", "word " * 60, "тема письма " * 9,
         "trailing dots...", "tab\tinside", "[#123] Re: Ответ", "'single'", "ünï@cödé.example",
         "Ł" * 200, "a" * 74 + " " + "b" * 74, "ends with =", "percent %0d%0a", "..", ".htaccess"]
BREAKS = ["\r\nBcc: evil@example.com", "\nBcc: evil@example.com", "\rBcc: evil@example.com",
          "\u2028Bcc: evil@example.com", "\u0085Bcc: evil@example.com", "=?utf-8?Q?=0D=0ABcc:_evil@example.com?=", "\r\n\r\n.\r\n", "\x0b\x0cBcc: x@example.com"]


def composed(mail):
    run = subprocess.run([COMPOSE], input=json.dumps(mail).encode(), capture_output=True, timeout=20)
    if run.returncode != 0:
        raise RuntimeError(run.stderr.decode())
    return run.stdout


def parsed(raw, where):
    path = os.path.join(where, "mail")
    with open(path, "wb") as f:
        f.write(raw)
    return corpus.dump(path)


def clean(s):
    s = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in s)
    return " ".join(s.split())


def check_lines(count, raw, name):
    lines = raw.split(b"\r\n")
    count.check("lines", all(len(x) < 998 and b"\n" not in x and b"\r" not in x for x in lines), name)
    count.check("ascii", all(b < 128 for b in raw) and b"\x00" not in raw, name)
    count.check("dots", b"\r\n.\r\n" not in raw, name)


def check_headers(count, read, name):
    names = [k.lower() for k in read.keys()]
    count.check("headers", set(names) <= HEADERS and len(names) == len(set(names)), name, names)


def mail_with(value, files):
    return {
        "from": {"name": value, "email": "desk@acme.example"},
        "reply_to": {"name": "", "email": "desk+1@acme.example"},
        "to": [{"name": value, "email": "jan@firma.example"}, {"name": "", "email": "b@c.example"}],
        "cc": [{"name": "C " + value, "email": "c@d.example"}],
        "subject": value, "message_id": "id.1@acme.example", "in_reply_to": "id.0@acme.example",
        "references": [f"r{i}.{'x' * 40}@acme.example" for i in range(40)] + ["id.0@acme.example"],
        "date_ms": 1700000000000, "text": value + "\n\n.\nFrom here\n..x\ntrailing \n" + value + "\n",
        "html": f"<p>{value}</p>", "automatic": True, "loop": "loop-1", "attachments": files,
    }


def check_python(count, raw, mail, files, value, name):
    read = email.message_from_bytes(raw, policy=email.policy.default)
    check_headers(count, read, name)
    count.check("subject", clean(str(read["subject"])) == clean(value), name, str(read["subject"]))
    # Not read["to"].addresses: Python 3.11 puts blanks between the encoded words of a name.
    pairs = email.utils.getaddresses([email.message_from_bytes(raw)["to"]])
    to = [(clean(str(make_header(decode_header(n)))), e) for n, e in pairs]
    want = [(clean(a["name"]), a["email"]) for a in mail["to"]]
    count.check("to", to == want, name, f"{to} for {want}")
    text = read.get_body(("plain",)).get_content().replace("\r\n", "\n")
    count.check("text", text == mail["text"].replace("\r\n", "\n").replace("\r", "\n").replace(
        "\x00", "\ufffd"), name, repr(text[:200]))
    names = [clean(p.get_filename() or "") for p in read.walk() if p.get_filename()]
    count.check("names", names == [clean(f["name"]) for f in files], name, names)
    defects = [d for p in read.walk() for d in p.defects]
    count.check("defects", not defects, name, defects)


def check_ours(count, raw, mail, files, value, name, where):
    got = parsed(raw, where)
    count.check("ours: subject", clean(got["subject"]) == clean(value), name, got["subject"])
    to = [(clean(a["name"]), a["email"]) for a in got["to"]]
    want = [(clean(a["name"]).strip("'"), a["email"]) for a in mail["to"]]
    count.check("ours: to", to == want, name, to)
    text = mail["text"].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    count.check("ours: text", got["text"] == text, name, repr(got["text"][:200]))
    count.check("ours: nature", got["nature"] == "auto-reply" and got["loop"] == "loop-1", name)
    data = [bytes.fromhex(p["hex"]) for p in got["parts"]]
    count.check("ours: files", data == [f["data"] for f in files], name)
    names = [p["name"] for p in got["parts"]]
    count.check("ours: names", all(names), name, names)
    count.check("ours: references", got["references"][0] == mail["references"][0] and
                got["references"][-1] == "id.0@acme.example", name, got["references"])


def main():
    count = corpus.Count()
    random.seed(7)
    with tempfile.TemporaryDirectory() as where:
        files = []
        for i, (kind, cid) in enumerate((("image/png", "img.1@acme"), ("application/pdf", None))):
            data = random.randbytes(3000 + i)
            path = os.path.join(where, str(i))
            with open(path, "wb") as f:
                f.write(data)
            files.append({"type": kind, "path": path, "content_id": cid, "data": data})
        for value in TEXTS + ["before" + b + " after" for b in BREAKS]:
            for f in files:
                f["name"] = value[:60]
            given = [{k: v for k, v in f.items() if k != "data"} for f in files]
            mail = mail_with(value, given)
            raw = composed(mail)
            check_lines(count, raw, repr(value))
            check_python(count, raw, mail, files, value, repr(value))
            check_ours(count, raw, mail, files, value, repr(value), where)
    count.end("mail-compose", {})


main()
