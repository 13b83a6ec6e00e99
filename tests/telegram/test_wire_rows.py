"""The rows of telegram_wire.md 3.1 to 3.6, each with the tests that play it, or why the bot can't meet it.

The tests are in the test_wire_* files beside this one, but for those that came with what they are about.
"""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


class Never(str):
    """Why the bot can't meet this row."""


NO_PARSE_MODE = "test_unsupported_parse_mode__nothing_is_ever_sent_with_one"
HTML = "test_cannot_parse_entities__tags_in_an_answer_are_shown_as_written"
GONE = "test_message_cannot_be_edited__the_whole_answer_arrives_as_a_new_one"
TOPIC = "test_message_thread_not_found__who_asked_in_a_topic_that_is_gone_gets_the_tokens_back"
NOT_FOUND = "test_chat_not_found__what_cannot_be_delivered_is_given_back"
KICKED = "test_bot_was_kicked__who_asked_in_the_group_is_told_and_gets_the_tokens_back"
PHOTO = "test_photo_refused__it_comes_as_a_file"
OUTAGE = "test_outage__a_send_that_telegram_or_the_network_fails_is_made_again"
NO_POLLING = "test_webhook__a_conversation_and_a_purchase_come_through_it"
TWICE = "test_webhook__updates_that_come_twice_or_in_another_order_are_answered_once"

TEXTS = {
    "message text is empty": "test_message_text_is_empty__an_answer_of_markup_alone_is_shown_as_written",
    "text must be non-empty":
        "test_text_must_be_non_empty__an_answer_of_spaces_is_none_and_costs_nothing",
    "message is too long": (
        "test_message_is_too_long__a_long_persian_answer_comes_in_parts_between_paragraphs",
        "test_nothing_is_lost_where_a_text_is_cut",
        "test_code_that_fits_into_a_message_is_not_cut",
        "test_code_that_fits_nowhere_is_cut_between_lines_and_each_part_is_code",
        "test_a_growing_text_shows_its_end",
        "test_a_very_long_answer_is_split_without_breaking_code_and_offered_as_a_file",
    ),
    "text is too long": "test_text_is_too_long__no_part_has_more_bytes_than_telegram_reads",
    "message caption is too long": "test_message_caption_is_too_long__a_caption_is_only_the_price",
    "can't find end tag": (HTML, "test_cannot_parse_entities__a_name_with_tags_is_a_name"),
    "unsupported start tag, and the other errors of HTML": HTML,
    "character is reserved and must be escaped": (NO_PARSE_MODE, "test_markdown_arrives_as_entities"),
    "can't find end of Bold entity (a stream cut in the middle)":
        "test_cannot_find_end_of_entity__markdown_that_is_cut_in_mid_stream_is_never_refused",
    "unsupported parse_mode": NO_PARSE_MODE,
    "can't parse MessageEntity, offsets in a surrogate": (
        "test_cannot_parse_message_entity__entities_begin_and_end_between_emoji",
        "test_links_that_telegram_cannot_open_are_words",
        "test_markdown_that_the_reader_stumbles_over_is_sent_as_it_is",
    ),
}  # fmt: skip

EDITS = {
    "message is not modified":
        "test_message_is_not_modified__a_choice_that_was_made_already_is_no_trouble",
    "message to edit not found": (
        "test_message_to_edit_not_found__an_answer_deleted_in_mid_stream_arrives_as_a_new_one", GONE,
    ),
    "message can't be edited": GONE,
    "there is no text in the message to edit": GONE,
    "there is no caption in the message to edit": Never("no caption is ever edited"),
    "editing without reply_markup removes the keyboard":
        "test_editing_without_reply_markup__the_stop_button_goes_when_the_answer_is_whole",
    "message to delete not found":
        "test_message_to_delete__a_progress_line_that_stays_or_is_gone_is_no_trouble",
    "message can't be deleted, for everyone":
        "test_message_to_delete__a_progress_line_that_stays_or_is_gone_is_no_trouble",
    "message identifier is not specified": Never("every edit names its message"),
    "message to be replied not found":
        "test_message_to_be_replied_not_found__a_question_deleted_in_a_group_is_answered_all_the_same",
    "message to copy not found":
        "test_message_to_copy_not_found__a_support_question_taken_back_reaches_nobody",
    "message to forward, pin or react not found": Never("nothing is forwarded, pinned or reacted to"),
    "message thread not found, TOPIC_CLOSED, TOPIC_DELETED": TOPIC,
}  # fmt: skip

KEYBOARDS = {
    "BUTTON_DATA_INVALID": (
        "test_button_data_invalid__every_keyboard_is_accepted_in_every_language",
        "test_button_data_invalid__there_is_room_for_any_number",
    ),
    "Text buttons are unallowed": "test_button_data_invalid__every_keyboard_is_accepted_in_every_language",
    "BUTTON_URL_INVALID": "test_each_month_is_credited_when_it_is_paid",
    "reply markup is too long": "test_button_data_invalid__every_keyboard_is_accepted_in_every_language",
    "object expected as reply markup, can't parse reply keyboard": Never("aiogram's types make the JSON"),
    "query is too old: answered late": (
        "test_query_is_too_old__a_tap_that_is_answered_late_has_its_effect_all_the_same",
    ),
    "query is too old: answered twice": (
        "test_query_answered_twice__a_tap_that_is_delivered_twice_is_handled_once",
        "test_a_button_that_is_pressed_twice_asks_once",
    ),
    "taps live 150 s: after a longer outage they vanish":
        "test_query_is_too_old__a_tap_made_while_the_bot_was_down_can_be_made_again",
    "callback.message may be inaccessible": (
        "test_inaccessible_message__a_button_under_a_message_that_is_gone_is_answered",
        "test_inaccessible_message__a_picture_asked_for_under_one_is_drawn",
    ),
    "answerCallbackQuery text up to 200":
        "test_answer_callback_query_text__no_toast_is_longer_than_200",
    "inline queries live 30 s": Never("the bot has no inline mode yet and does not ask for such updates"),
}  # fmt: skip

ACCESS = {
    "bot was blocked by the user": (
        "test_bot_was_blocked_by_the_user__in_the_middle_of_an_answer",
        "test_bot_was_blocked_by_the_user__while_a_command_is_answered",
        "test_bot_was_blocked_by_the_user__who_comes_back_is_answered",
        "test_an_admins_word_to_the_person_who_blocked_the_bot_is_no_trouble",
    ),
    "user is deactivated": "test_user_is_deactivated__in_the_middle_of_an_answer",
    "bot can't initiate conversation with a user":
        "test_bot_cannot_initiate_conversation__an_invoice_for_who_never_wrote_to_the_bot",
    "the bot can't send messages to the bot": Never("what no person sent is dropped: see sender_chat"),
    "bot was kicked, is not a member, the group chat was deleted": KICKED,
    "chat not found": (NOT_FOUND, "test_chat_not_found__an_admin_who_never_wrote_to_the_bot_stops_nothing"),
    "private chat not found, chat_id is empty": Never("every id came from Telegram or from ADMIN_IDS"),
    "user not found": Never("every id of a person came from Telegram"),
    "have no write access to the chat": NOT_FOUND,
    "not enough rights to send …": (
        "test_not_enough_rights_to_send_photos__they_come_as_files",
        "test_not_enough_rights_to_send_voice_notes__they_come_as_music",
        "test_not_enough_rights_to_send_anything_but_text__said_there_and_given_back",
        "test_not_enough_rights_to_send_text_messages__nothing_is_tried_twice",
    ),
    "CHAT_WRITE_FORBIDDEN, CHAT_ADMIN_REQUIRED":
        "test_chat_write_forbidden__a_command_there_is_dropped_without_a_word",
    "USER_BANNED_IN_CHANNEL, PRIVACY_PREMIUM_REQUIRED": NOT_FOUND,
    "group chat was upgraded to a supergroup chat": (
        "test_group_chat_was_upgraded__answer_and_context_move_along",
        "test_group_chat_was_upgraded__only_the_refusal_tells",
        "test_group_chat_was_upgraded__the_context_moves_before_anything_is_sent",
        "test_messages_of_a_group_that_moved_are_not_taken_for_those_with_their_ids",
    ),
    "ids exceed 2^31": "test_ids_beyond_32_bits_are_ids",
    "VOICE_MESSAGES_FORBIDDEN": (
        "test_voice_messages_forbidden__speech_comes_as_audio",
        "test_an_answer_that_is_spoken_too_has_its_price_once",
    ),
    "TEXTDRAFT_PEER_INVALID": "test_textdraft_peer_invalid__nothing_is_sent_as_a_draft",
}  # fmt: skip

FILES = {
    "file is too big (getFile)": Never("nothing is downloaded yet: what people send is not taken"),
    "413 Request Entity Too Large": "test_request_entity_too_large__is_not_sent_again_and_costs_nothing",
    "file is too big for a photo": PHOTO,
    "PHOTO_INVALID_DIMENSIONS, IMAGE_PROCESS_FAILED": PHOTO,
    "photo has unsupported extension": PHOTO,
    "there is no photo in the request": Never("an empty picture is no answer, it ends its job as failed"),
    "wrong file identifier, wrong remote file identifier, invalid file_id":
        Never("files are sent as bytes, never by an id"),
    "failed to get HTTP URL content, wrong type of the web page content":
        Never("files are sent as bytes, never by an address"),
    "too many messages to send as an album": Never("an album has 2 or 4 pictures"),
    "can't use the media of the specified type in the album": Never("an album is of photos, or of files"),
    "failed to send message #2": "test_failed_to_send_message_2_of_an_album__it_comes_as_an_album_of_files",
    "the download address holds the bot_token": Never("no file is downloaded yet"),
    "incoming albums are several messages": (
        "test_an_incoming_album_is_one_request", "test_an_album_of_photos_gets_one_answer",
    ),
    "an album's caption": "test_album__its_price_is_under_the_first",
    "a voice note refused as such": (
        "test_voice_refused__it_comes_as_audio",
        "test_voice_and_audio_refused__the_words_come_in_writing_and_cost_nothing",
    ),
}  # fmt: skip

LIMITS = {
    "Too Many Requests: retry after N": (
        "test_retry_after__in_mid_stream_is_obeyed_to_the_second",
        "test_retry_after__the_answer_does_not_wait_for_an_edit_that_it_replaces",
        "test_retry_after__on_the_answer_itself",
        "test_retry_after__one_chats_flood_holds_up_no_other",
        "test_retry_after__calls_that_go_to_no_chat_obey_it_too",
        "test_retry_after__a_flood_that_outlasts_our_patience_leaves_the_answer_to_be_sent_later",
    ),
    "1 a second in a chat, 20 a minute in a group, 30 a second in all": (
        "test_a_busy_conversation_meets_no_429",
        "test_the_newest_edit_takes_the_place_of_those_that_wait",
        "test_sends_go_before_edits_of_their_chat_and_of_others",
        "test_a_keyboard_and_a_text_of_one_message_do_not_replace_each_other",
        "test_a_chat_action_takes_no_messages_turn",
        "test_answers_that_are_ready_at_once_do_not_mix_their_parts",
        "test_nothing_begins_to_grow_between_the_parts_of_an_answer",
        "test_a_chat_that_takes_long_holds_up_no_other",
    ),
    "more than 310 unsent messages in one chat":
        "test_a_chat_can_not_fill_the_memory_and_is_forgotten_when_it_rests",
    "setWebhook twice within a second": "test_set_webhook_too_often__the_pause_is_obeyed",
    "20 new clients a minute for an address": Never("one process has one bot_token"),
    "Conflict: terminated by other getUpdates request":
        "test_terminated_by_other_get_updates__the_operator_is_told_once_and_the_bot_goes_on",
    "Conflict: webhook is active, terminated by setWebhook request":
        "test_webhook_is_active__the_operator_is_told_and_the_bot_goes_on_when_it_is_gone",
    "getUpdates with an unchanged offset waits 3 s": "test_a_busy_conversation_meets_no_429",
    "allowed_updates without pre_checkout_query": (
        "test_a_pack_is_bought_with_stars_and_the_receipt_shown", NO_POLLING,
    ),
    "bad webhook: …":
        "test_bad_webhook__an_address_that_telegram_refuses_ends_the_program_with_a_sentence",
    "secret token, X-Telegram-Bot-Api-Secret-Token": (
        "test_webhook__is_registered_with_a_secret_even_if_none_was_given",
        "test_webhook__without_its_secret_nobody_gets_in",
        "test_webhook__what_is_no_update_is_refused",
    ),
    "what gets no 2xx is posted again": (
        "test_webhook__updates_that_came_while_the_bot_was_down_are_posted_again",
        "test_webhook__an_update_is_committed_before_it_is_confirmed_and_handled_once",
    ),
    "one queue for messages, one for taps: no order between them": (
        TWICE, "test_a_tap_does_not_wait_for_the_messages_before_it",
    ),
    "retries produce duplicates": (
        TWICE,
        "test_updates_delivered_twice__are_handled_once",
        "test_pre_checkout_query_delivered_twice__is_one_purchase",
        "test_updates_the_wrong_way_round__are_put_in_order",
        "test_updates_that_never_come__hold_up_nothing",
    ),
    "method in the response": Never("the answer to a webhook is empty"),
    "Unauthorized": (
        "test_unauthorized__at_start_the_program_ends_with_a_sentence",
        "test_unauthorized__a_bot_token_that_is_revoked_while_the_bot_runs_ends_it",
    ),
    "Not Found: method not found": Never("aiogram knows the methods"),
    "Internal Server Error: restart": (OUTAGE, "test_outage__updates_come_when_it_is_over"),
    "502, 504 with HTML": (
        OUTAGE,
        "test_outage__updates_come_when_it_is_over",
        "test_outage__a_command_outlasts_one_that_is_longer_than_the_outbox_has_patience",
    ),
    "slow": "test_outage__a_slow_answer_is_waited_for",
    "stored, then the connection was cut": (
        "test_lost__what_was_stored_before_the_connection_was_cut_comes_once_more_and_is_charged_once",
        "test_lost__an_album_is_never_missing",
    ),
    "an answer that can't be decoded":
        "test_an_answer_that_cannot_be_read_was_an_answer__nothing_is_sent_twice",
    "an update that can't be decoded": (
        "test_an_update_that_cannot_be_read__is_set_aside_at_once_and_others_go_on",
        "test_an_update_that_our_own_mistake_fails__is_set_aside_and_the_operator_told",
    ),
}  # fmt: skip

SECTIONS = {"3.1": TEXTS, "3.2": EDITS, "3.3": KEYBOARDS, "3.4": ACCESS, "3.5": FILES, "3.6": LIMITS}


def written_tests() -> set[str]:
    sources = [file.read_text("utf-8") for file in TESTS.rglob("test_*.py")]
    return {name for source in sources for name in re.findall(r"^(?:async )?def (test_\w+)", source, re.M)}


@pytest.mark.parametrize("section", SECTIONS)
def test_every_row_has_its_tests_or_a_reason(section):
    written = written_tests()
    for row, tests in SECTIONS[section].items():
        if isinstance(tests, Never):
            assert tests, row
            continue
        named = {tests} if isinstance(tests, str) else set(tests)
        assert named, row
        assert named <= written, row
