"""Keeps what an Alertmanager tells: alert-receiver.py PORT FILE; a JSON document a line.

Answers a GET with the file "openmetrics" beside it, for a Prometheus that scrapes it.
"""

import http.server
import os
import sys

PORT, FILE = int(sys.argv[1]), sys.argv[2]


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(FILE, "ab") as file:
            file.write(body.replace(b"\n", b" ").strip() + b"\n")
        self.send_response(200)
        self.end_headers()

    def do_GET(self):
        page = os.path.join(os.path.dirname(FILE), "openmetrics")
        if not os.path.exists(page):
            return self.send_error(404)
        self.send_response(200)
        self.send_header(
            "Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8"
        )
        self.end_headers()
        with open(page, "rb") as file:
            self.wfile.write(file.read())

    def log_message(self, *arguments):
        pass


http.server.HTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
