# tests/corpora/calendar_math.py - business time against an implementation that shares nothing with ours: Python's
# zoneinfo, open hours laid out day by day, in 20 zones, half of the questions close to a change of clocks or a holiday
import bisect
import datetime
import os
import random
import subprocess
import zoneinfo

import corpus

PROGRAM = os.environ.get("CALENDAR_MATH", "./calendar-math")
QUESTIONS = 100_000
UTC = datetime.timezone.utc
EPOCH = datetime.date(1970, 1, 1)
FIRST, LAST = datetime.date(1999, 1, 1), datetime.date(2042, 1, 1)
NEVER = 2 ** 63 - 1
ZONES = ["UTC", "Europe/Prague", "Europe/London", "Europe/Moscow", "America/Sao_Paulo", "America/New_York", "America/St_Johns",
         "Australia/Lord_Howe", "Asia/Tehran", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Chatham", "Africa/Casablanca",
         "Asia/Gaza", "America/Santiago", "Europe/Dublin", "Antarctica/Troll", "Asia/Kolkata", "America/Havana", "Africa/Cairo"]


def instant(zone, day, minute, is_last):
    """When the clocks of zone show so many minutes after midnight of day, as seconds: of two times the first or the
    last; of none, the first instant after what is left out."""
    wall = datetime.datetime.combine(day, datetime.time()) + datetime.timedelta(minutes=minute)
    found = []
    for fold in (0, 1):
        at = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if at.astimezone(zone).replace(tzinfo=None) == wall:
            found.append(int(at.timestamp()))
    if found:
        return max(found) if is_last else min(found)
    low = int(wall.replace(tzinfo=UTC).timestamp()) - 2 * 86400
    high = low + 4 * 86400
    while high - low > 1:  # clocks only jump forward here: the first instant that shows more
        middle = (low + high) // 2
        shown = datetime.datetime.fromtimestamp(middle, zone).replace(tzinfo=None)
        low, high = (low, middle) if shown > wall else (middle, high)
    return high


class Plan:
    """Open hours by chance, and all of them from 1999 to 2042 as one sorted list of [from, to) in milliseconds."""

    def __init__(self, chance, name):
        self.name, self.zone = name, zoneinfo.ZoneInfo(name)
        self.week = [self.spans(chance, 2) if chance.random() < 0.8 else [] for _ in range(7)]
        if chance.random() < 0.15:
            self.week = [[(0, 1440)]] * 7
        self.single = {self.date(chance): self.spans(chance, 2) if chance.random() < 0.3 else [] for _ in range(40)}
        self.yearly = {self.date(chance): self.spans(chance, 1) if chance.random() < 0.2 else [] for _ in range(8)}
        by_day = {}
        for first, spans in self.yearly.items():
            if (first.month, first.day) not in by_day or by_day[first.month, first.day][0] > first:
                by_day[first.month, first.day] = (first, spans)
        self.yearly = {first: spans for first, spans in by_day.values()}
        self.by_day = by_day
        self.shifts = self.changes()
        self.lay_out()

    @staticmethod
    def spans(chance, most):
        out = []
        for _ in range(chance.randint(1, most)):
            start = chance.choice([chance.randrange(0, 1440), chance.randrange(0, 180), 540, 0, 1380])
            out.append((start, start + min(1440, chance.choice([chance.randint(1, 1440), 480, 60, 1440 - start or 1]))))
        return out

    def date(self, chance):
        return FIRST + datetime.timedelta(days=chance.randrange(400, (LAST - FIRST).days - 400))

    def changes(self):
        out, day, before = [], FIRST, None
        while day < LAST:
            offset = datetime.datetime.combine(day, datetime.time(12), self.zone).utcoffset()
            if before is not None and offset != before:
                out.append(day)
            before, day = offset, day + datetime.timedelta(days=1)
        return out

    def spans_of(self, day):
        if day in self.single:
            return self.single[day]
        first, spans = self.by_day.get((day.month, day.day), (LAST, None))
        return spans if day >= first else self.week[day.weekday()]

    def lay_out(self):
        all_hours, day = [], FIRST
        while day < LAST:
            for start, end in self.spans_of(day):
                a, b = instant(self.zone, day, start, False), instant(self.zone, day, end, True)
                if a < b:
                    all_hours.append((a * 1000, b * 1000))
            day += datetime.timedelta(days=1)
        self.hours = []
        for a, b in sorted(all_hours):
            if self.hours and a <= self.hours[-1][1]:
                self.hours[-1][1] = max(self.hours[-1][1], b)
            else:
                self.hours.append([a, b])
        self.starts = [a for a, _ in self.hours]
        self.before = [0]
        for a, b in self.hours:
            self.before.append(self.before[-1] + b - a)

    def until(self, at):
        i = bisect.bisect_right(self.starts, at)
        return self.before[i] - max(0, self.hours[i - 1][1] - at) if i else 0

    def between(self, a, b):
        return max(0, self.until(b) - self.until(a)) if b > a else 0

    def add(self, at, ms):
        wanted = self.until(at) + ms
        if ms <= 0:
            return at
        i = bisect.bisect_left(self.before, wanted)
        return self.hours[i - 1][1] - (self.before[i] - wanted) if i < len(self.before) else None

    def is_open(self, at):
        i = bisect.bisect_right(self.starts, at)
        return int(i > 0 and at < self.hours[i - 1][1])

    def text(self):
        lines = [f"zone {self.name}"]
        lines += [f"week {i} {a} {b}" for i, spans in enumerate(self.week) for a, b in spans]
        for is_yearly, days in ((0, self.single), (1, self.yearly)):
            for day, spans in days.items():
                lines.append(f"exception {(day - EPOCH).days} {is_yearly}")
                lines += [f"hours {a} {b}" for a, b in spans]
        return lines + ["make"]

    def moment(self, chance):
        day = self.date(chance)
        if chance.random() < 0.5:
            near = chance.choice([self.shifts or [day], list(self.single), list(self.yearly)])
            day = chance.choice(near) + datetime.timedelta(days=chance.randint(-1, 1))
            if not FIRST + datetime.timedelta(days=400) < day < LAST - datetime.timedelta(days=400):
                day = self.date(chance)
        at = int(datetime.datetime.combine(day, datetime.time(), UTC).timestamp()) * 1000
        return at + chance.choice([chance.randrange(-43_200_000, 129_600_000), chance.randrange(-12, 36) * 3_600_000])


def question(plan, chance):
    kind, at = chance.choice(("add", "between", "open")), plan.moment(chance)
    if kind == "open":
        return f"open {at}", plan.is_open(at)
    if kind == "between":
        to = at + chance.choice([1, 60, 3600, 86400, 40 * 86400]) * chance.randrange(0, 8000)
        return f"between {at} {to}", plan.between(at, to)
    ms = chance.choice([0, 1, 60_000, 3_600_000, 4 * 3_600_000, chance.randrange(0, 40 * 86_400_000)])
    return f"add {at} {ms}", plan.add(at, ms)


def run():
    count = corpus.Count()
    chance = random.Random(20261122)
    lines, expected = [], []
    for name in ZONES:
        plan = Plan(chance, name)
        lines += plan.text()
        for _ in range(QUESTIONS // len(ZONES)):
            line, value = question(plan, chance)
            if value is None:  # beyond what is laid out here
                continue
            lines.append(line)
            expected.append((name, line, value))
    out = subprocess.run([PROGRAM, "-t"], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=60)
    if out.returncode != 0:
        raise RuntimeError(out.stderr)
    answers = out.stdout.split()
    count.check("answers", len(answers) == len(expected))
    for (name, line, value), answer in zip(expected, answers):
        count.check(line.split()[0], int(answer) == value, f"{name} {line}", f"{answer}, not {value}")
    print(out.stderr.strip())
    count.end("calendar", {})


run()
