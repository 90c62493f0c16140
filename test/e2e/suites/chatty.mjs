import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'

/** Prints what it was given in every form that it can think of, and writes down what it hears: the worst of services. */
const { HEARD, PORT, SAYS = '', FAILS } = process.env
const secrets = SAYS.split(',').map((name) => process.env[name] ?? `no ${name}`)
for (const secret of secrets) {
  appendFileSync(HEARD, `${JSON.stringify({ secret })}\n`)
  const half = secret.length >> 1
  process.stdout.write(`chatty: ${secret.slice(0, half)}`)
  await new Promise((resolve) => setTimeout(resolve, 20))
  process.stdout.write(`${secret.slice(half)}\n`)
  process.stdout.write(`chatty json ${JSON.stringify(secret)}\nchatty url http://x/?a=${encodeURIComponent(secret)}\n`)
  process.stderr.write(`chatty base64 ${Buffer.from(`a${secret}`).toString('base64')}\nchatty shell `)
  process.stderr.write(`'${secret.replaceAll("'", String.raw`'\''`)}'\n`)
}
if (FAILS) process.exit(3)
const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  if (request.url !== '/healthz') appendFileSync(HEARD, `${JSON.stringify({ headers: request.headers, body })}\n`)
  response.end('ok')
})
server.listen(Number(PORT), '127.0.0.1')
process.on('SIGTERM', () => server.close(() => process.exit(0)))
