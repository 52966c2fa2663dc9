"""A self-signed certificate for localhost."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """`certificate` is also the authority to trust."""

    certificate: Path
    key: Path


def make_certificate(folder: Path) -> Certificate:
    """Make one in `folder`, good for a day, for ``localhost`` and ``127.0.0.1``."""
    made = Certificate(certificate=folder / "cert.pem", key=folder / "key.pem")
    openssl = shutil.which("openssl") or "openssl"
    request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(made.key), "-out", str(made.certificate)]
    subprocess.run([openssl, *request, *names, *files], check=True, capture_output=True)  # fixed words
    return made
