# tests/corpora/program.py - the whole program as the corpora see it: LMTP in, deskctl and pages out
import glob
import html
import http.client
import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.parse

PASSWORD = "correct-horse-7-battery"
SENDERS = 4
SHOWN_AT_ONCE = 50
PATIENCE = 300


def environment():
    """What tests/support/stack says of the stack that runs."""
    with open(os.environ["DESKD_STACK_ENV"], encoding="utf-8") as file:
        return dict(re.findall(r"^(\w+)='([^']*)'$", file.read(), re.M))


ENV = environment()
CTL = ENV["DESKD_CTL"].split(" ")


def ctl(*args):
    run = subprocess.run([*CTL, *args], capture_output=True, timeout=PATIENCE)
    if run.returncode != 0:
        raise RuntimeError(f"deskctl {' '.join(args)}: {run.returncode} {run.stderr.decode()}")
    return run.stdout.decode()


def sql(query):
    """Lines of a query's result, for what no page says."""
    with open(ENV["DESKD_DB_PASSWORD_FILE"], encoding="utf-8") as file:
        password = file.read().strip()
    run = subprocess.run(["mariadb", "--no-defaults", "--user=deskd", "--batch", "--skip-column-names",
                          f"--socket={ENV['DESKD_DB_SOCKET']}", "deskd"], input=query.encode(), capture_output=True,
                         env={**os.environ, "MYSQL_PWD": password}, timeout=PATIENCE, check=True)
    return run.stdout.decode().splitlines()


class Lmtp:
    """One connection; a mail's lines get CRLF, as an MTA would hand them on."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(ENV["DESKD_LMTP"])
        self.file = self.socket.makefile("rb")
        self.reply()
        self.say(b"LHLO corpora.example")

    def reply(self):
        while True:
            line = self.file.readline()
            if not line:
                raise RuntimeError("LMTP connection closed")
            if line[3:4] != b"-":
                return int(line[:3]), line[4:].decode("utf-8", "replace").strip()

    def say(self, line):
        self.socket.sendall(line + b"\r\n")
        return self.reply()

    def deliver(self, sender, recipient, raw):
        for line in (b"MAIL FROM:<%s>" % sender.encode(), b"RCPT TO:<%s>" % recipient.encode(), b"DATA"):
            code, text = self.say(line)
            if code >= 400:
                self.say(b"RSET")
                return code, text
        raw = re.sub(rb"(?m)^\.", b"..", re.sub(rb"\r?\n", b"\r\n", raw))
        self.socket.sendall(raw + (b"" if raw.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        return self.reply()


def as_delivered(raw):
    """The bytes that the program was given: what LMTP makes of line ends."""
    raw = re.sub(rb"\r?\n", b"\r\n", raw)
    return raw if raw.endswith(b"\r\n") else raw + b"\r\n"


class Desk:
    """A tenant of its own."""

    def __init__(self, corpus):
        self.name = f"{corpus}-{os.getpid()}"
        self.host = f"{self.name}.localhost"
        self.owner = f"owner@{self.name}.example"
        ctl("tenant", "create", self.name, "--title", corpus, "--host", self.host, "--locale", "en", "--timezone",
            "UTC", "--owner", self.owner, "--owner-name", "Olga Owner", "--password", PASSWORD)

    def address(self, key=""):
        return f"support{'+' + key if key else ''}@{self.host}"

    def send(self, mails):
        """mails: (key, envelope sender, raw, or with a fourth value: the recipient). A key stands in the
        recipient's plus part. Returns {key: (code, text)}."""
        todo, done, lock = list(mails)[::-1], {}, threading.Lock()
        failures = []

        def work():
            try:
                peer = Lmtp()
                while True:
                    with lock:
                        if not todo:
                            return
                        key, sender, raw, *to = todo.pop()
                    done[key] = peer.deliver(sender, to[0] if to else self.address(key), raw)
            except Exception as failure:  # a thread's own failure would be printed and forgotten
                failures.append(failure)
        threads = [threading.Thread(target=work) for _ in range(SENDERS)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        if failures:
            raise failures[0]
        return done

    def log(self, n=0):
        """The mail log once it has n lines: every accepted mail ends in one."""
        end = time.monotonic() + PATIENCE
        while True:
            lines = json.loads(ctl("mail", "list", "--tenant", self.name, "--json"))
            if len(lines) >= n:
                return lines
            if time.monotonic() > end:
                raise RuntimeError(f"{len(lines)} of {n} mails were worked off")
            time.sleep(0.2)

    def log_by_key(self, n):
        found = {}
        for line in self.log(n):
            key = re.search(r"\+([^@]*)@", line["to"])
            found[key[1] if key else ""] = line
        return found

    def tickets(self, numbers):
        """{number: ticket}, as deskctl ticket show --json prints them."""
        found, numbers = {}, sorted(set(numbers))
        for at in range(0, len(numbers), SHOWN_AT_ONCE):
            some = [arg for n in numbers[at:at + SHOWN_AT_ONCE] for arg in ("--number", str(n))]
            for line in ctl("ticket", "show", "--tenant", self.name, "--json", *some).splitlines():
                ticket = json.loads(line)
                found[ticket["number"]] = ticket
        return found

    def take_in(self, mails):
        """Sends mails and returns {key: (line of the mail log, its message or None, its ticket or None)}."""
        replies = self.send(mails)
        refused = {k: r for k, r in replies.items() if r[0] != 250}
        if refused:
            raise RuntimeError(f"refused: {refused}")
        log = self.log_by_key(len(replies))
        tickets = self.tickets(line["ticket"] for line in log.values() if line["ticket"])
        found = {}
        for key, line in log.items():
            ticket = tickets.get(line["ticket"])
            messages = [m for m in ticket["messages"] if m["mail_in"] == line["id"]] if ticket else []
            found[key] = (line, messages[0] if messages else None, ticket)
        return found

    @staticmethod
    def raw(line):
        """The kept mail as it was given to LMTP, byte for byte."""
        data = os.path.join(os.path.dirname(ENV["DESKD_CONF"]), "data")
        for path in glob.glob(f"{data}/tenants/*/raw/*/{int(line['id']):016x}"):
            with open(path, "rb") as file:
                return file.read().split(b"\n", 1)[1]
        return None

    def browser(self):
        return Browser(self)


def rounds(mails):
    """Collections repeat Message-IDs, of which a desk takes each but once: a desk for each repetition."""
    seen, out = {}, []
    for mail in mails:
        found = re.search(rb"(?im)^message-id:\s*(\S+)", mail[2])
        key = (found[1] if found else mail[2]).lower()
        seen[key] = seen.get(key, 0) + 1
        while len(out) < seen[key]:
            out.append([])
        out[seen[key] - 1].append(mail)
    return out


def take_in(name, mails):
    """Desk.take_in at as many desks as that needs."""
    found = {}
    for i, some in enumerate(rounds(mails)):
        found.update(Desk(f"{name}{i or ''}").take_in(some))
    return found


class Browser:
    """A person who is logged in, on one connection."""

    def __init__(self, desk, logs_in=True):
        self.desk, self.cookies = desk, {}
        self.http = http.client.HTTPConnection("127.0.0.1", int(ENV["DESKD_URL_PORT"]), timeout=PATIENCE)
        if logs_in:
            status, _, _ = self.post("/login", {"email": desk.owner, "password": PASSWORD}, page="/login")
            if status != 303:
                raise RuntimeError(f"login: {status}")

    def send(self, method, path, body=None, kind=None):
        headers = {"Host": f"{self.desk.host}:{ENV['DESKD_URL_PORT']}",
                   "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = kind or "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://{headers['Host']}"
        self.http.request(method, path, body, headers)
        reply = self.http.getresponse()
        data = reply.read()
        for line in reply.headers.get_all("Set-Cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return reply.status, data, reply.headers.get("Location")

    def get(self, path):
        return self.send("GET", path)

    def token(self, page):
        status, data, _ = self.get(page)
        found = re.search(rb'name="token" value="([^"]*)"', data) or re.search(
            rb'value="([^"]*)"[^>]*name="token"', data)
        if not found:
            raise RuntimeError(f"no token on {page}: {status}")
        return found[1].decode()

    def post(self, path, fields, page):
        fields = {"token": self.token(page), **fields}
        return self.send("POST", path, urllib.parse.urlencode(fields))


def shown(page):
    """The text of a page, without tags."""
    text = page.decode("utf-8")
    return html.unescape(re.sub(r"(?s)<[^>]*>", "", text))
