import { ProbeWriter } from '#ingest'
import { Secrets } from '#store/secrets'
import { type DynamicModule, Module } from '@nestjs/common'
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core'
import { ThrottlerModule } from '@nestjs/throttler'
import { DataSource } from 'typeorm'
import { FiguresController } from './areas/figures.controller.js'
import { AggregatesController } from './areas/aggregates.controller.js'
import { AreasController } from './areas/areas.controller.js'
import { ReportController } from './areas/report.controller.js'
import { AuditInterceptor } from './audit/audit-interceptor.js'
import { LogController } from './audit/log.controller.js'
import { RetentionController } from './audit/retention.controller.js'
import { BatchSource } from './batch-source.js'
import { CellProbesController } from './cells/cell-probes.controller.js'
import { CellsController } from './cells/cells.controller.js'
import { CoverageImportController } from './coverage/coverage-import.controller.js'
import { CoverageController } from './coverage/coverage.controller.js'
import { DevicesController } from './devices/devices.controller.js'
import { DisputesController } from './disputes/disputes.controller.js'
import { EventsController } from './events/events.controller.js'
import { ApiKeyGuard } from './keys/api-key-guard.js'
import { KeysController } from './keys/keys.controller.js'
import { TestSlots } from './measure/slots.js'
import { TestsController } from './measure/tests.controller.js'
import { ExportController } from './export/export.controller.js'
import { ExportFiles } from './export/export-files.js'
import { ExportSlots } from './export/export-slots.js'
import { SparseFieldsInterceptor } from './http/sparse-fields.js'
import { NextLinkInterceptor } from './http/next-link.js'
import { RateLimitGuard } from './http/clients/rate-limit.js'
import { ConditionalGetInterceptor } from './http/conditional-get.js'
import { OidcClient } from './oidc/oidc-client.js'
import { OidcController } from './oidc/oidc.controller.js'
import { OgcController } from './ogc/ogc.controller.js'
import { TilesetsController } from './ogc/tilesets.controller.js'
import { AccountsController } from './people/accounts.controller.js'
import { AccountSessionsController } from './people/account-sessions.controller.js'
import { Authoriser } from './people/authoriser.js'
import { InvitationsController } from './people/invitations.controller.js'
import { OwnSessionsController } from './people/own-sessions.controller.js'
import { PasswordCheck } from './people/password-check.js'
import { RoleGuard } from './people/role-guard.js'
import { SecondFactorCheck } from './people/second-factor-check.js'
import { SecondFactorController } from './people/second-factor.controller.js'
import { SessionController } from './people/session.controller.js'
import { SharedWindows } from './http/clients/shared-windows.js'
import { SignInAttempts } from './people/sign-in-attempts.js'
import { SignInRulesController } from './people/sign-in-rules.controller.js'
import { PasskeyCheck } from './passkeys/passkey-check.js'
import { PasskeysController } from './passkeys/passkeys.controller.js'
import { BudgetController } from './priorities/budget.controller.js'
import { FactorCache } from './priorities/factors.js'
import { PrioritiesController } from './priorities/priorities.controller.js'
import { SolverSlots } from './priorities/solver-slots.js'
import { Devices } from './probes/devices.js'
import { ImportController } from './probes/import.controller.js'
import { PersonalDataController } from './personal/personal.controller.js'
import { PlacesController } from './places/places.controller.js'
import { PlatformsController } from './platforms/platforms.controller.js'
import { SitePlatformsController } from './platforms/site-platforms.controller.js'
import { PlanController } from './plan/plan.controller.js'
import { PlanTableController } from './plan/plan-table.controller.js'
import { PlanTilesController } from './plan/plan-tiles.controller.js'
import { ProgrammeController } from './programme/programme.controller.js'
import { SiteLinesController } from './programme/site-lines.controller.js'
import { ProbesController } from './probes/probes.controller.js'
import { QuarantineController } from './probes/quarantine.controller.js'
import { DifferenceController } from './runs/difference.controller.js'
import { RosterController } from './roster/roster.controller.js'
import { RunResolver } from './runs/run-resolver.js'
import { RunsController } from './runs/runs.controller.js'
import { CampaignController } from './sampling/campaign.controller.js'
import { SamplingController } from './sampling/sampling.controller.js'
import { SeriesController } from './series/series.controller.js'
import { FileReader } from './reading/file-reader.js'
import { Settings } from './settings.js'
import { SitesController } from './sites/sites.controller.js'
import { Metrics } from './status/metrics.js'
import { ReadinessCheck } from './status/readiness.js'
import { StatusController } from './status/status.controller.js'
import { SubscriptionsController } from './subscriptions/subscriptions.controller.js'
import { NetworksController } from './tiles/networks.controller.js'
import { TilesController } from './tiles/tiles.controller.js'
import { TileSender } from './tiles/tile-sender.js'
import { WhatIfController } from './what-if/what-if.controller.js'
import { ZonesController } from './zones/zones.controller.js'

export interface AppDependencies {
  settings: Settings
  secrets: Secrets
  /** Database connections for people's requests. */
  interactive: DataSource
  /** Database connections for long work such as classification. */
  batch: DataSource
  writer: ProbeWriter
  metrics: Metrics
  readiness: ReadinessCheck
}

export const CONTROLLERS = [
  StatusController,
  SessionController,
  AccountsController,
  AccountSessionsController,
  OwnSessionsController,
  InvitationsController,
  OidcController,
  SecondFactorController,
  PasskeysController,
  SignInRulesController,
  KeysController,
  LogController,
  RetentionController,
  PersonalDataController,
  ProbesController,
  ImportController,
  TestsController,
  QuarantineController,
  SitesController,
  PlatformsController,
  SitePlatformsController,
  SiteLinesController,
  ProgrammeController,
  DevicesController,
  FiguresController,
  AggregatesController,
  AreasController,
  ReportController,
  CellsController,
  CellProbesController,
  PlacesController,
  CoverageController,
  CoverageImportController,
  ZonesController,
  SeriesController,
  RunsController,
  RosterController,
  SamplingController,
  CampaignController,
  DisputesController,
  EventsController,
  SubscriptionsController,
  DifferenceController,
  NetworksController,
  PlanTableController,
  PlanController,
  PlanTilesController,
  TilesController,
  WhatIfController,
  PrioritiesController,
  BudgetController,
  OgcController,
  TilesetsController,
  ExportController,
]

/** Each is created once for the whole server. */
const SERVICES = [
  Authoriser,
  SignInAttempts,
  PasswordCheck,
  SecondFactorCheck,
  PasskeyCheck,
  OidcClient,
  ApiKeyGuard,
  Devices,
  TestSlots,
  FactorCache,
  SolverSlots,
  RunResolver,
  TileSender,
  ExportFiles,
  ExportSlots,
  FileReader,
]

@Module({})
export class AppModule {
  static of({
    settings,
    secrets,
    interactive,
    batch,
    writer,
    metrics,
    readiness,
  }: AppDependencies): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ThrottlerModule.forRoot({
          throttlers: [{ ttl: 60_000, limit: 10 }],
          storage: new SharedWindows(interactive),
        }),
      ],
      controllers: CONTROLLERS,
      providers: [
        { provide: Settings, useValue: settings },
        { provide: Secrets, useValue: secrets },
        { provide: DataSource, useValue: interactive },
        { provide: BatchSource, useValue: new BatchSource(batch) },
        { provide: ProbeWriter, useValue: writer },
        { provide: Metrics, useValue: metrics },
        { provide: ReadinessCheck, useValue: readiness },
        { provide: APP_GUARD, useClass: RateLimitGuard },
        { provide: APP_GUARD, useClass: RoleGuard },
        { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
        { provide: APP_INTERCEPTOR, useClass: SparseFieldsInterceptor },
        { provide: APP_INTERCEPTOR, useClass: ConditionalGetInterceptor },
        { provide: APP_INTERCEPTOR, useClass: NextLinkInterceptor },
        ...SERVICES,
      ],
    }
  }
}
