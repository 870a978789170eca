"""Fonts for names in any script: what DejaVu lacks, Chinese above all, comes from the system."""

from pathlib import Path
from typing import Final

from matplotlib import font_manager

BASE: Final = "DejaVu Sans"
"""Comes with matplotlib."""

# What Linux, Windows and macOS bring for Chinese, Japanese and Korean.
FALLBACKS: Final = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Yu Gothic",
    "Malgun Gothic",
    "Arial Unicode MS",
)


def font_families() -> list[str]:
    """Return the fonts to look for a sign in, the usual one first; all of them are installed."""
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return [BASE, *(family for family in FALLBACKS if family in installed)]


def font_file_for(text: str) -> Path:
    """Return the first font that has most of the signs of ``text``."""
    signs = {ord(sign) for sign in text if sign.isprintable()}

    def lacking(path: Path) -> int:
        font = font_manager.get_font(path)
        return sum(not font.get_char_index(sign) for sign in signs)

    return min((Path(font_manager.findfont(family)) for family in font_families()), key=lacking)
