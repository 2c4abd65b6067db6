"""Mail servers of one process: STARTTLS with AUTH, TLS with AUTH, and neither of them.

Each mail is kept as DIR/mail-N.eml, what came in the clear in DIR/clear-KIND.
"""

import asyncio
import email
import email.policy
import json
import os
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

place = pathlib.Path(sys.argv[1])
password = os.environ["SMTP_PASSWORD"].encode()
count = 0


def isSecret(server):
    return server.transport.get_extra_info("ssl_object") is not None


class Mailbox:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 no such user"
        if address.startswith("later"):
            return "451 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        global count
        count += 1
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        summary = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "login": bool(session.authenticated),
            "tls": isSecret(server),
            "fields": sorted(mail.keys()),
            "subject": mail["Subject"],
            "message_id": mail["Message-ID"],
            "text": mail.get_content(),
            "defects": [str(one) for one in mail.defects],
        }
        (place / f"mail-{count}.json").write_text(json.dumps(summary))
        return "250 taken"


def login(server, session, envelope, mechanism, data):
    isRight = data.login == b"holdover" and data.password == password
    return AuthResult(success=isRight, handled=False)


class Heard(SMTP):
    """Keeps what a client says before there is TLS."""

    kind = ""

    def data_received(self, data):
        if not isSecret(self):
            with (place / f"clear-{self.kind}").open("ab") as file:
                file.write(data)
        super().data_received(data)


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place / "cert.pem", place / "key.pem")
    loop = asyncio.get_running_loop()
    kinds = {
        "STARTTLS": (
            dict(tls_context=context, require_starttls=True, authenticator=login,
                 auth_required=True), None),
        "TLS": (dict(authenticator=login, auth_required=True, auth_require_tls=False), context),
        "PLAIN": (dict(authenticator=login, auth_require_tls=False), None),
    }
    lines = []
    for name, (options, outer) in kinds.items():
        def accept(name=name, options=options):
            heard = Heard(Mailbox(), hostname="mail.test", loop=loop, **options)
            heard.kind = name
            return heard

        server = await loop.create_server(accept, "127.0.0.1", 0, ssl=outer)
        lines.append(f"{name}={server.sockets[0].getsockname()[1]}\n")
    (place / "ports.new").write_text("".join(lines))
    (place / "ports.new").rename(place / "ports")
    await asyncio.Event().wait()


asyncio.run(main())
