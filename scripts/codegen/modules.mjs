// Writes docs/modules.md from the docstrings of lib/nn/modules: one row a module. With --check it fails if that would change it.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { root } from '../paths.mjs'
import { StepError, main, say } from '../step.mjs'

const folder = path.join(root, 'lib', 'nn', 'modules')

/** A part of a docstring as plain text. @param {string | ts.NodeArray<ts.JSDocComment> | undefined} comment */
function text_of(comment) {
  const text = ts.getTextOfJSDocComment(comment) ?? ''
  return text.replace(/\{@link (\w+)\}/g, '$1')
}

/** The arguments of a constructor, `?` behind those with a default. @param {ts.ClassDeclaration} node @param {ts.SourceFile} source */
function constructor_of(node, source) {
  const found = node.members.find(ts.isConstructorDeclaration)
  if (!found) return null
  const type = found.parameters.length === 1 && found.parameters[0].dotDotDotToken ? found.parameters[0].type : undefined
  if (!type) return found.parameters.map(p => p.name.getText(source) + (p.questionToken || p.initializer ? '?' : '')).join(', ')
  const argument = ts.isTypeReferenceNode(type) ? type.typeArguments?.[0] : undefined
  const tuple = argument && tuple_of(argument, source)
  return tuple ? names_of(tuple, source).join(', ') : `...${found.parameters[0].name.getText(source)}`
}

/**
 * The names of a tuple's members, those of the tuples that it spreads among them.
 * @param {ts.TupleTypeNode} tuple @param {ts.SourceFile} source @returns {string[]}
 */
function names_of(tuple, source) {
  return tuple.elements.flatMap(one => {
    const spread = ts.isRestTypeNode(one) ? tuple_of(one.type, source) : undefined
    if (spread) return names_of(spread, source)
    return ts.isNamedTupleMember(one) ? one.name.text + (one.questionToken ? '?' : '') : one.getText(source)
  })
}

/** @param {ts.TypeNode} type @param {ts.SourceFile} source @returns {ts.TupleTypeNode | undefined} */
function tuple_of(type, source) {
  if (ts.isTupleTypeNode(type)) return type
  if (!ts.isTypeReferenceNode(type)) return undefined
  const name = type.typeName.getText(source)
  for (const one of [source, ...sources.values()]) { // its own file, else the one that it imports it from
    const alias = one.statements.filter(ts.isTypeAliasDeclaration).find(found => found.name.text === name)
    if (alias) return tuple_of(alias.type, one)
  }
  return undefined
}

/** @typedef {{ name: string, what: string, shape: string, see: string }} Row */

// Constructors of all classes, shared bases without a page of their own too, and what each class extends.
/** @type {Map<string, { args: string | null, base: string | undefined }>} */
const classes = new Map()

/** A class without a constructor takes its base's arguments. @param {string | undefined} name @returns {string} */
function arguments_of(name) {
  const found = name === undefined ? undefined : classes.get(name)
  return found ? found.args ?? arguments_of(found.base) : ''
}

/** The files, those that only hold a part of another one (`_name.ts`) too. @type {Map<string, ts.SourceFile>} */
const sources = new Map(readdirSync(folder).filter(file => file.endsWith('.ts')).sort().map(file =>
  [file, ts.createSourceFile(file, readFileSync(path.join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true)]))

/** The rows of a file and of the parts that it exports again. @param {string} file @returns {Row[]} */
function rows_with_parts(file) {
  const parts = sources.get(file)?.statements.filter(ts.isExportDeclaration).flatMap(one => {
    const part = one.moduleSpecifier?.getText().match(/'\.\/(_\w+)'/)?.[1]
    const names = one.exportClause && ts.isNamedExports(one.exportClause) ? one.exportClause.elements.map(name => name.name.text) : []
    return part ? rows_of(`${part}.ts`).filter(row => names.includes(row.name)) : []
  })
  return [...rows_of(file), ...parts ?? []]
}

/** @param {string} file @returns {Row[]} */
function rows_of(file) {
  const source = /** @type {ts.SourceFile} */ (sources.get(file))
  const rows = []
  for (const node of source.statements.filter(ts.isClassDeclaration)) {
    const see = ts.getJSDocTags(node).find(tag => tag.tagName.text === 'see')
    const name = node.name?.text
    if (name) classes.set(name, { args: constructor_of(node, source), base: node.heritageClauses?.[0]?.types[0]?.expression.getText(source) })
    if (!name || name.startsWith('_') || !see) continue
    const doc = text_of(ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1)?.comment)
    const shape = /^Shape: ([^]*?)(?=\n[A-Z]\w+:|\n\n|$)/m.exec(doc)?.[1] ?? /: (\(.*→.*\))\.?$/m.exec(doc.split('\n')[0])?.[1] ?? ''
    const link = (see.getText(source).match(/torch\.nn\.[\w.]*\w/) ?? [''])[0]
    const what = doc.split(/\n\n|\n(?=[A-Z]\w+:)/)[0]
    rows.push({ name, what, shape: shape || (file === 'activation.ts' ? '(*) → (*)' : ''), see: link })
  }
  return rows
}

/** @param {string} text */
const cell = text => text.replace(/\s+/g, ' ').replace(/\|/g, '\\|').trim()

function page() {
  const families = [...sources.keys()].filter(file => !file.startsWith('_'))
  const all = new Map(families.map(file => [file, rows_with_parts(file)]))
  const sections = [...all].filter(([, rows]) => rows.length > 0).map(([file, rows]) => {
    const lines = rows.map(row =>
      `| \`${row.name}(${cell(arguments_of(row.name))})\` | ${cell(row.what)} | ${cell(row.shape)} | \`${row.see}\` |`)
    return `## ${file.replace('.ts', '')}\n\n| | What it computes | Shape | PyTorch |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n`
  })
  return `# Modules\n\nGenerated by \`npm run codegen\` from the docstrings in lib/nn/modules. A \`?\` marks an argument with a default; every argument can be given by
position or keyword.\n\n${sections.join('\n')}`
}

await main(async () => {
  const file = path.join(root, 'docs', 'modules.md')
  const text = page()
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return say('docs/modules.md is up to date')
  if (process.argv.includes('--check')) throw new StepError('docs/modules.md differs from the docstrings.', 'Run `npm run codegen` and commit the result.')
  writeFileSync(file, text)
  say('wrote docs/modules.md')
})
