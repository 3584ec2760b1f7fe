// What distributions with a probability or log odds as parameter share.
import { ValueError } from '../_errors'
import { type Parameter, broadcast_all, lazy_property, logits_to_probs, probs_to_logits } from './utils'
import type { Tensor } from '../tensor'

/** The error unless exactly one of the two is given. */
export function check_one_of(probs: unknown, logits: unknown): void {
  if ((probs == null) === (logits == null)) throw new ValueError('Either `probs` or `logits` must be specified, but not both.')
}

type Maybe = Parameter | null | undefined

interface Binary {
  probs: Tensor
  logits: Tensor
  _param: Tensor
}

/** Sets the one of probs and logits that is given. */
export function set_probs_or_logits(self: Binary, probs: Maybe, logits: Maybe): void {
  check_one_of(probs, logits)
  if (probs != null) self.probs = broadcast_all(probs)[0]
  else self.logits = broadcast_all(logits!)[0]
  self._param = probs != null ? self.probs : self.logits
}

/** Sets the count and the one of probs and logits that is given, of one shape and type. */
export function set_count_and_probs_or_logits(
  self: Binary & { total_count: Tensor }, total_count: Parameter, probs: Maybe, logits: Maybe,
): void {
  check_one_of(probs, logits)
  const [count, param] = broadcast_all(total_count, (probs ?? logits)!)
  if (probs != null) self.probs = param
  else self.logits = param
  self.total_count = count.type_as(param)
  self._param = param
}

/** Makes probs and logits compute each other. */
export function add_probs_and_logits<T extends Omit<Binary, '_param'>>(type: { readonly prototype: T }, is_binary: boolean): void {
  lazy_property(type, 'logits', self => probs_to_logits(self.probs, is_binary))
  lazy_property(type, 'probs', self => logits_to_probs(self.logits, is_binary))
}
