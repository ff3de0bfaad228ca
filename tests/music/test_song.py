from __future__ import annotations

import hashlib
import io
import tempfile
from pathlib import Path

import av
import numpy as np
import pytest

from eightcount.motion.errors import EightcountError
from eightcount.music.song import SAMPLE_RATE, decode_song


def tone(seconds: float, rate: int, pitch: float = 440.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * pitch * np.arange(int(seconds * rate)) / rate)


def pitch_of(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * SAMPLE_RATE / len(samples)


def encode(samples: np.ndarray, rate: int, codec: str, container: str, **options: str) -> bytes:
    """Mono samples through one of FFmpeg's encoders; skips the test where it is not built in."""
    try:
        av.codec.Codec(codec, "w")
    except av.codec.codec.UnknownCodecError:
        pytest.skip(f"this build of PyAV has no {codec} encoder")
    with tempfile.TemporaryDirectory() as folder:  # "faststart" rewrites the file: no BytesIO
        path = Path(folder) / "song"
        with av.open(str(path), "w", format=container, options=options) as output:
            stream = output.add_stream(codec, rate=rate)
            stream.layout = "mono"
            frame = av.AudioFrame.from_ndarray(
                samples.astype(np.float32)[None, :], format="fltp", layout="mono"
            )
            frame.sample_rate = rate
            resampler = av.AudioResampler(
                stream.format, layout="mono", rate=rate, frame_size=stream.frame_size or 1024
            )
            for part in [*resampler.resample(frame), *resampler.resample(None)]:
                output.mux(stream.encode(part))
            output.mux(stream.encode(None))
        return path.read_bytes()


def code_of(data: bytes | Path, **options) -> str:
    with pytest.raises(EightcountError) as caught:
        decode_song(data, **options)
    error = caught.value
    assert error.sentence.endswith(".") and error.hint.endswith(".")
    return error.code


@pytest.mark.parametrize("rate", [8000, 15360, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_rate_and_channel_count_becomes_mono_15360(wav, rate, channels):
    samples = np.repeat(tone(2.0, rate)[:, None], channels, axis=1)
    song = decode_song(wav(samples, rate))
    assert song.sample_rate == SAMPLE_RATE
    assert song.samples.shape == (2 * SAMPLE_RATE,) and song.samples.dtype == np.float32
    assert song.frames == 60 and song.seconds == pytest.approx(2.0)
    assert pitch_of(song.samples) == pytest.approx(440.0, abs=1.0)
    assert np.abs(song.samples[2000:-2000]).max() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
def test_any_sample_width(wav, subtype):
    song = decode_song(wav(tone(1.5, 44100), 44100, subtype))
    assert pitch_of(song.samples) == pytest.approx(440.0, abs=1.0)
    assert np.abs(song.samples).max() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    "kind, subtype", [("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("AIFF", "PCM_16")]
)
def test_formats_of_libsndfile(wav, kind, subtype):
    song = decode_song(wav(tone(2.0, 44100), 44100, subtype, kind))
    assert song.frames == 60
    assert pitch_of(song.samples) == pytest.approx(440.0, abs=1.0)


@pytest.mark.parametrize(
    "codec, container",
    [("aac", "mp4"), ("aac", "adts"), ("libmp3lame", "mp3"), ("alac", "ipod"), ("ac3", "matroska")],
)
def test_formats_of_ffmpeg(codec, container):
    song = decode_song(encode(tone(3.0, 44100), 44100, codec, container))
    assert song.seconds == pytest.approx(3.0, abs=0.15)
    assert pitch_of(song.samples[2000:-2000]) == pytest.approx(440.0, abs=1.0)
    assert not any("breaks off" in warning for warning in song.warnings)


def test_channels_are_averaged(wav):
    left, right = tone(1.5, 44100, 300.0), tone(1.5, 44100, 900.0)
    song = decode_song(wav(np.stack([left, right], axis=1), 44100, "FLOAT"))
    alone = decode_song(wav(0.5 * (left + right), 44100, "FLOAT"))
    np.testing.assert_allclose(song.samples, alone.samples, atol=1e-6)


def test_samples_that_are_no_numbers_become_silence(wav):
    samples = tone(2.0, 44100)
    samples[1000:1010] = np.nan
    samples[5000] = np.inf
    assert np.isfinite(decode_song(wav(samples, 44100, "FLOAT")).samples).all()


def test_path_and_bytes_give_the_same_song(wav, tmp_path):
    data = wav(tone(1.5, 22050), 22050)
    path = tmp_path / "夏の日の歌 ダンス.wav"
    path.write_bytes(data)
    by_path, by_bytes = decode_song(path), decode_song(data, name="x")
    np.testing.assert_array_equal(by_path.samples, by_bytes.samples)
    assert by_path.digest == by_bytes.digest == hashlib.sha256(data).hexdigest()
    assert by_path.name == "夏の日の歌 ダンス" and by_bytes.name == "x"


@pytest.mark.parametrize("codec", ["wav", "mp3"])
def test_start_and_seconds_cut_the_song(wav, codec):
    rate = 44100
    sweep = 0.5 * np.sin(2 * np.pi * np.cumsum(np.linspace(200, 2000, 6 * rate)) / rate)
    data = wav(sweep, rate) if codec == "wav" else encode(sweep, rate, "libmp3lame", "mp3")
    whole, part = decode_song(data), decode_song(data, start=2.0, seconds=2.5)
    assert part.frames == 75
    same = whole.samples[2 * SAMPLE_RATE :][: len(part.samples)]
    np.testing.assert_allclose(part.samples[500:-500], same[500:-500], atol=0.02)


def test_start_cuts_what_ffmpeg_decodes(wav):
    rate = 44100
    sweep = 0.5 * np.sin(2 * np.pi * np.cumsum(np.linspace(200, 2000, 6 * rate)) / rate)
    data = encode(sweep, rate, "aac", "mp4")
    whole, part = decode_song(data), decode_song(data, start=2.0, seconds=2.5)
    same = whole.samples[2 * SAMPLE_RATE :][: len(part.samples)]
    np.testing.assert_allclose(part.samples[500:-500], same[500:-500], atol=0.02)


def test_asking_for_more_than_there_is_gives_the_rest_without_complaint(wav):
    song = decode_song(wav(tone(3.0, 22050), 22050), start=1.0, seconds=60.0)
    assert song.frames == 60
    assert not any("breaks off" in warning for warning in song.warnings)


def test_truncated_mp3_gives_what_decodes_and_a_warning(clicks, tmp_path):
    samples, _ = clicks(120, 10.0, rate=44100)
    data = encode(samples, 44100, "libmp3lame", "mp3")
    path = tmp_path / "cut.mp3"
    path.write_bytes(data[: len(data) // 2])
    song = decode_song(path)
    assert song.seconds == pytest.approx(5.0, abs=0.5)
    assert any("breaks off" in warning for warning in song.warnings)


@pytest.mark.parametrize("codec, container", [("aac", "adts"), ("aac", "mp4")])
def test_truncated_aac_gives_what_decodes(clicks, codec, container):
    samples, _ = clicks(120, 10.0, rate=44100)
    data = encode(samples, 44100, codec, container, movflags="faststart")
    song = decode_song(data[: int(len(data) * 0.6)])
    assert 4.0 < song.seconds < 8.0
    if container == "mp4":  # its index tells how long it was
        assert any("breaks off" in warning for warning in song.warnings)


def test_m4a_cut_off_before_its_index_is_refused(clicks):
    samples, _ = clicks(120, 10.0, rate=44100)
    data = encode(samples, 44100, "aac", "mp4")
    assert code_of(data[: len(data) // 2]) == "song-not-audio"


def test_clear_music_has_no_warning(wav, clicks):
    samples, _ = clicks(110, 8.0)
    assert decode_song(wav(samples, SAMPLE_RATE)).warnings == ()


def test_silence_is_a_song_with_a_warning(wav):
    song = decode_song(wav(np.zeros(3 * 44100), 44100))
    assert song.frames == 90
    assert len(song.warnings) == 1 and "silent" in song.warnings[0]


def syllables(seconds: float, seed: int) -> np.ndarray:
    """Speech-like sound: voiced bursts of uneven length and pitch with pauses between."""
    rng = np.random.default_rng(seed)
    samples = np.zeros(int(seconds * SAMPLE_RATE))
    place = 0.2
    while place < seconds - 1:
        for _ in range(rng.integers(4, 14)):
            length = float(np.exp(rng.normal(np.log(0.19), 0.35)))
            time = np.arange(int(length * SAMPLE_RATE)) / SAMPLE_RATE
            first = int(place * SAMPLE_RATE)
            burst = np.sign(np.sin(2 * np.pi * rng.uniform(90, 140) * time)) * np.hanning(len(time))
            burst = burst[: max(0, len(samples) - first)]
            samples[first : first + len(burst)] += rng.uniform(0.1, 0.3) * burst
            place += length
        place += rng.uniform(0.2, 0.9)
    return samples


@pytest.mark.parametrize("kind", ["noise", "speech", "tone"])
def test_sound_without_a_beat_is_a_song_with_a_warning(wav, kind):
    samples = {
        "noise": 0.1 * np.random.default_rng(1).standard_normal(15 * SAMPLE_RATE),
        "speech": syllables(15.0, seed=2),
        "tone": tone(15.0, SAMPLE_RATE),
    }[kind]
    song = decode_song(wav(samples, SAMPLE_RATE), name="that")
    assert len(song.warnings) == 1
    assert "No steady beat" in song.warnings[0] and "'that'" in song.warnings[0]


def test_missing_file(tmp_path):
    assert code_of(tmp_path / "nothing.mp3") == "song-missing"


def test_folder(tmp_path):
    assert code_of(tmp_path) == "song-unreadable"


def test_empty_file(tmp_path):
    path = tmp_path / "empty.wav"
    path.write_bytes(b"")
    assert code_of(path) == "song-empty"
    assert code_of(b"") == "song-empty"


@pytest.mark.parametrize(
    "data",
    [
        b"This is a shopping list: eggs, flour, dancing shoes.\n" * 50,
        np.random.default_rng(0).bytes(100_000),
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"\x89PNG\r\n\x1a\n" + bytes(1000),
        b"ID3\x03\x00\x00\x00\x00\x00\x00",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nother.mp3\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile other.mp3\n",
    ],
    ids=["text", "random", "half-header", "picture", "bare-tag", "playlist", "concat"],
)
def test_files_that_are_no_audio(data, tmp_path):
    for ending in ("mp3", "wav", "raw"):
        path = tmp_path / f"song.{ending}"
        path.write_bytes(data)
        assert code_of(path) == "song-not-audio"


def test_video_without_sound():
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        stream = output.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        for _ in range(10):
            picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    assert code_of(file.getvalue()) == "song-no-sound"


@pytest.mark.parametrize("seconds", [0.0, 0.2, 0.9])
def test_too_short(wav, seconds):
    assert code_of(wav(tone(seconds, 44100), 44100)) == "song-too-short"


def test_start_after_the_end_is_too_short(wav):
    data = wav(tone(3.0, 22050), 22050)
    for start in (2.5, 3.0, 100.0):
        assert code_of(data, start=start) == "song-too-short"


def test_start_after_the_end_of_an_m4a_is_too_short():
    data = encode(tone(3.0, 44100), 44100, "aac", "mp4")
    assert code_of(data, start=100.0) == "song-too-short"


@pytest.mark.parametrize(
    "start, seconds", [(-1.0, None), (0.0, 0.0), (0.0, -3.0), (float("nan"), None)]
)
def test_ranges_without_sense(wav, start, seconds):
    data = wav(tone(2.0, 22050), 22050)
    assert code_of(data, start=start, seconds=seconds) == "song-bad-range"


def test_too_long_unless_a_part_is_asked_for(wav):
    data = wav(np.zeros(int(31 * 60 * 4000), dtype=np.float32), 4000, "PCM_U8")
    assert code_of(data) == "song-too-long"
    assert decode_song(data, start=60.0, seconds=2.0).frames == 60


def test_too_long_is_found_where_the_file_does_not_say(wav, monkeypatch):
    monkeypatch.setattr("eightcount.music.song.MAX_SECONDS", 4.0)
    data = encode(tone(8.0, 44100), 44100, "aac", "adts")
    assert code_of(data) == "song-too-long"
    assert decode_song(data, seconds=2.0).frames == 60
