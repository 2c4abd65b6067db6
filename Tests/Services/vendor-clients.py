"""What the vendors' own clients see of a secret, and write: in one line of JSON.

    vendor-clients.py KIND read NAME
    vendor-clients.py KIND write NAME        the value stands on standard input
    vendor-clients.py KIND disable NAME      the newest version, where there is such a thing

KIND is key-vault, google, boto3, boto3-parameter, aws, aws-parameter or barbican. Where the service
is, and who asks, stands in the environment, as practice servers and the other scripts print it.
"""
import http.client, http.server, json, os, ssl, subprocess, sys, threading, urllib.parse, urllib.request

env = os.environ


def relay(upstream):
    """An address with TLS in front of `upstream`, which is called by that address in answers."""
    goal = urllib.parse.urlsplit(upstream)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def pass_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            there = http.client.HTTPConnection(goal.hostname, goal.port, timeout=20)
            fields = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
            there.request(self.command, goal.path + self.path, body or None, fields)
            answer = there.getresponse()
            said = answer.read().replace(upstream.encode(), own.encode())
            self.send_response(answer.status)
            for key, value in answer.getheaders():
                if key.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(key, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = pass_on

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(env["TLS_CERTIFICATE"], env["TLS_KEY"])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    own = f"https://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return own


class KeyVault:
    """azure-keyvault-secrets; the vault's challenge names no host of Microsoft's here."""

    def __init__(self):
        from azure.core.credentials import AccessToken
        from azure.keyvault.secrets import SecretClient

        class Login:
            def get_token(self, *scopes, **_):
                form = {
                    "grant_type": "client_credentials", "scope": scopes[0],
                    "client_id": env["ENTRA_ADMIN_CLIENT_ID"],
                    "client_secret": env["ENTRA_ADMIN_CLIENT_SECRET"]}
                url = f"{env['ENTRA_AUTHORITY']}/{env['ENTRA_TENANT']}/oauth2/v2.0/token"
                with urllib.request.urlopen(url, urllib.parse.urlencode(form).encode()) as answer:
                    made = json.load(answer)
                return AccessToken(made["access_token"], made["expires_in"] + 1_000_000_000)

        self.client = SecretClient(
            relay(env["KEY_VAULT_URL"]), Login(), verify_challenge_resource=False,
            connection_verify=env["TLS_CERTIFICATE"])

    def read(self, name):
        newest = self.client.get_secret(name)
        kept = [one.version for one in self.client.list_properties_of_secret_versions(name)]
        return {"value": newest.value, "version": newest.properties.version, "versions": len(kept),
                "enabled": newest.properties.enabled}

    def write(self, name, value):
        return {"version": self.client.set_secret(name, value).properties.version}

    def disable(self, name):
        newest = self.client.get_secret(name).properties.version
        self.client.update_secret_properties(name, newest, enabled=False)
        return {}


class Google:
    """google-cloud-secret-manager, over REST."""

    def __init__(self):
        from google.cloud import secretmanager
        from google.cloud.secretmanager_v1.services.secret_manager_service import transports
        from google.oauth2.credentials import Credentials

        transport = transports.SecretManagerServiceRestTransport(
            host=env["GCP_SECRET_MANAGER_URL"], credentials=Credentials(env["GOOGLE_ADMIN_TOKEN"]))
        self.client = secretmanager.SecretManagerServiceClient(transport=transport)

    def place(self, name):
        return f"projects/{env['GOOGLE_PROJECT']}/secrets/{name}"

    def read(self, name):
        newest = self.client.access_secret_version(name=f"{self.place(name)}/versions/latest")
        kept = list(self.client.list_secret_versions(parent=self.place(name)))
        state = next(one.state.name for one in kept if one.name == newest.name)
        return {"value": newest.payload.data.decode(), "version": newest.name.split("/")[-1],
                "versions": len(kept), "enabled": state == "ENABLED"}

    def write(self, name, value):
        import google_crc32c

        data = value.encode()
        payload = {"data": data, "data_crc32c": google_crc32c.value(data)}
        made = self.client.add_secret_version(parent=self.place(name), payload=payload)
        return {"version": made.name.split("/")[-1]}

    def disable(self, name):
        newest = self.client.access_secret_version(name=f"{self.place(name)}/versions/latest")
        self.client.disable_secret_version(name=newest.name)
        return {}


# moto answers without a label what another label is on, and puts without one on top of it.
current_stage = {"VersionStage": "AWSCURRENT"} if env.get("STAGED") else {}


def boto(service):
    import boto3

    return boto3.client(
        service, endpoint_url=env["AWS_URL"], region_name="eu-west-1",
        aws_access_key_id=env["KEY_ID"], aws_secret_access_key=env["KEY"])


class Boto3:
    """boto3 at Secrets Manager."""

    def __init__(self):
        self.client = boto("secretsmanager")

    def read(self, name):
        newest = self.client.get_secret_value(SecretId=name, **current_stage)
        stages = self.client.describe_secret(SecretId=name)["VersionIdsToStages"]
        return {"value": newest["SecretString"], "version": newest["VersionId"],
                "versions": len(stages), "enabled": "AWSCURRENT" in newest["VersionStages"]}

    def write(self, name, value):
        if not current_stage:
            made = self.client.put_secret_value(SecretId=name, SecretString=value)
            return {"version": made["VersionId"]}
        held = self.client.get_secret_value(SecretId=name, **current_stage)["VersionId"]
        made = self.client.put_secret_value(
            SecretId=name, SecretString=value, VersionStages=["THEIRS"])["VersionId"]
        self.client.update_secret_version_stage(
            SecretId=name, MoveToVersionId=made, RemoveFromVersionId=held, **current_stage)
        return {"version": made}


class Boto3Parameter:
    """boto3 at Parameter Store."""

    def __init__(self):
        self.client = boto("ssm")

    def read(self, name):
        newest = self.client.get_parameter(Name=name, WithDecryption=True)["Parameter"]
        kept = self.client.get_parameter_history(Name=name)["Parameters"]
        return {"value": newest["Value"], "version": str(newest["Version"]), "versions": len(kept),
                "enabled": newest["Type"] == "SecureString"}

    def write(self, name, value):
        made = self.client.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
        return {"version": str(made["Version"])}


class AWS:
    """Amazon's command line, at Secrets Manager."""

    service = "secretsmanager"
    stage = ("--version-stage", "AWSCURRENT") if current_stage else ()

    def ask(self, *words):
        keys = {"AWS_ACCESS_KEY_ID": env["KEY_ID"], "AWS_SECRET_ACCESS_KEY": env["KEY"]}
        done = subprocess.run(
            [env["AWS"], self.service, *words, "--endpoint-url", env["AWS_URL"], "--region", "eu-west-1",
             "--output", "json"], env={"PATH": env["PATH"], "HOME": "/nonexistent", **keys},
            capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def read(self, name):
        newest = self.ask("get-secret-value", "--secret-id", name, *self.stage)
        stages = self.ask("describe-secret", "--secret-id", name)["VersionIdsToStages"]
        return {"value": newest["SecretString"], "version": newest["VersionId"],
                "versions": len(stages), "enabled": "AWSCURRENT" in newest["VersionStages"]}

    def write(self, name, value):
        put = ("put-secret-value", "--secret-id", name, "--secret-string", value)
        if not self.stage:
            return {"version": self.ask(*put)["VersionId"]}
        held = self.ask("get-secret-value", "--secret-id", name, *self.stage)["VersionId"]
        made = self.ask(*put, "--version-stages", "THEIRS")["VersionId"]
        self.ask("update-secret-version-stage", "--secret-id", name, *self.stage,
                 "--move-to-version-id", made, "--remove-from-version-id", held)
        return {"version": made}


class AWSParameter(AWS):
    """Amazon's command line, at Parameter Store."""

    service = "ssm"

    def read(self, name):
        newest = self.ask("get-parameter", "--name", name, "--with-decryption")["Parameter"]
        kept = self.ask("get-parameter-history", "--name", name)["Parameters"]
        return {"value": newest["Value"], "version": str(newest["Version"]), "versions": len(kept),
                "enabled": newest["Type"] == "SecureString"}

    def write(self, name, value):
        made = self.ask("put-parameter", "--name", name, "--value", value, "--type", "SecureString",
                        "--overwrite")
        return {"version": str(made["Version"])}


class Barbican:
    """python-barbicanclient, as the adapter's page says that consumers read."""

    def __init__(self):
        from barbicanclient import client
        from keystoneauth1 import session
        from keystoneauth1.identity import v3

        login = v3.Password(
            env["KEYSTONE_URL"], username="holdover", password=env["HOLDOVER_PASSWORD"],
            user_domain_id="default", project_id=env["PROJECT"])
        self.client = client.Client(session=session.Session(auth=login), endpoint=env["URL"])

    def read(self, name):
        kept = [one for one in self.client.secrets.list(name=name, limit=100) if one.name == name]
        newest = max(kept, key=lambda one: one.created)
        return {"value": newest.payload, "version": newest.secret_ref.split("/")[-1],
                "versions": len(kept), "enabled": newest.status == "ACTIVE"}

    def write(self, name, value):
        made = self.client.secrets.create(name=name, payload=value, secret_type="passphrase")
        return {"version": made.store().split("/")[-1]}


KINDS = {
    "key-vault": KeyVault, "google": Google, "boto3": Boto3, "boto3-parameter": Boto3Parameter,
    "aws": AWS, "aws-parameter": AWSParameter, "barbican": Barbican}

kind, verb, name = sys.argv[1:]
client = KINDS[kind]()
print(json.dumps(getattr(client, verb)(name, *([sys.stdin.read()] if verb == "write" else []))))
