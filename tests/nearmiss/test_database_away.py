"""With the database away every page says so, and a story that was to be sent is given back."""

import json
import os
import subprocess
import sys
from pathlib import Path

# Run apart from the suite, whose own database is there. Nothing listens on port 1.
ASK = """
import json, re
import django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("collectstatic", verbosity=0, interactive=False)
client = Client(raise_request_exception=False)
story = "Sgt. Delacroix and I went to a noise call, and a man stood there with a knife."
told = {"story": story, "step": "check", "light": "night-lit"}
home = client.get("/")
check = client.post("/share/", told)
token = re.search(r'name="token" value="([^"]+)"', check.content.decode())[1]
sent = client.post("/share/", told | {"step": "send", "token": token})
page = sent.content.decode()
answer = {"receipt": "7Q2M-X0VR-1N8D-ZK4T", "step": "send", "words": "Sgt. Delacroix told me."}
answered = client.post("/receipt/", answer)
print(json.dumps({
    "home": [home.status_code, "database does not answer" in home.content.decode()],
    "check": check.status_code,
    "answered": [answered.status_code, answer["words"] in answered.content.decode()],
    "sent": [sent.status_code, story in page, 'value="night-lit" selected' in page],
}))
"""


def test_the_database_is_away(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ASK],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "nearmiss.settings",
            "DATA_DIR": str(tmp_path),
            "ALLOWED_HOSTS": "testserver",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nearmiss",
            "CACHE_URL": "",
        },
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stdout) == {
        "home": [503, True],
        "check": 200,
        "answered": [503, True],
        "sent": [503, True, True],
    }, done.stderr
    assert "Delacroix" not in done.stderr
