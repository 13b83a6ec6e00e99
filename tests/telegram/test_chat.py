"""Text in, answer out, paid; streaming, Stop, context, splitting, refusals."""

import asyncio

from tests.world import ADA, BEN, GROUP, answered, balance, button, hosted, plain, until


async def test_a_question_is_answered_and_its_price_shown(app, telegram):
    asked = telegram.say(ADA, "What is 2 + 2?")

    answer = await answered(telegram, ADA, asked)

    assert "4" in plain(answer["text"])
    assert "1 token" in plain(answer["text"])
    assert "9 left" in plain(answer["text"])
    assert await balance(app, ADA) == (9_000, 0)


async def test_a_long_question_costs_two(app, telegram):
    asked = telegram.say(ADA, "What is 2 + 2? " + "x" * 800)

    await answered(telegram, ADA, asked)

    assert await balance(app, ADA) == (8_000, 0)


async def test_an_answer_streams_by_edits_and_ends_whole(app, telegram, upstream):
    upstream.chunk_seconds = 0.02
    upstream.will_say("word " * 250)
    seen = []
    async with telegram.watch(ADA) as events:
        asked = telegram.say(ADA, "Many words, please")
        async with asyncio.timeout(40):
            async for kind, message in events:
                if kind in ("message", "edit") and message["from"]["id"] == telegram.bot["id"]:
                    seen.append(message["text"])
                    if "left" in message["text"]:
                        break

    assert len(set(seen)) >= 3
    assert len(seen[0]) < len(seen[1]) < len(seen[2])
    answer = await answered(telegram, ADA, asked)
    assert not answer.get("reply_markup")


async def test_while_it_works_the_person_sees_it_typing(app, telegram, upstream):
    upstream.will("slow", seconds=2)
    asked = telegram.say(ADA, "What is 2 + 2?")

    await until(lambda: telegram.chat_action(ADA) == "typing")

    await answered(telegram, ADA, asked)


async def test_a_stopped_answer_keeps_what_had_come(app, telegram, upstream):
    upstream.chunk_seconds = 0.1
    asked = telegram.say(ADA, "Tell me a long story")
    growing = await telegram.heard(ADA, lambda m: len(m["text"]) > 5, after=asked["message_id"])

    await telegram.tap(ADA, growing["message_id"], button(growing, 0)).answered(5)

    answer = await answered(telegram, ADA, asked)
    assert "Stopped" in plain(answer["text"])
    assert answer["message_id"] == growing["message_id"]
    assert await balance(app, ADA) == (9_000, 0)


async def test_nobody_else_can_stop_an_answer(app, telegram, upstream):
    upstream.chunk_seconds = 0.1
    asked = telegram.say(ADA, "@sandbox_bot Tell me a long story", chat=GROUP)
    growing = await telegram.heard(GROUP, lambda m: len(m["text"]) > 5, after=asked["message_id"])

    tap = telegram.tap(BEN, growing["message_id"], button(growing, 0), chat=GROUP)
    await tap.answered(5)

    row = await app.storage.fetch_one("SELECT state FROM job")
    assert row.state == "running"
    telegram.tap(ADA, growing["message_id"], button(growing, 0), chat=GROUP)
    await answered(telegram, GROUP, asked)


async def test_an_answer_knows_what_was_said_before_and_new_forgets_it(app, telegram, upstream):
    await answered(telegram, ADA, telegram.say(ADA, "My name is Ada Lovelace."))
    await answered(telegram, ADA, telegram.say(ADA, "What is my name?"))
    with_context = upstream.requests[-1].body["messages"]
    await telegram.heard(ADA, after=telegram.say(ADA, "/new")["message_id"])
    await answered(telegram, ADA, telegram.say(ADA, "And now?"))
    without = upstream.requests[-1].body["messages"]

    assert [m["content"] for m in with_context if m["role"] == "user"][0] == "My name is Ada Lovelace."
    assert [m["content"] for m in without if m["role"] == "user"] == ["And now?"]


async def test_a_private_context_never_reaches_a_group(app, telegram, upstream):
    await answered(telegram, ADA, telegram.say(ADA, "My secret is 1815."))

    await answered(telegram, GROUP, telegram.say(ADA, "@sandbox_bot hello", chat=GROUP))

    assert "1815" not in str(upstream.requests[-1].body)


async def test_in_a_group_only_what_is_said_to_the_bot_is_answered_and_the_asker_pays(app, telegram):
    telegram.say(BEN, "hello everybody", chat=GROUP)
    asked = telegram.say(ADA, "@sandbox_bot What is 2 + 2?", chat=GROUP)

    answer = await answered(telegram, GROUP, asked)
    reply = telegram.say(ADA, "and 3 + 4?", chat=GROUP, reply_to=answer["message_id"])
    second = await answered(telegram, GROUP, reply)

    assert "7" in plain(second["text"])
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]
    assert await balance(app, ADA) == (8_000, 0)
    assert len([m for m in telegram.messages(GROUP) if m["from"]["id"] == telegram.bot["id"]]) == 2


async def test_a_very_long_answer_is_split_without_breaking_code_and_offered_as_a_file(
    app, telegram, upstream
):
    upstream.will_say("Begin\n\n```python\n" + "print('hello')\n" * 2_000 + "```\n\nThe end.")
    asked = telegram.say(ADA, "Much code, please")

    last = await answered(telegram, ADA, asked)
    document = await telegram.heard(ADA, lambda m: "document" in m, after=asked["message_id"])

    parts = [m for m in telegram.messages(ADA) if m["message_id"] > asked["message_id"] and "text" in m]
    assert len(parts) >= 7
    assert all(len(part["text"]) <= 4096 for part in parts)
    assert all(any(e["type"] == "pre" for e in part["entities"]) for part in parts)
    assert "The end." in plain(last["text"])
    assert telegram.file(document["document"]["file_id"]).data.startswith(b"Begin")


async def test_markdown_arrives_as_entities(app, telegram, upstream):
    upstream.will_say("**bold** and `code` and [a link](https://example.org) 🙂 *it*")

    answer = await answered(telegram, ADA, telegram.say(ADA, "format!"))

    kinds = [entity["type"] for entity in answer["entities"]]
    assert kinds[:3] == ["bold", "code", "text_link"]
    assert "**" not in answer["text"]


async def test_not_enough_tokens_is_said_with_numbers(app, telegram):
    await answered(telegram, ADA, telegram.say(ADA, "hello"))
    await app.operator.credit(ADA, -9_000, "test", "k")

    refused = await telegram.heard(ADA, after=telegram.say(ADA, "one more")["message_id"])

    assert "costs 1" in plain(refused["text"])
    assert "you have 0" in plain(refused["text"])
    assert "/buy" in plain(refused["text"])
    assert await balance(app, ADA) == (0, 0)


async def test_too_long_is_said_with_numbers_and_costs_nothing(app, telegram):
    telegram.say(ADA, "x" * 4096)
    telegram.say(ADA, "y" * 4096)

    refused = await telegram.heard(ADA, lambda m: "too long" in m["text"])

    assert "8,193" in plain(refused["text"])
    assert "8,000" in plain(refused["text"])
    assert await balance(app, ADA) == (10_000, 0)


async def test_a_paste_that_the_app_cut_is_one_question(app, telegram, upstream):
    telegram.say(ADA, "a" * 4096)
    asked = telegram.say(ADA, "b" * 100)

    await answered(telegram, ADA, asked)

    question = upstream.requests[-1].body["messages"][-1]["content"]
    assert question == "a" * 4096 + "\n" + "b" * 100
    assert len(upstream.requests) == 1


async def test_too_many_waiting_is_said_with_the_number(app, telegram, upstream):
    await app.operator.credit(ADA, 100_000, "test", "k")
    upstream.chunk_seconds = 0.2
    for number in range(10):
        telegram.say(ADA, f"Tell me a long story {number}")

    refused = await telegram.heard(ADA, after=telegram.say(ADA, "and one more")["message_id"])

    assert "10 requests" in plain(refused["text"])
    cancelled = await telegram.heard(
        ADA, lambda m: "cancelled" in m["text"], after=telegram.say(ADA, "/cancel")["message_id"]
    )
    assert "10 requests cancelled" in plain(cancelled["text"])
    await until(lambda: _nothing_held(app))


async def _nothing_held(app):
    return (await balance(app, ADA)).held == 0


async def test_a_failed_answer_costs_nothing(app, telegram, upstream):
    upstream.will("500", times=1)

    refused = await telegram.heard(ADA, after=telegram.say(ADA, "Why is the sky blue?")["message_id"])

    assert "nothing was charged" in plain(refused["text"])
    assert await balance(app, ADA) == (10_000, 0)


async def test_what_cannot_be_taken_is_said_politely(app, telegram):
    for act in (
        lambda: telegram.send_sticker(ADA),
        lambda: telegram.send_document(ADA, b"%PDF-1.4", "a.pdf", "application/pdf"),
        lambda: telegram.send_video(ADA, bytes(100)),
    ):
        sent = act()
        answer = await telegram.heard(ADA, after=sent["message_id"])
        assert "cost you nothing" in plain(answer["text"])


async def test_an_album_of_photos_gets_one_answer(app, telegram):
    telegram.send_album(ADA, [PNG, PNG, PNG])
    await telegram.heard(ADA)
    asked = telegram.say(ADA, "hello")

    await answered(telegram, ADA, asked)

    polite = [m for m in telegram.messages(ADA) if "cost you nothing" in m.get("text", "")]
    assert len(polite) == 1


async def test_a_mode_changes_the_manner_and_the_price(app, telegram, upstream):
    menu = await telegram.heard(ADA, after=telegram.say(ADA, "/mode")["message_id"])
    await telegram.tap(ADA, menu["message_id"], "📜 Poem").answered(5)

    await answered(telegram, ADA, telegram.say(ADA, "The sea"))

    assert await balance(app, ADA) == (8_000, 0)
    assert upstream.requests[-1].body["messages"][0]["role"] == "system"
    assert len(menu["reply_markup"]["inline_keyboard"]) == 6


async def test_an_answer_is_there_after_a_restart_too(settings, telegram, upstream):
    async with hosted(settings):
        await answered(telegram, ADA, telegram.say(ADA, "My name is Ada."))
    async with hosted(settings) as app:
        await answered(telegram, ADA, telegram.say(ADA, "What is my name?"))

        assert upstream.requests[-1].body["messages"][-3]["content"] == "My name is Ada."
        assert await balance(app, ADA) == (8_000, 0)


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
    "0000000500010a2db40000000049454e44ae426082"
)
