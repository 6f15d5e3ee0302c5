#!/usr/bin/env python3
"""registry.py ROOTFS.tar.gz: serves a root file system as the image base:1 on a port of loopback that it prints, for dotnet publish to build on.

It stands in for the registry of base images where none can be reached. It ends with its standard input.
"""
import gzip
import hashlib
import http.server
import json
import os
import sys
import threading

path = sys.argv[1]


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_of(file):
    sha = hashlib.sha256()
    while block := file.read(1 << 20):
        sha.update(block)
    return "sha256:" + sha.hexdigest()


with open(path, "rb") as packed, gzip.open(path) as unpacked:
    layer, content = digest_of(packed), digest_of(unpacked)
architecture = {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine]
config = json.dumps({"architecture": architecture, "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [content]}, "history": [{"created_by": "debootstrap"}]}).encode()
manifest_type = "application/vnd.docker.distribution.manifest.v2+json"
manifest = json.dumps({
    "schemaVersion": 2, "mediaType": manifest_type,
    "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(config), "digest": digest(config)},
    "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": os.path.getsize(path), "digest": layer}],
}).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        name = self.path.rstrip("/").split("/")[-1]
        if self.path.rstrip("/") == "/v2":
            self.answer("application/json", b"{}")
        elif "/manifests/" in self.path and name in ("1", digest(manifest)):
            self.answer(manifest_type, manifest)
        elif name == digest(config):
            self.answer("application/octet-stream", config)
        elif name == layer:
            self.begin("application/octet-stream", os.path.getsize(path))
            if self.command == "GET":
                with open(path, "rb") as file:
                    while block := file.read(1 << 20):
                        self.wfile.write(block)
        else:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

    do_HEAD = do_GET

    def begin(self, kind, length):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        if kind == manifest_type:
            self.send_header("Docker-Content-Digest", digest(manifest))
        self.end_headers()

    def answer(self, kind, data):
        self.begin(kind, len(data))
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
