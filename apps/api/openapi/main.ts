/** Writes the OpenAPI document next to the built server. It is a step of `npm run build`, after the compilation. */
import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'
import { AppModule, type AppDependencies } from '../app.module.js'
import { documentOf } from './document.js'
import { readHandlers } from './handlers.js'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

// A preview creates no instances, so that it needs no dependencies.
const app = await NestFactory.create(AppModule.of({} as AppDependencies), new FastifyAdapter(), {
  preview: true,
  logger: ['error'],
})
const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string }
const guide = readFileSync(`${ROOT}docs/analysts.md`, 'utf8')
const document = documentOf(app, readHandlers(ROOT.replace(/\/$/, '')), { version, guide })
writeFileSync(`${ROOT}dist/openapi.json`, JSON.stringify(document))
writeFileSync(
  `${ROOT}dist/openapi.d.ts`,
  astToString(await openapiTS(document as never, { arrayLength: true, silent: true })),
)
