#!/usr/bin/env python3
"""A whole program for `type: exec`: clients of canaille, which hold one secret each.

    canaille's python canaille-server.py /path/of/canaille.toml

Reads one request of Holdover's protocol from the standard input and prints one answer. canaille's
command line can set a secret too, but shows it to everybody who lists processes; this asks the same
models for the same. In the plan:

    capabilities: {shape: single, limit: 1, origin: client, recognition: value}
"""
import contextlib
import json
import os
import sys

SECRET = "secret"  # the id of the only one there is


class Failure(Exception):
    def __init__(self, kind, message):
        super().__init__(message)
        self.answer = {"error": {"kind": kind, "message": message}}


def find(client_id):
    client = Backend.instance.get(models.Client, client_id=client_id)
    if client is None:
        raise Failure("missing", f"there is no client {client_id}")
    return client


def replace(client, value):
    """One attempt; what may have been written is `unknown`."""
    if client.client_secret == value:
        return
    client.client_secret = value
    try:
        Backend.instance.save(client)
    except Exception as error:
        raise Failure("unknown", f"the database: {type(error).__name__}") from error


def findings(client):
    problems = []
    if client.client_secret_expires_at:
        problems.append((
            "secret-expires",
            "the client's secret has an end, which a new one doesn't change"))
    if "client_credentials" not in (client.grant_types or []):
        problems.append((
            "grant-missing",
            "the client lacks the grant client_credentials, so no secret can be tried"))
    return [
        {"severity": "problem", "code": f"canaille-{code}", "message": message}
        for code, message in problems
    ]


def answer(asked):
    operation = asked["operation"]
    if operation == "identity":
        return {"identity": app.config["SERVER_NAME"]}
    client = find(asked["client_id"])
    if operation == "check":
        return {"findings": findings(client)}
    if operation == "list":
        return {"secrets": [{"id": SECRET, "value": client.client_secret}]}
    if operation == "create":
        replace(client, asked["secret"])
        return {"created": {"id": SECRET}}
    if operation == "delete":
        replace(client, asked["keeping"])
        return {}
    raise Failure("refused", f"there is no operation {operation}")


try:
    asked = json.load(sys.stdin)
    os.environ["CANAILLE_CONFIG"] = sys.argv[1]
    # What libraries print must not stand before the answer.
    with contextlib.redirect_stdout(sys.stderr):
        from canaille import create_app
        from canaille.app import models
        from canaille.backends import Backend

        app = create_app()
        with app.app_context(), Backend.instance.session():
            said = answer(asked)
    print(json.dumps(said))
except Failure as failure:
    print(json.dumps(failure.answer))
    sys.exit(1)
