"""A model that answers after 20 ms, over HTTP on loopback, and counts; it prints its port and serves for good.

``/ask/QUESTION`` is answered; with ``?refuse`` only every second time, 429 before; with ``?hang`` never. ``/counts``
tells how often each question was asked, and how often answered.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter

SECONDS = 0.02
_asked: Counter[str] = Counter()
_answered: Counter[str] = Counter()


async def main() -> None:
    """Serve."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection."""
    try:
        while line := await reader.readline():
            while (await reader.readline()).strip():
                pass
            status, text = await _answer(line.decode().split()[1])
            headers = f"content-length: {len(text)}\r\nretry-after: 0\r\n"
            writer.write(f"HTTP/1.1 {status} -\r\n{headers}\r\n{text}".encode())
            await writer.drain()
    except ConnectionError:
        pass  # whoever asked is gone
    finally:
        writer.close()


async def _answer(path: str) -> tuple[int, str]:
    if path == "/counts":
        return 200, json.dumps({"asked": _asked, "answered": _answered})
    question, _, how = path.removeprefix("/ask/").partition("?")
    _asked[question] += 1
    if how == "hang":
        await asyncio.Event().wait()
    if how == "refuse" and _asked[question] % 2:
        return 429, ""
    await asyncio.sleep(SECONDS)
    _answered[question] += 1
    return 200, question.upper()


if __name__ == "__main__":
    asyncio.run(main())
