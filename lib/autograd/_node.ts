// Nodes of the graph: torch.autograd.graph.Node.
import { type Handle, binding } from '../_C'

let handle_of: (node: Node) => Handle

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
