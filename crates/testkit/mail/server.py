"""A throwaway mail server on loopback that prints what it takes, one JSON object a line, until its input closes.

Arguments: how it speaks (none, starttls, implicit), certificate, key, and what it does with mail:
take, busy (refuses each message twice for now), never (refuses for good), auth (only after signing in as app / pw).
"""
import asyncio
import email
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Taker:
    def __init__(self, manner):
        self.manner = manner
        self.seen = {}

    async def handle_DATA(self, server, session, envelope):
        message = envelope.content.decode("utf-8", "replace")
        ident = next((l for l in message.splitlines() if l.lower().startswith("message-id:")), "")
        times = self.seen[ident] = self.seen.get(ident, 0) + 1
        if self.manner == "never":
            return "550 5.1.1 nobody here <b>of that name</b>"
        if self.manner == "busy" and times <= 2:
            return "451 4.3.0 later"
        taken = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "message": message,
            "text": email.message_from_bytes(envelope.content).get_payload(decode=True).decode("utf-8"),
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "login": bool(session.authenticated),
        }
        print(json.dumps(taken), flush=True)
        return "250 taken"


def login(server, session, envelope, mechanism, data):
    good = getattr(data, "login", b"") == b"app" and getattr(data, "password", b"") == b"pw"
    return AuthResult(success=good)


async def main():
    speaks, certificate, key, manner = sys.argv[1:5]
    tls = None
    if speaks != "none":
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate, key)
    options = {"hostname": "localhost", "enable_SMTPUTF8": True}
    if speaks == "starttls":
        options.update(tls_context=tls, require_starttls=True)
    if manner == "auth":
        options.update(authenticator=login, auth_required=True, auth_require_tls=speaks == "starttls")
    loop = asyncio.get_running_loop()
    taker = Taker(manner)
    server = await loop.create_server(
        lambda: SMTP(taker, **options),
        "127.0.0.1",
        0,
        ssl=tls if speaks == "implicit" else None,
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    # A client that lingers must not keep it.
    sys.stdout.flush()
    os._exit(0)


asyncio.run(main())
