#!/usr/bin/env python3
"""A whole program for `type: exec`: the secrets of Okta apps, by Okta's own API.

    exec-server.py https://example.okta.com

Reads one request of Holdover's protocol from the standard input and prints one answer. Okta has an
adapter of its own; this one shows how little a program of yours needs.
"""
import json
import sys
import urllib.error
import urllib.parse
import urllib.request


class Failure(Exception):
    def __init__(self, kind, message, **more):
        self.answer = {"error": {"kind": kind, "message": message, **more}}


def call(method, path, body=None, changes=False):
    """One attempt. What may have happened is `unknown`; what can't have happened is told apart."""
    request = urllib.request.Request(
        sys.argv[1] + path, method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"SSWS {asked['token']}", "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            text = response.read()
            return json.loads(text) if text else {}
    except urllib.error.HTTPError as error:
        text = error.read().decode(errors="replace")
        if error.code in (401, 403):
            raise Failure("unauthorized", f"HTTP {error.code}")
        if error.code == 404:
            raise Failure("missing", f"HTTP 404 at {path}")
        if error.code == 429:
            raise Failure("unavailable", "too many requests", retry_after_seconds=1)
        if error.code == 400 and "maximum" in text.lower():
            raise Failure("limit-reached", text)
        if error.code < 500:
            raise Failure("refused", text)
        raise Failure("unknown" if changes else "unavailable", f"HTTP {error.code}")
    except urllib.error.URLError as error:
        refused = isinstance(error.reason, ConnectionRefusedError)
        raise Failure("unknown" if changes and not refused else "unavailable", str(error.reason))
    except (OSError, ValueError) as error:
        raise Failure("unknown" if changes else "unavailable", str(error))


def listed():
    return [
        {"id": one["id"], "enabled": one["status"] == "ACTIVE", "created_at": one["created"],
         "value": one["client_secret"]}
        for one in call("GET", secrets)]


def state():
    return {one["id"]: one["enabled"] for one in listed()}


def answer():
    operation = asked["operation"]
    if operation == "identity":
        return {"identity": sys.argv[1]}
    if operation == "check":
        call("GET", app)
        return {"findings": []}
    if operation == "list":
        return {"secrets": listed()}
    if operation == "create":
        made = call("POST", secrets, {"client_secret": asked["secret"]}, changes=True)
        return {"created": {"id": made["id"]}}
    one = urllib.parse.quote(asked["id"], safe="")
    now = state()
    if operation in ("disable", "enable"):
        if now[asked["id"]] != (operation == "enable"):
            verb = "activate" if operation == "enable" else "deactivate"
            call("POST", f"{secrets}/{one}/lifecycle/{verb}", changes=True)
        return {}
    if operation == "delete":
        if now.get(asked["id"]):
            call("POST", f"{secrets}/{one}/lifecycle/deactivate", changes=True)
        if asked["id"] in now:
            call("DELETE", f"{secrets}/{one}", changes=True)
        return {}
    raise Failure("refused", f"there is no operation {operation}")


asked = json.load(sys.stdin)
app = "/api/v1/apps/" + urllib.parse.quote(asked["client_id"], safe="")
secrets = app + "/credentials/secrets"
try:
    print(json.dumps(answer()))
except Failure as failure:
    print(json.dumps(failure.answer))
    sys.exit(1)
