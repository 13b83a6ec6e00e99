"""Who may come in: this machine, by its own name."""

import pytest

from bot.sandbox.telegram import SandboxTelegram
from tests.sandbox.conftest import ADA, BOT_TOKEN


async def test_other_machines_are_not_served():
    telegram = SandboxTelegram(BOT_TOKEN)

    with pytest.raises(ValueError, match="this machine only"):
        await telegram.start("0.0.0.0")


async def test_a_port_that_is_taken_leaves_the_folder_free(telegram, tmp_path):
    port = int(telegram.base.rpartition(":")[2])
    second = SandboxTelegram(BOT_TOKEN, tmp_path)

    with pytest.raises(OSError, match="address already in use"):
        await second.start(port=port)
    await second.start()
    await second.stop()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:1", 200),
        ("localhost", 200),
        ("[::1]:1", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
    ],
)
async def test_a_host_that_does_not_name_this_machine_is_refused(telegram, http, host, status):
    async with http.get(f"{telegram.base}/bot{BOT_TOKEN}/getMe", headers={"Host": host}) as response:
        assert response.status == status


def test_a_bot_token_is_digits_and_letters():
    with pytest.raises(ValueError, match="looks like 123456789:letters"):
        SandboxTelegram("letters")


async def test_parameters_come_as_query_form_or_json(telegram, http):
    base = f"{telegram.base}/bot{BOT_TOKEN}/sendMessage"
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}

    await (await http.get(base, params={"chat_id": str(ADA), "text": "query"})).read()
    await (await http.post(base, data={"chat_id": str(ADA), "text": "form"})).read()
    await (await http.post(base, json={"chat_id": ADA, "text": "json", "reply_markup": markup})).read()
    async with http.post(base, data="{", headers={"Content-Type": "application/json"}) as response:
        broken = await response.json()

    assert [message["text"] for message in telegram.messages(ADA)] == ["query", "form", "json"]
    assert telegram.messages(ADA)[2]["reply_markup"] == markup
    assert broken["error_code"] == 400


async def test_calls_are_recorded_without_what_is_secret(telegram, bot):
    await bot.set_webhook("http://127.0.0.1:9/hook", secret_token="hidden")

    [call] = telegram.calls
    assert (call.method, call.code) == ("setWebhook", 200)
    assert "hidden" not in str(call)
    assert BOT_TOKEN not in str(call)


async def test_waiting_in_vain_says_what_was_there(telegram, bot):
    await bot.send_message(ADA, "something else")

    with pytest.raises(TimeoutError, match="something else"):
        await telegram.heard(ADA, lambda message: message["text"] == "this", seconds=0.05)


async def test_an_edit_is_heard(telegram, bot):
    sent = await bot.send_message(ADA, "thinking")

    await sent.edit_text("done")

    heard = await telegram.heard(ADA, lambda message: message["text"] == "done", seconds=1)
    assert heard["message_id"] == sent.message_id
