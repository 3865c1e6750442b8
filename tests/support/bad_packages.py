"""Makes packages that must be refused: bad_packages.py FOLDER OUT. FOLDER holds a good plugin "hello", and in bad/ objects
of it that were spoilt when they were compiled. OUT gets NAME.tar.zst for each."""
import io
import pathlib
import subprocess
import sys
import tarfile

folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
MANIFEST = (folder / "plugin.xml").read_bytes()
OBJECT = (folder / "hello.so").read_bytes()
PARTS = ["plugin.xml", "hello.so", "sql/0001_create_presses.sql", "templates/front.html"]


def good():
    return [(name, (folder / name).read_bytes()) for name in PARTS]


def changed(name, old, new):
    assert any(n == name and old in d for n, d in good()), (name, old)
    return [(n, d.replace(old, new) if n == name else d) for n, d in good()]


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return [*good(), info]


def machine(data):
    return data[:18] + b"\xf3\x00" + data[20:]  # RISC-V


def object_is(name):
    return [(n, (folder / "bad" / name).read_bytes() if n == "hello.so" else d) for n, d in good()]


def xml(old, new):
    return changed("plugin.xml", old, new)


def sql(text):
    return [(n, text if n.startswith("sql/") else d) for n, d in good()]


BAD = {
    "symlink": special("static/passwd", tarfile.SYMTYPE, "/etc/passwd"),
    "hardlink": special("static/again", tarfile.LNKTYPE, "plugin.xml"),
    "device": special("static/null", tarfile.CHRTYPE),
    "pipe": special("static/pipe", tarfile.FIFOTYPE),
    "absolute": [*good(), ("/tmp/deskd-evil", b"x")],
    "dotted": [*good(), ("static/../../evil", b"x")],
    "dots": [*good(), ("../evil", b"x")],
    "hidden": [*good(), ("static/.htaccess", b"x")],
    "odd-name": [*good(), ("static/a b;c", b"x")],
    "stray": [*good(), ("install.sh", b"x")],
    "twice": [*good(), ("plugin.xml", MANIFEST)],
    "deep": [*good(), ("static/" + "a/" * 12 + "x", b"x")],
    "bomb": [*good(), ("static/zero", bytes(70 << 20))],
    "empty": [],
    "no-manifest": good()[1:],
    "large-manifest": xml(b"<license>", b" " * 70000 + b"<license>"),
    "doctype": xml(b"<plugin ", b'<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><plugin '),
    "id-leads-away": xml(b'id="hello"', b'id="../x"'),
    "other-major": xml(b'abi="1.1"', b'abi="2.0"'),
    "newer-minor": xml(b'abi="1.1"', b'abi="1.9"'),
    "needs-absent": xml(b"<permissions>", b'<requires plugin="absent"/><permissions>'),
    "foreign-table": xml(b'name="p_hello_press"', b'name="user"'),
    "no-object": [(n, d) for n, d in good() if n != "hello.so"],
    "no-elf": changed("hello.so", OBJECT, b"#!/bin/sh\n"),
    "other-machine": changed("hello.so", OBJECT, machine(OBJECT)),
    "other-symbol": changed("hello.so", b"deskd_plugin_v1", b"deskd_plugin_v7"),
    "other-id": object_is("other_id.so"),
    "crashes": object_is("crashes.so"),
    "hangs": object_is("hangs.so"),
    "no-tenant": object_is("no_tenant.so"),
    "reads-users": object_is("reads_users.so"),
    "sql-other-table": sql(b"CREATE TABLE IF NOT EXISTS user (tenant_id BIGINT, PRIMARY KEY (tenant_id));"),
    "sql-no-tenant": sql(b"CREATE TABLE IF NOT EXISTS p_hello_press (user_id BIGINT, PRIMARY KEY (user_id));"),
    "sql-drops-ours": sql(b"DROP TABLE IF EXISTS ticket;"),
    "sql-copies": sql(b"CREATE TABLE IF NOT EXISTS p_hello_press (PRIMARY KEY (tenant_id, id)) SELECT * FROM user;"),
}

for name, entries in BAD.items():
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for entry in entries:
            if isinstance(entry, tarfile.TarInfo):
                tar.addfile(entry)
                continue
            info = tarfile.TarInfo(entry[0])
            info.size = len(entry[1])
            tar.addfile(info, io.BytesIO(entry[1]))
    packed = subprocess.run(["zstd", "-q", "-c"], input=raw.getvalue(), stdout=subprocess.PIPE, check=True).stdout
    (out / f"{name}.tar.zst").write_bytes(packed)
whole = (out / "stray.tar.zst").read_bytes()
(out / "cut.tar.zst").write_bytes(whole[: len(whole) // 2])
(out / "no-archive.tar.zst").write_bytes(b"hello")
