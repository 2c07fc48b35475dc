"""Composes Binance's daily files of 13 and 14 January 2026 from the candles in binance/, in the documented shape.

Not recorded. They hold the minutes of the replayed day only. Same bytes on every run; run after exchanges.py:
python sources/replay/2026-01-14/compose/daily_files.py
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent
HOME = FOLDER / "binance_daily"
BASE = "https://data.binance.vision/data/spot/daily/klines"
DAYS = ("2026-01-13", "2026-01-14")
STANDS_FOR = "2026-01-16T05:00:00Z"  # a day and more after the last of them ended
REMARK = "Composed in the documented format from the day's composed candles, not recorded live."


def compose(coin: str, day: str) -> None:
    symbol, name = f"{coin}USDT", f"{coin}USDT-1m-{day}"
    raw = json.loads((FOLDER / "binance" / f"{coin.lower()}-1m.json").read_text(encoding="utf-8"))
    rows = [row for row in raw["body"] if _day_of(row) == day]
    packed = _packed(f"{name}.csv", "".join(f"{_line(row)}\n" for row in rows))
    (HOME / f"{name}.zip").write_bytes(packed)
    url = f"{BASE}/{symbol}/1m/{name}.zip"
    _write(f"{name}.json", url, {"headers": {"content-type": "application/zip"}, "file": f"{name}.zip"})
    checksum = f"{hashlib.sha256(packed).hexdigest()}  {name}.zip\n"
    _write(f"{name}-checksum.json", f"{url}.CHECKSUM", {"headers": {"content-type": "text/plain"}, "text": checksum})


def _day_of(row: list[Any]) -> str:
    return datetime.fromtimestamp(row[0] // 1000, UTC).date().isoformat()


def _line(row: list[Any]) -> str:
    """Times in microseconds, as the files have them since 2025."""
    cells = [str(row[0] * 1000), *row[1:6], str(row[6] * 1000 + 999), *map(str, row[7:])]
    return ",".join(cells)


def _packed(name: str, text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 1, 15, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _write(name: str, url: str, answer: dict[str, Any]) -> None:
    recording = {"remark": REMARK, "request": {"method": "GET", "url": url}, "stands_for": STANDS_FOR, "status": 200}
    (HOME / name).write_text(json.dumps({**recording, **answer}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    HOME.mkdir(exist_ok=True)
    for coin in ("BTC", "ETH"):
        for day in DAYS:
            compose(coin, day)
