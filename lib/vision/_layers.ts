// Layers that are given as arguments: a class, or a function that makes one. Python's Callable[..., nn.Module].
import { Module } from '../nn/modules/module'
import type { Tensor } from '../tensor'

/** A module that maps one tensor to another. */
export interface TensorModule extends Module {
  forward(input: Tensor): Tensor
}

/** A class of modules, or a function that makes one: `nn.BatchNorm2d`, `size => new nn.BatchNorm2d(size, { eps: 1e-3 })`. */
export type LayerMaker = (new (...args: never) => Module) | ((...args: never) => Module)

/** Makes a layer: with `new` if it is a class. */
export function make(maker: LayerMaker, ...args: unknown[]): TensorModule {
  const is_class = (maker.prototype as unknown) instanceof Module
  return (is_class ? new (maker as new (...args: unknown[]) => Module)(...args) : (maker as (...args: unknown[]) => Module)(...args)) as TensorModule
}
