# tests/corpora/mail_bounces.py - bounces of many MTAs: recognised, recipients found, hard or soft
import email
import os
import re

import corpus


def kinds_of(path):
    """Hard (h) or soft (s) of each recipient: the class of its status (RFC 3463), read by Python; None where the
    mail has no delivery-status part."""
    with open(path, "rb") as file:
        mail = email.message_from_binary_file(file)
    kinds = ""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for block in part.get_payload():
            status = re.match(r"[245]\.\d+\.\d+", str(block.get("Status", "")).strip())
            if status and str(block.get("Action", "failed")).strip().lower() in ("failed", "delayed", "expired"):
                kinds += "h" if status[0][0] == "5" else "s"
    return kinds or None


# Not bounces, though they lie there: a report of success, a request to unsubscribe.
OTHERS = {"rfc3464-28", "arf-26"}


def main():
    count = corpus.Count()
    for path in corpus.files(corpus.folder("mail-bounces"), ".eml"):
        name = os.path.basename(path)[:-4]
        got = corpus.dump(path)
        if name.startswith("is-not-bounce"):
            count.check("no bounce", got["nature"] == "human", name, got["nature_why"])
            continue
        if name.startswith("rfc3834"):
            count.check("auto reply", got["nature"] == "auto-reply", name, got["nature"])
            continue
        if name in OTHERS:
            count.check("no answer", got["nature"] not in ("human", "bounce"), name, got["nature"])
            continue
        subject = f"{got['nature']} {got['from']} {got['subject']!r}"
        if not count.check("bounce", got["nature"] == "bounce", name, subject):
            continue
        whom = [b["recipient"] for b in got["bounces"]]
        count.check("recipient", bool(whom) and all("@" in w for w in whom), name, whom)
        kinds = "".join("h" if b["hard"] else "s" for b in got["bounces"])
        wanted = kinds_of(path)
        if wanted is not None:
            count.check("hard or soft", kinds == wanted, name, f"{kinds} for {wanted} {got['bounces']}")
        count.check("message", bool(got["bounced_message_id"]), name)
    count.end("mail-bounces", {"bounce": 0.97, "recipient": 0.97, "hard or soft": 0.97,
                               "message": 0.88})


main()
