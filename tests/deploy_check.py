"""Run `manage.py check --deploy` as production would: python -m tests.deploy_check.

The addresses name no server: the check reads the configuration alone.
"""

import os
import secrets
import subprocess
import sys

PRODUCTION = {
    "PROFILE": "production",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "ALLOWED_HOSTS": "near-miss.example",
    "DATABASE_URL": "postgres://nearmiss@127.0.0.1/nearmiss",
    "CACHE_URL": "redis://127.0.0.1:6379/0",
    "PROXY_HOPS": "1",
}

if __name__ == "__main__":
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    sys.exit(subprocess.run(command, env=os.environ | PRODUCTION).returncode)
