"""Text in, answer out, paid."""

from tests.world import ADA, balance


async def test_a_question_is_answered_and_its_price_shown(app, telegram, upstream):
    telegram.say(ADA, "What is 2 + 2?")

    answer = await telegram.heard(ADA, lambda message: "left" in message.get("text", ""))

    assert "4" in answer["text"]
    assert await balance(app, ADA) == (9_000, 0)
