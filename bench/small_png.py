"""A picture of a page as a small PNG: 64 colours, which is enough for text on a few plain ones."""

import base64
import struct
import zlib

import numpy as np

from tests.servers.browser import Browser

COLOURS = 64
PIXELS = """(async () => {
    const picture = new Image()
    picture.src = 'data:image/png;base64,%s'
    await picture.decode()
    const canvas = new OffscreenCanvas(picture.width, picture.height), drawing = canvas.getContext('2d')
    drawing.drawImage(picture, 0, 0)
    const bytes = drawing.getImageData(0, 0, picture.width, picture.height).data
    const parts = []
    for (let at = 0; at < bytes.length; at += 30000) {
        parts.push(String.fromCharCode(...bytes.subarray(at, at + 30000)))
    }
    return [picture.width, picture.height, btoa(parts.join(''))]
})()"""
"""Reads the pixels of a PNG: width, height, and four bytes a pixel."""


def small(browser: Browser, png: bytes) -> bytes:
    """`png` with its most frequent colours alone; every other pixel gets the nearest of them."""
    found = browser.evaluate(PIXELS % base64.b64encode(png).decode())
    assert isinstance(found, list)  # noqa: S101 - that is what the script returns
    width, height, pixels = found
    colours = np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)
    known, places, counts = np.unique(colours, axis=0, return_inverse=True, return_counts=True)
    palette = known[np.argsort(-counts)[:COLOURS]]
    nearest = ((known[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    rows = nearest[places.reshape(-1)].reshape(height, width)
    unfiltered = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", palette.astype(np.uint8).tobytes()), (b"IDAT", zlib.compress(unfiltered, 9)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in (*parts, (b"IEND", b"")))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
