"""Starts nginx with docker/nginx.conf, with only addresses and paths replaced."""

import contextlib

from programs import ROOT
from proxies import Proxy, free_port, with_replaced

CONFIGURATION = ROOT / "docker" / "nginx.conf"


class ShippedProxy(Proxy):
    """nginx in front of two gateways. `gateways` are their addresses, and `certificate` is a folder."""

    def __init__(self, folder, gateways, certificate):
        self.plain_port = free_port()
        super().__init__("nginx.conf", folder, gateways, certificate)

    def configuration(self, gateways, certificate):
        return with_replaced(CONFIGURATION.read_text(), {
            " /tmp/": f" {self.folder}/",
            "listen 8000;": f"listen 127.0.0.1:{self.plain_port};",
            "listen 8443 ": f"listen 127.0.0.1:{self.port} ",
            "server gateway:8080 ": f"server {gateways[0]} ",
            "server gateway-2:8080 ": f"server {gateways[1]} ",
            "/etc/nginx/tls/": f"{certificate}/"})

    def command(self):
        # The folder of a test is readable only by its user.
        return ["nginx", "-e", self.folder / "log", "-c", self.folder / "given", "-g", "daemon off; user root;"]


@contextlib.contextmanager
def shipped_proxy(folder, gateways, certificate):
    proxy = ShippedProxy(folder, gateways, certificate)
    try:
        yield proxy
    finally:
        proxy.stop()
