/** Builds the HTTP server: everything around the routes. */
import { ProbeWriter } from '#ingest'
import type { Log } from '#log'
import type { Database } from '#store/database'
import type { Secrets } from '#store/secrets'
import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import etag from '@fastify/etag'
import serveStatic from '@fastify/static'
import { ValidationPipe } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { existsSync, readFileSync } from 'node:fs'
import { AppModule, CONTROLLERS } from './app.module.js'
import { registerBodyParsers } from './http/bodies/bodies.js'
import { MAX_JSON_BYTES } from './http/bodies/body-limits.js'
import { allowCors } from './http/cors.js'
import { sendLongTextAsBytes, serializeReply } from './http/preserialized-page.js'
import { NestLog } from './http/nest-log.js'
import { ProblemFilter, answerFrameworkError, invalidRequest } from './http/problem.js'
import { registerPublicUrl, withoutPrefix } from './http/clients/public-url.js'
import { trustedProxies } from './http/clients/trusted-proxies.js'
import { addSecurityHeaders } from './http/security-headers.js'
import { addSpeedTests } from './measure/speed-tests.js'
import { Authoriser } from './people/authoriser.js'
import { authoriseBeforeBody } from './people/role-guard.js'
import { rightsByRoute } from './people/route-rights.js'
import type { Settings } from './settings.js'
import { figuresOf } from './status/database-figures.js'
import { addDatabaseGauges } from './status/gauges.js'
import { Metrics } from './status/metrics.js'
import { requestIds, requestWatch, watchRequests } from './status/request-watch.js'
import { type ApiGroup, ReadinessCheck, type SupervisedWorker } from './status/readiness.js'
import { TileSender, answerWarmTiles } from './tiles/tile-sender.js'

export interface ServerOptions {
  settings: Settings
  log: Log
  /** Seals and opens the secrets in the database. */
  secrets: Secrets
  interactive: Database
  batch: Database
  /** The worker process that runs beside the server; absent where there is none of its own. */
  worker?: SupervisedWorker
  /** The processes that answer on the same address; absent where this one is alone. */
  group?: ApiGroup
  /** Folder of the built page; null in tests that need no page. */
  webRoot: string | null
  /** Path of the OpenAPI document that `npm run build` writes. */
  documentPath: string
}

/**
 * Number of groups written at once: PostgreSQL syncs one to disk while it fills the next. The embedded database has one
 * session.
 */
const concurrentWritesOf = (database: Database) => (database.source.options.extra?.max === 1 ? 1 : 2)

/**
 * Limit of the bytes of one path parameter. Ids of claims contain the name of an operator, which may have 100 Arabic
 * letters.
 */
const MAX_PARAMETER_LENGTH = 1_000

/** A site on a slow line may need this long to send its backlog. */
const REQUEST_TIMEOUT_MS = 15 * 60_000

export async function createServer(options: ServerOptions): Promise<NestFastifyApplication> {
  const { settings, log, secrets, interactive, batch, worker = null, group = null } = options
  const readiness = new ReadinessCheck(interactive, worker, settings, group)
  const pools = { interactive: interactive.source, ...(batch !== interactive && { batch: batch.source }) }
  const metrics = new Metrics(readiness, group, pools)
  addDatabaseGauges(metrics.registry, figuresOf(interactive, settings.config.dataDir))
  const watch = requestWatch(metrics, log)
  const writer = new ProbeWriter(interactive.source, concurrentWritesOf(interactive), (rows) =>
    metrics.observeGroup(rows),
  )
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_JSON_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Only these are trusted about the client's address, the scheme and the host.
    trustProxy: trustedProxies(settings.config.trustedProxies),
    rewriteUrl: withoutPrefix(settings),
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH, ignoreTrailingSlash: true },
    // The key is removed, so that one record with it does not refuse its neighbours.
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'remove',
    genReqId: requestIds(),
    // No hook runs for an address that cannot be decoded.
    frameworkErrors: (error: Error, request: unknown, reply: unknown) => {
      watch(request as never, reply as never)
      answerFrameworkError(error, reply as never)
    },
  })
  const fastify = adapter.getInstance() as unknown as FastifyInstance
  const rights = rightsByRoute(CONTROLLERS)
  watchRequests(fastify, watch)
  answerWarmTiles(fastify, () => app.get(TileSender))
  registerBodyParsers(fastify, { rights })
  addSecurityHeaders(fastify, settings)
  allowCors(fastify)
  registerPublicUrl(fastify, settings)
  fastify.setReplySerializer(serializeReply)
  fastify.addHook('onSend', sendLongTextAsBytes)
  const sources = { interactive: interactive.source, batch: batch.source }
  const dependencies = { settings, secrets, ...sources, writer, metrics, readiness }
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(dependencies), adapter, {
    logger: new NestLog(log),
    // Nest's own parsers take forms (application/x-www-form-urlencoded) where JSON is meant.
    bodyParser: false,
    abortOnError: false,
  })
  app.useGlobalFilters(
    new ProblemFilter((fault) => {
      metrics.countDatabaseFault(fault)
      readiness.note(fault)
    }),
  )
  app.useGlobalPipes(
    new ValidationPipe({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      exceptionFactory: invalidRequest,
    }),
  )
  await addPlugins(app)
  // After the plugin that reads cookies.
  authoriseBeforeBody(fastify, rights, () => app.get(Authoriser))
  addDocuments(app, options.documentPath)
  if (options.webRoot) await addPage(app, options.webRoot)
  addSpeedTests(app, interactive.source, settings)
  await app.init()
  return app
}

async function addPlugins(app: NestFastifyApplication): Promise<void> {
  await app.register(cookie as never)
  await app.register(etag as never)
  // Request bodies are unpacked in http/bodies, with a limit.
  await app.register(compress as never, {
    globalDecompression: false,
    threshold: 1024,
    encodings: ['gzip', 'identity'],
  })
}

function addDocuments(app: NestFastifyApplication, path: string): void {
  if (!existsSync(path)) return
  // Read at the first request: as objects it takes megabytes of memory.
  const document = () => JSON.parse(readFileSync(path, 'utf8')) as OpenAPIObject
  // Plain JSON is declared, because GDAL 3.6 refuses OGC's own media type in the way in which Fastify writes its
  // parameters.
  SwaggerModule.setup('api/docs', app, document, { jsonDocumentUrl: 'api/openapi.json' })
}

/**
 * The address without its trailing slash, relative to the address itself, so that it holds behind any path prefix; null
 * without a trailing slash.
 */
function withoutSlash(url: string): string | null {
  const [, name, query] = /^(?:[^?]*\/)?([^/?]*)\/(\?.*)?$/.exec(url) ?? []
  return name === undefined ? null : `../${name}${query ?? ''}`
}

/** The method that @fastify/static adds to a reply. */
interface FileReply {
  sendFile(path: string): unknown
}

async function addPage(app: NestFastifyApplication, root: string): Promise<void> {
  if (!existsSync(root)) return
  await app.register(serveStatic as never, {
    root,
    // The build compresses the files once: compressing them for each request took longer than sending them.
    preCompressed: true,
    immutable: true,
    maxAge: '1y',
    // A file never changes if its name contains its hash.
    setHeaders: (reply: { header(name: string, value: string): void }, path: string) => {
      if (!path.includes('/assets/')) reply.header('cache-control', 'no-cache')
    },
  })
  // The address of the field worker's page has no trailing slash, so that the scope of its service worker is this page.
  const server = app.getHttpAdapter().getInstance()
  server.get('/probe', (request, reply) => sendPage(request, reply, 'probe/index.html'))
  // The printable report about an area: its script reads the area's code from the address.
  server.get('/report/:code', (request, reply) => sendPage(request, reply, 'report/index.html'))
}

function sendPage({ url }: FastifyRequest, reply: FastifyReply, file: string): unknown {
  const address = withoutSlash(url)
  return address === null ? (reply as unknown as FileReply).sendFile(file) : reply.redirect(address, 308)
}
