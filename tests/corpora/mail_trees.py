# tests/corpora/mail_trees.py - MIME trees, decoded texts and addresses against another parser's; and the files of
# the tickets they become
import hashlib
import json
import os
import re
import tempfile
import unicodedata

import corpus
import program

TYPES = {"": "text/plain"}


def header(part, name):
    return [h["value"] for h in part["headers"] if h["name"] == name]


def own_type(part, fallback):
    for value in header(part, "content_type"):
        if isinstance(value, dict) and "ContentType" in value:
            t = value["ContentType"]
            return f"{t['c_type']}/{t['c_subtype']}".lower() if t["c_subtype"] else t["c_type"]
    return fallback


def theirs(message, index=0, fallback="text/plain"):
    """Their tree as nested (type, kind, content)."""
    part = message["parts"][index]
    kind, content = next(iter(part["body"].items()))
    mime = own_type(part, fallback)
    if kind == "Multipart":
        below = "message/rfc822" if mime == "multipart/digest" else "text/plain"
        return (mime, kind, [theirs(message, i, below) for i in content])
    if kind == "Message":
        return (mime, kind, theirs(content))
    if isinstance(content, list):
        content = bytes(content)
    return (mime, kind, content)


def ours(node):
    if "children" in node:
        return (node["type"], "Multipart", [ours(n) for n in node["children"]])
    if "message" in node:
        return (node["type"], "Message", ours(node["message"]["tree"][0]))
    return (node["type"], node.get("text"), bytes.fromhex(node["hex"]))


def leaves(tree):
    if isinstance(tree[2], list):
        return [leaf for child in tree[2] for leaf in leaves(child)]
    return leaves(tree[2]) if isinstance(tree[2], tuple) else [tree]


def shape(tree):
    if isinstance(tree[2], list):
        return [shape(child) for child in tree[2]]
    return shape(tree[2]) if isinstance(tree[2], tuple) else 0


def folded(s):
    s = s.decode("utf-8", "replace") if isinstance(s, bytes) else s
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", s)).strip()


def lost(s):
    """They kept what they could not read: bare 8-bit headers, UTF-7 in headers, uuencode."""
    text = s if isinstance(s, str) else s.decode("utf-8", "replace") if isinstance(s, bytes) else str(s)
    return "\ufffd" in text or "+AP" in text or text.lstrip().startswith("begin 6")


def same_leaf(want, got):
    if lost(want[2]) and not lost(got[1] or ""):
        return True
    if isinstance(want[2], str):
        return folded(want[2]) == folded(got[1] if got[1] is not None else got[2])
    return want[2] == got[2] or want[2].replace(b"\r\n", b"\n").strip() == got[2].replace(
        b"\r\n", b"\n").strip()


def mailboxes(value):
    if value == "Empty" or "Address" not in value:
        return []
    value = value["Address"]
    if "Group" in value:
        return [a for group in value["Group"] for a in group["addresses"]]
    return value["List"]


def addresses(part, name):
    for value in header(part, name):
        return [((a["name"] or "").strip(), a["address"] or "") for a in mailboxes(value)]
    return []


def check(count, path, want, got):
    name = os.path.relpath(path, corpus.DATA)
    tree, mine = theirs(want), ours(got["tree"][0])
    a, b = leaves(tree), leaves(mine)
    count.check("shape", shape(tree) == shape(mine), name, f"\n    {shape(mine)}\n    {shape(tree)}")
    count.check("parts", len(a) == len(b), name, f"{len(b)} for {len(a)}")
    if len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            count.check("types", x[0] == y[0], f"{name} {i}", f"{y[0]} for {x[0]}")
            count.check("content", same_leaf(x, y), f"{name} {i}", f"\n    {y!r:.300}\n    {x!r:.300}")
    for field in ("from", "to", "cc", "reply_to"):
        x = [(folded(n), e.lower()) for n, e in addresses(want["parts"][0], field) if "@" in e]
        y = [(folded(m["name"]), m["email"].lower()) for m in got[field]]
        if x:
            count.check("addresses", x == y or (lost(x) and not lost(y)), f"{name} {field}", f"\n    {y}\n    {x}")
    subject = [v["Text"] for v in header(want["parts"][0], "subject") if "Text" in v]
    if subject:
        count.check("subject", folded(subject[-1]) == folded(got["subject"]) or
                    (lost(subject[-1]) and not lost(got["subject"])), name,
                    f"\n    {got['subject']!r}\n    {subject[-1]!r}")


def check_ticket(count, name, raw, got, found):
    """What a ticket has of the tree: the text, and each file by its sum, in order; the same as the parser says."""
    line, message, _ = found
    count.check("kept", program.Desk.raw(line) == program.as_delivered(raw), name)
    if message is None:
        count.check("a ticket", line["outcome"] == "bounce", name, line)
        return
    count.check("a ticket", True)
    count.check("a ticket's subject", message["subject"] == got["subject"], name, message["subject"])
    count.check("a ticket's text", message["text"].rstrip() == got["text"].rstrip(), name, message["text"][:300])
    ours = [(f["name"], f["type"], f["md5"]) for f in message["attachments"]]
    theirs = [(p["name"], p["type"], hashlib.md5(bytes.fromhex(p["hex"])).hexdigest()) for p in got["parts"]]
    count.check("a ticket's files", ours == theirs, name, f"\n    {ours}\n    {theirs}")


def main():
    count, mails = corpus.Count(), {}
    with tempfile.TemporaryDirectory() as where:
        for i, path in enumerate(corpus.files(corpus.folder("mail-trees"), ".eml")):
            with open(path[:-4] + ".json", "rb") as f:
                want = json.load(f)
            check(count, path, want, corpus.dump(path))
            delivered = os.path.join(where, "mail")
            with open(delivered, "wb") as f:
                f.write(program.as_delivered(corpus.read(path)))
            mails[str(i)] = (os.path.basename(path), corpus.read(path), corpus.dump(delivered))
    found = program.take_in("trees", [(key, "sender@corpora.example", raw) for key, (_, raw, _) in mails.items()])
    for key, (name, raw, got) in mails.items():
        check_ticket(count, name, raw, got, found[key])
    count.end("mail-trees", {})


main()
