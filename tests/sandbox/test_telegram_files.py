"""Files: limits, kinds, albums."""

import json

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramEntityTooLarge
from aiogram.types import BufferedInputFile, InputMediaAudio, InputMediaPhoto

from tests.sandbox.conftest import ADA, BOT_TOKEN, OGG, picture, picture_file

MEGABYTE = 1 << 20


async def test_a_file_over_20_megabytes_can_not_be_fetched(telegram, bot, get):
    small = telegram.send_document(ADA, bytes(20 * MEGABYTE), "a.bin", "application/x-a")
    large = telegram.send_document(ADA, bytes(20 * MEGABYTE + 1), "a.bin", "application/x-a")

    assert large["document"]["file_size"] == 20 * MEGABYTE + 1
    file = await bot.get_file(small["document"]["file_id"])
    assert file.file_size == 20 * MEGABYTE
    with pytest.raises(TelegramBadRequest, match="Bad Request: file is too big"):
        await bot.get_file(large["document"]["file_id"])


async def test_an_upload_over_50_megabytes_is_too_large(telegram, bot):
    with pytest.raises(TelegramEntityTooLarge, match="Request Entity Too Large"):
        await bot.send_document(ADA, BufferedInputFile(bytes(53 * MEGABYTE), "a.bin"))
    with pytest.raises(TelegramEntityTooLarge):
        await bot.send_document(ADA, BufferedInputFile(bytes(50 * MEGABYTE + 1), "a.bin"))


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (
            BufferedInputFile(bytes(10 * MEGABYTE + 1), "a.png"),
            "file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes",
        ),
        (picture_file(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (picture_file(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (BufferedInputFile(b"no picture", "a.png"), "IMAGE_PROCESS_FAILED"),
        (BufferedInputFile(picture()[:200], "a.png"), "IMAGE_PROCESS_FAILED"),
        (
            BufferedInputFile(picture(), "a.pdf"),
            "photo has unsupported extension. Use one of .jpg, .jpeg, .gif, .png, .tif or .bmp",
        ),
        ("short", "wrong file identifier/HTTP URL specified"),
        (
            "AgACAgQAAxkBAAIBY2from-another-bot",
            "wrong remote file identifier specified: Wrong padding in the string",
        ),
        ("https://example.com/a.png", "failed to get HTTP URL content"),
        ("attach://nothing", "wrong file identifier/HTTP URL specified"),
    ],
)
async def test_photos_that_telegram_refuses(telegram, bot, file, words):
    with pytest.raises(TelegramBadRequest) as refused:
        await bot.send_photo(ADA, file)

    assert refused.value.message == "Bad Request: " + words


async def test_an_unknown_file_id_is_invalid(telegram, bot):
    with pytest.raises(TelegramBadRequest, match="Bad Request: invalid file_id"):
        await bot.get_file("AgACAgQAAxkBAAIBY2from-another-bot")


async def test_a_photo_comes_in_sizes_and_can_be_sent_again_by_its_id(telegram, bot):
    sent = await bot.send_photo(ADA, picture_file(800, 400))
    again = await bot.send_photo(ADA, sent.photo[-1].file_id)

    assert [(one.width, one.height) for one in sent.photo] == [(320, 160), (800, 400)]
    assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id


async def test_what_is_no_ogg_mp3_or_m4a_does_not_become_a_voice_note(telegram, bot):
    voice = await bot.send_voice(ADA, BufferedInputFile(OGG, "v.ogg"), duration=7)
    other = await bot.send_voice(ADA, BufferedInputFile(b"RIFF....WAVE", "v.wav"))

    assert voice.voice.duration == 7
    assert (other.voice, other.document.file_name) == (None, "v.wav")


async def test_an_album_has_at_most_ten_of_a_kind(telegram, bot):
    def photos(count):
        return [InputMediaPhoto(media=picture_file()) for _ in range(count)]

    album = await bot.send_media_group(ADA, photos(10))
    assert len({one.media_group_id for one in album}) == 1
    with pytest.raises(TelegramBadRequest, match="too many messages to send as an album"):
        await bot.send_media_group(ADA, photos(11))
    mixed = [*photos(1), InputMediaAudio(media=BufferedInputFile(b"ID3", "a.mp3"))]
    with pytest.raises(TelegramBadRequest, match="audio can't be mixed with other media types"):
        await bot.send_media_group(ADA, mixed)


async def test_an_album_says_which_of_its_messages_failed(telegram, bot, post):
    broken = [InputMediaPhoto(media=picture_file()), InputMediaPhoto(media="https://example.com/a.png")]
    words = 'failed to send message #2 with the error message "failed to get HTTP URL content"'
    game = json.dumps([{"type": "animation", "media": "x"}, {"type": "animation", "media": "y"}])

    with pytest.raises(TelegramBadRequest, match=words):
        await bot.send_media_group(ADA, broken)
    assert not telegram.messages(ADA)
    _, body = await post("sendMediaGroup", chat_id=ADA, media=game)
    assert "media" in body["description"]


async def test_what_is_uploaded_is_what_is_downloaded(telegram, bot, http):
    said = telegram.send_voice(ADA, OGG)

    file = await bot.get_file(said["voice"]["file_id"])
    async with http.get(f"{telegram.base}/file/bot{BOT_TOKEN}/{file.file_path}") as response:
        data = await response.read()
    async with http.get(f"{telegram.base}/file/bot123456789:other/{file.file_path}") as response:
        stranger = response.status

    assert file.file_path.endswith(".ogg")
    assert data == OGG == telegram.file(said["voice"]["file_id"]).data
    assert stranger == 401
