// Changed bytes and pickles for fuzz tests, by a seed.

// A small generator of its own, so that a failure can be repeated by its number.
function generator(seed) {
  let state = seed >>> 0
  return limit => {
    state = (Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    state = Math.imul(state ^ state >>> 12, 0x297a2d39) >>> 0
    return ((state ^ state >>> 15) >>> 0) % limit
  }
}

const extremes = [0, 1, 0x7f, 0x80, 0xff]

function mutate(bytes, random) {
  let result = Buffer.from(bytes)
  for (let times = 1 + random(3); times > 0; times--) {
    const at = random(result.length || 1)
    const length = 1 + random(8)
    switch (random(8)) {
      case 0: result[at] ^= 1 << random(8); break
      case 1: result[at] = random(256); break
      case 2: result.fill(extremes[random(extremes.length)], at, Math.min(result.length, at + length)); break
      case 3: result = result.subarray(0, at); break
      case 4: result = Buffer.concat([result.subarray(0, at), result.subarray(at + length)]); break
      case 5: result = Buffer.concat([result.subarray(0, at), result.subarray(random(result.length || 1), at + length), result.subarray(at)]); break
      case 6: result.copy(result, random(result.length || 1), at, Math.min(result.length, at + 4 * length)); break
      case 7: result = Buffer.concat([result.subarray(0, at), Buffer.from([random(256), random(256), random(256)]), result.subarray(at)]); break
    }
    result = Buffer.from(result)
  }
  return result
}

const storages = ['Float', 'Double', 'Half', 'Long', 'Int', 'Byte', 'Bool', 'ComplexFloat', 'QUInt8', 'BFloat16']
const longs = ['ffffffffffffff7f', '0000000000000080', 'ffffffff00000000', '0000000000010000', 'ffffffffffffffff']

// Other sizes, strides, offsets and types in a pickle that stays one.
function mutate_numbers(pickle, random) {
  let text = pickle.toString('latin1')
  const places = [...text.matchAll(/K[^]/g)].map(match => match.index)
  for (let times = 1 + random(3); times > 0; times--) {
    const at = places[random(places.length)]
    const long = Buffer.from(longs[random(longs.length)], 'hex').toString('latin1')
    const number = [`K${String.fromCharCode(random(12))}`, `K${String.fromCharCode(random(256))}`, `\x8a\x08${long}`, 'G\x7f\xf8\0\0\0\0\0\0', 'N', '\x88'][random(6)]
    if (random(3) === 0) text = text.replace(/ctorch\n\w+Storage/g, found => (random(4) === 0 ? `ctorch\n${storages[random(storages.length)]}Storage` : found))
    else text = text.slice(0, at) + number + text.slice(at + 2)
    if (number.length !== 2) break // the places have moved
  }
  return Buffer.from(text, 'latin1')
}

module.exports = { generator, mutate, mutate_numbers }
