"""What can go wrong between sound and words.

    TranscriberError
    ├── EnvironmentFault   the machine's fault: a file, a device, a model, the disk
    │   ├── AudioFault         AudioUnreadable · AudioEmpty · AudioFormatUnsupported
    │   ├── NoSpeech           AudioSilent · NothingUnderstood
    │   ├── LanguageUnknown
    │   ├── DiskFull · JournalUnreadable
    │   ├── ModelFault         ModelUnknown · ModelInvalid · ModelDamaged · ModelDownloadFailed
    │   ├── DeviceFault        DeviceFailed (the processor that decodes) · NoMicrophone · MicrophoneFailed
    │   └── EngineDied
    ├── Cancelled          the user's own wish
    └── ProgramFault       ours: JournalSealed · MessageInvalid

Every error has a stable code that can be read over the phone, one sentence and a next step; none holds patient text.
"""

from __future__ import annotations


class TranscriberError(Exception):
    """Root of the transcriber's errors.

    `code` is stable for ever, `sentence` says what happened, `next_step` what the user can do.
    """

    code = "CW-T000"
    sentence = "The sound could not be turned into words."
    next_step = "Try again; if it happens again, run `chartwright doctor`."

    def __init__(self, sentence: str | None = None, next_step: str | None = None) -> None:
        self.sentence = sentence or self.sentence
        self.next_step = next_step or self.next_step
        super().__init__(f"{self.sentence} {self.next_step} ({self.code})")


class EnvironmentFault(TranscriberError):
    """The machine's fault, which the user or an administrator can mend."""


class ProgramFault(TranscriberError):
    """Our fault; worth a report."""


class Cancelled(TranscriberError):
    """The user stopped the work."""

    code = "CW-T001"
    sentence = "The work was stopped."
    next_step = "Start it again when you like; the recording is untouched."


class AudioFault(EnvironmentFault):
    """Something about an audio file."""


class AudioUnreadable(AudioFault):
    """The file is missing, or no decoder recognizes it."""

    code = "CW-T101"
    sentence = "This file is not audio, or it is damaged beyond reading."
    next_step = "Choose a recording (wav, flac, ogg, mp3, m4a, webm …), or export it again from where it came."


class AudioEmpty(AudioFault):
    """The file holds no sound at all."""

    code = "CW-T102"
    sentence = "This file holds no sound."
    next_step = "Check that the recording was saved before it was copied, then choose it again."


class AudioFormatUnsupported(AudioFault):
    """The format needs a decoder that is not installed."""

    code = "CW-T103"
    sentence = "This audio format needs a decoder that is not installed."
    next_step = (
        "Install ffmpeg (for example `apt install ffmpeg` or `brew install ffmpeg`), or convert the file to wav."
    )


class NoSpeech(EnvironmentFault):
    """There is sound, but nobody speaks."""

    code = "CW-T111"
    sentence = "No speech was found in this recording."
    next_step = "Listen to it; if somebody speaks, record again closer to the microphone."


class AudioSilent(NoSpeech):
    """Every sample is (nearly) zero."""

    code = "CW-T112"
    sentence = "This recording is silent."
    next_step = "Check that the right microphone is chosen and not muted, then record again."


class NothingUnderstood(NoSpeech):
    """Something sounds like speech, but the model wrote no word of it: music, babble, a voice too far away."""

    code = "CW-T114"
    sentence = "No words could be made out in this recording."
    next_step = "Listen to it; if somebody speaks, name the language, or record again closer to the microphone."


class LanguageUnknown(EnvironmentFault):
    """The model does not know the language that was asked for."""

    code = "CW-T113"
    sentence = "The speech model does not know this language."
    next_step = "Give an ISO 639-1 code such as en, de or fr that the model knows, or leave it out to have it detected."


class DiskFull(EnvironmentFault):
    """The disk took no more; everything that fitted is kept."""

    code = "CW-T121"
    sentence = "The disk is full. Everything recorded up to now is kept."
    next_step = "Free some space, then go on."


class JournalUnreadable(EnvironmentFault):
    """The recording's file is missing, damaged, or locked with another key."""

    code = "CW-T122"
    sentence = "The recording cannot be opened: its file is missing, damaged, or belongs to another chart."
    next_step = "Restore the recordings folder from a backup, or transcribe the original file again."


class ModelFault(EnvironmentFault):
    """Something about a speech model."""


class ModelUnknown(ModelFault):
    """No model of that name is installed."""

    code = "CW-T131"
    sentence = "There is no installed speech model of that name."
    next_step = "Install it first, name a model folder, or leave the choice out to use the embedded model."


class ModelInvalid(ModelFault):
    """A folder that is not a Whisper model in CTranslate2 format."""

    code = "CW-T132"
    sentence = "This folder is not a speech model."
    next_step = "Name a folder that holds model.bin, config.json, tokenizer.json and a vocabulary (CTranslate2 format)."


class ModelDamaged(ModelFault):
    """The model's files are not what they should be."""

    code = "CW-T133"
    sentence = "The speech model is damaged."
    next_step = "Install it again."


class ModelDownloadFailed(ModelFault):
    """The installation that the user asked for did not finish."""

    code = "CW-T134"
    sentence = "The speech model could not be downloaded."
    next_step = "Check the network connection and try again; what has arrived is kept."


class DeviceFault(EnvironmentFault):
    """Something about a processor or a microphone."""


class DeviceFailed(DeviceFault):
    """The processor could not decode the known clip."""

    code = "CW-T141"
    sentence = "The chosen processor could not run the speech model."
    next_step = "Use the CPU, or update the graphics driver; `chartwright doctor` shows what works here."


class NoMicrophone(DeviceFault):
    """No input device, or not the one asked for."""

    code = "CW-T151"
    sentence = "No microphone was found."
    next_step = "Plug one in, allow access to it in the system settings, then try again."


class MicrophoneFailed(DeviceFault):
    """The microphone went away or refuses to start."""

    code = "CW-T152"
    sentence = "The microphone stopped working. Everything recorded up to now is kept."
    next_step = "Plug it in again, or choose another one, then go on."


class EngineDied(EnvironmentFault):
    """The engine's process ended without an answer."""

    code = "CW-T161"
    sentence = "The speech engine stopped unexpectedly. The recording is untouched."
    next_step = "Transcribe again; if it happens again, choose a smaller model."


class JournalSealed(ProgramFault):
    """Something tried to add sound to a finished recording."""

    code = "CW-T901"
    sentence = "This recording is finished and takes no more sound."
    next_step = "Start a new recording, and please report this."


class MessageInvalid(ProgramFault):
    """A child process and its parent do not understand each other."""

    code = "CW-T902"
    sentence = "Two parts of the program do not understand each other."
    next_step = "Restart the program; if it happens again, install it again."
