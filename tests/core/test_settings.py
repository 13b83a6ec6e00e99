from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, load_settings

UPSTREAM = {"openai_api_key": "sk-x"}
TOKEN = "123456789:AAHx-x"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A working folder without .env, and an environment without our names."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


def test_without_any_setting_it_is_the_sandbox() -> None:
    settings = load_settings()

    assert settings.sandbox
    assert settings.offline_upstream
    assert settings.base_url == "http://127.0.0.1:8080"
    assert settings.data_dir == Path("data")
    assert settings.admin_ids == ()


def test_settings_come_from_the_environment_and_from_dot_env(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text(
        f"# the bot\nBOT_TOKEN={TOKEN}\nOPENAI_API_KEY=sk-file\nADMIN_IDS=1, 22,\nHTTP_PORT=9000\n"
        "SPEECH_ENGINES=espeak\nSOMETHING_ELSE=1\n",
        "utf-8",
    )
    monkeypatch.setenv("HTTP_PORT", "9001")
    monkeypatch.setenv("PUBLIC_URL", "https://bot.example/")

    settings = load_settings()

    assert not settings.sandbox
    assert settings.bot_token.get_secret_value() == TOKEN
    assert settings.admin_ids == (1, 22)
    assert settings.http_port == 9001  # the environment wins
    assert settings.speech_engines == ("espeak",)
    assert settings.base_url == "https://bot.example"


def test_an_upstream_without_a_bot_token_answers_in_the_sandbox() -> None:
    settings = load_settings(openai_base_url="http://127.0.0.1:1/v1")

    assert settings.sandbox
    assert not settings.offline_upstream


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"http_host": "0.0.0.0"}, "the sandbox is for this machine only"),
        ({"bot_token": TOKEN}, "BOT_TOKEN is set but OPENAI_API_KEY is not: the bot needs an upstream"),
        ({"bot_token": "123", **UPSTREAM}, "BOT_TOKEN is not one: it looks like 123456789:AAH"),
        ({"bot_token": "abc:def", **UPSTREAM}, "BOT_TOKEN is not one: it looks like 123456789:AAH"),
        ({"bot_token": "123: def", **UPSTREAM}, "BOT_TOKEN is not one: it looks like 123456789:AAH"),
        ({"telegram_webhook": "true"}, "TELEGRAM_WEBHOOK needs PUBLIC_URL, the https address"),
        ({"database_url": "postgresql://x"}, "DATABASE_URL: PostgreSQL is not supported yet; leave it empty"),
        ({"speech_engines": "espeak,festival"}, "SPEECH_ENGINES: unknown engine festival; there are openai"),
        ({"admin_ids": "1,boss"}, "ADMIN_IDS: Input should be a valid integer"),
        ({"http_port": "70000"}, "HTTP_PORT: Input should be less than or equal to 65535"),
        ({"http_port": "web"}, "HTTP_PORT: Input should be a valid integer"),
        ({"signup_tokens": "-1"}, "SIGNUP_TOKENS: Input should be greater than or equal to 0"),
        ({"text_seconds": "0"}, "TEXT_SECONDS: Input should be greater than 0"),
        ({"text_workers": "0"}, "TEXT_WORKERS: Input should be greater than or equal to 1"),
        ({"telegram_stream": "perhaps"}, "TELEGRAM_STREAM: Input should be a valid boolean"),
        ({"log_level": "loud"}, "LOG_LEVEL: Input should be 'debug', 'info', 'warning' or 'error'"),
    ],
)
def test_each_mistake_gets_its_sentence(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings(**given)

    assert sentence in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings(http_port="web", signup_tokens="many", log_level="loud")

    assert [line.split(":")[0] for line in str(refusal.value).splitlines()] == [
        "HTTP_PORT", "LOG_LEVEL", "SIGNUP_TOKENS",
    ]  # fmt: skip


def test_no_secret_is_shown() -> None:
    settings = load_settings(bot_token=TOKEN, openai_api_key="sk-hidden")

    assert TOKEN not in repr(settings)
    assert "sk-hidden" not in f"{settings!r} {settings}"
    with pytest.raises(SettingsError) as refusal:
        load_settings(bot_token="hidden-and-wrong", openai_api_key="sk-hidden")
    assert "hidden" not in str(refusal.value)


def test_every_address_of_the_door_has_the_prefix() -> None:
    assert load_settings(api_prefix="/a/b").base_url == "http://127.0.0.1:8080/a/b"
    assert load_settings(api_prefix="/a", public_url="https://x.example/").base_url == "https://x.example/a"


@pytest.mark.parametrize("given", [{"api_prefix": "a"}, {"api_prefix": "/a/"}, {"api_prefix": "/a b"}])
def test_a_prefix_that_is_none_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="API_PREFIX"):
        load_settings(**given)


def test_a_short_admin_secret_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError, match="ADMIN_SECRET.*24 characters") as caught:
        load_settings(admin_secret="short-one")

    assert "short-one" not in str(caught.value)
