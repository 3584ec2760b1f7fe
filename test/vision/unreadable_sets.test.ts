// Folders that may not be read.
import child_process from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { repository } from '../helpers/clone'
import { temporary_folder } from '../helpers/temporary'

const folder = temporary_folder()

// As root there is no such folder: the child becomes nobody once it has loaded the library.
const program = `
require(process.argv[1] + '/test/helpers/typescript_hook.cjs')
const { datasets, io } = require(process.argv[1] + '/lib/vision/index.ts')
const root = process.argv[2]
const makes = {
  ImageFolder: () => new datasets.ImageFolder(root), MNIST: () => new datasets.MNIST(root), CIFAR10: () => new datasets.CIFAR10(root),
  CocoDetection: () => new datasets.CocoDetection(root, root + '/a.json'), VOCDetection: () => new datasets.VOCDetection(root),
  Food101: () => new datasets.Food101(root), INaturalist: () => new datasets.INaturalist(root, '2021_valid'), USPS: () => new datasets.USPS(root),
  read_image: () => io.read_image(root + '/a.png'), image: () => new datasets.ImageFolder(root + '_images').at(0),
}
if (process.getuid() === 0) process.seteuid(65534)
const said = Object.entries(makes).map(([name, make]) => {
  try {
    make()
    return [name, 'nothing was thrown']
  } catch (error) {
    return [name, error.message]
  }
})
process.stdout.write(JSON.stringify(Object.fromEntries(said)))`

describe('data sets in a folder that may not be read', () => {
  it('say so, and which one it is', () => {
    const root = folder('closed')
    const [images, image] = [folder('closed_images'), folder('closed_images', 'a', '1.png')]
    fs.mkdirSync(path.dirname(image), { recursive: true })
    fs.writeFileSync(image, '')
    fs.mkdirSync(root)
    for (const open of [folder(), images]) fs.chmodSync(open, 0o755)
    fs.chmodSync(image, 0o000)
    fs.chmodSync(root, 0o000)
    try {
      const { stdout, stderr, status } = child_process.spawnSync(process.execPath, ['-e', program, repository, root], { encoding: 'utf8' })
      expect([stderr, status]).toEqual(['', 0])
      const said = JSON.parse(stdout) as Record<string, string>
      for (const [name, message] of Object.entries(said)) {
        expect([name, message]).toEqual([name, expect.stringContaining(name === 'image' ? image : root)])
        expect([name, message]).toEqual([name, expect.stringMatching(/permission denied/i)])
      }
    } finally {
      fs.chmodSync(root, 0o755)
    }
  })
})
