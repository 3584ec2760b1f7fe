// The programs in the documentation run, and print what the comments behind them say.
import fs from 'node:fs'
import path from 'node:path'
import { formatWithOptions } from 'node:util'
import { transformSync } from '@swc/core'
import torch from 'torch-ts'

const pages = ['docs/tensors.md', 'docs/data.md']

interface Program { title: string, code: string }

/** The programs of a page, named by the heading above. Those that are files of a larger one begin with its name; another test runs them. */
function programs(page: string): Program[] {
  const text = fs.readFileSync(path.join(__dirname, '..', page), 'utf8')
  let title = ''
  return [...text.matchAll(/^#+ (.*)$|^```ts\n([^]*?)^```$/gm)].flatMap(([, heading, code]) => {
    if (heading !== undefined) title = heading
    return code === undefined || /^\/\/ \w+\.ts\n/.test(code) ? [] : [{ title, code }]
  })
}

/** What the comments say: those behind console.log, and the lines of comment that follow. */
function expected(code: string): string[] {
  let printing = false
  return code.split('\n').flatMap(line => {
    const comment = /^\/\/ ?(.*)$/.exec(line)
    if (comment) return printing ? [comment[1]!] : []
    printing = line.includes('console.log(')
    const behind = printing ? / \/\/ (.*)$/.exec(line) : null
    return behind ? [behind[1]!] : []
  })
}

function run(code: string): string[] {
  const lines: string[] = []
  const log = (...values: unknown[]) => lines.push(...formatWithOptions({ colors: false }, ...values as [unknown]).split('\n'))
  const script = transformSync(code.replace(/^import .*$/m, ''), {
    swcrc: false, isModule: false, jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }
  }).code
  new Function('torch', 'console', script)(torch, { log })
  return lines
}

describe.each(pages)('%s', page => {
  it.each(programs(page).map(({ title, code }, i) => [i + 1, title, code] as const))('program %i: %s', (_, _title, code) => {
    expect(run(code)).toEqual(expected(code))
    expect(expected(code).length).toBeGreaterThan(0)
  })
})
