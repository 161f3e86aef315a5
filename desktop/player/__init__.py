"""Hearing the recording: the clock, the sound, the waveform and the bar at the bottom."""
