"""A NATS JetStream hub of real servers on loopback, with the configuration that is shipped."""

import json
import pathlib
import re
import signal
import subprocess
import urllib.request

from certificates import make_authority, make_certificate
from support import PROCESSES, REPOSITORY, WORK, free_port, run


class Node:
    """A server of a hub; one that is alone has no cluster."""

    def __init__(self, number, ports, posts):
        self.name, self.folder = f"hub-{number}", WORK / f"hub-{number}"
        self.client, self.cluster, self.monitor = ports[number - 1]
        self.folder.mkdir()
        hub = (REPOSITORY / "systemd/nats-hub/hub.conf").read_text()
        if len(ports) == 1:
            hub = re.sub(r"(?ms)^cluster \{.*?^\}\n", "", hub)
        (self.folder / "hub.conf").write_text(hub)
        rights = (REPOSITORY / "systemd/nats-hub/rights.conf").read_text()
        entry = re.search(r"(?ms)^      # A post publishes.*?^      \} \}\n", rights)[0]
        rights = rights.replace(entry, "".join(entry.replace("north-ford", post) for post in posts))
        (self.folder / "rights.conf").write_text(rights)
        routes = ", ".join(f'"nats-route://127.0.0.1:{cluster}"' for _, cluster, _ in ports
                           if cluster != self.cluster)
        node = f"""
NODE_NAME: {self.name}
NODE_CERTIFICATE: "{WORK}/node.pem"
NODE_KEY: "{WORK}/node.key"
NODE_AUTHORITIES: "{WORK}/ca.pem"
CLIENT_AUTHORITIES: "{WORK}/ca.pem"
CLIENTS_LISTEN: "127.0.0.1:{self.client}"
CLUSTER_LISTEN: "127.0.0.1:{self.cluster}"
CLUSTER_ROUTES: [{routes}]
STORE: "{self.folder}/store"
http: "127.0.0.1:{self.monitor}"
"""
        if len(ports) == 1:  # what is not used is refused
            node = re.sub(r"(?m)^(NODE_AUTHORITIES|CLUSTER_).*\n", "", node)
        (self.folder / "node.conf").write_text(node)

    def start(self):
        self.process = serve("nats-server", "-c", self.folder / "hub.conf")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def ask(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.monitor}{path}", timeout=2) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return {}


def serve(program, *arguments):
    """Starts a server that is no program of ours."""
    log = open(WORK / f"server-{len(PROCESSES)}.txt", "wb")
    process = subprocess.Popen([program, *map(str, arguments)], stdout=log, stderr=subprocess.STDOUT, cwd=WORK)
    process.output_path = pathlib.Path(log.name)
    PROCESSES.append(process)
    return process


class Hub:
    """Servers on loopback, for posts of these names."""

    def __init__(self, posts, count=3):
        ports = [(free_port(), free_port(), free_port()) for _ in range(count)]
        self.nodes = [Node(number, ports, posts) for number in range(1, count + 1)]
        self.servers = [f"tls://127.0.0.1:{node.client}" for node in self.nodes]

    def start(self):
        for node in self.nodes:
            node.start()

    def ended(self):
        """What servers that do not run any more said last."""
        return "".join(f"\n{node.name}: {node.process.output_path.read_text(errors='replace')[-200:]}"
                       for node in self.nodes if node.process.poll() is not None)

    def leader(self):
        """Who leads the stream, of those that run."""
        for node in self.nodes:
            if node.process.poll() is not None:
                continue
            answer = node.ask("/jsz?accounts=true&streams=true")
            for account in answer.get("account_details") or []:
                for stream in account.get("stream_detail") or []:
                    name = (stream.get("cluster") or {}).get("leader")
                    found = [node for node in self.nodes if node.name == name]
                    if found and found[0].process.poll() is None:
                        return found[0]
        return None

    def command(self, word, *more, user="operator"):
        servers = [part for server in self.servers for part in ("--server", server)]
        return run("vedette", "hub", word, *servers, "--certificate", f"{user}.pem", "--certificate-key",
                   f"{user}.key", "--authorities", "ca.pem", *more)


def make_certificates(posts):
    """Of the servers, the operator, center `b`, a stranger, and POST.pem of each post."""
    make_authority("ca")
    make_certificate("node", "ca", ("subjectAltName=IP:127.0.0.1,DNS:localhost",
                                    "extendedKeyUsage=serverAuth,clientAuth"))
    names = [("operator", "urn:hub:operator"), ("b", "urn:partner:b"), ("stranger", "urn:partner:x")]
    for name, uri in names + [(post, f"urn:post:{post}") for post in posts]:
        make_certificate(name, "ca", (f"subjectAltName=URI:{uri},IP:127.0.0.1",
                                      "extendedKeyUsage=serverAuth,clientAuth"))
