"""What can go wrong while listening."""

from __future__ import annotations

from desktop.errors import EnvironmentFault


class NoSpeaker(EnvironmentFault):
    """No sound can be played on this computer."""

    code = "CW-D201"
    sentence = "No loudspeaker or headphones were found; the words are followed without sound."
    next_step = "Plug some in and play again."
