"""Ask the API everything its description allows, and much that it does not: make api-check.

Schemathesis reads /api/v1/openapi.json of a demo site on a port of its own, and sends a bounded
number of requests to each address. It stands in a virtual environment of its own, since it brings
some forty packages.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.e2e.conftest import PROJECT, free_port, wait_for

SCHEMATHESIS = Path(".venv/schemathesis/bin/schemathesis")
EXAMPLES = 60  # requests for each address and kind of test

# A cursor is text that only the API can write. The description cannot say so, and to refuse one
# that it did not write is what we want.
LEFT_OUT = "positive_data_acceptance"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "DATA_DIR": folder,
            "DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "nearmiss.settings",
        }
        port = free_port()
        demo = [sys.executable, "manage.py", "demo", "--port", str(port)]
        subprocess.run([*demo, "--prepare"], cwd=PROJECT, env=environment, check=True)
        log = Path(folder) / "server.log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                demo, cwd=PROJECT, env=environment, stdout=output, stderr=output
            )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url + "/", server, log)
            return subprocess.run(
                [
                    *(str(SCHEMATHESIS), "run", f"{url}/api/v1/openapi.json"),
                    *("--max-examples", str(EXAMPLES), "--seed", "1"),
                    *("--exclude-checks", LEFT_OUT),
                ],
                cwd=PROJECT,
            ).returncode
        finally:
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    sys.exit(main())
