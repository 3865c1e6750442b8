# tests/corpora/mail_zammad.py - troublesome mails with what another help desk makes of them
import base64
import email
import email.header
import hashlib
import html
import os
import re
import sys
import unicodedata

import corpus
import program

try:
    import yaml
except ImportError:
    print("mail-zammad: python3-yaml is absent, not run")
    sys.exit(0)


class Loader(yaml.SafeLoader):
    """Ruby's YAML: its own tags become plain maps and strings."""


def plain(loader, suffix, node):
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


def binary(loader, node):
    return base64.b64decode(node.value)


Loader.add_multi_constructor("!ruby/", plain)
Loader.add_constructor("!binary", binary)


def fold(s):
    if isinstance(s, bytes):
        s = s.decode("utf-8", "replace")
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", str(s or ""))).strip()


def bare(s):
    """Addresses without the quotes and brackets that depend on who writes them."""
    return re.sub(r"\s+", " ", re.sub(r'["\\]|^<|>$', "", fold(s))).strip()


EMPTY = "novisiblecontent"  # what they write where there is no text

# Where we read more than they did; said here rather than forgiven silently.
BETTER = {
    "mail016": "there is no From: who wrote it is in Reply-To",
    "mail017": "a subject of blanks: its first 250 letters",
    "mail018": "UTF-7 is decoded",
    "mail019": "a From without address: Reply-To has one",
    "mail023": "a To without address is shown as its words",
    "mail026": "the HTML says nothing, the text is shown",
    "mail044": "a dot behind the domain is none of its letters",
    "mail046": "bare GBK bytes in From are read as in Subject",
    "mail053": "a From without @ is no address",
    "mail054": "the boundary that is not folded into its header is found",
    "mail076": "a From without address is no address",
    "mail087": "the text behind the attachment is shown as text",
    "mail105": "a multipart without parts is text",
}


def words(s, is_html, hidden="style|script|title"):
    """The text that people see, without white space."""
    s = s if isinstance(s, str) else (s or b"").decode("utf-8", "replace")
    if is_html:
        s = re.sub(r"(?is)<!--.*?-->|<(" + hidden + r")\b.*?</\1>", "", s)
        s = re.sub(r"(?s)<[^>]*>", "", s)
        s = html.unescape(s)
    s = unicodedata.normalize("NFC", s).translate({0x2329: "<", 0x232A: ">", 0x27E8: "<", 0x27E9: ">"})
    return re.sub(r"[\s\u200b\ufeff\xa0\u00ad<>\u3008\u3009]+", "", s)


def md5(data):
    return hashlib.md5(data if isinstance(data, bytes) else data.encode()).hexdigest()


def sums(data):
    """MD5 of a file, and of the same with the line ends that mails travel with."""
    data = data if isinstance(data, bytes) else (data or "").encode()
    return {md5(data), md5(re.sub(rb"\r?\n", b"\r\n", data)), md5(data.replace(b"\r\n", b"\n"))}


def own_text(path, message):
    """They keep the mail's own text as a file, too; here it is the message, and in the raw mail. So are the parts
    of a delivery report."""
    got = corpus.dump(path)
    texts = [got["html"] or "", (got["html"] or "").rstrip("\n"), got["text"]]
    files = [] if message else [bytes.fromhex(p["hex"]) for p in got["parts"]]
    texts += files + [f.rstrip() + b"\n" for f in files]  # whose last line end is the boundary's
    pages = [p for p in email.message_from_bytes(corpus.read(path)).walk() if p.get_content_type() == "text/html"]
    texts += [p.get_payload(decode=True) for p in pages]  # also one that says nothing and is not shown
    return set().union(*(sums(t) for t in texts))


def difference(x, y):
    at = next((i for i in range(min(len(x), len(y))) if x[i] != y[i]), min(len(x), len(y)))
    return f"{len(x)} and {len(y)} letters, at {at}: {x[max(0, at - 9) : at + 40]!r}, {y[max(0, at - 9) : at + 40]!r}"


def header(raw, name):
    """What Python reads, where their expectation says nothing of this header."""
    value = email.message_from_bytes(raw).get(name)
    return "" if value is None else str(email.header.make_header(email.header.decode_header(value)))


def is_same(ours, theirs, name):
    """The same words, whatever stands around them: they keep quotes and comments as they came."""
    def bits(s):
        return sorted(re.findall(r"[^\s<>()\"',]+", s.lower()))
    one_of = ours != "" and bare(ours) in bare(theirs)  # a message has one author
    return ours == theirs or one_of or bits(ours) == bits(theirs) or name in BETTER


def check_headers(count, name, raw, want, line, message):
    """Of mail that makes no ticket (delivery reports) the mail log has subject and author's address."""
    ours = {"subject": message["subject"] if message else line["subject"],
            "from": message["from"] if message else line["from"], "to": message["to"] if message else None}
    for field in ours:
        theirs = fold(want[field] if field in want else header(raw, field))
        if ours[field] is None:
            count.check(f"{field} of mail without a ticket", True)
            continue
        if field == "from" and not message:
            theirs = (re.findall(r"[^\s<>()]+@[^\s<>()]+", theirs) or [""])[0]
        count.check(field, is_same(fold(ours[field]), theirs, name), name, f"{ours[field]!r} for {theirs!r}")


def check_files(count, name, path, want, message):
    ours = [(a["name"], a["size"], a["md5"]) for a in message["attachments"]] if message else []
    texts = own_text(path, message) if want else set()
    for theirs in want:
        wanted = sums(theirs.get("data"))
        is_file = any(md5 in wanted for _, _, md5 in ours)
        count.check("attachments by md5", is_file or bool(wanted & texts), name, (theirs.get("filename"), ours))
        if not is_file:
            count.check("of these in the raw mail: its own text", True)


def title_of(raw):
    """Of its HTML; browsers show it outside of the page, they show it in the text."""
    for part in email.message_from_bytes(raw).walk():
        if part.get_content_type() == "text/html":
            source = (part.get_payload(decode=True) or b"").decode(part.get_content_charset() or "utf-8", "replace")
            found = re.search(r"(?is)<title[^>]*>(.*?)</title", source)
            return words(found[1], True) if found else ""
    return ""


def check_body(count, name, raw, want, message):
    body = want["body"] if isinstance(want["body"], str) else (want["body"] or b"").decode()
    is_html = want.get("content_type") == "text/html" or body.lstrip().startswith("<p>")
    shown = message["html"] if is_html and message["html"] else message["text"]
    ours = words(shown, is_html and message["html"])
    theirs = "" if words(body, is_html) == EMPTY else words(body, is_html)
    # Some of theirs show tags as text.
    same = theirs in (ours, title_of(raw) + ours) or ours == words(body, True)
    count.check("body, strictly", same, name, difference(ours, theirs))
    count.check("body", same or name in BETTER, name, difference(ours, theirs))


def main():
    count = corpus.Count()
    paths = {os.path.basename(p)[:-4]: p for p in corpus.files(corpus.folder("mail-zammad"), ".box")}
    raws = {name: corpus.read(path) for name, path in paths.items()}
    found = program.take_in("zammad", [(name, "sender@corpora.example", raw) for name, raw in raws.items()])
    for name, (line, message, _) in found.items():
        count.check("taken in", line["outcome"] != "parked", name, line["reason"])
        count.check("kept", program.Desk.raw(line) == program.as_delivered(raws[name]), name)
        yml = paths[name][:-4] + ".yml"
        if not os.path.exists(yml):
            continue
        want = yaml.load(corpus.read(yml), Loader)
        check_headers(count, name, raws[name], want, line, message)
        check_files(count, name, paths[name], want.get("attachments") or [], message)
        if want.get("body") is not None and message:
            check_body(count, name, raws[name], want, message)
    count.end("mail-zammad", {"body": 0.98, "body, strictly": 0.92})


main()
