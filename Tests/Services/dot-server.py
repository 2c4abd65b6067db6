#!/usr/bin/env python3
"""A whole program for `type: exec`: applications of django-oauth-toolkit, with one secret each.

    the site's python dot-server.py /folder/of/the/site settings.module

Reads one request of Holdover's protocol from the standard input and prints one answer. The toolkit
has no admin API, only pages for people; this asks its models for the same. In the plan:

    capabilities: {shape: single, limit: 1, origin: client, recognition: trial}

Secrets are kept as hashes, so none is shown; Holdover tries those that it knows.
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
    try:
        return Application.objects.get(client_id=client_id)
    except Application.DoesNotExist:
        raise Failure("missing", f"there is no application {client_id}") from None
    except DatabaseError as error:
        raise Failure("unavailable", f"the database: {type(error).__name__}") from error


def holds(application, value):
    if application.hash_client_secret:
        return check_password(value, application.client_secret)
    return constant_time_compare(value, application.client_secret)


def replace(application, value):
    """One attempt, of one column; what may have been written is `unknown`."""
    if holds(application, value):
        return
    application.client_secret = value
    try:
        application.save(update_fields=["client_secret"])
    except Exception as error:
        raise Failure("unknown", f"the database: {type(error).__name__}") from error


def findings(application):
    problems = []
    if application.client_type != Application.CLIENT_CONFIDENTIAL:
        problems.append(("public-client", "the application is public and has no use for a secret"))
    if application.authorization_grant_type != Application.GRANT_CLIENT_CREDENTIALS:
        problems.append((
            "grant-missing",
            "the application's grant isn't client-credentials, so no secret can be tried"))
    return [
        {"severity": "problem", "code": f"dot-{code}", "message": message}
        for code, message in problems
    ]


def identity():
    database = connection.settings_dict
    return f"{database['ENGINE']}:{database.get('HOST') or 'here'}:{database['NAME']}"


def answer(asked):
    operation = asked["operation"]
    if operation == "identity":
        return {"identity": f"{identity()}#{find(asked['client_id']).pk}"}
    application = find(asked["client_id"])
    if operation == "check":
        return {"findings": findings(application)}
    if operation == "list":
        return {"secrets": [{"id": SECRET}]}
    if operation == "create":
        replace(application, asked["secret"])
        return {"created": {"id": SECRET}}
    if operation == "delete":
        replace(application, asked["keeping"])
        return {}
    raise Failure("refused", f"there is no operation {operation}")


try:
    asked = json.load(sys.stdin)
    folder, module = sys.argv[1:]
    sys.path.insert(0, folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    # What libraries print must not stand before the answer.
    with contextlib.redirect_stdout(sys.stderr):
        import django

        django.setup()
        from django.contrib.auth.hashers import check_password
        from django.db import DatabaseError, connection
        from django.utils.crypto import constant_time_compare
        from oauth2_provider.models import get_application_model

        Application = get_application_model()
        said = answer(asked)
    print(json.dumps(said))
except Failure as failure:
    print(json.dumps(failure.answer))
    sys.exit(1)
