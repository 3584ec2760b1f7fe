// An HTTP server with faults, on a thread of its own: the thread of the test is blocked while it downloads.
const http = require('node:http')
const { parentPort, workerData } = require('node:worker_threads')

const log = []
const asked = new Map()

/** The bytes that the request's Range header asks for, if the route honours it. */
function first_byte(request, route) {
  const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
  if (!match || route.ranges === false) return 0
  const same = request.headers['if-range'] === undefined || request.headers['if-range'] === route.etag
  return same || route.ignores_if_range ? Number(match[1]) : 0
}

function send(response, route, start, time) {
  const body = Buffer.from(route.body).subarray(start)
  const headers = { 'content-length': String(route.length ?? body.length), connection: 'close' }
  if (route.chunked) delete headers['content-length']
  if (route.etag) headers.etag = route.etag
  const total = route.body.length
  const from = start + (route.range_shift ?? 0)
  if (start > 0) headers['content-range'] = `bytes ${from}-${total - 1}/${total}`
  response.writeHead(start > 0 ? 206 : (route.status ?? 200), headers)
  const cut = route.cut?.[time]
  if (cut !== undefined) response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 20))
  else if (route.stall) response.write(body.subarray(0, body.length / 2))
  else response.end(body)
}

const server = http.createServer((request, response) => {
  const { range, 'if-range': if_range, 'proxy-authorization': proxy } = request.headers
  log.push({ url: request.url, ...(range && { range }), ...(if_range && { if_range }), ...(proxy && { proxy }) })
  const route = workerData.routes[request.url]
  const time = asked.get(request.url) ?? 0
  asked.set(request.url, time + 1)
  if (!route) return response.writeHead(404).end('no such file')
  if (route.busy > time) return response.writeHead(503).end()
  if (route.silent) return
  if (route.hang_up) return response.destroy()
  if (route.location) return response.writeHead(302, { location: route.location }).end()
  const start = first_byte(request, route)
  if (start > 0 && start >= route.body.length) {
    return response.writeHead(416, { 'content-range': `bytes */${route.body.length}` }).end()
  }
  send(response, route, start, time)
})

// As a proxy for TLS: says yes, unless the route has a status, and hangs up on the first bytes.
server.on('connect', (request, socket) => {
  const { status } = workerData.routes[request.url] ?? {}
  log.push({ url: request.url, method: 'CONNECT' })
  socket.on('error', () => undefined)
  if (status) return socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n\r\n`)
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
  socket.once('data', (bytes) => {
    log.push({ url: request.url, hello: bytes[0] === 22 && bytes.includes(request.url.split(':')[0]) })
    socket.destroy()
  })
})

server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
parentPort.on('message', () => parentPort.postMessage(log))
