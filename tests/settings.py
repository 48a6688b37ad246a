"""Settings of the tests: the real ones, with a data folder of their own."""

import os
import tempfile
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
FOLDER = Path(tempfile.mkdtemp(prefix=f"zoetrope-test-{WORKER}-"))
os.environ["DATA_DIR"] = str(FOLDER)
os.environ["SECRET_KEY"] = "only-for-tests"
os.environ["ENV_FILE"] = os.devnull
if address := os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = address
else:
    os.environ.pop("DATABASE_URL", None)

os.environ["PLANS_BY_OWNER"] = "1"

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, STORAGES  # noqa: E402

# No test outlives its computer: nothing waits for the disk.
OPTIONS = DATABASES["default"].setdefault("OPTIONS", {})
if "sqlite" in str(DATABASES["default"]["ENGINE"]):
    # A file, not memory: threads and other processes must see the same rows.
    DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "test.sqlite3")}
    OPTIONS["init_command"] += "PRAGMA synchronous=OFF;"
else:
    OPTIONS["options"] = "-c synchronous_commit=off"

STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
