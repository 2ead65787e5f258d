"""The pod of docker/kubernetes, run by podman instead of a kubelet as the manifest describes it."""

import re
import subprocess

import yaml

from containers import ask
from engine import ROOT, podman

NAMESPACE = "team"


def rendered():
    """Returns the manifests by kind, as `kubectl apply -k` would send them."""
    command = ["kubectl", "kustomize", ROOT / "docker" / "kubernetes"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {manifest["kind"]: manifest for manifest in yaml.safe_load_all(text)}


class Pod:
    """A pod whose containers are started one by one. `volume` is the name of their shared volume."""

    def __init__(self, deployment, volume):
        self.spec, self.volume, self.ids = deployment["spec"]["template"]["spec"], volume, {}
        self.containers = {found["name"]: found for found in self.spec["initContainers"] + self.spec["containers"]}

    def start(self, name):
        """Starts a container. The first one creates the network, which the others join."""
        container = self.containers[name]
        image = re.search(r"[^/]+(?=:)", container["image"])[0]
        first = next(iter(self.ids.values()), None)
        self.ids[name] = podman(
            "run", "--detach", *self.rights(container), *environment(container),
            *([f"--network=container:{first}"] if first else []),
            *[f"--volume={self.volume}:{mount['mountPath']}" for mount in container["volumeMounts"]],
            f"localhost/{image}:latest", *container.get("args", []))

    def rights(self, container):
        """Converts the security contexts and the resource limits to options of podman."""
        pod, own = self.spec["securityContext"], container["securityContext"]
        assert own["readOnlyRootFilesystem"] and not own["allowPrivilegeEscalation"] and pod["runAsNonRoot"]
        memory = container["resources"]["limits"]["memory"].removesuffix("i").lower()
        return [
            "--read-only", "--read-only-tmpfs=false", "--security-opt=no-new-privileges", f"--memory={memory}",
            f"--user={pod['runAsUser']}:{pod['runAsGroup']}",
            *[f"--cap-drop={name}" for name in own["capabilities"]["drop"]]]

    @property
    def address(self):
        first = next(iter(self.ids.values()))
        return podman("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", first)

    def ask(self, path, body=None, host=None):
        """Sends a request to the address of the pod, as the kubelet does, and returns the response."""
        return ask(f"http://{self.address}:{self.port}{path}", body, host=host)

    @property
    def port(self):
        [port] = [port for found in self.containers.values() for port in found.get("ports", [])]
        return port["containerPort"]

    def passes(self, name, probe):
        """Runs a probe of a container and returns whether it passes."""
        request = self.containers[name][probe]["httpGet"]
        assert request["port"] in ("http", self.port) and "host" not in request
        return self.ask(request["path"])[0] == 200

    def end(self, name):
        """Sends SIGTERM to a container, and returns its exit code."""
        podman("kill", "--signal=TERM", self.ids[name])
        return int(podman("wait", self.ids[name], timeout=self.spec["terminationGracePeriodSeconds"]))

    def remove(self):
        for identifier in reversed(self.ids.values()):
            podman("rm", "--force", "--time=0", identifier)


def environment(container):
    """Returns the environment, with fields of the pod and references to other variables expanded."""
    values = {}
    for entry in container.get("env", []):
        value = NAMESPACE if "valueFrom" in entry else entry["value"]
        values[entry["name"]] = re.sub(r"\$\((\w+)\)", lambda name: values[name[1]], value)
    return [f"--env={name}={value}" for name, value in values.items()]
