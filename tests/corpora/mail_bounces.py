# tests/corpora/mail_bounces.py - bounces of many MTAs, each about an answer of ours: recognised, the recipient and hard
# or soft seen on the ticket; nothing answered, no new ticket
import email
import os
import re

import corpus
import program

# Not bounces, though they lie there: a report of success, a request to unsubscribe.
OTHERS = {"rfc3464-28", "arf-26"}
ADDRESS = re.compile(r"[^\s<>(),;:\"]+@[^\s<>(),;:\"]+")


def kinds_of(raw):
    """Hard (h) or soft (s) of each recipient: the class of its status (RFC 3463), read by Python; None where the
    mail has no delivery-status part."""
    kinds = {}
    for part in email.message_from_bytes(raw).walk():
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for block in part.get_payload():
            status = re.match(r"[245]\.\d+\.\d+", str(block.get("Status", "")).strip())
            whom = ADDRESS.search(str(block.get("Final-Recipient") or block.get("Original-Recipient") or ""))
            if whom and status and str(block.get("Action", "failed")).strip().lower() in ("failed", "delayed", "expired"):
                kinds[whom[0].lower()] = "h" if status[0][0] == "5" else "s"
    return kinds


def answer_to(browser, department, recipient):
    """A ticket whose answer went to this recipient: its number."""
    fields = {"customer_email": recipient, "department": department, "subject": "Answered", "agent": "0",
              "text": "Our answer.", "send": "mail"}
    status, page, where = browser.post("/tickets/new", fields, page="/profile")
    if status != 303:
        raise RuntimeError(f"/tickets/new to {recipient}: {status} {program.shown(page)[:2000]}")
    return int(where.rsplit("/", 1)[1])


def about_ours(raw, theirs, ours):
    """The bounce, with the Message-ID of the mail that bounced being ours."""
    return raw.replace(theirs.encode(), ours.encode()) if theirs else raw


def main():
    count, desk = corpus.Count(), program.Desk("bounces")
    browser = desk.browser()
    names, others = {}, {}
    for path in corpus.files(corpus.folder("mail-bounces"), ".eml"):
        name, raw = os.path.basename(path)[:-4], corpus.read(path)
        got = corpus.dump(path)
        if name.startswith(("is-not-bounce", "rfc3834")) or name in OTHERS:
            others[name] = (raw, got)
            continue
        count.check("bounce", got["nature"] == "bounce", name, f"{got['nature']} {got['from']} {got['subject']!r}")
        whom = [b["recipient"] for b in got["bounces"]]
        if count.check("recipient", bool(whom) and all("@" in w for w in whom), name, whom):
            names[name] = (raw, got, whom)
    check_ours(count, desk, browser, names)
    check_others(count, others)
    count.end("mail-bounces", {"bounce": 0.97, "recipient": 0.97, "hard or soft": 0.97, "on its ticket": 0.97,
                               "an address that we could have written to": 0.97})


def sendable(address):
    return re.fullmatch(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}@[\w.-]+", address, re.A) and ".." not in address


def check_ours(count, desk, browser, names):
    """Each bounce comes to the address that the answer left from, as an MTA returns it."""
    tickets, mails = {}, []
    [department] = program.sql(
        f"SELECT d.id FROM department d JOIN tenant n ON n.id = d.tenant_id WHERE n.name = '{desk.name}'")
    for name, (_, _, whom) in names.items():
        if count.check("an address that we could have written to", sendable(whom[0]), name, whom):
            tickets[name] = answer_to(browser, department, whom[0])
    before = desk.tickets(tickets.values())
    senders = dict(line.split("\t") for line in program.sql(
        "SELECT t.number, MIN(o.sender) FROM outbox o JOIN ticket t ON t.tenant_id = o.tenant_id AND t.id = o.ticket_id "
        f"JOIN tenant n ON n.id = o.tenant_id WHERE n.name = '{desk.name}' AND o.kind = 1 GROUP BY t.number"))
    for name, number in tickets.items():
        raw, got, _ = names[name]
        raw = about_ours(raw, got["bounced_message_id"], before[number]["messages"][0]["message_id"])
        mails.append((name, "", raw, senders[str(number)]))
    for repetition, some in enumerate(program.rounds(mails)[1:]):  # the collection repeats Message-IDs
        for name, _, raw, to in some:
            own = re.sub(rb"(?im)^(message-id:.*)@", rb"\1.%d@" % repetition, raw, count=1)
            mails[[m[0] for m in mails].index(name)] = (name, "", own, to)
    desk.send(mails)
    after = desk.tickets(tickets.values())
    log = desk.log(len(mails))
    count.check("answered: 0", not program.sql(
        f"SELECT o.id FROM outbox o JOIN tenant n ON n.id = o.tenant_id WHERE n.name = '{desk.name}' AND o.kind = 2"))
    count.check("new tickets: 0", max(l["ticket"] or 0 for l in log) <= max(tickets.values()) and not [
        l for l in log if l["outcome"] in ("ticket", "reply")])
    for name, number in tickets.items():
        check_ticket(count, name, names[name][0], after[number])


def check_ticket(count, name, raw, ticket):
    events = {e["old"].lower(): "h" if e["kind"] == "delivery_failed" else "s" for e in ticket["timeline"]
              if e["kind"] in ("delivery_failed", "delivery_delayed")}
    count.check("on its ticket", bool(events), name, ticket["timeline"])
    wanted = {k: v for k, v in kinds_of(raw).items() if k in events}
    if wanted:
        count.check("hard or soft", wanted == {k: events[k] for k in wanted}, name, f"{events} for {wanted}")
    answer = ticket["messages"][0]
    if "h" in events.values():
        count.check("the answer is marked", answer["delivery"] == "failed", name, answer["delivery"])


def check_others(count, others):
    """What only looks like a bounce."""
    found = program.take_in("others", [(name, "sender@corpora.example", raw) for name, (raw, _) in others.items()])
    for name, (line, message, _) in found.items():
        if name.startswith("is-not-bounce"):
            count.check("no bounce: a ticket", line["outcome"] == "ticket" and message["kind"] == "customer", name, line)
        else:
            nature = others[name][1]["nature"]
            count.check("no bounce: a machine's", nature not in ("human", "bounce"), name, nature)


main()
