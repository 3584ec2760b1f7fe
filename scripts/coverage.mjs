// npm run coverage: compares torch-ts with the Python package name by name, runs the golden cases, and writes docs/coverage.md.
// --check fails if a name is missing without a reason.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { reason_of } from './names/reasons.mjs'
import { find_python_torch } from './libtorch.mjs'
import { root } from './paths.mjs'
import { StepError, is_main, main, say } from './step.mjs'

/** @typedef {{ space: string, total: number, present: number, missing: Map<string | null, string[]> }} Space */

/** @param {string} program @param {string[]} args @param {{ input?: string, env?: NodeJS.ProcessEnv }} options */
function output(program, args, { input, env = process.env } = {}) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, input, env, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0) throw new StepError(`${program} ${args[0]} failed: ${/^.*Error.*$/m.exec(stderr)?.[0] ?? stderr}`, 'Run `npm run setup` first.')
  return stdout
}

/** Every namespace, with the names that are missing by reason; null is no reason. @returns {{ version: string, spaces: Space[] }} */
export function compare() {
  const python = find_python_torch()
  if (!python) throw new StepError('There is no Python with torch here.', 'Install it (pip install torch), or set LIBTORCH to the folder of a torch package.')
  const script = path.join(root, 'scripts', 'names')
  const { version, spaces: of_torch } = JSON.parse(output(python.python, [path.join(script, 'python.py')], { env: python.env }))
  const vision = JSON.parse(readFileSync(path.join(script, 'torchvision.json'), 'utf8')) // made by scripts/goldens/vision_names.py: torchvision need not be here
  const spaces = { ...of_torch, ...Object.fromEntries(Object.entries(vision.spaces).map(([space, names]) => [space, kinds_of(names)])) }
  const asked = Object.fromEntries(Object.entries(spaces).map(([space, names]) => [space, Object.keys(names)]))
  const present = JSON.parse(output(process.execPath, [path.join(script, 'own.cjs')], { input: JSON.stringify(asked) }))
  return { version, spaces: Object.entries(spaces).map(([space, names]) => compare_space(space, names, new Set(present[space]))) }
}

/** @param {string[]} names @returns {Record<string, string>} */
const kinds_of = names => Object.fromEntries(names.map(name => [name, 'torchvision']))

/** @param {string} space @param {Record<string, string>} names @param {Set<string>} present @returns {Space} */
function compare_space(space, names, present) {
  /** @type {Space['missing']} */
  const missing = new Map()
  for (const [name, kind] of Object.entries(names)) {
    if (present.has(name)) continue
    const reason = reason_of(space, name, kind)
    missing.set(reason, [...missing.get(reason) ?? [], name])
  }
  return { space, total: Object.keys(names).length, present: present.size, missing }
}

/**
 * A row for each file of golden cases: as its test prints it, or else by its tests, of which each is a case.
 * @returns {{ rows: string[][], skips: string[] }}
 */
function golden_table() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'torch-ts-coverage-'))
  try {
    const file = path.join(folder, 'results.json')
    const { stdout, stderr } = spawnSync(process.execPath,
      [path.join('node_modules', 'jest', 'bin', 'jest.js'), 'test/conformance', '--json', `--outputFile=${file}`],
      { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
    const lines = (stdout + stderr).split('\n').map(line => line.trim())
    const printed = lines.flatMap(line => {
      const found = /^(.+): (\d+) of (\d+) passed.*?, (\d+) failed, (\d+) skipped$/.exec(line)
      return found ? [found.slice(1)] : []
    })
    const by_tests = JSON.parse(readFileSync(file, 'utf8')).testResults.flatMap(result => {
      const name = path.basename(result.name, '.test.ts')
      if (printed.some(([title]) => title === name || title.startsWith(`${name} `) || name === 'ops')) return []
      const count = status => result.assertionResults.filter(one => one.status === status).length
      return [[name, count('passed'), result.assertionResults.length, count('failed'), count('pending')].map(String)]
    })
    const skips = lines.flatMap(line => /^skipped in (.+)$/.exec(line)?.[1] ?? []).sort()
    return { rows: [...printed, ...by_tests].sort(([a], [b]) => (a < b ? -1 : 1)), skips }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {ReturnType<typeof compare>} comparison @param {ReturnType<typeof golden_table>} golden */
function page({ version, spaces }, { rows, skips }) {
  const lines = ['<!-- Written by `npm run coverage`. Do not edit. -->', '# Coverage', '',
    `Names of Python's torch ${version.split('+')[0]} and of torchvision, and how many of them torch-ts has.`, '',
    '| namespace | names | there | not there, with a reason | missing |', '| --- | --- | --- | --- | --- |']
  for (const { space, total, present, missing } of spaces) {
    const without = missing.get(null)?.length ?? 0
    lines.push(`| ${space} | ${total} | ${present} | ${total - present - without} | ${without} |`)
  }
  lines.push('', '## Golden cases', '', 'Cases of ../shared/conformance: what Python gives, compared value by value (test/conformance).', '',
    '| file | passed | of | failed | skipped |', '| --- | --- | --- | --- | --- |')
  for (const [file, passed, of, failed, skipped] of rows) lines.push(`| ${file} | ${passed} | ${of} | ${failed} | ${skipped} |`)
  if (skips.length > 0) lines.push('', 'Skipped:', ...skips.map(line => `- ${line}`))
  lines.push('', '## Not there')
  for (const { space, missing } of spaces) {
    for (const [reason, names] of missing) {
      lines.push('', `**${space}**: ${reason ?? 'missing'}`, '', names.map(name => `\`${name}\``).join(' '))
    }
  }
  return lines.join('\n') + '\n'
}

if (is_main(import.meta.url)) {
  await main(async () => {
    const comparison = compare()
    for (const { space, total, present, missing } of comparison.spaces) {
      const without = missing.get(null) ?? []
      say(`${space}: ${present} of ${total} names${without.length > 0 ? `; missing: ${without.join(' ')}` : ''}`)
    }
    if (process.argv.includes('--check')) return comparison.spaces.some(({ missing }) => missing.has(null)) ? 1 : 0
    const file = path.join(root, 'docs', 'coverage.md')
    const text = page(comparison, golden_table())
    const before = (() => {
      try {
        return readFileSync(file, 'utf8')
      } catch {
        return ''
      }
    })()
    if (text !== before) writeFileSync(file, text)
    say(`${text === before ? 'nothing changed in' : 'wrote'} docs/coverage.md`)
    return 0
  })
}
