#!/usr/bin/env python3
"""Signs in at a new buntubi as a person would, and makes an app; prints NAME=value lines.

    buntubi-setup.py BASE EMAIL     the password is read from the standard input

The developer API takes the token of a person, which the device flow (RFC 8628) gives: sign in, ask
for a code, approve it, fetch the token.
"""
import http.cookiejar
import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

base, email = sys.argv[1:3]
password = sys.stdin.readline().rstrip("\n")
browser = urllib.request.build_opener(
    urllib.request.ProxyHandler({}),
    urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def send(path, json_body=None, form=None, headers=None):
    """One request; the body of the answer as text."""
    headers = dict(headers or {})
    data = None
    if json_body is not None:
        data = json.dumps(json_body).encode()
        headers["Content-Type"] = "application/json"
    elif form is not None:
        data = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(base + path, data=data, headers=headers)
    with browser.open(request, timeout=20) as response:
        return response.read().decode()


def wait_until_it_answers():
    for _ in range(300):
        try:
            return send("/healthz")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    sys.exit("buntubi: no answer at " + base)


def csrf(page):
    """The token that a page of the server's own hands to its script."""
    return re.search(r'"csrf": "([^"]+)"', send(page)).group(1)


def device_token():
    """A token for the developer API."""
    asked = json.loads(send(
        "/oauth/device_authorization",
        form={"client_id": "holdover-admin", "scope": "openid developer"}))
    send(
        "/api/device", {"user_code": asked["user_code"], "approve": True},
        headers={"X-CSRF-Token": csrf("/account")})
    return json.loads(send("/oauth/token", form={
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "client_id": "holdover-admin", "device_code": asked["device_code"]}))["access_token"]


wait_until_it_answers()
send(
    "/api/session", {"email": email, "password": password},
    headers={"X-CSRF-Token": csrf("/signin")})
token = device_token()
admin = {"Authorization": "Bearer " + token}
organization = json.loads(send(
    "/developer/api/organizations", {"name": "Holdover Test"}, headers=admin))["organization"]["id"]
made = json.loads(send(
    f"/developer/api/organizations/{organization}/apps",
    {
        "name": "holdover-test", "client_type": "confidential", "kind": "backend",
        "grant_types": ["client_credentials"], "scopes": ["read", "write"],
    }, headers=admin))
print(f"ISSUER={base}")
print(f"TOKEN_URL={base}/oauth/token")
print(f"ADMIN_TOKEN={token}")
print(f"ORG_ID={organization}")
print(f"CLIENT_ID={made['app']['client_id']}")
print(f"CLIENT_SECRET={made['client_secret']}")
