# tests/corpora/mail_limits.py - mails made to exhaust a parser, and worse ones made here: 2 s, 64 MiB each; taken
# in by the program, each ends in a ticket and is kept
import os
import tempfile

import corpus
import program

SECONDS, MEGABYTES = 2.0, 64.0
LARGE = 3_000_000  # those the program is given in the long form only


def nested(depth):
    for i in range(depth):
        yield f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n".encode()
    yield b"Content-Type: text/plain\n\ndeep\n"


def made():
    """Name, and the mail in pieces."""
    head = b"From: a@b.example\nSubject: x\n"
    mixed = head + b"Content-Type: multipart/mixed; boundary=x\n\n"
    yield "headers", [b"X-A: b\n"] * 1_000_000 + [b"\nbody\n"]
    yield "folded header", [b"Subject: a\n"] + [b" a\n"] * 1_000_000 + [b"\nbody\n"]
    yield "nesting", [head] + list(nested(10_000))
    yield "parts", [mixed] + [b"--x\n\npart\n"] * 100_000 + [b"--x--\n"]
    yield "empty parts", [mixed] + [b"--x\n"] * 500_000
    yield "long line", [head, b"\n"] + [b"a" * 1000] * 10_000
    yield "long header", [b"Subject: "] + [b"a" * 1000] * 10_000 + [b"\n\nbody\n"]
    yield "base64 without end", [head, b"Content-Transfer-Encoding: base64\n\n"] + [
        b"QUJDREVGR0hJSktM" * 4 + b"\n"] * 150_000
    yield "encoded words", [b"Subject: "] + [b"=?utf-8?Q?a?= =?latin1?B?YQ==?= "] * 5000 + [b"\n\n"]
    yield "half words", [b"Subject: "] + [b"=?utf-8?Q?"] * 20_000 + [b"\n\nbody\n"]
    yield "addresses", [b"To: "] + [b"a@b.example,"] * 100_000 + [b"\n\nbody\n"]
    yield "brackets", [b"To: "] + [b"(<\"" * 80_000] + [b"\n\nbody\n"]
    yield "parentheses", [b"To: "] + [b"(" * 250_000] + [b"\n\nbody\n"]
    yield "references", [b"References: "] + [b"<a@b> "] * 40_000 + [b"\n\nbody\n"]
    yield "parameters", [b"Content-Type: text/plain"] + [b"; a*%d*=b" % i for i in range(20_000)] + [
        b"\n\nbody\n"]
    yield "quotes", [head, b"\n"] + [b"> " * 400 + b"\n"] * 2500
    yield "intros", [head, b"\n"] + [b"On Monday wrote\n"] * 100_000
    yield "cids", [head, b"Content-Type: text/html\n\n"] + [b"cid:a"] * 400_000
    yield "bounce", [b"From: MAILER-DAEMON@b.example\nSubject: failure\n\n"] + [
        b"<a@b.example>: 550 5.1.1 unknown\n"] * 60_000
    yield "uuencode", [head, b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n"] + [
        b"M" + b"A" * 60 + b"\n"] * 100_000
    yield "cids with parts", [mixed, b"--x\nContent-Type: text/html\n\n"] + [b"cid:a"] * 400_000 + [
        b"\n--x\nContent-Type: image/png\nContent-ID: <ab>\n\n\n"] * 490 + [b"--x--\n"]
    line = b"QUJDREVGR0hJSktM" * 4 + b"\n"
    yield "25 MB file", [mixed, b"--x\nContent-Transfer-Encoding: base64\nContent-Type: a/b\n\n"] + [
        line] * 400_000 + [b"--x--\n"]
    yield "25 MB mail", [mixed, b"--x\nContent-Type: message/rfc822\n\n", head, b"\n"] + [
        line] * 400_000 + [b"--x--\n"]
    yield "25 MB text", [head, b"\n"] + [line] * 400_000
    yield "nothing", []


def check(count, name, path):
    seconds, peak = corpus.cost(path)
    count.check("limits", seconds <= SECONDS and peak <= MEGABYTES, name,
                f"{seconds:.2f} s, {peak:.0f} MiB")


def take_in(count, mails):
    desk = program.Desk("limits")
    found = desk.take_in([(str(i), "sender@corpora.example", raw) for i, (_, raw) in enumerate(mails)])
    for i, (name, raw) in enumerate(mails):
        line, message, _ = found[str(i)]
        count.check("a line and a ticket", line["outcome"] in ("ticket", "bounce", "refused"), name, line)
        count.check("kept", desk.raw(line) == program.as_delivered(raw), name)
        if message:
            count.check("bounded", len(message["text"]) <= 2 << 20 and len(message["attachments"]) <= 500, name)


def main():
    count, mails = corpus.Count(), []
    with tempfile.TemporaryDirectory() as where:
        for name, pieces in made():
            path = os.path.join(where, "mail")
            with open(path, "wb") as f:
                f.writelines(pieces)
            check(count, name, path)
            if os.path.getsize(path) < LARGE or corpus.LONG:
                mails.append((name, corpus.read(path)))
    for path in corpus.files(corpus.folder("mail-limits"), ".eml"):
        check(count, os.path.basename(path), path)
        mails.append((os.path.basename(path), corpus.read(path)))
    take_in(count, mails)
    count.end("mail-limits", {})


main()
