"""Serves OpenStack's Keystone or Barbican on 127.0.0.1, one request at a time.

    barbican-serve.py keystone PORT CONFIG
    barbican-serve.py barbican PORT PASTE PIPELINE
"""
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def keystone(config):
    from keystone.server.wsgi import initialize_public_application

    sys.argv = ["keystone", "--config-file", config]
    return initialize_public_application()


def barbican(pastefile, pipeline):
    from paste import deploy

    return deploy.loadapp(f"config:{pastefile}", name=pipeline)


kind, port, *rest = sys.argv[1:]
application = {"keystone": keystone, "barbican": barbican}[kind](*rest)
make_server("127.0.0.1", int(port), application, handler_class=Quiet).serve_forever()
