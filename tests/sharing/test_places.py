"""Which paths are taken out of texts, and what is left in their place."""

import pytest

from tarot.sharing.places import Places, rewritten

PLACES = Places((("/home/me/runs", "."), ("/home/me", "~")))


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        ("/home/me/runs/one/checkpoint-2", "./one/checkpoint-2", "./one/checkpoint-2"),
        ("source /home/me/venv/bin/activate", "source ~/venv/bin/activate", None),
        ("/data/models/llama", "llama", "llama"),
        ("run /opt/x/y.sh, then /usr/bin/env", "run y.sh, then /usr/bin/env", "as it was"),
        ("data.path=/mnt/big/p.jsonl", "data.path=p.jsonl", "as it was"),
        ("/data/home/me/x", "x", "x"),
        ("/home/merry/x", "x", "x"),
        ("https://host/a/b", "https://host/a/b", None),
        ("<answer>\n</answer>/b", "<answer>\n</answer>/b", None),
        ("1/2 and a/b/c", "1/2 and a/b/c", None),
        ("/dev/null", "/dev/null", None),
    ],
)
def test_paths_of_the_machine_are_named_from_a_known_folder_or_by_their_last_part(
    text: str, words: str, value: str | None
) -> None:
    assert PLACES.words(text) == words
    assert PLACES.value(text) == {None: words, "as it was": text}.get(value, value)


def test_every_text_of_plain_data_is_rewritten_and_no_key() -> None:
    plain = {"/home/me/x": ["/home/me/y", 1, None, {"a": "/home/me/z"}]}
    assert rewritten(plain, PLACES.value) == {"/home/me/x": ["~/y", 1, None, {"a": "~/z"}]}
