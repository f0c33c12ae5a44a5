"""Draw the README's picture: the first scene of the demonstration, as it looks in a terminal.

python docs/picture.py        writes docs/demo.svg
"""

import asyncio
import io
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from avec_proxy.demo.play import Door, play
from avec_proxy.demo.scenes import LETTER
from avec_proxy.demo.screen import show
from avec_proxy.demo.standin import StandIn
from avec_proxy.proxy.master import Gateway
from avec_proxy.settings import Settings

# rich's own frame fetches web fonts; this one uses what the reader has
_FRAME = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" xml:space="preserve">
<style>.{unique_id}-matrix {{font-family: monospace; font-size: {char_height}px; line-height: {line_height}px; white-space: pre;}}
{styles}</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>{lines}</defs>
<rect width="100%" height="100%" rx="8" fill="#1c1c22"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g></g></svg>"""
_THEME = TerminalTheme(
    (28, 28, 34), (226, 226, 230),
    [(28, 28, 34), (220, 90, 90), (120, 200, 130), (230, 190, 90), (110, 150, 230), (190, 130, 210), (100, 195, 205), (226, 226, 230)],
)  # fmt: skip


async def main() -> None:
    """Play the scene through a real gateway and save what it shows."""
    out = Console(
        record=True, width=96, file=io.StringIO(), force_terminal=True, highlight=False, emoji=False, markup=False
    )
    standin = StandIn()
    await standin.start()
    async with Gateway(Settings(listen="127.0.0.1:0", upstream=standin.url, usage="off")) as gateway:
        host, port = gateway.addresses[0][:2]
        show(out, await play(LETTER, Door(f"http://{host}:{port}"), standin))
    await standin.stop()
    svg = out.export_svg(title="avec-proxy demo", theme=_THEME, code_format=_FRAME, unique_id="avec")
    (Path(__file__).parent / "demo.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
