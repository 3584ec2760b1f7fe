// The linter's rules: typescript-eslint's strict and stylistic sets without type information (they take seconds, not minutes).
import js from '@eslint/js'
import tseslint from 'typescript-eslint'

const globals = Object.fromEntries(
  ['process', 'Buffer', 'console', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'URL', 'performance', 'structuredClone',
    'fetch', 'AbortController', 'TextDecoder', 'TextEncoder'].map(name => [name, 'readonly']))
const commonjs = { require: 'readonly', module: 'writable', exports: 'writable', __dirname: 'readonly', __filename: 'readonly' }

export default tseslint.config(
  { ignores: ['dist/', 'build/', 'prebuilds/', 'coverage/', 'lib/generated/', 'data/'] },
  js.configs.recommended,
  tseslint.configs.strict,
  tseslint.configs.stylistic,
  {
    languageOptions: { globals },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-len': ['error', { code: 150, ignoreUrls: true, ignoreRegExpLiterals: true, ignoreStrings: true, ignoreTemplateLiterals: true }],
      'semi': ['error', 'never'],
      'quotes': ['error', 'single', { avoidEscape: true, allowTemplateLiterals: true }],
      'no-trailing-spaces': 'error',
      'eol-last': 'error',
      'eqeqeq': ['error', 'always', { null: 'ignore' }],
      'prefer-const': ['error', { destructuring: 'all' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
      // PyTorch's own shapes: classes that only hold functions, interfaces merged with classes, overloads with docs of their own.
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-inferrable-types': ['error', { ignoreParameters: true }], // not inferrable where Args names them
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }], // adds generated methods to a class
      '@typescript-eslint/no-invalid-void-type': 'off', // a hook returns a Tensor or nothing
      '@typescript-eslint/prefer-for-of': 'off', // a counted loop is the faster one on the path of every call
      '@typescript-eslint/no-require-imports': 'off', // what is loaded only when it is used (test/imports.test.ts reads these too)
      '@typescript-eslint/no-unsafe-declaration-merging': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off', // noUncheckedIndexedAccess is off; what is left are proofs
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off'
    }
  },
  { files: ['lib/**/*.ts'], rules: { 'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }] } },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-explicit-any': 'off' }
  },
  {
    files: ['test/types/*.ts'], // compiled, never run
    rules: { '@typescript-eslint/no-unused-vars': 'off', 'no-useless-assignment': 'off' }
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { ...globals, ...commonjs } }
  }
)
