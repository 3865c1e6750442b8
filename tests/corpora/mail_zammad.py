# tests/corpora/mail_zammad.py - troublesome mails with what another help desk makes of them
import base64
import hashlib
import html
import os
import re
import sys
import unicodedata

import corpus

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


def written(addresses):
    return ", ".join(f"{a['name']} <{a['email']}>" if a["name"] else a["email"] for a in addresses)


EMPTY = "novisiblecontent"  # what they write where there is no text

# Where we read more than they did; said here rather than forgiven silently.
BETTER = {
    "mail018.box": "UTF-7 is decoded",
    "mail046.box": "bare GBK bytes in From are read as in Subject",
    "mail053.box": "a From without @ is no address",
    "mail054.box": "the boundary that is not folded into its header is found",
    "mail076.box": "a From without address is no address",
    "mail087.box": "the text behind the attachment is shown as text",
    "mail105.box": "a multipart without parts is text",
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


def attachments(want, got):
    """Theirs holds the original HTML as a file too; what we have besides must not be more."""
    theirs = {a.get("md5") or md5(a["data"]) for a in want if (a.get("data") or a.get("md5"))}
    bodies = {md5(got["html"] or ""), md5((got["html"] or "").rstrip("\n"))}
    ours = {md5(bytes.fromhex(p["hex"])) for p in got["parts"]}
    bodies.add(md5(got["text"].replace("\n", "\r\n")))
    unix = {md5(bytes.fromhex(p["hex"]).replace(b"\r\n", b"\n")) for p in got["parts"]}
    return theirs, ours, unix, bodies


def difference(x, y):
    at = next((i for i in range(min(len(x), len(y))) if x[i] != y[i]), min(len(x), len(y)))
    return f"{len(x)} and {len(y)} letters, at {at}: {x[at - 9 : at + 40]!r}, {y[at - 9 : at + 40]!r}"


def main():
    count = corpus.Count()
    for path in corpus.files(corpus.folder("mail-zammad"), ".box"):
        got = corpus.dump(path)
        name = os.path.basename(path)
        count.check("parsed", True)
        if not os.path.exists(path[:-4] + ".yml"):
            continue
        with open(path[:-4] + ".yml", "rb") as f:
            want = yaml.load(f.read(), Loader)
        for field, header in (("subject", "Subject"), ("from", "From"), ("to", "To")):
            if field in want:
                ours, theirs = fold(got["headers"][header]), fold(want[field])
                if field == "subject":
                    ours = fold(got["subject"])
                ok = ours == theirs
                if field != "subject":
                    ok = bare(theirs) in (bare(ours), bare(written(got[field])))
                ok = ok or sorted(re.findall(r"[^\s<>]+", ours)) == sorted(re.findall(r"[^\s<>]+", theirs))
                count.check(field, ok or name in BETTER, name, f"{ours!r} for {theirs!r}")
        if "from_email" in want:
            ours = (got["from"] or [{"email": ""}])[0]["email"]
            theirs = fold(want["from_email"]).lower().rstrip(".")
            count.check("from_email", ours.lower() == theirs or name in BETTER, name,
                        f"{ours!r} for {want['from_email']!r}")
        if want.get("attachments") is not None:
            theirs, ours, unix, bodies = attachments(want["attachments"], got)
            count.check("attachments", theirs <= ours | unix | bodies, name,
                        f"missing {len(theirs - ours - unix - bodies)} of {len(theirs)}: "
                        f"{[a.get('filename') for a in want['attachments']]}, ours "
                        f"{[(p['name'], p['size']) for p in got['parts']]}")
        if want.get("body") is not None:
            is_html = want.get("content_type") == "text/html"
            shown = got["html"] if is_html and got["html"] else got["text"]
            ours = words(shown, is_html and got["html"])
            theirs = words(want["body"], is_html)
            theirs = "" if theirs == EMPTY else theirs
            # Some of theirs show tags as text, some show the page's title.
            titled = words(shown, is_html and got["html"], "style|script")
            same = theirs in (ours, titled) or ours == words(want["body"], True)
            count.check("body", same or name in BETTER, name, difference(ours, theirs))
    count.end("mail-zammad", {"body": 0.95})


main()
