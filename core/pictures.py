"""What kind of picture a file is and how large, read from its head alone: nothing is ever unfolded."""

from pathlib import Path

from PIL import Image

KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
_MOST_PIXELS = 60_000_000
"""Larger pictures are kept as plain bytes: a browser that showed one might unfold gigabytes."""
Image.MAX_IMAGE_PIXELS = None  # Pillow's own bound is a warning for the whole process; ours is above


def measured(path: Path) -> tuple[str, tuple[int, int]] | None:
    """A picture's type, width and height in pixels; None when it is none that may be shown."""
    try:
        with Image.open(path, formats=list(KINDS)) as image:
            if image.width * image.height <= _MOST_PIXELS:
                return KINDS[image.format or ""], (image.width, image.height)
    except (OSError, SyntaxError, ValueError, KeyError):
        pass
    return None
