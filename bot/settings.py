"""Every setting, one model; from the environment and the lines of .env.

A mistake is answered at start with a sentence for each.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from apscheduler.triggers.cron import CronTrigger
from pydantic import Field, IPvAnyNetwork, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.media import KNOWN
from bot.outbound import PORTS, Place, read_place

SECRET_LEAST = 24
LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104


class SettingsError(Exception):
    """The settings can't be used; a line for each mistake."""


class AddressTaken(Exception):
    """Another program listens where a setting wants us to; which, and what to do."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    # Telegram
    bot_token: SecretStr = SecretStr("")
    """Telegram's secret, from BotFather. Empty: the sandbox."""
    admin_ids: Annotated[tuple[int, ...], NoDecode] = ()
    """Telegram ids of those who may administer, with commas between."""
    telegram_url: str = "https://api.telegram.org"
    telegram_webhook: bool = False
    """False: polling. True needs PUBLIC_URL."""
    telegram_webhook_secret: SecretStr = SecretStr("")
    """Made and kept under DATA_DIR unless given."""
    telegram_proxy: str = ""
    telegram_stream: bool = True
    """Show text answers while they grow."""
    telegram_pacing: bool = True
    """Keep to Telegram's limits on sending; off only for measuring."""

    # The upstream
    openai_api_key: SecretStr = SecretStr("")
    openai_base_url: str = ""
    """Any server that speaks the OpenAI API. Empty: OpenAI's, or in the sandbox the offline one."""
    proxy_url: str = ""
    """The upstream is reached through this proxy."""
    upstream_choice: Literal["random", "round_robin", "least_busy"] = "least_busy"
    """Which of several credentials is asked; by their weights."""
    retry_times: int = Field(default=3, ge=0, le=20)
    """How many other credentials are asked after the first has refused a request."""
    upstream_wait_seconds: float = Field(default=10, ge=0, le=300)
    """How long a request may wait for a credential to be well again."""
    oauth_refresh: str = "0 3 */4 * *"
    """When the access tokens of OAuth credentials are all renewed: a crontab's line, UTC."""
    check_model: bool = False
    """Ask only those servers that list the model."""
    text_model: str = "gpt-4o-mini"
    image_model: str = "gpt-image-1"
    speech_model: str = "gpt-4o-mini-tts"
    speech_engines: Annotated[tuple[str, ...], NoDecode] = ("openai", "gtts", "espeak")
    """In this order; one that can't speak a language hands over to the next."""
    transcription_model: str = "gpt-4o-mini-transcribe"
    transcription_engines: Annotated[tuple[str, ...], NoDecode] = ("openai", "whisper")
    """In this order; whisper is this machine's own, where it is installed."""
    recording_minutes: int = Field(default=30, ge=1, le=30)
    """The longest recording that is listened to."""

    # What is asked, looked at before an upstream gets it
    moderation: Literal["auto", "upstream", "local", "both", "off"] = "auto"
    """auto: by the upstream's moderations where there are any, else by word lists."""
    moderation_model: str = "omni-moderation-latest"
    moderation_pictures: bool = True
    """The upstream's moderations take pictures, too."""
    moderation_seconds: float = Field(default=5, gt=0, le=60)
    """How long looking may take."""
    moderation_closed: Annotated[tuple[str, ...], NoDecode] = ("v1",)
    """Where what can't be looked at is refused: v1, jobs (chat and callback API)."""
    moderation_review: Annotated[tuple[str, ...], NoDecode] = ("self-harm", "self-harm/intent")
    """The upstream's categories that are noted for an admin, not refused."""
    moderation_lists: Literal["review", "refuse"] = "review"
    """What follows from the shipped lists' [refuse] sections."""
    moderation_file: str = ""
    """Words of the operator's own, as bot/catalog/content_rules.txt."""
    moderation_days: int = Field(default=7, ge=1, le=90)
    """How long it is kept what was found."""

    # This machine
    data_dir: Path = Path("data")
    database_url: str = ""
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=0, le=65535)
    """Where /metrics is, at an address of its own; empty: nowhere."""
    public_url: str = ""
    """Where the HTTP door is reached from outside, for file and webhook addresses."""
    api_prefix: str = Field(default="", pattern=r"^(/[A-Za-z0-9_.~-]+)*$")
    """Before every path of the HTTP door, /healthz and pages too: who doesn't know it finds nothing."""
    admin_secret: SecretStr = SecretStr("")
    """With which scripts of the operator's get at /tokens; empty: none do."""
    outbound_allow: Annotated[tuple[Place, ...], NoDecode] = ()
    """`host:port`, with commas between: what the outbound guard lets through in spite of its rules."""
    outbound_ports: Annotated[tuple[int, ...], NoDecode] = tuple(sorted(PORTS))
    """The ports of customers' own addresses that may be connected to."""
    sandbox_telegram_port: int = Field(default=8081, ge=0, le=65535)
    sandbox_bot_token: SecretStr = SecretStr("")
    sandbox_published: bool = False
    """HTTP_HOST may be another than 127.0.0.1 in the sandbox: in a container, published there."""
    sandbox_local_model: bool = True
    """English answers of the sandbox come from the small local model, where it is installed."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    # Secrets that are made once under DATA_DIR unless given
    code_pepper: SecretStr = SecretStr("")
    encryption_key: SecretStr = SecretStr("")

    # Money, in tokens
    signup_tokens: int = Field(default=10, ge=0)
    refill_tokens: int = Field(default=20, ge=0)
    """Who has less is refilled up to it, REFILL_HOURS after the last use. 0: nobody."""
    refill_hours: float = Field(default=12, gt=0)
    invite_tokens: int = Field(default=5, ge=0)
    """For the inviter and the invited, on the first job of the latter that bought tokens paid for."""
    invites_per_day: int = Field(default=10, ge=0)
    gift_tokens_per_day: int = Field(default=100, ge=0)
    refund_tokens_at_once: int = Field(default=500, ge=0)
    """As many a day are refunded to a customer who asks, if they are unspent; beyond it an admin decides."""
    provider_token: SecretStr = SecretStr("")
    """Of a provider of Telegram Payments, from BotFather; empty: off. Telegram asks that digital goods are
    sold for Stars only, so know what you sell."""
    provider_currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    card_number: str = ""
    """Your bank card, for card to card with receipts; empty: off. Telegram asks that digital goods are sold
    for Stars only, so know what you sell."""
    card_holder: str = ""
    card_currency: str = Field(default="IRT", pattern="^[A-Z]{3}$")
    card_tokens_per_admin: int = Field(default=10_000, ge=1)
    """As many tokens an admin may approve by receipts in a day."""
    tariff_file: str = ""
    """A tariff.toml of the operator's own."""
    packs_file: str = ""
    upstream_prices_file: str = ""
    """What the upstream charges, for /books."""

    # Limits
    chat_text_bytes_max: int = Field(default=8_000, ge=1, le=30_000)
    chat_waiting_text: int = Field(default=10, ge=1)
    chat_waiting_other: int = Field(default=5, ge=1)
    api_text_bytes_min: int = Field(default=8, ge=1)
    api_text_bytes_max: int = Field(default=2_000, ge=8, le=30_000)
    api_bad_codes: int = Field(default=20, ge=0)
    """Wrong codes, from one address in a minute: it is blocked for a time. 0: never, so behind a proxy that
    TRUSTED_PROXIES does not name."""
    api_requests: int = Field(default=30_000, ge=0)
    """Requests from one address in a minute, with the same consequence."""
    api_code_requests: int = Field(default=3_000, ge=0)
    """Of one API code in a minute; beyond, requests are refused, and who goes on is blocked. 0: any."""
    api_content_refusals: int = Field(default=20, ge=0)
    """Of one API code, or of one customer in chat, in an hour, by the content rules: then it is blocked for a
    time. 0: any."""
    api_codes_on_request: bool = False
    """Customers may ask for API codes with /apicode; an admin approves each."""
    api_rotation_hours: float = Field(default=24, ge=0)
    """How long an API code is valid after a new one has taken its place."""
    api_files_mb: int = Field(default=1_000, ge=0)
    """What the files of one API code may take; beyond, what would make more is refused. 0: any."""
    api_waiting_text: int = Field(default=30, ge=1)
    """Requests of this kind that are under way at one time with one API code."""
    api_waiting_image: int = Field(default=20, ge=1)
    api_waiting_voice: int = Field(default=20, ge=1)
    route: str = Field(default="/api", pattern=r"^/[\w/.-]+$")
    """Where the simple chat endpoint is."""
    hour_limit: int = Field(default=50, ge=0)
    """Requests to it from one address; 0: any number."""
    minute_limit: int = Field(default=3, ge=0)
    second_limit: int = Field(default=1, ge=0)
    whitelisted_ips: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()
    """Addresses or networks that these limits don't hold for."""
    api_default_code: SecretStr = SecretStr("")
    """What those addresses pay with that send no code."""
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()
    """Networks of our own proxies: whose X-Forwarded-For says who calls, at every HTTP door."""
    lang_api: Literal["", "en", "fa", "ru", "zh_CN", "zh_TW"] = ""
    """In which language it refuses; empty: the program's Accept-Language."""
    gateway_at_one_time: int = Field(default=200, ge=0)
    """Requests to /v1 that are under way at one time with one API code; 0: any number."""
    gateway_body_mb: int = Field(default=32, ge=1, le=512)
    gateway_seconds: float = Field(default=600, gt=0)
    """How long an answer may take in all."""
    gateway_silence_seconds: float = Field(default=120, gt=0)
    """How long an upstream may send nothing."""
    upstream_tools: bool = False
    """Programs may have the upstream use its own tools (web_search …), of which only the tokens are paid."""
    input_parts: int = Field(default=50, ge=1)
    """Pictures, files and sounds of one request to /v1."""
    input_addresses: int = Field(default=10, ge=0)
    """As many of them may be addresses, which are fetched through the outbound guard."""
    input_part_mb: int = Field(default=20, ge=1, le=100)
    """The largest of them."""
    input_mb: int = Field(default=40, ge=1, le=400)
    """All of one request together."""
    input_types: Annotated[tuple[str, ...], NoDecode] = KNOWN
    """What they may be."""
    input_seconds: float = Field(default=20, gt=0, le=300)
    """How long fetching one may take."""
    input_memory_mb: int = Field(default=256, ge=1)
    """What is fetched for all requests that are under way; beyond, they are told to wait."""
    upload_by_url: bool = False
    """Addresses at the beginning of a text message become pictures and files, fetched likewise."""
    completions_by_chat: bool = False
    """The upstream is never asked for /v1/completions: all go to it as chats. Else only where it has none."""
    conversations: bool = False
    """Programs may have their conversations kept here, by `conversation_id`."""
    conversation_messages: int = Field(default=100, ge=2)
    """What is kept of one; beyond, its beginning goes."""
    conversation_kb: int = Field(default=1_024, ge=1)
    conversation_hours: float = Field(default=720, gt=0)
    """How long after its last use."""
    conversations_per_customer: int = Field(default=1_000, ge=1)
    text_workers: int = Field(default=64, ge=1)
    image_workers: int = Field(default=8, ge=1)
    voice_workers: int = Field(default=4, ge=1)
    text_seconds: float = Field(default=120, gt=0)
    image_seconds: float = Field(default=180, gt=0)
    voice_seconds: float = Field(default=120, gt=0)
    queue_seconds: float = Field(default=600, gt=0)
    queue_most: int = Field(default=1_000, ge=1)
    running_per_customer: int = Field(default=4, ge=1)
    """Requests of a kind at a time that somebody has asked for in chat."""
    running_per_code: int = Field(default=30, ge=1)
    """The same for an API code."""
    drain_seconds: float = Field(default=20, ge=0)
    context_turns: int = Field(default=20, ge=0)
    context_hours: int = Field(default=24, ge=0)

    @field_validator(
        "admin_ids", "speech_engines", "transcription_engines", "outbound_ports", "whitelisted_ips",
        "trusted_proxies", "moderation_closed", "moderation_review", "input_types", mode="before",
    )  # fmt: skip
    @classmethod
    def _split(cls, value: Any) -> Any:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("metrics_port", mode="before")
    @classmethod
    def _none(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("outbound_allow", mode="before")
    @classmethod
    def _places(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return [read_place(part.strip()) for part in value.split(",") if part.strip()]

    @field_validator("speech_engines")
    @classmethod
    def _known_engines(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if strange := set(value) - {"openai", "edge", "gtts", "espeak"}:
            raise ValueError(
                f"unknown engine {', '.join(sorted(strange))}; there are openai, edge, gtts, espeak"
            )
        return value

    @field_validator("transcription_engines")
    @classmethod
    def _known_transcribers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if strange := set(value) - {"openai", "whisper"}:
            raise ValueError(f"unknown engine {', '.join(sorted(strange))}; there are openai, whisper")
        return value

    @field_validator("moderation_closed")
    @classmethod
    def _known_doors(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if strange := set(value) - {"v1", "jobs"}:
            raise ValueError(f"unknown {', '.join(sorted(strange))}; there are v1, jobs")
        return value

    @field_validator("input_types")
    @classmethod
    def _known_types(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if strange := set(value) - set(KNOWN):
            raise ValueError(f"unknown type {', '.join(sorted(strange))}; there are {', '.join(KNOWN)}")
        return value

    @field_validator("oauth_refresh")
    @classmethod
    def _crontab(cls, value: str) -> str:
        try:
            CronTrigger.from_crontab(value)
        except ValueError:
            raise ValueError(f"{value!r} is no crontab's line, as 0 3 */4 * *") from None
        return value

    @field_validator("admin_secret")
    @classmethod
    def _long_secret(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < SECRET_LEAST:
            raise ValueError(f"it has {SECRET_LEAST} characters at least, or is empty: make it at random")
        return value

    @field_validator("database_url")
    @classmethod
    def _no_database_yet(cls, value: str) -> str:
        if value:
            raise ValueError("PostgreSQL is not supported yet; leave it empty to use SQLite under DATA_DIR")
        return value

    @model_validator(mode="after")
    def _default_code_is_for_some(self) -> "Settings":
        if self.api_default_code.get_secret_value() and not self.whitelisted_ips:
            raise ValueError("API_DEFAULT_CODE needs WHITELISTED_IPS: else anybody could spend with it")
        return self

    @model_validator(mode="after")
    def _sandbox_is_local(self) -> "Settings":
        if self.sandbox and self.http_host not in LOOPBACK and not self.sandbox_published:
            raise ValueError(
                "HTTP_HOST must be 127.0.0.1 without a BOT_TOKEN: the sandbox is for this machine only"
            )
        return self

    @model_validator(mode="after")
    def _webhook_is_reachable(self) -> "Settings":
        if self.telegram_webhook and not self.public_url:
            raise ValueError("TELEGRAM_WEBHOOK needs PUBLIC_URL, the https address that Telegram can reach")
        if self.bot_token.get_secret_value() and not self._upstream_given:
            raise ValueError("BOT_TOKEN is set but OPENAI_API_KEY is not: the bot needs an upstream")
        if not re.fullmatch(r"(\d+:\S+)?", self.bot_token.get_secret_value(), re.ASCII):
            raise ValueError("BOT_TOKEN is not one: it looks like 123456789:AAH… and comes from @BotFather")
        return self

    @property
    def sandbox(self) -> bool:
        """No bot_token: this machine's own Telegram is used."""
        return not self.bot_token.get_secret_value()

    @property
    def offline_upstream(self) -> bool:
        """Nothing to answer with is given: the sandbox's upstream is used."""
        return not self._upstream_given

    @property
    def _upstream_given(self) -> bool:
        return bool(self.openai_api_key.get_secret_value() or self.openai_base_url)

    @property
    def base_url(self) -> str:
        """Where this HTTP door is found, without a slash at the end."""
        return (self.public_url.rstrip("/") or self.local_url(self.http_port)) + self.api_prefix

    def local_url(self, port: int) -> str:
        """The HTTP door as this machine reaches it, without API_PREFIX."""
        host = "127.0.0.1" if self.http_host in EVERYWHERE else self.http_host
        return f"http://{host}:{port}"


def load_settings(**given: Any) -> Settings:
    """The settings, or a SettingsError with a sentence for each mistake."""
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(mistake) for mistake in error.errors())) from None


def _sentence(mistake: Any) -> str:
    name = str(mistake["loc"][0]).upper() + ": " if mistake["loc"] else ""
    return name + str(mistake["msg"]).removeprefix("Value error, ")
