"""What gunicorn and `flask --app wsgi` start from."""

import sys

from quizapp.app import create_app
from quizapp.config import BadSetting, Settings
from quizapp.keys import BadKeys

try:
    app = create_app(Settings.from_env())
except (BadSetting, BadKeys) as trouble:
    sys.exit(f"quizapp: {trouble}")
