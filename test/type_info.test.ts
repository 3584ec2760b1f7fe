// The limits of number types: torch.finfo, torch.iinfo.
import { inspect } from 'node:util'
import torch from 'torch-ts'
import { python_torch } from './helpers/python'

const names = ['float64', 'float32', 'float16', 'bfloat16', 'float8_e5m2', 'float8_e4m3fn', 'float8_e5m2fnuz', 'float8_e4m3fnuz', 'float8_e8m0fnu',
  'complex64', 'complex128', 'complex32', 'uint8', 'int8', 'int16', 'int32', 'int64', 'uint16', 'uint32', 'uint64']

const PROGRAM = `
import json, sys, torch
result = []
for name in json.loads(sys.argv[1]):
    dtype = getattr(torch, name)
    is_float = dtype.is_floating_point or dtype.is_complex
    info = torch.finfo(dtype) if is_float else torch.iinfo(dtype)
    fields = ['bits', 'max', 'min', 'dtype'] + (['eps', 'tiny', 'smallest_normal', 'resolution'] if is_float else [])
    values = [getattr(info, field) for field in fields]
    result.append([repr(info), [float.hex(value) if isinstance(value, float) else str(value) for value in values]])
print(json.dumps(result))
`

function hex(value: number | bigint | string, is_float: boolean): string | number {
  return typeof value === 'number' && is_float ? value : String(value)
}

function parse_hex(text: string): number | string {
  const match = /^(-?)0x([01])\.([0-9a-f]+)p([+-]\d+)$/.exec(text)
  if (!match) return text
  const [, sign, whole, digits, power] = match
  return (sign ? -1 : 1) * (Number(whole) + Number.parseInt(digits, 16) / 16 ** digits.length) * 2 ** Number(power)
}

describe('torch.finfo and torch.iinfo', () => {
  it('give the limits of each type', () => {
    expect(torch.finfo(torch.float32).eps).toBe(2 ** -23)
    expect(torch.finfo().max).toBe(3.4028234663852886e38)
    expect(torch.finfo(torch.complex128).dtype).toBe('float64')
    expect(torch.iinfo(torch.int8)).toMatchObject({ bits: 8, min: -128, max: 127, dtype: 'int8' })
    expect(torch.iinfo(torch.int64)).toMatchObject({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    expect(inspect(torch.iinfo(torch.uint8))).toBe('iinfo(min=0, max=255, dtype=uint8)')
  })

  it('reject types of the other kind', () => {
    expect(() => torch.finfo(torch.int8))
      .toThrow(new TypeError("torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'"))
    expect(() => torch.iinfo(torch.float32))
      .toThrow(new TypeError("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'"))
    expect(() => torch.iinfo(torch.bool)).toThrow(new TypeError('torch.bool is not supported by torch.iinfo'))
    expect(() => torch.iinfo(undefined as never)).toThrow(new TypeError('iinfo() missing 1 required positional arguments: "type"'))
    expect(() => torch.finfo(3 as never)).toThrow(new TypeError("finfo(): argument 'type' (position 1) must be torch.dtype, not int"))
  })

  it('equal those of Python', () => {
    const python = python_torch()
    if (!python) return console.log('type_info: no Python torch here, limits are not compared')
    const wanted = JSON.parse(python.run(PROGRAM, JSON.stringify(names))) as [string, string[]][]
    names.forEach((name, i) => {
      const dtype = (torch as any)[name] as torch.dtype
      const is_float = dtype.is_floating_point || dtype.is_complex
      const info = is_float ? torch.finfo(dtype) : torch.iinfo(dtype)
      const fields = ['bits', 'max', 'min', 'dtype', ...(is_float ? ['eps', 'tiny', 'smallest_normal', 'resolution'] : [])]
      const values = fields.map(field => hex((info as any)[field], is_float && field !== 'bits'))
      expect([String(info), values]).toEqual([wanted[i][0], wanted[i][1].map(parse_hex)])
    })
  })
})
