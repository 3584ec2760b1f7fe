// Nodes of the graph: torch.autograd.graph.Node.
import { type Handle, binding } from '../_C'
import { keep, kept } from '../_memory'
import type { RemovableHandle, Tensor } from '../tensor'
import { add_hook } from './_hooks'

let handle_of: (node: Node) => Handle

/** Gradients that a hook of a node gets and may give in their place. */
export type NodeGrads = readonly (Tensor | null)[]

/** The node of the graph that made a tensor. @see torch.autograd.graph.Node */
export class Node {
  #id: Handle = 0

  static {
    handle_of = node => node.#id
  }

  /** @internal */
  static of(make: (out: Node) => Handle): Node | null {
    const node = new Node()
    node.#id = make(node)
    return node.#id === 0 ? null : node
  }

  /** PyTorch's name of the operation, such as 'AddBackward0'. */
  name(): string {
    return binding.node_name(this.#id)
  }

  /** The nodes that come next in backward, each with the number of its output that was used; null where no gradient is wanted. */
  get next_functions(): [Node | null, number][] {
    return Array.from({ length: binding.node_edges(this.#id) }, (_, edge) =>
      [Node.of(out => binding.next_node(out, this.#id, edge)), binding.next_input(this.#id, edge)])
  }

  /** An object to note things in: it lives with the node. Anomaly mode leaves in it where the node was made. */
  get metadata(): Record<string, unknown> {
    const known = kept.get(binding.node_metadata(this.#id))
    if (known !== undefined) return known as Record<string, unknown>
    const made: Record<string, unknown> = {}
    const stack = binding.set_node_metadata(this.#id, keep(made))
    if (stack !== '') made['traceback_'] = stack.split('\n')
    return made
  }

  /**
   * Calls a function with the gradients of the operation's inputs and outputs whenever the node has run; what it returns, if
   * anything, takes the place of the former.
   *
   * @returns a handle whose remove() takes the hook away
   * @see torch.autograd.graph.Node.register_hook
   */
  register_hook(fn: (grad_inputs: NodeGrads, grad_outputs: NodeGrads) => NodeGrads | null | void): RemovableHandle {
    return add_hook('register_hook', fn, (id, name) => { binding.node_hook(this.#id, id, name) })
  }

  /**
   * Calls a function with the gradients of the operation's outputs before the node runs; what it returns, if anything, takes their
   * place.
   *
   * @returns a handle whose remove() takes the hook away
   * @see torch.autograd.graph.Node.register_prehook
   */
  register_prehook(fn: (grad_outputs: NodeGrads) => NodeGrads | null | void): RemovableHandle {
    return add_hook('register_prehook', fn, (id, name) => { binding.node_prehook(this.#id, id, name) })
  }

  /** Whether both are the same node of the graph. */
  is(other: Node): boolean {
    return binding.same_node(this.#id, other.#id)
  }

  toString(): string {
    return `<${this.name()}>`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** @internal */
export function node_handle(node: Node): Handle {
  return handle_of(node)
}

/**
 * A place of the graph where a gradient arrives: input `output_nr` of a node. {@link get_gradient_edge} gives that of a tensor.
 *
 * @see torch.autograd.graph.GradientEdge
 */
export class GradientEdge {
  constructor(readonly node: Node, readonly output_nr: number) {}
}
