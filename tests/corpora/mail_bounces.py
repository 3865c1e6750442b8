# tests/corpora/mail_bounces.py - bounces of many MTAs: recognised, recipients found, hard or soft
import os

import corpus

# Per recipient h (5.x.x or permanent by its words) or s. From the classes of the status codes that Sisimai's
# own tests (BSD-2) expect of these mails; by our own reading, against theirs, a full mailbox and a queue
# that gave up are s: lhost-imailserver-02, lhost-kddi-02, lhost-kddi-03, lhost-opensmtpd-15, lhost-x2-03.
KINDS = {}
for kinds, names in {
    "s": """
        arf-02 arf-11 arf-12 arf-19 arf-23 arf-24 arf-26 lhost-amazonses-17
        lhost-exchange2007-05 lhost-imailserver-02 lhost-kddi-02 lhost-kddi-03
        lhost-messagingserver-07 lhost-opensmtpd-15 lhost-postfix-09 lhost-postfix-15
        lhost-postfix-38 lhost-postfix-40 lhost-postfix-43 lhost-postfix-60 lhost-qmail-05
        lhost-receivingses-03 lhost-sendmail-10 lhost-sendmail-30 lhost-sendmail-55 lhost-x2-03
        lhost-x2-05 lhost-yandex-03 rfc3464-07 rfc3464-36 rfc3464-40 rfc3834-03 rfc3834-05
        rhost-franceptt-06 rhost-franceptt-07 rhost-franceptt-11 rhost-microsoft-05""",
    "h": """
        lhost-activehunter-01 lhost-amavis-01 lhost-amazonses-02 lhost-amazonses-06
        lhost-amazonses-09 lhost-amazonses-10 lhost-amazonworkmail-08 lhost-courier-03
        lhost-dragonfly-01 lhost-dragonfly-03 lhost-dragonfly-10 lhost-dragonfly-11
        lhost-dragonfly-19 lhost-dragonfly-21 lhost-dragonfly-22 lhost-dragonfly-24
        lhost-dragonfly-28 lhost-exchange2003-05 lhost-exchange2007-01 lhost-exchange2007-04
        lhost-exchange2007-07 lhost-exim-01 lhost-exim-31 lhost-exim-33 lhost-exim-34
        lhost-exim-36 lhost-exim-39 lhost-exim-46 lhost-exim-52 lhost-exim-54 lhost-exim-55
        lhost-exim-57 lhost-ezweb-03 lhost-ezweb-05 lhost-ezweb-07 lhost-gmail-05 lhost-gmail-11
        lhost-gmail-18 lhost-googlegroups-01 lhost-googlegroups-05 lhost-googlegroups-12
        lhost-googlegroups-13 lhost-googlegroups-14 lhost-mailfoundry-01 lhost-mailru-07
        lhost-mcafee-02 lhost-mcafee-03 lhost-mcafee-04 lhost-messagingserver-02
        lhost-messagingserver-05 lhost-messagingserver-08 lhost-messagingserver-09
        lhost-mfilter-01 lhost-mfilter-02 lhost-mxlogic-01 lhost-mxlogic-02 lhost-notes-01
        lhost-notes-02 lhost-notes-03 lhost-office365-01 lhost-office365-02 lhost-office365-03
        lhost-office365-04 lhost-office365-05 lhost-office365-07 lhost-office365-09
        lhost-office365-10 lhost-outlook-01 lhost-outlook-08 lhost-postfix-04 lhost-postfix-07
        lhost-postfix-10 lhost-postfix-14 lhost-postfix-16 lhost-postfix-29 lhost-postfix-31
        lhost-postfix-42 lhost-postfix-44 lhost-postfix-47 lhost-postfix-57 lhost-postfix-64
        lhost-postfix-65 lhost-postfix-73 lhost-powermta-03 lhost-qmail-09 lhost-qmail-23
        lhost-qmail-24 lhost-receivingses-05 lhost-sendmail-03 lhost-sendmail-06
        lhost-sendmail-13 lhost-sendmail-15 lhost-sendmail-16 lhost-sendmail-17
        lhost-sendmail-18 lhost-sendmail-20 lhost-sendmail-26 lhost-sendmail-27
        lhost-sendmail-34 lhost-sendmail-35 lhost-sendmail-37 lhost-sendmail-41
        lhost-sendmail-42 lhost-sendmail-49 lhost-sendmail-51 lhost-sendmail-52
        lhost-sendmail-57 lhost-surfcontrol-02 lhost-v5sendmail-03 lhost-v5sendmail-06
        lhost-x3-01 lhost-x3-05 lhost-x3-06 lhost-x6-02 lhost-yahoo-04 lhost-yahoo-05
        lhost-yahoo-06 lhost-yahoo-13 rfc3464-01 rfc3464-10 rfc3464-26 rhost-apple-03
        rhost-cox-01 rhost-franceptt-01 rhost-franceptt-12 rhost-kddi-02 rhost-microsoft-02
        rhost-mimecast-02 rhost-nttdocomo-02 rhost-tencent-02 rhost-tencent-03""",
    "hh": """
        lhost-exim-02 lhost-gmx-03 lhost-opensmtpd-17 lhost-outlook-04 lhost-postfix-11
        lhost-postfix-13 lhost-sendmail-31""",
    "ss": """
        rfc3464-28""",
    "hsh": """
        rfc3464-35""",
}.items():
    KINDS.update(dict.fromkeys(names.split(), kinds))

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
        if name in KINDS:
            count.check("hard or soft", kinds == KINDS[name], name,
                        f"{kinds} for {KINDS[name]} {got['bounces']}")
        count.check("message", bool(got["bounced_message_id"]), name)
    count.end("mail-bounces", {"bounce": 0.97, "recipient": 0.97, "hard or soft": 0.97,
                               "message": 0.88})


main()
