"""The image of nginx that compose.yaml names: the official one where it can be pulled, else one of Debian's package."""

from engine import podman, run
from images import BASE, provide

NGINX = "docker.io/library/nginx:stable"


def provide_nginx():
    provide(NGINX, make_nginx)


def make_nginx(image):
    """Makes the stand-in."""
    container = run("buildah", "from", "--pull-never", BASE)
    inside = ["buildah", "run", container, "--"]
    run(*inside, "apt-get", "update", "-q", timeout=300)
    run(*inside, "apt-get", "install", "-y", "-q", "--no-install-recommends", "nginx-light", timeout=300)
    run("buildah", "config", "--cmd", '["nginx", "-g", "daemon off;"]', "--stop-signal", "SIGQUIT", "--label",
        "stand-in=yes", container)
    run("buildah", "commit", "--format", "docker", "--rm", container, image)
