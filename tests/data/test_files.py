"""Problems read from files, written, and refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarot.data import JsonlSource, Split, write_jsonl
from tarot.data.files import read_problems
from tarot.data.lazy import heavy
from tarot.data.starter import families_of, starter_problems
from tarot.data.tiering import Tiering
from tarot.types import Problem, TestCase, TestKind, Tier, UserError, WithinTier

pa = heavy("pyarrow")
pq = heavy("pyarrow.parquet")
ROW = json.dumps(
    {"id": "a", "statement": "Echo.", "tests": [{"stdin": "", "expected": "", "tier": "edge"}]}
)
texts = st.text(st.characters(exclude_categories=["Cs"]))
tests = st.builds(
    TestCase,
    texts,
    texts,
    st.sampled_from([*Tier, None]),
    st.sampled_from(TestKind),
    st.none() | texts,
)
suites = st.lists(tests, min_size=1, max_size=3).map(tuple)
named = texts.filter(bool)
problems = st.builds(Problem, named, named, suites, st.none() | texts, st.none() | texts)


def _file(folder: Path, content: str | bytes, name: str = "mine.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@given(st.lists(problems, min_size=1, max_size=4, unique_by=lambda problem: problem.id))
@settings(max_examples=50)
def test_written_problems_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, written: list[Problem]
) -> None:
    path = tmp_path_factory.mktemp("round") / "trip.jsonl"
    write_jsonl(written, path)
    assert read_problems(path) == written
    assert [file.name for file in path.parent.iterdir()] == ["trip.jsonl"]


def test_starter_problems_are_read_back(tmp_path: Path) -> None:
    families = families_of(Split.UNSEEN, TestKind.STDIN_STDOUT)
    made = list(starter_problems(families, Split.UNSEEN, 8, 0))
    write_jsonl(made, tmp_path / "starter.jsonl")
    assert read_problems(tmp_path / "starter.jsonl") == made


def test_a_parquet_file_holds_the_same_problems_as_the_lines(shared: Path, tmp_path: Path) -> None:
    sample = shared / "tarot" / "sample.jsonl"
    rows = [json.loads(line) for line in sample.read_text(encoding="utf-8").splitlines()]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "sample.parquet")
    assert read_problems(tmp_path / "sample.parquet") == read_problems(sample)


def test_the_real_rows_load_whole_without_shares(shared: Path) -> None:
    source = JsonlSource(str(shared / "tarot" / "sample.jsonl"), dev_share=0.0, test_share=0.0)
    source.check()
    assert len(source.load(Split.TRAIN)) == 8
    assert source.load(Split.TEST) == ()


def test_blank_lines_count_but_hold_nothing(tmp_path: Path) -> None:
    path = _file(tmp_path, f"\n{ROW}\n\n{{]\n")
    with pytest.raises(UserError, match=r"mine\.jsonl:4: not JSON "):
        read_problems(path)
    assert len(read_problems(_file(tmp_path, f"\n{ROW}\n\n"))) == 1


def test_the_fingerprint_is_the_hash_of_the_bytes(tmp_path: Path) -> None:
    path = _file(tmp_path, "abc")
    # FIPS 180-2, appendix B.1
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert JsonlSource(str(path)).fingerprint() == expected


def test_the_fingerprint_covers_settings_and_pass_rates(tmp_path: Path) -> None:
    rates = tmp_path / "rates.jsonl"
    rates.write_text("{}")
    plain = JsonlSource(str(_file(tmp_path, ROW)))
    by_rate = replace(plain, tiering=Tiering.BY_PASS_RATE, pass_rates=str(rates))
    others = [
        replace(plain, dev_share=0.5),
        replace(plain, test_share=0.5),
        replace(plain, tiering=Tiering.SINGLE),
        replace(plain, within_tier=WithinTier.ALL),
        replace(plain, columns={"statement": "ask"}),
        replace(plain, tiers={"easy": "basic"}),
        by_rate,
    ]
    found = {source.fingerprint() for source in (plain, *others)}
    rates.write_text("{ }")
    assert len({*found, by_rate.fingerprint()}) == 9
    assert replace(plain, columns={}, tiers={}).fingerprint() == plain.fingerprint()


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    source = JsonlSource(str(_file(tmp_path, ROW)), dev_share=0.0, test_share=0.0)
    assert source.load(Split.TRAIN)[0].statement == "Echo."
    _file(tmp_path, ROW.replace("Echo.", "Print."))
    assert source.load(Split.TRAIN)[0].statement == "Print."


def test_suites_without_tiers_get_them_by_the_rule_of_the_source(tmp_path: Path) -> None:
    row = {
        "id": "e",
        "question": "Echo.",
        "input_output": json.dumps({"inputs": ["1", "2"], "outputs": ["1", "2"]}),
    }
    path = _file(tmp_path, f"{ROW}\n{json.dumps(row)}\n")
    rates = [{"problem": "e", "test": n, "passed": n, "total": 4} for n in range(2)]
    (tmp_path / "rates.jsonl").write_text("\n".join(map(json.dumps, rates)))
    plain = JsonlSource(str(path), dev_share=0.0, test_share=0.0)
    single = replace(plain, tiering=Tiering.SINGLE)
    by_rate = replace(plain, tiering=Tiering.BY_PASS_RATE, pass_rates=str(tmp_path / "rates.jsonl"))
    found = [
        [[test.tier for test in problem.tests] for problem in source.load(Split.TRAIN)]
        for source in (plain, single, by_rate)
    ]
    assert found == [
        [[Tier.EDGE], [None, None]],
        [[Tier.EDGE], [Tier.BASIC, Tier.BASIC]],
        [[Tier.EDGE], [Tier.INTERMEDIATE, Tier.BASIC]],
    ]


def test_a_file_of_which_no_row_can_be_judged_is_refused(tmp_path: Path) -> None:
    row = {"id": "e", "question": "Echo.", "input_output": ""}
    path = _file(tmp_path, json.dumps(row))
    with pytest.raises(UserError, match=r"^data\.path: .*: no row of it can be judged; it needs "):
        JsonlSource(str(path)).check()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "data.path: {path}: the file is empty; it needs at least one problem"),
        (
            f"{ROW}\n{ROW}\n",
            "{path}:2: problem a stands already at {path}:1; give each row an id of its own",
        ),
        ("[1]\n", "{path}:1: not a JSON object; a row is one object with its columns as keys"),
        (f"{ROW}\n{{}}\n", "{path}:2: id: missing; every row needs it"),
        (
            "{'id': 1}\n",
            "{path}:1: not JSON (JSONDecodeError: Expecting property name enclosed in double "
            "quotes: line 1 column 2 (char 1)); each line is one JSON object",
        ),
        (
            b'"\xff"\n',
            "{path}:1: not JSON (UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in "
            "position 1: invalid start byte); each line is one JSON object",
        ),
    ],
)
def test_a_faulty_file_is_refused_in_one_line(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    path = _file(tmp_path, content)
    with pytest.raises(UserError) as caught:
        JsonlSource(str(path)).check()
    assert str(caught.value) == message.format(path=path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path / "folder.jsonl"):
        (tmp_path / "folder.jsonl").mkdir(exist_ok=True)
        for ask in (JsonlSource(str(path)).check, JsonlSource(str(path)).fingerprint):
            with pytest.raises(UserError, match=rf"^data\.path: {path}: no such file; name one "):
                ask()


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, ROW, "mine.xlsx")
    with pytest.raises(UserError, match=r"mine\.xlsx: none of \.jsonl, \.json, \.parquet, "):
        JsonlSource(str(path)).check()


def test_lines_named_parquet_are_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, ROW, "mine.parquet")
    with pytest.raises(UserError, match=r"mine\.parquet: not a parquet file \(.*\)$"):
        JsonlSource(str(path)).check()


def test_a_wrong_row_of_parquet_is_named_by_its_number(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["a"], "statement": ["Echo."]}), tmp_path / "mine.parquet")
    with pytest.raises(UserError, match=r"mine\.parquet: row 1: tests: missing; "):
        read_problems(tmp_path / "mine.parquet")


def test_a_file_that_is_all_held_out_is_refused(tmp_path: Path) -> None:
    source = JsonlSource(str(_file(tmp_path, ROW)), dev_share=0.0, test_share=0.999)
    with pytest.raises(UserError, match=r"all its problems are held out; lower data\.test_share"):
        source.check()


def test_shares_of_a_file_are_checked_before_it_is_read() -> None:
    with pytest.raises(UserError, match=r"^data\.dev_share, data\.test_share: 0\.5 and 0\.5; "):
        JsonlSource("none.jsonl", dev_share=0.5, test_share=0.5).check()
