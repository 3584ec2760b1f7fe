// Which Python programs the scripts try, and where a virtual environment keeps its own.
import path from 'node:path'

/** Python programs in the order in which they are tried. @param {NodeJS.ProcessEnv} env @returns {string[]} */
export function pythons(env = process.env) {
  const found = env.PYTHON ? [env.PYTHON] : []
  if (env.VIRTUAL_ENV) found.push(venv_python(env.VIRTUAL_ENV))
  return [...found, ...(process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python'])]
}

/** @param {string} venv */
export function venv_python(venv) {
  return process.platform === 'win32' ? path.join(venv, 'Scripts', 'python.exe') : path.join(venv, 'bin', 'python')
}
