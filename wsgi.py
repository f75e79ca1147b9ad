"""What gunicorn and `flask --app wsgi` start from."""

import sys

import click

from quizapp.app import create_app
from quizapp.config import BadSetting, Settings
from quizapp.keys import BadKeys
from quizapp.logs import is_for_people, write_lines
from quizapp.schema import know_migrations
from quizapp.web.noting import request_id, write_requests

write_lines(request_id=request_id)
try:
    app = create_app(Settings.from_env())
except (BadSetting, BadKeys) as trouble:
    sys.exit(f"quizapp: {trouble}")

if click.get_current_context(silent=True):  # the command line; gunicorn has no use for it
    know_migrations(app)
elif not is_for_people(sys.stderr):  # who sits at a terminal is told of trouble only
    write_requests(app, sys.stderr.write)
