import type { Tensor } from './tensor'
export function tensor_str(tensor: Tensor): string { return `tensor(${JSON.stringify(tensor.tolist())})` }
