// Short-time Fourier transforms: torch.stft of torch.functional.
import { with_keywords } from '../_args'
import { RuntimeError } from '../_errors'
import { aten } from '../_operators'
import type { Tensor } from '../tensor'

const stft_op = aten('stft')
const pad_op = aten('pad')

/**
 * Fourier transforms of overlapping windows of a signal.
 *
 * Shape: input (T) or (B, T) → (n_fft / 2 + 1, frames), with the batch in front; n_fft rows if not onesided.
 * @param n_fft - the size of each transform.
 * @param hop_length - the distance between windows. Default: n_fft / 4.
 * @param win_length - the size of the window, padded with zeros to n_fft. Default: n_fft.
 * @param window - (win_length). Default: ones.
 * @param center - pad both sides so that frame k is centred at k * hop_length. Default: true.
 * @param normalized - divide by sqrt(n_fft). Default: false.
 * @param onesided - leave out the redundant half. Default: true for real input and window.
 * @param return_complex - must be given for real input: false gives pairs of real numbers.
 * @see torch.stft
 */
export const stft = with_keywords('stft',
  ['input', 'n_fft', 'hop_length', 'win_length', 'window', 'center', 'pad_mode', 'normalized', 'onesided', 'return_complex', 'align_to_window'],
  (input: Tensor, n_fft: number, hop_length: number | null = null, win_length: number | null = null, window: Tensor | null = null,
    center: boolean = true, pad_mode: string = 'reflect', normalized: boolean = false, onesided: boolean | null = null,
    return_complex: boolean | null = null, align_to_window: boolean | null = null): Tensor => {
    if (center && align_to_window !== null) throw new RuntimeError('stft align_to_window should only be set when center = false')
    const signal = center ? padded(input, Math.floor(n_fft / 2), pad_mode) : input
    return stft_op([signal, n_fft, hop_length, win_length, window, normalized, onesided, return_complex, align_to_window]) as Tensor
  })

// Padding by reflection takes batches of channels.
function padded(input: Tensor, count: number, mode: string): Tensor {
  const dims = input.dim()
  const channels = input.view([...Array<number>(Math.max(3 - dims, 0)).fill(1), ...input.shape])
  const result = pad_op([channels, [count, count], mode]) as Tensor
  return result.view(result.shape.slice(-dims))
}
