import type torch from '../../lib/index'

export declare function draws(lib: typeof torch, count: number): unknown[]
