# SPDX-License-Identifier: GPL-3.0-or-later
"""A film of a take in Blender's workbench, with the song's sound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

from eightcount.motion.errors import EightcountError

from . import stage
from .sound import strips_of

#: the sky, linear: a shade lighter than the floor at the horizon.
SKY = (0.40, 0.43, 0.48)


def render_preview(
    scene: bpy.types.Scene,
    path: Path | str,
    frame_range: tuple[int, int] | None = None,
    resolution: tuple[int, int] = (640, 360),
    dancer: bpy.types.Object | None = None,
) -> Path:
    """Render an MP4 (H.264, AAC) with the scene's sound strips.

    A scene without a camera gets a stage that stays there; render settings are put back.

    Args:
        scene: must be the active one of Blender's window, if there is one.
        path: file to write, with its ending.
        frame_range: first and last scene frame; the scene's own where None.
        resolution: width and height, even numbers.
        dancer: whom the camera follows; the first dancer of the scene where None.

    Raises EightcountError "no-dancer" and "render" (what Blender said).
    """
    first, last = frame_range or (scene.frame_start, scene.frame_end)
    dancer = dancer or _dancer(scene)
    stage.set_stage(scene, dancer, range(first, last + 1))
    path = Path(path).resolve()
    with _settings_kept(scene):
        _film(scene, path, first, last, resolution)
        _look(scene)
        try:
            bpy.ops.render.render(animation=True, scene=scene.name)
        except RuntimeError as error:
            raise EightcountError(
                "render", f"The preview could not be rendered: {error}."
            ) from error
    return path


def render_still(
    scene: bpy.types.Scene, path: Path | str, frame: int, resolution: tuple[int, int] = (640, 360)
) -> Path:
    """Render one frame of the preview as a PNG."""
    stage.set_stage(scene, _dancer(scene), range(scene.frame_start, scene.frame_end + 1))
    with _settings_kept(scene):
        _film(scene, Path(path), frame, frame, resolution)
        images = scene.render.image_settings
        if hasattr(images, "media_type"):
            images.media_type = "IMAGE"
        images.file_format = "PNG"
        _look(scene)
        scene.frame_set(frame)
        bpy.ops.render.render(write_still=True, scene=scene.name)
    return Path(path)


def _dancer(scene: bpy.types.Scene) -> bpy.types.Object:
    from .armature import MARK

    for thing in scene.objects:
        if thing.type == "ARMATURE" and thing.get(MARK):
            return thing
    raise EightcountError("no-dancer", "The scene has no dancer.", "Generate a take first.")


def _film(
    scene: bpy.types.Scene, path: Path, first: int, last: int, resolution: tuple[int, int]
) -> None:
    render = scene.render
    render.engine = "BLENDER_WORKBENCH"
    render.resolution_x, render.resolution_y = resolution
    render.resolution_percentage = 100
    render.filepath = str(path)
    render.use_file_extension = False
    # the sound strips are mixed in only while the sequencer takes part; with no picture strip it
    # must not replace the camera's picture
    render.use_sequencer = bool(strips_of(scene))
    scene.frame_start, scene.frame_end = first, last
    images = render.image_settings
    if hasattr(images, "media_type"):  # Blender 5.0
        images.media_type = "VIDEO"
    images.file_format = "FFMPEG"
    images.color_mode = "RGB"
    film = render.ffmpeg
    film.format, film.codec = "MPEG4", "H264"
    film.constant_rate_factor, film.ffmpeg_preset = "HIGH", "GOOD"
    film.gopsize = 15
    film.audio_codec, film.audio_bitrate, film.audio_channels = "AAC", 192, "STEREO"


def _look(scene: bpy.types.Scene) -> None:
    """Studio light, soft edges in the folds, a shadow on the floor."""
    display = scene.display
    display.render_aa = "5"
    # y is up here: the light comes from above, the front and the right of the picture's left
    display.light_direction = (0.35, 0.82, 0.45)
    display.shadow_shift, display.shadow_focus = 0.1, 0.6
    shading = display.shading
    shading.light = "STUDIO"
    shading.color_type = "MATERIAL"
    shading.show_shadows = True
    shading.shadow_intensity = 0.38
    shading.show_cavity = True
    shading.cavity_type = "WORLD"
    shading.cavity_ridge_factor, shading.cavity_valley_factor = 0.4, 1.0
    shading.show_object_outline = False
    shading.show_specular_highlight = True
    scene.view_settings.view_transform = "Standard"


_RENDER = (
    "engine",
    "resolution_x",
    "resolution_y",
    "resolution_percentage",
    "filepath",
    "use_file_extension",
    "use_sequencer",
)


@contextmanager
def _settings_kept(scene: bpy.types.Scene) -> Iterator[None]:
    """The user's render settings, frame range and current frame come back afterwards."""
    render = scene.render
    kept = {name: getattr(render, name) for name in _RENDER}
    images = render.image_settings
    media, kind = getattr(images, "media_type", None), images.file_format
    mode, view = images.color_mode, scene.view_settings.view_transform
    span = scene.frame_start, scene.frame_end, scene.frame_current
    world, sky = scene.world, bpy.data.worlds.new("Eightcount Sky")
    sky.color = SKY
    scene.world = sky
    try:
        yield
    finally:
        scene.world = world
        bpy.data.worlds.remove(sky)
        for name, value in kept.items():
            setattr(render, name, value)
        if media is not None:
            images.media_type = media
        images.file_format, images.color_mode = kind, mode
        scene.view_settings.view_transform = view
        scene.frame_start, scene.frame_end = span[:2]
        scene.frame_set(span[2])
