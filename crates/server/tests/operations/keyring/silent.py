"""Owns the name of the keyring on the session bus and answers nothing, as one does whose prompt nobody sees."""
import os
import socket
import struct

DRIVER = "org.freedesktop.DBus"
NAME = "org.freedesktop.secrets"
DO_NOT_QUEUE = 4


def text(value):
    return struct.pack("<I", len(value)) + value.encode() + b"\0"


def signature(value):
    return bytes([len(value)]) + value.encode() + b"\0"


def padded(data, to):
    return data + b"\0" * (-len(data) % to)


def call(serial, member, types="", body=b""):
    fields = [(1, "o", text("/org/freedesktop/DBus")), (2, "s", text(DRIVER)), (3, "s", text(member)), (6, "s", text(DRIVER))]
    if types:
        fields.append((8, "g", signature(types)))
    array = b""
    for code, kind, value in fields:
        start = padded(array, 8) + bytes([code]) + signature(kind)
        array = (start if kind == "g" else padded(start, 4)) + value
    head = b"l\1\0\1" + struct.pack("<III", len(body), serial, len(array))
    return padded(head + array, 8) + body


def connected():
    address = os.environ["DBUS_SESSION_BUS_ADDRESS"].split(";")[0]
    parts = dict(part.split("=", 1) for part in address.removeprefix("unix:").split(","))
    bus = socket.socket(socket.AF_UNIX)
    bus.connect(parts["path"] if "path" in parts else "\0" + parts["abstract"])
    bus.sendall(b"\0AUTH EXTERNAL " + str(os.getuid()).encode().hex().encode() + b"\r\n")
    assert bus.recv(1024).startswith(b"OK ")
    bus.sendall(b"BEGIN\r\n")
    return bus


bus = connected()
bus.sendall(call(1, "Hello") + call(2, "RequestName", "su", padded(text(NAME), 4) + struct.pack("<I", DO_NOT_QUEUE)))
seen = b""
while NAME.encode() not in seen:
    seen += bus.recv(4096)
print("owned", flush=True)
while bus.recv(4096):
    pass
