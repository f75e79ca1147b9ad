"""Settings: what the environment may say, and what is refused at start-up."""

from pathlib import Path

import pytest

from quizapp.config import ROOT, BadSetting, Settings


def test_without_settings_everything_is_in_the_instance_folder():
    settings = Settings.from_env({})

    assert settings.instance == ROOT / "instance"
    assert settings.database_url == f"sqlite:///{ROOT}/instance/quizapp.sqlite3"
    assert (settings.host, settings.port, settings.web_workers) == ("0.0.0.0", 8000, 2)
    assert (settings.trusted_hosts, settings.proxy_hops, settings.https) == ((), 0, False)
    assert (settings.metrics_port, settings.logs_every_request) == (0, True)


def test_an_embedded_database_is_backed_up_every_night_and_a_server_where_it_is_said(tmp_path):
    def folder(**env):
        given = {f"QUIZAPP_{name}": value for name, value in env.items()}
        return Settings.from_env({"QUIZAPP_INSTANCE": str(tmp_path)} | given).backup_folder

    assert folder() == tmp_path / "backups"
    assert folder(DATABASE_URL="postgresql://h/quiz") is None
    assert folder(BACKUP_FOLDER="/srv/kho", DATABASE_URL="postgresql://h/quiz") == Path("/srv/kho")
    assert folder(BACKUP_FOLDER="off") is None
    with pytest.raises(BadSetting, match="QUIZAPP_BACKUP_HOUR"):
        folder(BACKUP_HOUR="24")


def test_an_empty_setting_is_no_setting():
    names = ["PORT", "QUIZAPP_INSTANCE", "QUIZAPP_DATABASE_URL", "QUIZAPP_HTTPS", "QUIZAPP_HOST"]

    assert Settings.from_env(dict.fromkeys(names, "")) == Settings.from_env({})


def test_the_database_follows_the_instance_folder(tmp_path):
    settings = Settings.from_env({"QUIZAPP_INSTANCE": str(tmp_path)})

    assert settings.database_url == f"sqlite:///{tmp_path}/quizapp.sqlite3"


def test_a_relative_instance_folder_is_made_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    assert Settings.from_env({"QUIZAPP_INSTANCE": "here"}).instance == Path(tmp_path, "here")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_driver_of_postgresql_is_ours_to_choose(scheme):
    settings = Settings.from_env({"QUIZAPP_DATABASE_URL": f"{scheme}://a:b@h:5432/quiz"})

    assert settings.database_url == "postgresql+psycopg://a:b@h:5432/quiz"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://root:s3cret@host/quiz",
        "s3cret",
        "postgresql:/root:s3cret@host/quiz",
        "postgresql://root:s3cret@host:port/quiz",
        "postgresql://root:s3cret@host:99999/quiz",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_an_address_that_is_no_database_is_refused_without_repeating_its_password(url):
    with pytest.raises(BadSetting, match="QUIZAPP_DATABASE_URL") as refused:
        Settings.from_env({"QUIZAPP_DATABASE_URL": url})

    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("PORT", 1, 65535),
        ("QUIZAPP_WEB_WORKERS", 1, 64),
        ("QUIZAPP_PROXY_HOPS", 0, 9),
        ("QUIZAPP_HTTPS", 0, 1),
        ("QUIZAPP_LOG_ALL", 0, 1),
        ("QUIZAPP_METRICS_PORT", 0, 65535),
    ],
)
def test_a_number_is_taken_inside_its_borders_and_refused_outside(name, least, most):
    for text in (str(least), str(most)):
        Settings.from_env({name: text})
    for text in (str(least - 1), str(most + 1), "8o", "1.5", "-1", " 1", "٣", "1_0"):
        with pytest.raises(BadSetting, match=rf"^{name}: .*{least}.*{most}"):
            Settings.from_env({name: text})


def test_trusted_hosts_are_split_at_commas_and_spaces():
    settings = Settings.from_env({"QUIZAPP_TRUSTED_HOSTS": "thi.example.vn, .thi.vn"})

    assert settings.trusted_hosts == ("thi.example.vn", ".thi.vn")
