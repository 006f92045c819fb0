/** Adds the ndt7 server to the HTTP server. Its tokens and observations are in the database. */
import { sha256 } from '#store/people'
import { insertSpeedTest, consumeTestToken } from '#store/probes'
import { Logger } from '@nestjs/common'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { DataSource } from 'typeorm'
import { withoutPrefix } from '../http/clients/public-url.js'
import { trustedProxies } from '../http/clients/trusted-proxies.js'
import type { Settings } from '../settings.js'
import { serveNdt7 } from './ndt7.js'
import { TestSlots } from './slots.js'

export function addSpeedTests(app: NestFastifyApplication, source: DataSource, settings: Settings): void {
  const logger = new Logger('ndt7')
  const server = serveNdt7(app.getHttpServer() as never, {
    slots: app.get(TestSlots),
    pathOf: withoutPrefix(settings),
    isTrustedProxy: trustedProxies(settings.config.trustedProxies),
    deviceOf: (token, direction) => consumeTestToken(source.manager, sha256(token), direction),
    onTestEnded: (test) =>
      insertSpeedTest(source.manager, test).catch((error: Error) => logger.error(error.message, error.stack)),
  })
  // A running test would keep the server from closing.
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('preClose', () => server.close())
}
