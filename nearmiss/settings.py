"""Settings, driven by the environment: a laptop profile by default, a production profile on demand.

Every variable may also be given as NAME_FILE, the path of a file that holds the value, as
container secrets are. README.md lists the variables.
"""

import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv

BASE_DIR = Path(__file__).resolve().parent.parent

env = FileAwareEnv()

PROFILE = env.str("PROFILE", default="laptop")
if PROFILE not in {"laptop", "production"}:
    raise ImproperlyConfigured(f"PROFILE is {PROFILE!r}: it must be 'laptop' or 'production'.")
PRODUCTION = PROFILE == "production"

DEBUG = env.bool("DEBUG", default=False)

# Everything that the laptop profile writes goes here: database, secret key, collected files.
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data")))


def laptop_secret_key() -> str:
    """Return the key kept in DATA_DIR, made on first use and readable by its owner alone."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64), "ascii")
    return path.read_text("ascii")


def production_problems() -> list[str]:
    """Return what keeps the production profile from starting, each line naming its variable."""
    problems = []
    if DEBUG:
        problems.append("DEBUG is on: error pages would show what officers typed. Unset it.")
    if len(env.str("SECRET_KEY", default="")) < 50:
        problems.append(
            "SECRET_KEY is missing or shorter than 50 characters. Make one with: "
            "python -c 'import secrets; print(secrets.token_urlsafe(64))'"
        )
    hosts = env.list("ALLOWED_HOSTS", default=[])
    if not hosts or "*" in hosts:
        problems.append("ALLOWED_HOSTS is missing or '*'. Name the host names of the site.")
    if not env.str("DATABASE_URL", default="").startswith(("postgres://", "postgresql://")):
        problems.append("DATABASE_URL is missing or not a postgres:// address.")
    if not env.str("CACHE_URL", default="").startswith(("redis://", "rediss://")):
        problems.append("CACHE_URL is missing or not a redis:// address.")
    if env.int("PROXY_HOPS", default=-1) < 0:
        problems.append(
            "PROXY_HOPS is missing: the number of reverse proxies before the site, 0 for none. "
            "Without it all officers behind a proxy would share one rate limit."
        )
    for name in ("INVITATION_DAYS", "IDLE_MINUTES"):
        if env.int(name, default=1) < 1:
            problems.append(f"{name} is less than 1: nobody could get in, or stay in.")
    return problems


if PRODUCTION and (problems := production_problems()):
    raise ImproperlyConfigured(
        "The production profile cannot start:\n" + "\n".join(f"- {line}" for line in problems)
    )

SECRET_KEY = env.str("SECRET_KEY", default="") or laptop_secret_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# The laptop profile answers on the machine itself only, so that nobody exposes it by mistake.
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# How many reverse proxies stand before the site; see nearmiss/ratelimit.py.
PROXY_HOPS = env.int("PROXY_HOPS", default=0)

INSTALLED_APPS = [
    "nearmiss.apps.NearMissConfig",
    "reports",
    "lessons",
    "nearmiss.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "csp",
    "django_ratelimit",
    # Last: its roles are made of the permissions of all others.
    "nearmiss.accounts",
]

MIDDLEWARE = [
    # First, so that nothing behind it ever sees who is asking.
    "nearmiss.middleware.forget_the_client",
    "nearmiss.middleware.refuse_large_bodies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    # No CsrfViewMiddleware: it would answer a broken cookie with a new one on public pages, too.
    # Only the desk has sessions to protect, and the admin guards each of its views itself.
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "nearmiss.accounts.middleware.sign_out_when_idle",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "nearmiss.urls"
WSGI_APPLICATION = "nearmiss.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

CRISPY_ALLOWED_TEMPLATE_PACKS = ["forms"]
CRISPY_TEMPLATE_PACK = "forms"
CRISPY_FAIL_SILENTLY = False


def database() -> dict[str, Any]:
    """Return the default database: DATABASE_URL, or a SQLite file in DATA_DIR."""
    url = env.str("DATABASE_URL", default="") or f"sqlite:///{DATA_DIR / 'nearmiss.sqlite3'}"
    config: dict[str, Any] = env.db_url_config(url)
    # Each thread keeps its own open: one for each request would cost more than what most pages ask
    # of it, and a pool that the threads share a tenth of a kept page.
    config["CONN_MAX_AGE"] = None
    if "sqlite" in config["ENGINE"]:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        # IMMEDIATE: a transaction that will write waits for its turn at the start, where SQLite's
        # default fails at the first write with "database is locked".
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # secure_delete: what is purged is overwritten, not only unlinked.
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;"
            ),
        }
    else:
        # A server that is away is given up after 3 seconds: an officer who has pressed Send should
        # soon learn of it. Server-side binding keeps texts out of the server's log: a failed
        # statement is logged there with $1 in place of the story.
        config["OPTIONS"] = {"connect_timeout": 3, "server_side_binding": True}
    return config


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if env.str("CACHE_URL", default=""):
    CACHES: dict[str, dict[str, Any]] = {
        "default": {
            "BACKEND": "nearmiss.ratelimit.RateLimitRedisCache",
            "LOCATION": env.str("CACHE_URL"),
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},  # seconds
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            # Room for a day of rate limit counters; the default of 300 would drop them at random.
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }

# E003: LocMem is not shared between processes, and the laptop profile has one process.
# W001: the Redis cache of Django is not on django-ratelimit's list, and is what we tested.
# security.W003: the desk alone needs CSRF protection, see MIDDLEWARE.
SILENCED_SYSTEM_CHECKS = ["django_ratelimit.W001", "security.W003"]
if not PRODUCTION:
    SILENCED_SYSTEM_CHECKS.append("django_ratelimit.E003")

# Finished public pages, in each process for itself: see lessons/kept.py. At 10 KB a page, 10 MB.
CACHES["pages"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "pages",
    "OPTIONS": {"MAX_ENTRIES": 1_000},
}

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# Accounts: a name and a password, and a second factor that django-allauth looks after. There is
# no sign-up, no e-mail, no "remember me" and no trusted browser; nearmiss/accounts/ has the rest.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "nearmiss.accounts.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {
    "login": "nearmiss.accounts.forms.LoginForm",
    "reauthenticate": "nearmiss.accounts.forms.ConfirmPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60  # seconds for which a typed password opens the factors
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
MFA_ADAPTER = "nearmiss.accounts.adapters.FactorAdapter"
MFA_FORMS = {
    "activate_totp": "nearmiss.accounts.forms.AddAppForm",
    "add_webauthn": "nearmiss.accounts.forms.AddPasskeyForm",
    "authenticate": "nearmiss.accounts.forms.CodeForm",
    "authenticate_webauthn": "nearmiss.accounts.forms.PasskeyForm",
}
MFA_RECOVERY_CODE_COUNT = 10
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Near Miss desk"
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds by which the clock of a phone may be wrong

# How long an invitation link opens the way into the desk.
INVITATION_DAYS = env.int("INVITATION_DAYS", default=7)
# Whoever leaves the desk open on a shared computer is signed out after this.
IDLE_MINUTES = env.int("IDLE_MINUTES", default=30)


# Mail goes out only from commands, never from a request. A laptop prints it.
def mail_server() -> dict[str, Any]:
    """Return Django's settings of EMAIL_URL; without one production has no mail server."""
    default = "dummymail://" if PRODUCTION else "consolemail://"
    try:
        config: dict[str, Any] = env.email_url("EMAIL_URL", default=default)
    except (ImproperlyConfigured, ValueError):
        raise ImproperlyConfigured(
            "EMAIL_URL is no address of a mail server. Write it as "
            "smtp+tls://user:password@host:587, or smtp+ssl:// or smtp://, and what is special in "
            "a password as %23."
        ) from None
    return config


MAIL = mail_server()
EMAIL_BACKEND = MAIL["EMAIL_BACKEND"]
EMAIL_HOST = MAIL["EMAIL_HOST"] or "localhost"
EMAIL_PORT = MAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER = MAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default="" if PRODUCTION else "Near Miss <near-miss@localhost>"
)
# Where the site stands, for links in mail; a mail has no request to take it from.
SITE_URL = env.str(
    "SITE_URL", default=f"https://{ALLOWED_HOSTS[0].lstrip('.')}" if PRODUCTION else ""
).rstrip("/")

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# No file is ever accepted: Django would spool a large one to the disk.
FILE_UPLOAD_HANDLERS: list[str] = []
# A story has at most 20,000 characters; percent-encoded that is under 300 KB, and the check page
# carries it along with the facts. Middleware answers 413 to more.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # bytes
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000

# How long the private text of a closed report is kept, in case a mistake must be put right.
RETENTION_DAYS = env.int("RETENTION_DAYS", default=90)  # GlobaLeaks' default

# A claim on a report lapses after so many days in which nothing was done to it: long enough for a
# weekend off, short enough that an officer's story does not wait for somebody on leave.
CLAIM_DAYS = env.int("CLAIM_DAYS", default=3)
# A report that came in more weeks ago than this, and is still open, is overdue at the desk.
OVERDUE_WEEKS = env.int("OVERDUE_WEEKS", default=6)
# What is published goes along under this licence, until the operator says otherwise: its name, best
# as in the SPDX list, and where its text stands.
DATA_LICENCE = env.str("DATA_LICENCE", default="CC0-1.0")
DATA_LICENCE_URL = env.str(
    "DATA_LICENCE_URL", default="https://creativecommons.org/publicdomain/zero/1.0/"
)

# Who speaks in the ids of feed entries: a host name, and a year in which it was the operator's. It
# has to stay when the site moves, or every reader shows every story anew.
TAG_AUTHORITY = env.str("TAG_AUTHORITY", default=f"{ALLOWED_HOSTS[0].strip('.[]')},2026")

# Where a weakness is reported, for /.well-known/security.txt: mailto:… or https://…
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")

# Only the desk sets cookies, and all of them end with the browser: a year-old cookie on a shared
# car computer would tell that a moderator used it.
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: one shift, after which everyone signs in anew
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_AGE = None
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "nearmiss.views.desk_did_not_recognise"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

if PRODUCTION:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=365 * 24 * 60 * 60)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if PROXY_HOPS:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"private": {"()": "nearmiss.logs.PrivateFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "private"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Django's own handlers would mail the request, body and address included.
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # A line for each mistyped form would tell when somebody was telling a story.
        "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
        # It would name each passkey that is made.
        "fido2": {"level": "WARNING"},
        "django.server": {"handlers": [], "level": "ERROR", "propagate": False},
    },
}
