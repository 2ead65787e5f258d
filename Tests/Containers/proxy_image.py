"""The image of nginx in compose.yaml: the official one, or one with the Debian package if it cannot be pulled."""

from engine import podman, run
from images import BASE, provide

NGINX = "docker.io/library/nginx:stable"


def provide_nginx():
    provide(NGINX, make_nginx)


def make_nginx(image):
    """Builds the replacement."""
    container = run("buildah", "from", "--pull-never", BASE)
    inside = ["buildah", "run", container, "--"]
    run(*inside, "apt-get", "update", "-q", timeout=300)
    run(*inside, "apt-get", "install", "-y", "-q", "--no-install-recommends", "nginx-light", timeout=300)
    run("buildah", "config", "--cmd", '["nginx", "-g", "daemon off;"]', "--stop-signal", "SIGQUIT", "--label",
        "stand-in=yes", container)
    run("buildah", "commit", "--format", "docker", "--rm", container, image)
