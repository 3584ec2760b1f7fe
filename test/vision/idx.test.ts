import fs from 'node:fs'
import zlib from 'node:zlib'
import { RuntimeError } from '../../lib/_errors'
import { parse_idx, read_idx } from '../../lib/vision/datasets/_idx'
import { make_idx } from '../helpers/idx'
import { temporary_folder } from '../helpers/temporary'

describe('parse_idx', () => {
  it.each<[string, number, number[], string, number[]]>([
    ['uint8', 0x08, [2, 2], '00ff7f80', [0, 255, 127, 128]],
    ['int8', 0x09, [4], '00ff7f80', [0, -1, 127, -128]],
    ['int16', 0x0b, [1, 2, 1], '0102fffe', [258, -2]],
    ['int32', 0x0c, [2], '00010203fffffffe', [66051, -2]],
    ['float32', 0x0d, [2], '3f800000c0200000', [1, -2.5]],
    ['float64', 0x0e, [1], '3ff8000000000000', [1.5]],
  ])('reads %s, big-endian', (dtype, type, shape, hex, values) => {
    const array = parse_idx(make_idx(type, shape, Buffer.from(hex, 'hex')), 'file')
    expect([array.dtype, array.shape, [...array.data]]).toEqual([dtype, shape, values])
  })

  it('reads an array without elements', () => {
    expect(parse_idx(make_idx(8, [0, 28, 28], Buffer.alloc(0)), 'file')).toEqual({ dtype: 'uint8', shape: [0, 28, 28], data: new Uint8Array() })
  })

  it('leaves the bytes that it was given as they were', () => {
    const bytes = make_idx(0x0b, [1], Buffer.from('0102', 'hex'))
    parse_idx(bytes, 'file')
    expect(bytes.toString('hex', 8)).toBe('0102')
  })

  const one = Buffer.alloc(1)
  it.each<[string, Buffer, string]>([
    ['no bytes', Buffer.alloc(0), 'it has 0 bytes, less than a header'],
    ['half a header', make_idx(8, [1, 1, 1], one).subarray(0, 12), 'it has 12 bytes, less than a header'],
    ['another magic number', Buffer.from('1f8b080100000001', 'hex'), 'it begins with 1f8b0801, and should begin with 0000'],
    ['an unknown type', make_idx(10, [1], one), 'unknown type code 10'],
    ['no dimensions', make_idx(8, [], one), 'it has 0 dimensions, and should have 1 to 3'],
    ['too many dimensions', make_idx(8, [1, 1, 1, 1], one), 'it has 4 dimensions, and should have 1 to 3'],
    ['too few numbers', make_idx(8, [1, 2, 2], Buffer.alloc(3)), 'it has 19 bytes, and its header [1, 2, 2] asks for 20'],
    ['too many numbers', make_idx(8, [2], Buffer.alloc(3)), 'it has 11 bytes, and its header [2] asks for 10'],
    ['a half number', make_idx(0x0c, [2], Buffer.alloc(7)), 'it has 15 bytes, and its header [2] asks for 16'],
    ['huge dimensions', make_idx(8, [4294967295, 4294967295], one),
      'it has 13 bytes, and its header [4294967295, 4294967295] asks for 18446744065119617000'],
  ])('refuses a file with %s, and names it', (_, bytes, message) => {
    expect(() => parse_idx(bytes, 'some/file')).toThrow(new RuntimeError(`some/file is not a valid IDX file: ${message}`))
  })
})

describe('read_idx', () => {
  const folder = temporary_folder()
  const bytes = make_idx(8, [4], Buffer.from('00ff7f80', 'hex'))

  it('reads the plain file first, then the gzipped one', () => {
    fs.writeFileSync(folder('a.gz'), zlib.gzipSync(bytes))
    expect([...read_idx(folder('a'), 100).data]).toEqual([0, 255, 127, 128])
    fs.writeFileSync(folder('a'), make_idx(8, [1], Buffer.from([5])))
    expect([...read_idx(folder('a'), 100).data]).toEqual([5])
  })

  it.each([
    ['damaged', (): Buffer => zlib.gzipSync(bytes).subarray(0, -9), 'unexpected end of file'],
    ['larger than allowed', (): Buffer => zlib.gzipSync(Buffer.alloc(101)), 'Cannot create a Buffer larger than 100 bytes'],
  ])('refuses gzipped contents that are %s', (_, data, message) => {
    fs.writeFileSync(folder('a.gz'), data())
    expect(() => read_idx(folder('a'), 100)).toThrow(new RuntimeError(`${folder('a.gz')} is not a valid IDX file: ${message}`))
  })

  it('names the file that is missing', () => {
    expect(() => read_idx(folder('a'), 100)).toThrow('ENOENT')
  })
})
