// Which proxy a request goes through, by the variables http_proxy, https_proxy and no_proxy: urllib.request's getproxies and proxy_bypass.

/** Where a proxy is, and what it is to be told. */
export interface Proxy {
  protocol: string
  hostname: string
  port: number
  headers: Record<string, string>
}

/** A host's name without the brackets that an IPv6 address has in a URL. */
export function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

/** A variable of the environment: in small letters, else in capitals. An empty one is none. */
function variable(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return (env[name] ?? env[name.toUpperCase()])?.trim() || undefined
}

/** Whether no_proxy has the host, a domain that it belongs to, or *; each with or without a port. */
function is_exempt(url: URL, env: NodeJS.ProcessEnv): boolean {
  const names = variable('no_proxy', env)?.toLowerCase().split(',').map(name => name.trim().replace(/^\.+/, '')).filter(name => name !== '') ?? []
  return names.includes('*') || names.some(name => [url.hostname, url.host].some(host => host === name || host.endsWith(`.${name}`)))
}

/**
 * The proxy for a URL, or null for none.
 *
 * @throws {TypeError} for a variable that is no address
 */
export function proxy_for(url: URL, env: NodeJS.ProcessEnv = process.env): Proxy | null {
  const name = `${url.protocol.slice(0, -1)}_proxy`
  // A web server hands a request's header Proxy to its programs as HTTP_PROXY.
  const is_header = name === 'http_proxy' && env['REQUEST_METHOD'] !== undefined && env['http_proxy'] === undefined
  const text = is_header ? undefined : variable(name, env)
  if (text === undefined || is_exempt(url, env)) return null
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`
  const { protocol = '', hostname = '', port, username, password } = URL.canParse(address) ? new URL(address) : {} as Partial<URL>
  if (hostname === '' || (protocol !== 'http:' && protocol !== 'https:')) throw new TypeError(`the variable ${name} is no address of an HTTP proxy: '${text}'`)
  const user = `${decodeURIComponent(username ?? '')}:${decodeURIComponent(password ?? '')}`
  const headers: Record<string, string> = user === ':' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` }
  return { protocol, hostname: bare(hostname), port: Number(port) || (protocol === 'https:' ? 443 : 80), headers }
}
