# tests/corpora/random_mails.py - mails made by chance, read by us and by Python's email: they agree, or a rule
# says why not
import collections
import email
import email.header
import email.utils
import json
import subprocess
import unicodedata

import corpus
import mail_maker

MAILS = 10_000 if corpus.LONG else 1_000
SEED = "deskd"


def read_by_us(mails):
    data = b"".join(b"%d\n" % len(m.raw) + m.raw for m in mails)
    run = subprocess.run([corpus.DUMP, "-m", "-"], input=data, capture_output=True, timeout=600, check=True)
    lines = run.stdout.decode().split("\n")[:-1]
    assert len(lines) == len(mails), f"{len(lines)} read of {len(mails)}"
    return [json.loads(line) for line in lines]


# Python's reading

def text_of(data, charset):
    try:
        return data.decode(charset or "us-ascii", "replace")
    except (LookupError, UnicodeError):
        return data.decode("ascii", "replace")


def header_of(value):
    """A header's text: encoded words decoded, those of one charset joined first."""
    if value is None:
        return ""
    try:
        return "".join(text_of(p, c) if isinstance(p, bytes) else p for p, c in email.header.decode_header(value))
    except (ValueError, LookupError):
        return str(value)


def read_by_python(raw):
    m = email.message_from_bytes(raw)
    value = m.get("From", "")
    pairs = email.utils.getaddresses([str(value)]) if value else []
    leaves = []

    def walk(part):
        if part.get_content_type() == "message/rfc822" or not part.is_multipart():
            leaves.append(part)
        else:
            for child in part.get_payload():
                walk(child)
    walk(m)
    texts = []
    for part in leaves:
        if part.get_content_maintype() == "text" and not part.get_filename():
            texts.append(text_of(part.get_payload(decode=True) or b"", part.get_content_charset()))
    name, address = pairs[0] if pairs else ("", "")
    return {"subject": header_of(m.get("Subject")), "from": (header_of(name), address),
            "parts": len(leaves), "text": texts}


# Comparing

def fold(s):
    """One line as it is shown: control characters and runs of blanks are one blank."""
    s = "".join(" " if unicodedata.category(c) == "Cc" else c for c in s)
    return " ".join(s.split())


def lines(s):
    """Line ends and what stands at the ends of lines and of the text do not count; a NUL is U+FFFD here."""
    s = s.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return "\n".join(x.rstrip() for x in s.split("\n")).strip("\n")


def ours(got):
    first = got["from"][0] if got["from"] else {"name": "", "email": ""}
    texts = [x["text"] for x in got["leaves"] if "text" in x and not x["name"]]
    return {"subject": fold(got["subject"]), "from": (fold(first["name"]), first["email"].lower()),
            "parts": len(got["leaves"]), "text": [lines(t) for t in texts]}


def theirs(raw):
    got = read_by_python(raw)
    return {"subject": fold(got["subject"]), "from": (fold(got["from"][0]), got["from"][1].lower()),
            "parts": got["parts"], "text": [lines(t) for t in got["text"]]}


def meant(mail):
    texts = [lines(v) for k, v in mail.leaves if k == "text"]
    return {"subject": fold(mail.subject), "from": (fold(mail.sender[0]), mail.sender[1]),
            "parts": len(mail.leaves), "text": texts}


def defects_of(message):
    found = {type(d).__name__ for d in message.defects}
    if message.is_multipart():
        for part in message.get_payload():
            found |= defects_of(part)
    return found


def latin1_is_windows(we, they):
    """iso-8859-1 with bytes that are control characters there and letters in windows-1252."""
    return controls(we) < controls(they)


def controls(s):
    return sum("\x80" <= c <= "\x9f" for c in s)


def reason(raw, we, they):
    """Why the two readings of a field differ, seen from the mail and from what Python says; None: unknown."""
    message = email.message_from_bytes(raw)
    defects = defects_of(message)
    if "MissingHeaderBodySeparatorDefect" in defects:
        return "Python ends the head at a line that is no header, we go on"
    if "StartBoundaryNotFoundDefect" in defects:
        return "the boundary is not there: Python shows the source, we look for the line that was meant"
    if "\ufffd" in repr_of(they) or any("\ud800" <= c <= "\udfff" for c in repr_of(they)):
        return "bytes that the charset does not have, or no charset: Python gives up, we guess"
    if "\x1b" in repr_of(they) or ("\x1b" in str(message["From"]) and they[1:] == ("",)):
        return "ISO-2022-JP without a charset: we know it by its escapes"
    if latin1_is_windows(repr_of(we), repr_of(they)):
        return "iso-8859-1 that is windows-1252"
    return None


def repr_of(value):
    return value if isinstance(value, str) else " ".join(repr_of(v) for v in value) if isinstance(
        value, (list, tuple)) else ""


FIELDS = ("subject", "from", "parts", "text")


def main():
    count, classes = corpus.Count(), collections.Counter()
    mails = list(mail_maker.make(MAILS, SEED))
    for i, (mail, got) in enumerate(zip(mails, read_by_us(mails))):
        we, they, truth = ours(got), theirs(mail.raw), meant(mail)
        for field in FIELDS:
            same = we[field] == they[field]
            count.check(field, same)
            count.check("agreement", same)
            if same:
                continue
            why = reason(mail.raw, we[field], they[field])
            right = "right" if we[field] == truth[field] else "wrong" if they[field] == truth[field] else "neither"
            classes[(why or "unknown", right)] += 1
            where = f"{SEED} {i} {field}, {sorted(mail.done)}"
            detail = f"\n    ours {we[field]!r}\n    Python {they[field]!r}\n    meant {truth[field]!r}"
            count.check("explained", why is not None, where, detail)
            count.check("not worse than Python", right != "wrong", where, detail)
    for (why, right), n in sorted(classes.items()):
        print(f"random {n} times, ours {right}: {why}")
    # Of a thousand, a field may have a mail or two more than its share of the broken ones.
    count.end("random", {"agreement": 0.99, **dict.fromkeys(FIELDS, 0.98)})


main()
