import json
from pathlib import Path

from click.testing import CliRunner

from holdfast.cli import main


def test_made_up_lines_can_be_replayed(tmp_path: Path) -> None:
    lines, truth = tmp_path / "lines.jsonl", tmp_path / "truth.jsonl"
    made = CliRunner().invoke(
        main,
        ["radar", "simulate", "--years", "0.01", "--shop", "small", "-o", str(lines), "--labels", str(truth)],
    )
    assert made.exit_code == 0, made.output
    assert json.loads(truth.read_text().splitlines()[0])["channel"] == "instagram:shop"
    done = CliRunner().invoke(main, ["radar", "replay", str(lines)])
    assert done.exit_code == 0
    assert json.loads(done.stdout.splitlines()[0])["state"] == "up"


def test_lines_may_come_from_standard_input_and_bad_ones_are_told() -> None:
    done = CliRunner().invoke(
        main, ["radar", "replay", "-"], input='{"time":1,"channel":"sms:shop","kind":"send"}\nno\n'
    )
    assert done.exit_code == 0
    assert "line 2" in done.stderr


def test_a_series_of_counts_tells_its_anomalies(tmp_path: Path) -> None:
    path = tmp_path / "series.csv"
    values = [100 + n % 7 for n in range(400)] + [900] + [100 + n % 7 for n in range(50)]
    path.write_text(
        "timestamp,value\n" + "\n".join(f"{1_790_000_000 + n * 300},{v}" for n, v in enumerate(values))
    )
    done = CliRunner().invoke(main, ["radar", "replay", "--counts", str(path)])
    assert done.exit_code == 0, done.output
    first = json.loads(done.stdout.splitlines()[0])
    assert (first["anomaly"], first["value"], first["direction"]) == ("start", 900.0, "up")
    everything = CliRunner().invoke(main, ["radar", "replay", "--counts", str(path), "--all"])
    assert len(everything.stdout.splitlines()) == len(values)


def test_what_to_replay_has_to_be_said() -> None:
    done = CliRunner().invoke(main, ["radar", "replay"])
    assert done.exit_code == 2
    assert "either a FILE" in done.output
