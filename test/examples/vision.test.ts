// The examples of models of images, shortened: a few images each.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import * as torch from '../../lib'
import { repository } from '../helpers/clone'
import { mnist_files } from '../helpers/mnist'
import { temporary_folder } from '../helpers/temporary'

const file = temporary_folder()

function run(name: string, preload: readonly string[], ...args: string[]): string[] {
  const hooks = ['typescript_hook.cjs', ...preload].flatMap(hook => ['-r', path.join(repository, 'test/helpers', hook)])
  const command = [...hooks, path.join(repository, 'examples', `${name}.ts`), ...args]
  return execFileSync(process.execPath, command, { encoding: 'utf8', stdio: 'pipe', env: { ...process.env, OMP_NUM_THREADS: '1' } }).trimEnd().split('\n')
}

/** The first images and labels of MNIST, in the place of Fashion-MNIST. */
function put_digits(count: number): void {
  const folder = file('FashionMNIST/raw')
  fs.mkdirSync(folder, { recursive: true })
  for (const part of ['train', 't10k']) {
    for (const [kind, header, size] of [['images-idx3', 16, 28 * 28], ['labels-idx1', 8, 1]] as const) {
      const data = fs.readFileSync(path.join(mnist_files(), `${part}-${kind}-ubyte`)).subarray(0, header + count * size)
      const copy = Buffer.from(data)
      copy.writeUInt32BE(count, 4)
      fs.writeFileSync(path.join(folder, `${part}-${kind}-ubyte`), copy)
    }
  }
}

describe('examples/transfer_learning', () => {
  it('learns a last layer on a frozen trunk', () => {
    put_digits(256)
    const lines = run('transfer_learning', [], '--root', file(), '--weights', 'none', '--epochs', '2', '--batch_size', '32')
    expect(lines.map(line => line.replace(/\d\.\d{4}/g, 'x'))).toEqual([
      'Epoch 0/1', 'train Loss: x Acc: x', 'val Loss: x Acc: x', 'Epoch 1/1', 'train Loss: x Acc: x', 'val Loss: x Acc: x', 'Best val Acc: x',
    ])
    const losses = lines.map(line => Number(/Loss: (\S+)/.exec(line)?.[1])).filter(loss => !Number.isNaN(loss))
    expect(losses[2]).toBeLessThan(losses[0]!)
    expect(Number(/Acc: (\S+)$/.exec(lines.at(-1)!)![1])).toBeGreaterThan(0.2)
  })
})

describe('examples/cifar', () => {
  it('trains, saves the weights and evaluates each class', () => {
    const lines = run('cifar', ['small_cifar.cjs'], '--epochs', '3', '--every', '50', '--save', file('net.pth'))
    expect(lines.slice(0, 2).map(line => line.replace(/\d\.\d{3}/, 'x'))).toEqual(['[1,    50] loss: x', '[1,   100] loss: x'])
    expect(lines[6]).toBe('Finished Training')
    expect(lines[7]).toMatch(/^Accuracy of the network on the 80 test images: \d+ %$/)
    expect(lines.slice(8).map(line => line.replace(/[\d.]+ %/, 'x'))).toEqual(
      ['plane', 'car', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'].map(name => `Accuracy for class: ${name.padEnd(5)} is x`))
    const losses = lines.slice(0, 6).map(line => Number(line.split(' ').at(-1)))
    expect(losses[5]).toBeLessThan(losses[0]!)
    expect(Object.keys(torch.load(file('net.pth')) as object)).toHaveLength(10)
  })
})

describe('examples/augmentation', () => {
  it('moves boxes, masks and points with their picture, and mixes batches', () => {
    const lines = run('augmentation', [], '--save', file('out.png'))
    expect(lines).toHaveLength(11)
    for (const [i, line] of lines.slice(0, 8).entries()) {
      expect(line).toMatch(new RegExp(`^picture ${i}: [12] boxes of 96 x 128, classes \\[[12](,2)?\\], areas \\[\\d+(,\\d+)?\\]$`))
    }
    expect(lines[8]).toBe(`wrote ${file('out.png')}`)
    for (const line of lines.slice(9)) expect(line).toMatch(/^batch of \[8,3,96,128\], shares of the first picture \[[01]\.\d{3},[01]\.\d{3}\], loss \d\.\d{4}$/)
    expect(fs.readFileSync(file('out.png')).subarray(1, 4).toString()).toBe('PNG')
  })
})
