"""A certificate for 127.0.0.1 that nobody vouches for."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest


def server_context(folder: Path) -> ssl.SSLContext:
    """A server's side of TLS; its certificate lies in `folder` as server.pem. Skips where there is no openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("makes a certificate with openssl")
    key, certificate = folder / "key.pem", folder / "server.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
