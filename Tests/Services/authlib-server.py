"""An authorization server of Authlib's parts, with clients for every way that it can check.

    gunicorn 'authlib-server:make(FOLDER, PORT)'

Authlib decides everything about a client's proof and about tokens; this only keeps the clients, the
used ids of assertions and the route. FOLDER has jwks.json, and the secret in the file secret.
"""
import json
import os
import pathlib
import secrets

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # on loopback only

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, InvalidClientError, grants
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from flask import Flask, jsonify
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

ASSERTION = JWTBearerClientAssertion.CLIENT_AUTH_METHOD
KEY_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]


class Client(ClientMixin):
    def __init__(self, client_id, method, secret=None, keys=None):
        self.client_id, self.method, self.secret, self.keys = client_id, method, secret, keys

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return None

    def get_allowed_scope(self, scope):
        return " ".join(word for word in (scope or "").split() if word in ("read", "write"))

    def check_redirect_uri(self, redirect_uri):
        return False

    def check_client_secret(self, client_secret):
        return self.secret is not None and secrets.compare_digest(self.secret, client_secret)

    def check_endpoint_auth_method(self, method, endpoint):
        if method == ASSERTION:
            return self.method in ("client_secret_jwt", "private_key_jwt")
        return method == self.method

    def check_response_type(self, response_type):
        return False

    def check_grant_type(self, grant_type):
        return grant_type == "client_credentials"


class Assertion(JWTBearerClientAssertion):
    def __init__(self, audiences):
        super().__init__(leeway=0)
        self.audiences, self.used = audiences, set()

    def get_audiences(self):
        return self.audiences

    def validate_jti(self, claims, jti):
        known = (claims["sub"], jti)
        if known in self.used:
            return False
        self.used.add(known)
        return True

    def resolve_client_public_key(self, client):
        return client.keys or OctKey.import_key(client.secret)

    def process_assertion_claims(self, assertion, key):
        # Authlib takes the algorithms that its library recommends, which are some of these.
        algorithms = ["HS256"] if isinstance(key, OctKey) else KEY_ALGORITHMS
        try:
            token = jwt.decode(assertion, key, algorithms=algorithms)
        except (JoseError, ValueError) as error:
            raise InvalidClientError(description="the signature isn't good") from error
        self.verify_claims(token.claims)
        return token.claims


class Grant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", ASSERTION]


def make(folder, port):
    folder = pathlib.Path(folder)
    secret = (folder / "secret").read_text()
    keys = KeySet.import_key_set(json.loads((folder / "jwks.json").read_text()))
    clients = [
        Client("holdover-basic", "client_secret_basic", secret),
        Client("holdover-post", "client_secret_post", secret),
        Client("holdover-secret-jwt", "client_secret_jwt", secret),
        Client("holdover-key", "private_key_jwt", keys=keys),
    ]
    known = {client.client_id: client for client in clients}
    issuer = f"http://127.0.0.1:{port}/tenant"
    metadata = AuthorizationServerMetadata({
        "issuer": issuer, "token_endpoint": f"{issuer}/token",
        "grant_types_supported": ["client_credentials"], "response_types_supported": [],
        "scopes_supported": ["read", "write"],
        "token_endpoint_auth_methods_supported": [client.method for client in clients],
        "token_endpoint_auth_signing_alg_values_supported": ["HS256", *KEY_ALGORITHMS],
    })
    app = Flask("authlib-server")
    server = AuthorizationServer(app, known.get, lambda token, request: None)
    server.register_client_auth_method(ASSERTION, Assertion([issuer, f"{issuer}/token"]))
    server.register_grant(Grant)

    app.add_url_rule(
        get_well_known_url(issuer), "metadata", lambda: jsonify(metadata))
    app.add_url_rule(
        "/tenant/token", "token", lambda: server.create_token_response(), methods=["POST"])
    return app
