// What modules inside of a model give: torchvision.models.feature_extraction, by hooks instead of a traced graph.
import { ValueError } from '../../_errors'
import { Module } from '../../nn'

type Nodes = readonly string[] | Readonly<Record<string, string>>

// The module of a node: 'layer1.0.relu_1' is the second call of 'layer1.0.relu'.
function module_of(model: Module, node: string): [name: string, call: number] {
  const names = new Set([...model.named_modules()].map(([name]) => name))
  const [, name = '', count = '0'] = /^(.*?)(?:_(\d+))?$/.exec(node) ?? []
  if (node !== '' && names.has(node)) return [node, 0]
  if (name !== '' && names.has(name)) return [name, Number(count)]
  throw new ValueError(`node: '${node}' is not present in model. Hint: use \`get_graph_node_names\` to make sure the \`return_nodes\` you specified are present. `
    + 'It may even be that you need to specify `train_return_nodes` and `eval_return_nodes` separately.')
}

/** Runs a model and gives what some of its modules gave, by name. Its members are the model's own. */
class FeatureExtractor extends Module {
  readonly _model: () => Module
  readonly _nodes: ReadonlyMap<string, readonly [node: string, new_name: string, call: number][]>

  constructor(model: Module, return_nodes: Nodes) {
    super()
    const wanted: (readonly [string, string])[] = Array.isArray(return_nodes) ? (return_nodes as readonly string[]).map(name => [name, name] as const)
      : Object.entries(return_nodes)
    const nodes = new Map<string, [string, string, number][]>()
    for (const [node, new_name] of wanted) {
      const [name, call] = module_of(model, node)
      nodes.set(name, [...nodes.get(name) ?? [], [node, new_name, call]])
    }
    this._nodes = nodes
    this._model = () => model
    for (const [name, parameter] of model.named_parameters({ recurse: false })) this.register_parameter(name, parameter)
    for (const [name, buffer] of model.named_buffers({ recurse: false })) this.register_buffer(name, buffer)
    for (const [name, child] of model.named_children()) this.add_module(name, child)
    this.training = model.training
  }

  forward(...args: unknown[]): Record<string, unknown> {
    const model = this._model()
    const found = new Map<string, unknown>()
    const handles = [...this._nodes].map(([name, wanted]) => {
      let calls = 0
      return model.get_submodule(name).register_forward_hook((_module, _inputs, output: unknown) => {
        for (const [, new_name, call] of wanted) if (call === calls) found.set(new_name, output)
        calls++
      })
    })
    model.training = this.training
    try {
      model(...args)
    } finally {
      for (const handle of handles) handle.remove()
    }
    const all = [...this._nodes.values()].flat()
    const missing = all.find(([, new_name]) => !found.has(new_name))
    if (missing) throw new ValueError(`node: '${missing[0]}' was not reached`)
    return Object.fromEntries(all.map(([, new_name]) => [new_name, found.get(new_name)]))
  }
}

/**
 * A module that gives what modules inside of a model give, as an object by name. It shares the model's parameters, under the same names.
 *
 * Nodes are names of modules: 'layer1', 'layer1.0.conv2'; 'layer1.0.relu_1' is the second call of 'layer1.0.relu' in one forward. The whole model
 * runs, and operations that are no module have no name (torchvision traces a graph and cuts it).
 * @param return_nodes - names, or an object from names to new names
 * @throws {ValueError} if there is no such module.
 * @example create_feature_extractor(resnet18(), { layer1: 'low', layer4: 'high' })(images).high
 * @see torchvision.models.feature_extraction.create_feature_extractor
 */
export function create_feature_extractor(model: Module, return_nodes: Nodes): FeatureExtractor {
  return new FeatureExtractor(model, return_nodes)
}

/**
 * The names that {@link create_feature_extractor} takes, for training and for evaluation.
 * @see torchvision.models.feature_extraction.get_graph_node_names
 */
export function get_graph_node_names(model: Module): [train: string[], evaluation: string[]] {
  const names = [...model.named_modules()].map(([name]) => name).filter(name => name !== '')
  return [names, [...names]]
}
