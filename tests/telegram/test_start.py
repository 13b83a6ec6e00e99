"""The first contact: language, welcome, sign-up tokens, invitations."""

from tests.world import ADA, BEN, balance, calls, hosted, plain, until


async def test_the_first_contact_asks_for_the_language_and_then_welcomes(app, telegram):
    asked = telegram.say(ADA, "/start")
    picker = await telegram.heard(ADA, after=asked["message_id"])

    tap = telegram.tap(ADA, picker["message_id"], "فارسی")
    await tap.answered(5)
    welcome = await telegram.heard(ADA, lambda message: "سلام" in message["text"])

    assert welcome["message_id"] == picker["message_id"]
    assert await balance(app, ADA) == (10_000, 0)


async def test_who_has_chosen_a_language_is_welcomed_at_once(app, telegram):
    picker = await telegram.heard(ADA, after=telegram.say(ADA, "/language")["message_id"])
    await telegram.tap(ADA, picker["message_id"], "English").answered(5)

    welcome = await telegram.heard(ADA, after=telegram.say(ADA, "/start")["message_id"])

    assert "Hello" in plain(welcome["text"])


async def test_who_has_waited_for_the_bot_is_answered_without_asking_for_each_who_it_is(settings, telegram):
    asked = [(person, telegram.say(person, "/help")) for person in (ADA, BEN) for _ in range(4)]

    async with hosted(settings):
        for person, message in asked:
            await telegram.heard(person, after=message["message_id"])

    assert len(calls(telegram, "getMe")) == 1


async def test_sign_up_tokens_come_once(app, telegram):
    for _ in range(3):
        await telegram.heard(ADA, after=telegram.say(ADA, "/start")["message_id"])

    assert await balance(app, ADA) == (10_000, 0)


async def test_an_invitation_is_remembered_once_and_never_ones_own(app, telegram):
    await telegram.heard(ADA, after=telegram.say(ADA, "/start inv1")["message_id"])
    await telegram.heard(BEN, after=telegram.say(BEN, "/start inv1")["message_id"])
    await telegram.heard(BEN, after=telegram.say(BEN, "/start inv2")["message_id"])
    await telegram.heard(BEN, after=telegram.say(BEN, "/start invx")["message_id"])

    rows = await app.storage.fetch("SELECT telegram_id, invited_by FROM customer ORDER BY id")

    assert rows == [(ADA, None), (BEN, 1)]


async def test_the_person_is_answered_in_the_language_of_their_app_before_they_choose(app, telegram):
    answer = await telegram.heard(BEN, after=telegram.say(BEN, "/terms")["message_id"])

    assert "توکن" in plain(answer["text"])


async def test_every_paper_and_the_help_are_there(app, telegram):
    for command in ("/help", "/terms", "/privacy", "/paysupport"):
        answer = await telegram.heard(ADA, after=telegram.say(ADA, command)["message_id"])
        assert len(answer["text"]) > 100, command


async def test_commands_are_set_in_every_language(app, telegram):
    await until(lambda: {"issue", "credit"} <= {c["command"] for c in telegram.commands("en", person=1)})

    english = {command["command"]: command["description"] for command in telegram.commands("en")}
    persian = {command["command"]: command["description"] for command in telegram.commands("fa")}
    assert english.keys() == persian.keys()
    assert english["buy"] == "Buy tokens"
    assert english != persian


async def test_the_invitation_link_can_be_clicked(app, telegram):
    help_ = await telegram.heard(ADA, after=telegram.say(ADA, "/help")["message_id"])

    assert "https://t.me/sandbox_bot?start=inv1\n" in plain(help_["text"]) + "\n"
