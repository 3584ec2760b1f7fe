// torch.hub: downloads from a server of this machine, kept whole or not at all.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import torch from 'torch-ts'
import { Loopback, dead_url } from './helpers/loopback'
import { temporary_folder } from './helpers/temporary'
import './helpers/typescript_children'
import { zip_of } from './serialization/files'

const { hub } = torch
const bytes = torch.save({ weight: torch.arange(100000, { dtype: torch.float32 }) })
const digest = createHash('sha256').update(bytes).digest('hex')
// The format before PyTorch 1.6, alone in a zip file.
const legacy = torch.save({ weight: torch.arange(3) }, undefined, { _use_new_zipfile_serialization: false })
const old = Buffer.from(Buffer.from(zip_of({ 'w.pth': legacy }, 'a')).toString('latin1').replaceAll('a/w.pth', 'a_w.pth'), 'latin1')
const good = `net-${digest.slice(0, 8)}.pth`

describe('torch.hub', () => {
  const file = temporary_folder()
  let server: Loopback

  beforeAll(async () => {
    server = await Loopback.start({ [`/${good}`]: { body: bytes, etag: '"1"', cut: [1000] }, '/net-00000000.pth': { body: bytes }, '/moved': { location: `/${good}`, status: 302 },
      '/old.pth': { body: old }, '/broken.pth': { body: Buffer.from('PK\x03\x04 and no more') } })
    jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
  })

  afterAll(async () => {
    jest.restoreAllMocks()
    await server.stop()
  })

  it('downloads once, checks the sum by the name, and reads from the folder afterwards', async () => {
    hub.set_dir(file('hub'))
    const url = `${server.url}${good}`
    const weights = hub.load_state_dict_from_url<{ weight: torch.Tensor }>(url, { check_hash: true, progress: false, map_location: 'cpu', weights_only: true })
    expect(weights.weight.at(99999).item()).toBe(99999)
    expect(fs.readdirSync(file('hub/checkpoints'))).toEqual([good])
    const asked = (await server.requests()).length
    hub.load_state_dict_from_url(url, null, null, false)
    expect((await server.requests()).length).toBe(asked)
    hub.load_state_dict_from_url(`${server.url}moved`, { model_dir: file('own'), file_name: 'x.pth', progress: false })
    expect(fs.readdirSync(file('own'))).toEqual(['x.pth'])
  })

  it('reads weights of before PyTorch 1.6 out of the zip file around them', () => {
    const weights = hub.load_state_dict_from_url<{ weight: torch.Tensor }>(`${server.url}old.pth`, { model_dir: file('old'), progress: false })
    expect(weights.weight.tolist()).toEqual([0, 1, 2])
    expect(fs.readdirSync(file('old'))).toEqual(['old.pth'])
  })

  it('leaves nothing behind when the sum, the server or the file is wrong', () => {
    const load = (name: string, options: object = {}) => () => hub.load_state_dict_from_url(`${server.url}${name}`, { model_dir: file('m'), progress: false, ...options })
    expect(load('net-00000000.pth', { check_hash: true })).toThrow(`invalid hash value (expected "00000000", got "${digest}")`)
    expect(load('none.pth')).toThrow('HTTP Error 404')
    expect(() => hub.load_state_dict_from_url(`${dead_url}x.pth`, { model_dir: file('m'), progress: false })).toThrow('ECONNREFUSED')
    expect(fs.readdirSync(file('m'))).toEqual([])
    expect(load('broken.pth')).toThrow('PytorchStreamReader failed reading zip archive')
    expect(load('x.pth', { file_name: '../x.pth' })).toThrow('no name for a file: "../x.pth"')
    expect(() => hub.load_state_dict_from_url('no url')).toThrow("unknown url type: 'no url'")
  })

  it('downloads to a path', () => {
    hub.download_url_to_file(`${server.url}${good}`, file('x.bin'), digest, false)
    expect(fs.readFileSync(file('x.bin')).equals(bytes)).toBe(true)
    expect(() => hub.download_url_to_file(`${server.url}${good}`, file('no/x.bin'))).toThrow(`[Errno 2] No such file or directory: '${file('no/x.bin')}'`)
    expect(() => hub.download_url_to_file(...[`${server.url}${good}`] as never)).toThrow("download_url_to_file() missing 1 required positional argument: 'dst'")
  })

  it('keeps its files where Python does', () => {
    jest.isolateModules(() => {
      const before = { ...process.env }
      const { get_dir, set_dir } = jest.requireActual<typeof torch.hub>('../lib/hub')
      try {
        process.env['TORCH_HOME'] = '~/models'
        expect(get_dir()).toBe(path.join(os.homedir(), 'models', 'hub'))
        delete process.env['TORCH_HOME']
        process.env['XDG_CACHE_HOME'] = '/cache'
        expect(get_dir()).toBe(path.join('/cache', 'torch', 'hub'))
        delete process.env['XDG_CACHE_HOME']
        expect(get_dir()).toBe(path.join(os.homedir(), '.cache', 'torch', 'hub'))
        set_dir('~/own')
        expect(get_dir()).toBe(path.join(os.homedir(), 'own'))
      } finally {
        Object.assign(process.env, before)
      }
    })
  })

  it('runs no Python code', () => {
    for (const run of [hub.load, hub.list, hub.help]) expect(() => run('pytorch/vision', 'resnet18')).toThrow(torch.NotImplementedError)
    expect(() => hub.load('pytorch/vision')).toThrow('torch.hub.load runs the Python code of a repository, which torch-ts cannot')
  })
})
