"""Small image files and what PIL decodes from them: writes test/fixtures/vision_images.json (Pillow 13, numpy)."""
import base64, hashlib, io, json, os
import numpy as np
from PIL import Image

rng = np.random.default_rng(0)
base = Image.fromarray(rng.integers(0, 256, (6, 8, 3)).astype(np.uint8)).resize((23, 17), Image.Resampling.BICUBIC)
alpha = Image.fromarray(rng.integers(0, 256, (17, 23)).astype(np.uint8))
rgba, la = base.copy(), base.convert('LA')
rgba.putalpha(alpha)
la.putalpha(alpha)
deep = Image.fromarray((np.asarray(base.convert('L')).astype(np.uint16) * 257) ^ 0x5a)
text = lambda data: base64.b64encode(bytes(data)).decode()
cases = []


def case(name, image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    read = Image.open(io.BytesIO(file.getvalue()))
    mode, palette = read.mode, read.getpalette()
    if mode == '1':
        mode, read = 'L', read.convert('L')
    if format in ('GIF', 'BMP'):
        mode, read, palette = 'RGB', read.convert('RGB'), None
    if mode == 'I;16':
        mode, palette = 'I;16', None
    cases.append(dict(name=name, file=text(file.getvalue()), mode=mode, size=read.size, pixels=text(np.asarray(read).tobytes()),
                      **({} if mode == 'I;16' else dict(rgb=text(read.convert('RGB').tobytes()), grey=text(read.convert('L').tobytes()))),
                      **(dict(palette=text(palette[:48])) if palette and mode == 'P' else {})))


case('jpeg 4:2:0', base, 'JPEG', quality=90)
case('jpeg 4:4:4', base, 'JPEG', quality=95, subsampling=0)
case('jpeg progressive', base, 'JPEG', progressive=True)
case('jpeg grey', base.convert('L'), 'JPEG')
case('jpeg cmyk', base.convert('CMYK'), 'JPEG', quality=95)
case('png rgb', base, 'PNG')
case('png rgba', rgba, 'PNG')
case('png grey', base.convert('L'), 'PNG')
case('png grey and alpha', la, 'PNG')
case('png palette of 16', base.quantize(16), 'PNG')
case('png palette of 200', base.quantize(200), 'PNG')
case('png of one bit', base.convert('1'), 'PNG')
case('png of 16 bits', deep, 'PNG')
case('webp lossless', base, 'WEBP', lossless=True)
case('webp lossless with alpha', rgba, 'WEBP', lossless=True, exact=True)
case('gif', base, 'GIF')
case('tiff', base, 'TIFF')
case('bmp', base, 'BMP')
case('bmp with a palette', base.quantize(32), 'BMP')
case('ppm', base, 'PPM')
case('pgm', base.convert('L'), 'PPM')

frames = [base, base.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
animated = io.BytesIO()
frames[0].save(animated, 'GIF', save_all=True, append_images=frames[1:])
exif = Image.Exif()
exif[0x0112] = 6
turned = io.BytesIO()
base.save(turned, 'JPEG', quality=90, exif=exif)

# Sizes on both sides of Pillow's rule for which pass comes first; pixels by their sum, and a larger JPEG, which takes many strips.
noise = Image.fromarray(rng.integers(0, 256, (53, 47, 3)).astype(np.uint8))
resized = [dict(box=box, size=size, filter=name, sha1=hashlib.sha1(noise.crop(box).resize(size, filter).tobytes()).hexdigest())
           for box in ((0, 0, 47, 53), (3, 5, 43, 51)) for size in ((40, 38), (40, 39), (40, 40), (46, 51), (46, 50), (60, 20), (20, 60), (70, 80), (11, 9))
           for name, filter in (('bilinear', Image.Resampling.BILINEAR), ('bicubic', Image.Resampling.BICUBIC), ('lanczos', Image.Resampling.LANCZOS))]
clear = Image.fromarray(rng.integers(0, 256, (21, 25, 4)).astype(np.uint8))
with_alpha = [dict(mode=mode, work=name, size=work(clear.convert(mode)).size, sha1=hashlib.sha1(work(clear.convert(mode)).tobytes()).hexdigest())
              for mode in ('RGBA', 'LA') for name, work in (
                  ('resize', lambda image: image.resize((13, 34), Image.Resampling.BICUBIC)), ('same', lambda image: image.resize((25, 21), Image.Resampling.BICUBIC)),
                  ('rotate', lambda image: image.rotate(33, Image.Resampling.BILINEAR)), ('nearest', lambda image: image.resize((13, 34), Image.Resampling.NEAREST)))]
large = io.BytesIO()
base.resize((301, 203), Image.Resampling.BICUBIC).save(large, 'JPEG', quality=80)
large_sha1 = hashlib.sha1(Image.open(large).tobytes()).hexdigest()

folder = os.path.join(os.path.dirname(__file__), '..', '..', 'test', 'fixtures')
with open(os.path.join(folder, 'vision_images.json'), 'w') as out:
    json.dump(dict(cases=cases, animated=text(animated.getvalue()), turned=text(turned.getvalue()), noise=text(noise.tobytes()), resized=resized, clear=text(clear.tobytes()), with_alpha=with_alpha,
                   large=text(large.getvalue()), large_sha1=large_sha1), out, indent=0)
    out.write('\n')
