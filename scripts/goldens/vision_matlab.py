"""A small file in the format of SVHN, written by scipy: test/fixtures/vision_matlab.json."""
import base64, io, json, os
import numpy as np
from scipy.io import savemat

x = (np.arange(32 * 32 * 3 * 4) % 253).astype(np.uint8).reshape(32, 32, 3, 4)
result = {}
for name, compress in {'plain': False, 'compressed': True}.items():
    file = io.BytesIO()
    savemat(file, {'X': x[:, :, :, :1] if name == 'plain' else x, 'y': np.array([[1], [10], [7], [3]], dtype=np.uint8)[:1 if name == 'plain' else 4]},
            do_compression=compress)
    result[name] = base64.b64encode(file.getvalue()).decode()
numbers = io.BytesIO()
savemat(numbers, {'trnid': np.array([[3, 1]]), 'valid': np.array([[2]]), 'tstid': np.array([[4]], dtype=np.uint16), 'labels': np.array([[5., 102., 1., 7.]])})
result['numbers'] = base64.b64encode(numbers.getvalue()).decode()
with open(os.path.join(os.path.dirname(__file__), '..', '..', 'test', 'fixtures', 'vision_matlab.json'), 'w') as out:
    json.dump(result, out, indent=0)
    out.write('\n')
