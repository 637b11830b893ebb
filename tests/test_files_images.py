"""Images come out of files with all their bits, and what cannot be compared is told in one sentence."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from arraylosses._files import Address, FileFault, read_image

Image = pytest.importorskip("PIL.Image")
png = pytest.importorskip("png")
tifffile = pytest.importorskip("tifffile")

RNG = np.random.default_rng(0)
DEEP = RNG.integers(0, 65536, (5, 7, 3)).astype(np.uint16)
FLAT = RNG.integers(0, 256, (5, 7, 3)).astype(np.uint8)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(name: str, **how: Any) -> Any:
    return read_image(Address(Path(name)), **how)


def told(name: str, **how: Any) -> str:
    """The sentence about a file."""
    with pytest.raises(FileFault) as found:
        read(name, **how)
    return str(found.value)


def deep_png(name: str, pixels: Any, **how: Any) -> None:
    """A PNG of 16 bits: Pillow writes none in colour."""
    height, width = pixels.shape[:2]
    with open(name, "wb") as file:
        writer = png.Writer(width, height, bitdepth=16, **how)
        writer.write(file, pixels.reshape(height, -1).tolist())


def planes(pixels: Any) -> Any:
    return np.moveaxis(pixels, -1, 0)


# ---- what is kept


def test_png_of_16_bits_in_colour_keeps_them(here: Path) -> None:
    deep_png("a.png", DEEP, greyscale=False)
    found = read("a.png")
    assert np.array_equal(found.pixels, planes(DEEP))
    assert (found.pixels.dtype, found.white, found.depth) == (np.uint16, 65535.0, "16 bits")
    assert np.asarray(Image.open("a.png")).dtype == np.uint8  # the trap that is stepped around


def test_png_of_16_bits_in_grey(here: Path) -> None:
    deep_png("a.png", DEEP[..., 0], greyscale=True)
    assert np.array_equal(read("a.png").pixels, DEEP[None, ..., 0])


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif"])
def test_8_bits(here: Path, suffix: str) -> None:
    Image.fromarray(FLAT).save(f"a.{suffix}")
    found = read(f"a.{suffix}")
    assert np.array_equal(found.pixels, planes(FLAT))
    assert (found.white, found.depth, found.remarks) == (255.0, "8 bits", ())
    assert found.pixels.flags.writeable


def test_a_file_is_read_by_what_it_holds_not_by_its_name(here: Path) -> None:
    deep_png("deep.bmp", DEEP, greyscale=False)
    assert read("deep.bmp").depth == "16 bits"


def test_tiff_of_16_bits_and_of_floats(here: Path) -> None:
    tifffile.imwrite("deep.tif", DEEP, photometric="rgb")
    tifffile.imwrite("planes.tif", planes(DEEP), photometric="rgb", planarconfig="separate")
    tifffile.imwrite("float.tif", DEEP.astype(np.float32), photometric="rgb")
    assert np.array_equal(read("deep.tif").pixels, planes(DEEP))
    assert np.array_equal(read("planes.tif").pixels, planes(DEEP))
    found = read("float.tif")
    assert np.array_equal(found.pixels, planes(DEEP))
    assert (found.white, found.depth) == (None, "float32")


def test_tiff_of_8_bits_by_lzw(here: Path) -> None:
    """tifffile would need another package for it."""
    Image.fromarray(FLAT).save("a.tif", compression="tiff_lzw")
    assert np.array_equal(read("a.tif").pixels, planes(FLAT))


def test_black_and_white_is_0_and_255(here: Path) -> None:
    Image.fromarray(FLAT[..., 0] > 99).save("a.png")
    assert np.array_equal(read("a.png").pixels, 255 * (FLAT[None, ..., 0] > 99))


def test_a_palette_is_written_out(here: Path) -> None:
    image = Image.fromarray(FLAT).quantize(8)
    image.save("a.png")
    assert np.array_equal(read("a.png").pixels, planes(np.asarray(image.convert("RGB"))))


def test_exif_orientation_is_followed_and_told(here: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(FLAT).save("a.png", exif=exif)
    found = read("a.png")
    assert np.array_equal(found.pixels, planes(np.rot90(FLAT, -1)))
    assert found.remarks == ("turned upright by its EXIF orientation",)


def test_openexr(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exr = pytest.importorskip("OpenEXR")
    header = {"compression": exr.ZIP_COMPRESSION, "type": exr.scanlineimage}
    colours, depth = RNG.random((5, 7, 3)).astype(np.float16), RNG.random((5, 7)).astype(np.float32)
    for name, channels in {"a": {"RGB": colours}, "y": {"Y": depth}, "z": {"RGB": colours, "Z": depth}}.items():
        with exr.File(header, channels) as file:
            file.write(f"{name}.exr")
    found = read("a.exr")
    assert np.array_equal(found.pixels, planes(colours))
    assert (found.pixels.dtype, found.white) == (np.float32, None)
    assert read("y.exr").pixels.shape == (1, 5, 7)
    assert told("z.exr") == "`z.exr` must have the channels RGB, RGBA or Y, and no others; it has `RGB`, `Z`."
    (here / "cut.exr").write_bytes((here / "a.exr").read_bytes()[:400])
    assert told("cut.exr") == "`cut.exr` is cut off or damaged: none of its parts can be read."
    assert not capsys.readouterr().out
    (here / "bad.exr").write_text("no image")
    assert told("bad.exr").startswith("`bad.exr` is cut off, damaged or of another format: ")


# ---- alpha


def test_an_alpha_channel_is_refused_unless_it_is_said_what_becomes_of_it(here: Path) -> None:
    pixels = np.concatenate([FLAT, np.full((5, 7, 1), 51, np.uint8)], -1)
    Image.fromarray(pixels).save("a.png")
    assert told("a.png") == (
        "`a.png` has an alpha channel, and what is behind it is not said: give `--alpha white` or `black` to put it "
        "over a colour, `drop` to compare the colours alone, `keep` to compare it as a channel."
    )
    assert np.array_equal(read("a.png", alpha="keep").pixels, planes(pixels))
    dropped = read("a.png", alpha="drop")
    assert np.array_equal(dropped.pixels, planes(FLAT))
    assert dropped.remarks == ("alpha left out",)
    assert np.allclose(read("a.png", alpha="white").pixels, planes(FLAT * 0.2 + 255 * 0.8))
    over = read("a.png", alpha="black")
    assert np.allclose(over.pixels, planes(FLAT * 0.2))
    assert (over.white, over.depth, over.remarks) == (255.0, "8 bits", ("put over black",))


def test_an_opaque_alpha_channel_is_left_out_and_told(here: Path) -> None:
    Image.fromarray(np.concatenate([FLAT, np.full((5, 7, 1), 255, np.uint8)], -1)).save("a.png")
    found = read("a.png")
    assert np.array_equal(found.pixels, planes(FLAT))
    assert found.remarks == ("an opaque alpha channel left out",)


def test_alpha_of_deep_png_and_tiff(here: Path) -> None:
    cover = np.full((5, 7, 1), 65535 // 5, np.uint16)
    pixels = np.concatenate([DEEP, cover], -1)
    deep_png("a.png", pixels, greyscale=False, alpha=True)
    tifffile.imwrite("a.tif", pixels, photometric="rgb", extrasamples=["unassalpha"])
    tifffile.imwrite("multiplied.tif", pixels, photometric="rgb", extrasamples=["assocalpha"])
    for name in ("a.png", "a.tif"):
        assert "alpha channel" in told(name)
        assert np.allclose(read(name, alpha="black").pixels, planes(DEEP * 0.2))
    assert np.allclose(read("multiplied.tif", alpha="white").pixels, planes(DEEP + 65535 * 0.8))


def test_a_transparent_colour_is_an_alpha_channel(here: Path) -> None:
    Image.fromarray(FLAT).save("a.png", transparency=tuple(map(int, FLAT[0, 0])))
    assert "alpha channel" in told("a.png")


# ---- what is refused


def test_missing_truncated_and_of_another_format(here: Path) -> None:
    Image.fromarray(RNG.integers(0, 256, (64, 64, 3)).astype(np.uint8)).save("whole.png")
    Image.open("whole.png").save("whole.jpg")
    deep_png("deep.png", np.repeat(np.repeat(DEEP, 9, 0), 9, 1), greyscale=False)
    tifffile.imwrite("whole.tif", DEEP)
    for name in ("whole.png", "whole.jpg", "deep.png", "whole.tif"):
        data = (here / name).read_bytes()
        (here / f"cut_{name}").write_bytes(data[: len(data) * 2 // 3])
    assert told("none.png") == "`none.png` does not exist."
    assert told("cut_whole.png").startswith("`cut_whole.png` cannot be read: image file is truncated")
    assert told("cut_whole.jpg").startswith("`cut_whole.jpg` cannot be read: image file is truncated")
    assert told("cut_deep.png").startswith("`cut_deep.png` is cut off, damaged or of another format: ")
    assert told("cut_whole.tif").startswith("`cut_whole.tif` is cut off, damaged or of another format: ")
    (here / "text.png").write_text("not at all")
    (here / "empty.png").write_bytes(b"")
    (here / "text.exr").write_text("not at all")
    sentence = "`{}` is no image that is read (PNG, JPEG, TIFF, BMP, WebP or EXR), whatever its name says."
    assert told("text.png") == sentence.format("text.png")
    assert told("empty.png") == sentence.format("empty.png")


def test_a_printers_colours(here: Path) -> None:
    Image.fromarray(FLAT).convert("CMYK").save("a.jpg")
    assert told("a.jpg") == "`a.jpg` is CMYK, whose colours depend on a printer's profile: convert it to RGB."


def test_several_images_in_one_file(here: Path) -> None:
    sentence = "`{}` holds 3 images, and one is compared: save them one by one."
    tifffile.imwrite("deep.tif", np.stack([DEEP[..., 0]] * 3), photometric="minisblack")
    frames = [Image.fromarray(RNG.integers(0, 256, (5, 7, 3)).astype(np.uint8)) for _ in range(3)]
    frames[0].save("flat.tif", save_all=True, append_images=frames[1:])
    frames[0].save("moving.png", save_all=True, append_images=frames[1:])
    for name in ("deep.tif", "flat.tif", "moving.png"):
        assert told(name) == sentence.format(name)


def test_tiff_of_other_colours_and_codecs(here: Path) -> None:
    tifffile.imwrite("white.tif", DEEP[..., 0], photometric="miniswhite")
    assert told("white.tif") == (
        "`white.tif` has the colours MINISWHITE: convert it to grey from black to white, or to RGB."
    )
    tifffile.imwrite("turned.tif", DEEP, photometric="rgb", extratags=[(274, 3, 1, 6, True)])
    assert told("turned.tif") == "`turned.tif` has the orientation 6: save it upright."
    Image.fromarray(DEEP[..., 0]).save("lzw.tif", compression="tiff_lzw")
    try:
        import imagecodecs  # noqa: F401  # with it there is nothing to refuse
    except ModuleNotFoundError:
        assert told("lzw.tif") == (
            "`lzw.tif` is compressed by LZW, which tifffile reads with another package: "
            "`python -m pip install imagecodecs`."
        )


def test_nan_in_an_image(here: Path) -> None:
    pixels = DEEP.astype(np.float32)
    pixels[0, 0] = np.nan
    tifffile.imwrite("a.tif", pixels, photometric="rgb")
    assert told("a.tif") == "`a.tif` holds NaN: 3 of its 105 numbers."


def test_a_package_that_is_not_there(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        raise ModuleNotFoundError(name)

    Image.fromarray(FLAT).save("a.png")
    monkeypatch.setattr("arraylosses._files._fault.import_module", absent)
    with pytest.raises(ModuleNotFoundError) as found:
        read("a.png")
    assert str(found.value) == "`a.png` needs Pillow: `python -m pip install 'arraylosses[io]'`."


# ---- NumPy's files


def test_arrays_as_images(here: Path) -> None:
    np.save("first.npy", planes(FLAT))
    np.save("last.npy", FLAT)
    np.save("flat.npy", FLAT[..., 0] / 255)
    np.save("line.npy", FLAT[0, 0])
    assert read("first.npy").white == 255.0
    assert np.array_equal(read("last.npy", channels="last").pixels, planes(FLAT))
    assert read("flat.npy").white is None
    assert told("last.npy") == "`last.npy` has shape (5, 7, 3), channels last: say so, by `--channels last`."
    assert told("line.npy") == "`line.npy` must hold an image, of two axes or more; its shape is (3,)."


def test_a_png_that_lies_about_its_depth_is_told(here: Path) -> None:
    Image.fromarray(FLAT).save("a.png")
    data = bytearray((here / "a.png").read_bytes())
    data[24] = 16
    data[29:33] = struct.pack(">I", __import__("zlib").crc32(bytes(data[12:29])))
    (here / "a.png").write_bytes(bytes(data))
    assert told("a.png").startswith("`a.png` is cut off, damaged or of another format: ")
