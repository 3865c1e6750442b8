# tests/corpora/mail_maker.py - mails made by chance from a seed: right, wrong and broken, with what was meant
import base64
import quopri
import random

WORDS = {
    "en": "the printer does not answer since this morning please help me order invoice café".split(),
    "pl": "zażółć gęślą jaźń drukarka nie działa proszę o pomoc faktura źle świeci łódź".split(),
    "de": "Grüße für die größte Straße über Äpfel und Öl heißt überprüfen Schlüssel".split(),
    "ru": "принтер не отвечает с утра помогите пожалуйста счёт объект ошибка ещё раз".split(),
    "ja": "プリンターが 動きません 助けてください 請求書 日本語 今朝から 表示されます 確認".split(),
    "zh": "打印机 没有 反应 请 帮助 发票 今天早上 错误 中文 测试".split(),
    "ko": "프린터가 응답하지 않습니다 도와주세요 청구서 한국어 오늘 아침부터".split(),
    "el": "ο εκτυπωτής δεν απαντά από το πρωί παρακαλώ βοήθεια τιμολόγιο".split(),
}
CHARSETS = {
    "en": ["utf-8", "us-ascii", "iso-8859-1", "windows-1252", "iso-8859-15"],
    "pl": ["utf-8", "iso-8859-2", "windows-1250"],
    "de": ["utf-8", "iso-8859-1", "windows-1252", "iso-8859-15"],
    "ru": ["utf-8", "koi8-r", "windows-1251", "iso-8859-5"],
    "ja": ["utf-8", "iso-2022-jp", "shift_jis", "euc-jp"],
    "zh": ["utf-8", "gb2312", "gbk", "big5", "gb18030"],
    "ko": ["utf-8", "euc-kr"],
    "el": ["utf-8", "iso-8859-7"],
}
EMOJI = ["😀", "👩‍👩‍👧", "✓", "€", "–"]
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


class Made:
    """A mail: raw bytes, what was meant (subject, name, email, texts of its text parts, number of leaves), and
    what was done to it."""

    def __init__(self, raw, subject, sender, leaves, done):
        self.raw, self.subject, self.sender, self.leaves, self.done = raw, subject, sender, leaves, done


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.done = set()

    def chance(self, percent, name=None):
        hit = self.r.random() * 100 < percent
        if hit and name:
            self.done.add(name)
        return hit

    def pick(self, things):
        return things[self.r.randrange(len(things))]

    def words(self, language, low, high, charset):
        words = [self.pick(WORDS[language]) for _ in range(self.r.randint(low, high))]
        if charset == "utf-8" and self.chance(10):
            words.append(self.pick(EMOJI))
        text = (" " if language not in ("ja", "zh") else "").join(words)
        return text.encode(charset, "ignore").decode(charset)

    # Headers

    def encoded_word(self, data, charset, way):
        if way == "b":
            return "=?%s?B?%s?=" % (charset, base64.b64encode(data).decode())
        safe = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        text = "".join(chr(c) if c in safe else "_" if c == 32 else "=%02X" % c for c in data)
        return "=?%s?Q?%s?=" % (charset, text)

    def pieces(self, data, charset):
        """Bytes cut where a mailer may cut them; some cut letters in two."""
        size = self.r.randint(18, 42)
        if charset != "iso-2022-jp" and self.chance(8, "letters cut between words"):
            return [data[i:i + size] for i in range(0, len(data), size)] or [b""]
        out, text = [], data.decode(charset)
        while text:
            n = 1
            while n < len(text) and len(text[:n + 1].encode(charset)) <= size:
                n += 1
            out.append(text[:n].encode(charset))
            text = text[n:]
        return out or [b""]

    def header_text(self, text, charset):
        if text.isascii() and not self.chance(5):
            return text.encode()
        if self.chance(0.5, "bare 8-bit header"):
            return text.encode(charset)
        label = charset.upper() if self.chance(20) else charset
        way = self.pick("bq")
        words = [self.encoded_word(p, label, way) for p in self.pieces(text.encode(charset), charset)]
        joint = "\r\n " if self.chance(80) else "\r\n\t" if self.chance(50) else "  "
        return joint.join(words).encode()

    def mailbox(self, name, email, charset):
        if not name:
            return email.encode() if self.chance(50) else b"<" + email.encode() + b">"
        if name.isascii() and self.chance(40):
            return b'"%s" <%s>' % (name.encode(), email.encode())
        if name.isascii() and self.chance(10, "name in a comment"):
            return b"%s (%s)" % (email.encode(), name.encode())
        return self.header_text(name, charset) + b" <" + email.encode() + b">"

    # Parts

    def transfer(self, data, charset):
        """Encoding's name and the encoded bytes."""
        way = self.pick(["7bit", "8bit", "quoted-printable", "base64", "quoted-printable", "base64"])
        if way == "7bit" and any(b > 127 for b in data):
            way = "8bit"
        if charset.startswith("utf-16"):
            way = "base64"
        name = way.upper() if self.chance(5) else way
        if way == "quoted-printable":
            return name, quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
        if way == "base64":
            text = base64.encodebytes(data).replace(b"\n", b"\r\n")
            if self.chance(2, "base64 without padding"):
                text = text.rstrip(b"=\r\n") + b"\r\n"
            elif self.chance(1, "base64 with blanks"):
                text = text.replace(b"\r\n", b" \r\n")
            return name, text
        return name, data

    def body_text(self, language, charset):
        lines = []
        for _ in range(self.r.randint(1, 8)):
            lines.append(self.words(language, 3, 14, charset))
        if self.chance(2, "long line"):
            lines.append(" ".join(self.words(language, 8, 12, charset) for _ in range(30)))
        if self.chance(10):
            lines.append("")
            lines.append("> " + lines[0])
        if self.chance(5):
            lines.append(".")
        return "\r\n".join(lines) + "\r\n"

    def text_part(self, language, is_html=False):
        charset = self.pick(CHARSETS[language])
        text = self.body_text(language, charset)
        if is_html:
            text = "<p>" + text.replace("\r\n", "<br>\r\n") + "</p>\r\n"
        data = text.encode(charset)
        kind = "html" if is_html else "plain"
        label = charset
        if self.chance(0.15, "charset wrong"):
            label = self.pick(["utf-8", "us-ascii", "iso-8859-1", "koi8-r"])
        elif self.chance(0.1, "charset unknown"):
            label = self.pick(["x-unknown", "foo-8", "unicode-1-1-foo"])
        elif self.chance(0.15, "charset missing"):
            label = None
        if self.chance(0.7, "NUL"):
            at = self.r.randrange(len(data))
            data = data[:at] + b"\0" + data[at:]
        if self.chance(1, "bare CR or LF"):
            data = data.replace(b"\r\n", self.pick([b"\n", b"\r"]), 1)
        name, coded = self.transfer(data, charset)
        head = b"Content-Type: text/" + kind.encode()
        if label:
            quote = b'"' if self.chance(40) else b""
            head += b"; charset=" + quote + label.encode() + quote
        head += b"\r\n"
        if not (name == "7bit" and self.chance(50)):
            head += b"Content-Transfer-Encoding: " + name.encode() + b"\r\n"
        return head, coded, [("text", text)]

    def file_name(self, language):
        return self.words(language, 1, 3, "utf-8").replace("/", "") + self.pick([".pdf", ".txt", ".png"])

    def rfc2231(self, name):
        coded = "".join(chr(b) if chr(b).isalnum() and b < 128 else "%%%02X" % b for b in name.encode())
        if len(coded) < 30:
            return "filename*=utf-8''" + coded
        parts = [coded[i:i + 30] for i in range(0, len(coded), 30)]
        # no percent sign is cut from its digits
        for i in range(len(parts) - 1):
            while "%" in parts[i][-2:]:
                parts[i], parts[i + 1] = parts[i][:-1], parts[i][-1] + parts[i + 1]
        return ";\r\n ".join(f"filename*{i}*=" + ("utf-8''" if i == 0 else "") + p
                             for i, p in enumerate(parts))

    def file_part(self, language):
        data = self.r.randbytes(self.r.randint(0, 400))
        name = self.file_name(language)
        way = self.r.randrange(3)
        if way == 0:
            shown = self.rfc2231(name)
        elif way == 1:
            shown = 'filename="%s"' % self.encoded_word(name.encode(), "utf-8", "b")
        else:
            name = "file%d.bin" % self.r.randrange(100)
            shown = 'filename="%s"' % name
        head = b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; "
        head += shown.encode() + b"\r\nContent-Transfer-Encoding: base64\r\n"
        return head, base64.encodebytes(data).replace(b"\n", b"\r\n"), [("file", data)]

    def message_part(self, language):
        inner = self.mail(language, depth=2)
        self.done -= {"head without end"}
        return b"Content-Type: message/rfc822\r\n", inner.raw, [("message", None)]

    def multipart(self, language, depth):
        kind = self.pick(["mixed", "alternative", "related", "mixed"])
        n = self.r.randint(1, 4) if kind != "alternative" else 2
        parts = [self.part(language, depth + 1, kind, i) for i in range(n)]
        boundary = self.pick(["=_%08x" % self.r.randrange(1 << 32), "b%d" % self.r.randrange(1 << 30),
                              "----=_Part_%d.%d" % (self.r.randrange(99), self.r.randrange(1 << 20))])
        quote = '"' if "=" in boundary or self.chance(50) else ""
        head = ("Content-Type: multipart/%s;%sboundary=%s%s%s\r\n" % (
            kind, self.pick([" ", "\r\n\t"]), quote, boundary, quote)).encode()
        line, body = boundary.encode(), b""
        if self.chance(20):
            body = b"This is a mail in several parts.\r\n"
        if self.chance(0.3, "boundary wrong"):
            line = line[:-1]
        for part in parts:
            body += b"--" + line + b"\r\n" + part[0] + b"\r\n" + part[1]
            if not body.endswith(b"\r\n") or self.chance(50):
                body += b"\r\n"
        if self.chance(0.7, "boundary without end"):
            pass
        else:
            body += b"--" + line + b"--\r\n"
            if self.chance(10):
                body += b"epilogue\r\n"
        return head, body, [leaf for p in parts for leaf in p[2]]

    def part(self, language, depth, kind="", i=0):
        if kind == "alternative":
            return self.text_part(language, is_html=i == 1)
        if kind and i > 0:
            if depth < 3 and self.chance(15):
                return self.multipart(language, depth)
            if depth < 3 and self.chance(8):
                return self.message_part(language)
            return self.file_part(language) if self.chance(75) else self.text_part(language)
        if depth < 5 and self.chance(45 if depth == 0 else 20):
            return self.multipart(language, depth)
        return self.text_part(language, is_html=self.chance(25))

    def date(self):
        return "%s, %d Nov 2026 %02d:%02d:%02d %+03d00" % (
            self.pick(DAYS), self.r.randint(1, 28), self.r.randrange(24), self.r.randrange(60),
            self.r.randrange(60), self.r.randint(-11, 12))

    def mail(self, language=None, depth=0):
        language = language or self.pick(sorted(WORDS))
        charset = self.pick(CHARSETS[language])
        subject = self.words(language, 1, 12, charset)
        name = self.words(language, 1, 2, charset) if self.chance(80) else ""
        email = "%s.%d@%s.example" % (self.pick(["jan", "anna", "li", "o-neil"]), self.r.randrange(1000),
                                      self.pick(["firma", "shop", "a-b"]))
        head, body, leaves = self.part(language, depth)
        fields = [b"From: " + self.mailbox(name, email, charset),
                  b"To: support@desk.example", b"Date: " + self.date().encode(),
                  b"Message-ID: <%x@random.example>" % self.r.getrandbits(64)]
        if self.chance(1, "no subject"):
            subject = ""
        else:
            fields.append(b"Subject: " + self.header_text(subject, charset))
        if self.chance(1, "no From"):
            name, email = "", ""
            fields.pop(0)
        if self.chance(80):
            fields.append(b"MIME-Version: 1.0")
        self.r.shuffle(fields)
        if self.chance(0.3, "a line that is no header"):
            fields.insert(self.r.randrange(1, len(fields)), b"this is no header")
        raw = b"\r\n".join(fields) + b"\r\n" + head + b"\r\n" + body
        if depth == 0 and self.chance(5, "lines end with LF"):
            raw = raw.replace(b"\r\n", b"\n")
        return Made(raw, subject, (name, email), leaves, frozenset(self.done))


def make(n, seed):
    """n mails, always the same ones for a seed."""
    for i in range(n):
        yield Maker(f"{seed} {i}").mail()
