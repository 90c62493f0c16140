import * as z from 'zod'
import { durationMs, rate } from '../../kit/scalars.ts'
import { environmentSchema, exactlyOne, optionalWith, someText, text, urlSchema } from './parts.ts'

const statusSchema = z.int().min(100).max(599)

export const expectSchema = z.strictObject({
  status: z
    .union([statusSchema, z.array(statusSchema).min(1)])
    .optional()
    .describe('Status code, or list of them, that counts as good. Default: any from 200 to 399.')
    .meta({ examples: [200, [200, 204]] }),
  body: z
    .string()
    .min(1)
    .optional()
    .describe('Text that the answer must contain. Default: any answer will do.')
    .meta({ examples: ['ok'] }),
})

const headersSchema = z.record(
  text('a header name', /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'letters, digits and dashes', 'Accept'),
  text('a header value', /^[^\r\n\0]*$/, 'one line', 'application/json'),
)

const requestShape = {
  url: urlSchema.describe('Address that is asked. `http://web/…` means the service web.'),
  method: optionalWith(
    text('a method', /^[A-Z]{1,20}$/, 'an HTTP method in capitals', 'GET', 'POST'),
    'GET',
    'HTTP method.',
  ),
  headers: optionalWith(headersSchema, {}, 'Headers that are sent.'),
  body: z
    .string()
    .optional()
    .describe('Body that is sent. Default: none.')
    .meta({ examples: ['{"item": 1}'] }),
  expect: optionalWith(expectSchema, {}, 'What a good answer is.'),
}

const requestSchema = z.lazy(() =>
  z.strictObject({
    ...requestShape,
    weight: optionalWith(z.number().positive(), 1, 'How often this request is drawn, against the others.'),
  }),
)

const httpSchema = exactlyOne(
  {
    ...requestShape,
    url: urlSchema
      .optional()
      .describe('Address that is asked, when there is one kind of request. `http://web/…` means the service web.'),
    requests: z
      .array(requestSchema)
      .min(1)
      .optional()
      .describe('Several kinds of request, drawn by weight, in place of url, method, headers, body and expect.'),
    rate: rate.describe('Requests sent each second, whether or not earlier ones were answered.'),
    timeout: optionalWith(durationMs, '2s', 'A request without a complete answer after this time has failed.'),
    'keep-alive': optionalWith(
      z.boolean(),
      false,
      'Reuse connections between requests. Users are many, and replicas are chosen for each connection, so it is off unless asked for.',
    ),
  },
  ['url', 'requests'],
)

const k6Schema = z.lazy(() =>
  z.strictObject({
    script: someText('a file', 'load.js').describe("The k6 script, relative to the suite's folder."),
    env: optionalWith(environmentSchema, {}, 'Environment variables for the script.'),
    image: someText('an image', 'grafana/k6:1.8.1')
      .optional()
      .describe('Image of k6 in a cluster, such as one with extensions. Default: k6 of a fixed version.'),
  }),
)

const jobSchema = z.lazy(() =>
  exactlyOne(
    {
      image: someText('an image', 'postman/newman:6-alpine')
        .optional()
        .describe('Image whose container makes the traffic, for as long as the run lasts.'),
      command: optionalWith(
        z.array(z.string()),
        [],
        "The container's command and its arguments. Empty: the image's own.",
      ),
      env: optionalWith(environmentSchema, {}, 'Environment variables for the container.'),
      manifest: someText('a file', 'load-job.yaml')
        .optional()
        .describe("A Job of your own in place of an image, relative to the suite's folder."),
    },
    ['image', 'manifest'],
  ),
)

export const trafficSchema = exactlyOne(
  {
    http: httpSchema.optional().describe('Requests at a steady rate, made by Seaworthy itself.'),
    k6: k6Schema.optional().describe('Traffic made by a k6 script.'),
    job: jobSchema.optional().describe('Traffic made by a Job of your own in the cluster; Prometheus judges.'),
    none: z.literal(true).optional().describe('No traffic is made: there are real users, and Prometheus alone judges.'),
  },
  ['http', 'k6', 'job', 'none'],
)
export type TrafficInput = z.output<typeof trafficSchema>
export type RequestInput = z.output<typeof requestSchema>
export type ExpectInput = z.output<typeof expectSchema>

export const prometheusSchema = z.lazy(() =>
  exactlyOne(
    {
      url: urlSchema
        .optional()
        .describe('Address of a Prometheus server.')
        .meta({ examples: ['http://localhost:9090'] }),
      service: text(
        'a service',
        /^[a-z0-9][-a-z0-9]*\/[a-z0-9][-.a-z0-9]*:\d{1,5}$/,
        'namespace/name:port',
        'monitoring/prometheus:9090',
      )
        .optional()
        .describe('A Prometheus in the cluster, as namespace/name:port, asked through the API server.'),
      install: z
        .literal(true)
        .optional()
        .describe('Run a Prometheus for this run alone, which scrapes every service that has metrics.'),
      scrape: optionalWith(durationMs, '1s', 'How often targets are scraped; measurements cannot be finer.'),
      'token-from': text(
        'a variable name',
        /^[A-Za-z_][A-Za-z0-9_]*$/,
        'the NAME of an environment variable, never the token itself',
        'PROMETHEUS_TOKEN',
      )
        .optional()
        .describe('Name of the environment variable that holds a bearer token. Default: none is sent.'),
    },
    ['url', 'service', 'install'],
  ),
)
export type PrometheusInput = z.output<typeof prometheusSchema>
