"""The fake Telegram against the real SDK: files, albums, and what else is sent besides words."""

import io
import json

import pytest
import telegram as sdk
from PIL import Image

from tests.platforms.fake_telegram import Bot, FakeTelegram, Person, picture
from tests.platforms.telegram_errors import NotOffered
from tests.platforms.telegram_files import MB
from tests.platforms.telegram_product import client, refusal, words


async def newest(api: sdk.Bot) -> sdk.Message:
    """The message of the newest update."""
    message = (await api.get_updates())[-1].message
    assert message is not None
    return message


async def test_a_document_is_fetched_as_it_was_sent(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    await ana.sends_document(bot, "invoice.pdf", b"%PDF-1.7", "My invoice")
    said = await newest(api)
    assert said.document is not None
    document = said.document
    assert (document.file_name, document.mime_type, document.file_size, said.caption) == (
        "invoice.pdf", "application/pdf", 8, "My invoice",
    )  # fmt: skip
    file = await api.get_file(document.file_id)
    assert file.file_path is not None
    assert file.file_path.startswith(f"{telegram.base_file_url}{bot.token}/documents/file_")
    assert bytes(await file.download_as_bytearray()) == b"%PDF-1.7"


async def test_a_link_lasts_an_hour_and_is_the_bots_own(
    telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot
) -> None:
    await ana.sends_document(bot)
    said = await newest(api)
    assert said.document is not None
    file = await api.get_file(said.document.file_id)
    other = telegram.bot("other_bot")
    async with client(telegram, other) as stranger:
        refused = "Wrong file_id or the file is temporarily unavailable"
        assert await refusal(stranger.get_file(said.document.file_id)) == refused
        assert await refusal(api.get_file("AgACnonsense")) == refused
        stolen = sdk.File(file.file_id, file.file_unique_id, 5, str(file.file_path).replace(bot.token, other.token))
        stolen.set_bot(stranger)
        assert await refusal(stolen.download_as_bytearray()) == "Not Found"
    telegram.passes(3601)
    assert await refusal(file.download_as_bytearray()) == "Not Found"


async def test_files_over_20_mb_cannot_be_fetched(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    await ana.sends_document(bot, "small.zip", b"zip", size=20 * MB)
    said = await newest(api)
    assert said.document is not None
    assert await refusal(api.get_file(said.document.file_id)) == "ok"
    await ana.sends_document(bot, "big.zip", b"zip", size=20 * MB + 1)
    said = await newest(api)
    assert said.document is not None
    assert said.document.file_size == 20 * MB + 1
    assert await refusal(api.get_file(said.document.file_id)) == "File is too big"


async def test_a_photo_is_drawn_anew_in_sizes(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    await ana.sends_photo(bot, picture(2000, 1000), "Broken")
    said = await newest(api)
    assert [(size.width, size.height) for size in said.photo] == [(90, 45), (320, 160), (800, 400), (1280, 640)]
    assert len({size.file_unique_id for size in said.photo}) == 4
    content = await (await api.get_file(said.photo[-1].file_id)).download_as_bytearray()
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.size, said.caption) == ("JPEG", (1280, 640), "Broken")


async def test_all_kinds_of_files_come_as_what_they_are(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    await ana.sends_voice(bot, duration=7)
    await ana.sends_audio(bot)
    await ana.sends_video(bot)
    await ana.sends_animation(bot)
    await ana.sends_video_note(bot)
    await ana.sends_sticker(bot, "🎉")
    await ana.sends_location(bot, 52.5, 13.4)
    await ana.sends_contact(bot, "+4930123")
    said = [update.message for update in (await api.get_updates())[1:]]
    kinds = ("voice", "audio", "video", "animation", "video_note", "sticker", "location", "contact")
    for message, kind in zip(said, kinds, strict=True):
        assert message is not None
        assert getattr(message, kind) is not None
        assert (message.document is not None) is (kind == "animation")
    assert said[0] is not None
    assert said[0].to_dict()["voice"]["duration"] == 7


async def test_an_album_comes_as_messages_of_one_group(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    await ana.sends_album(bot, picture(), picture(), picture(), caption="Three")
    updates = (await api.get_updates())[1:]
    messages = [update.message for update in updates]
    assert words(updates) == ["Three", None, None]
    assert len({message.media_group_id for message in messages if message}) == 1
    with pytest.raises(NotOffered):
        await ana.sends_album(bot, picture())


async def test_a_bot_sends_files_and_sends_them_again_by_id(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    said = await api.send_document(ana.id, b"words", "Your invoice", filename="invoice.txt")
    assert said.document is not None
    await api.send_document(ana.id, said.document.file_id)
    first, second = ana.sees(bot)[-2:]
    assert (first.text, first.files[0].name, first.files[0].content) == ("Your invoice", "invoice.txt", b"words")
    assert second.files == first.files
    assert (await refusal(api.send_photo(ana.id, said.document.file_id))) == "Can't use file of type document as photo"
    assert await refusal(api.send_document(ana.id, "BQACnonsense")) == "Wrong file identifier/http url specified"
    await api.send_voice(ana.id, b"OggS", duration=4)
    await api.send_photo(ana.id, picture(), "See")
    assert [message.kind for message in ana.sees(bot)[-2:]] == ["voice", "photo"]


async def test_captions_have_1024_characters_and_files_their_limits(ana: Person, api: sdk.Bot) -> None:
    assert await refusal(api.send_photo(ana.id, picture(), "x" * 1024)) == "ok"
    assert await refusal(api.send_photo(ana.id, picture(), "x" * 1025)) == "Message caption is too long"
    assert await refusal(api.send_photo(ana.id, b"no picture")) == "Image_process_failed"
    assert await refusal(api.send_photo(ana.id, picture(3000, 100))) == "Photo_invalid_dimensions"
    assert "is too big for a photo" in await refusal(api.send_photo(ana.id, bytes(10 * MB + 1)))
    assert await refusal(api.send_document(ana.id, b"")) == "File must be non-empty"
    assert await refusal(api.send_document(ana.id, bytes(50 * MB))) == "ok"
    assert await refusal(api.send_document(ana.id, bytes(50 * MB + 1))) == "Request Entity Too Large"
    assert await refusal(api.send_document(ana.id, bytes(61 * MB))) == "Request Entity Too Large"


async def test_a_bot_sends_albums_of_2_to_10_that_fit_together(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    photos = [sdk.InputMediaPhoto(picture(), caption="*Two*", parse_mode="MarkdownV2"), sdk.InputMediaPhoto(picture())]
    sent = await api.send_media_group(ana.id, photos)
    assert len({message.media_group_id for message in sent}) == 1
    assert [(message.text, message.kind) for message in ana.sees(bot)[1:]] == [("Two", "photo"), ("", "photo")]
    assert await refusal(api.send_media_group(ana.id, photos[:1])) == "Too few messages to send as an album"
    many = [sdk.InputMediaDocument(b"x", filename="x.txt") for _ in range(11)]
    assert await refusal(api.send_media_group(ana.id, many)) == "Too many messages to send as an album"
    mixed: list[sdk.InputMediaPhoto | sdk.InputMediaDocument] = [photos[0], many[0]]
    assert await refusal(api.send_media_group(ana.id, mixed)) == "Document can't be mixed with other media types"


async def test_a_caption_is_edited(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    said = await api.send_document(ana.id, b"x", "one", filename="x.txt")
    await api.edit_message_caption(ana.id, said.message_id, caption="two")
    assert ana.sees(bot)[-1].text == "two"
    no_text = api.edit_message_text("three", ana.id, said.message_id)
    assert await refusal(no_text) == "There is no text in the message to edit"
    hers = await ana.sends_document(bot, caption="mine")
    await ana.edits(hers, "still mine")
    edited = (await api.get_updates())[-1].edited_message
    assert edited is not None
    assert edited.caption == "still mine"


async def test_copies_are_the_bots_own_and_forwards_name_who_wrote(bot: Bot, ana: Person, api: sdk.Bot) -> None:
    hers = await ana.sends_document(bot, "a.txt", b"a", "Look")
    await api.copy_message(ana.id, ana.id, hers.id)
    forwarded = await api.forward_message(ana.id, ana.id, hers.id)
    assert isinstance(forwarded.forward_origin, sdk.MessageOriginUser)
    assert forwarded.forward_origin.sender_user.id == ana.id
    copy, forward = ana.sees(bot)[-2:]
    assert (copy.text, copy.files, copy.origin) == ("Look", hers.files, None)
    assert forward.origin is not None
    assert await refusal(api.copy_message(ana.id, ana.id, 999)) == "Message to copy not found"


async def test_a_bot_sends_places_and_people(telegram: FakeTelegram, bot: Bot, ana: Person, api: sdk.Bot) -> None:
    await api.send_location(ana.id, 52.5, 13.4)
    await api.send_contact(ana.id, "+4930123", "Shop")
    assert [message.kind for message in ana.sees(bot)[1:]] == ["location", "contact"]
    assert json.loads(telegram.calls("sendLocation")[0]["latitude"]) == 52.5
