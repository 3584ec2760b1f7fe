"""Grids and drawings of torchvision.utils: writes test/fixtures/vision_drawing.json (torchvision 0.28)."""
import base64, json, os
import torch
from torchvision import utils

text = lambda t: base64.b64encode(t.contiguous().numpy().tobytes()).decode()
result = {}
images = torch.arange(5 * 3 * 4 * 6, dtype=torch.float32).view(5, 3, 4, 6) / 360
for name, options in {
    'plain': {}, 'rows of two': dict(nrow=2), 'padding': dict(nrow=3, padding=1, pad_value=0.5), 'normalized': dict(normalize=True),
    'each': dict(normalize=True, scale_each=True, nrow=2), 'range': dict(normalize=True, value_range=(0.2, 0.7)),
}.items():
    grid = utils.make_grid(images, **options)
    result['grid ' + name] = dict(options=options, shape=list(grid.shape), values=text(grid))
image = (torch.arange(3 * 24 * 30) % 251).to(torch.uint8).view(3, 24, 30)
boxes = torch.tensor([[2, 3, 20, 15], [10.7, 8.2, 40, 22]])
for name, options in {
    'plain': {}, 'wide': dict(width=3, colors='red'), 'filled': dict(fill=True, colors=['#00ff7f', (1, 2, 250)]),
}.items():
    result['boxes ' + name] = dict(options=options, values=text(utils.draw_bounding_boxes(image, boxes, **options)))
result['boxes float'] = dict(options={}, values=text(utils.draw_bounding_boxes(image[:1] / 255, boxes)))
masks = torch.zeros(2, 24, 30, dtype=torch.bool)
masks[0, 3:12, 4:20] = True
masks[1, 8:20, 10:28] = True
for name, options in {'plain': {}, 'half': dict(alpha=0.5, colors=['blue', 'orange'])}.items():
    result['masks ' + name] = dict(options=options, values=text(utils.draw_segmentation_masks(image, masks, **options)))
flow = torch.stack([torch.arange(-60., 60).view(10, 12), torch.arange(120.).view(10, 12).sin() * 50])
result['flow'] = dict(options={}, values=text(utils.flow_to_image(flow)))
with open(os.path.join(os.path.dirname(__file__), '..', '..', 'test', 'fixtures', 'vision_drawing.json'), 'w') as out:
    json.dump(result, out, indent=0)
    out.write('\n')
