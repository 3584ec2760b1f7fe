"""Files of MATLAB and bzip2 as data sets have them. Writes test/fixtures/vision_more_sets.json. Needs scipy and pycocotools."""
import base64, bz2, io, json, os, tarfile
import numpy as np
from pycocotools import mask as coco
from scipy import sparse
from scipy.io import savemat

text = lambda data: base64.b64encode(data).decode()


def mat(compressed=True, **values):
    out = io.BytesIO()
    savemat(out, values, do_compression=compressed)
    return out.getvalue()


def structs(fields, rows):
    made = np.zeros((1, len(rows)), dtype=[(f, object) for f in fields])
    for i, row in enumerate(rows): made[0, i] = row
    return made


cell = lambda items: np.array([items], dtype=object)
devkit = io.BytesIO()
synsets = structs(['ILSVRC2012_ID', 'WNID', 'words', 'gloss', 'num_children'], [(1, 'n01', 'tench, Tinca tinca', 'fish', 0), (2, 'n02', 'goldfish', 'fish', 0), (3, 'n00', 'fish', '', 2)])
with tarfile.open(fileobj=devkit, mode='w:gz') as tar:
    for name, data in [('meta.mat', mat(synsets=synsets)), ('ILSVRC2012_validation_ground_truth.txt', b'2\n1\n')]:
        info = tarfile.TarInfo('ILSVRC2012_devkit_t12/data/' + name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
boundaries = np.empty((20, 1), dtype=object)
for i in range(20): boundaries[i, 0] = sparse.csc_matrix(np.array([[1, 0, 0], [0, 0, 1]], dtype=float) * (i == 0))
segments = structs(['Boundaries', 'Segmentation', 'CategoriesPresent'], [(boundaries, np.arange(6, dtype=np.uint8).reshape(2, 3), np.array([[1]]))])
rng = np.random.RandomState(0)
values = np.round(rng.uniform(-1, 1, (3, 256)), 6)
values[0] = -1
lines = ''.join(f'{label} ' + ' '.join(f'{i + 1}:{v:g}' for i, v in enumerate(row)) + ' \n' for label, row in zip([7, 6, 10], values))
pixels = np.asarray([[x.split(':')[-1] for x in line.split()[1:]] for line in lines.splitlines()], dtype=np.float32)
found = dict(
    outline=text(mat(obj_contour=np.array([[1., 2, 3], [4.5, 5, 6]]), box_coord=np.array([[1, 2, 3, 4]]))),
    cars=text(mat(annotations=structs(['bbox_x1', 'class', 'fname'], [(5, 2, '1.jpg'), (6, 1, '2.jpg')]))),
    car_names=text(mat(False, class_names=cell(['Audi', 'BMW']))), segments=text(mat(GTcls=segments)), devkit=text(devkit.getvalue()),
    usps=text(bz2.compress(lines.encode())), usps_bomb=text(bz2.compress(b'a' * 5_000_000)), usps_pixels=((pixels[1] + 1) / 2 * 255).astype(np.uint8).tolist())
H, W = 11, 14
polygons = [[[2, 1.5, 10.2, 3, 7.7, 9.9, 1, 8]], [[0, 0, 13.9, 0, 13.9, 10.9, 0, 10.9], [5, 5, 5, 5, 6, 6]], [[-3, -2, 20, 5.5, 4, 30]], [[8, 1, 9, 9, 12.4, 2], [1.2, 2.3, 5.6, 4.1]],
            [[6, 1, 6, 9, 6.5, 9, 6.5, 1, 12, 5, 1, 5.5]]]
rng = np.random.RandomState(1)
noise = np.asfortranarray((rng.rand(H, W) > 0.6).astype(np.uint8))
big = np.zeros((60, 70), dtype=np.uint8)
big[3:50, 9:63] = 1
runs = [coco.encode(noise), coco.encode(np.asfortranarray(big))]
segments_of = [*polygons, *[dict(counts=r['counts'].decode(), size=r['size']) for r in runs], dict(counts=[5, 20, 100, 29], size=[H, W])]


def decoded(one):
    if isinstance(one, list): return coco.decode(coco.merge(coco.frPyObjects(one, H, W)))
    return coco.decode(one if isinstance(one['counts'], str) else coco.frPyObjects(one, H, W))


found['coco'] = [dict(segmentation=one, rows=[''.join(map(str, row)) for row in decoded(one)]) for one in segments_of]
with open(os.path.join(os.path.dirname(__file__), '..', '..', 'test', 'fixtures', 'vision_more_sets.json'), 'w') as out:
    json.dump(found, out, indent=None, separators=(',', ':'))
    out.write('\n')
