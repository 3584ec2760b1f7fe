# Makes fixtures/legacy.pt, the format before the zip files. Run with torch: python test/serialization/legacy.py
import collections
import os

import torch

x = torch.arange(6.)
value = collections.OrderedDict([('x', x), ('view', x.view(2, 3).T), ('half', torch.ones(2).half()), ('text', 'é'), ('tuple', (1, 2.5, None))])
file = os.path.join(os.path.dirname(__file__), 'fixtures', 'legacy.pt')
torch.save(value, file, _use_new_zipfile_serialization=False)
