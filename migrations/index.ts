import { First1795000000000 } from './1795000000000-first.js'
import { Coverage1795100000000 } from './1795100000000-coverage.js'
import { Evidence1795200000000 } from './1795200000000-evidence.js'
import { Zones1795300000000 } from './1795300000000-zones.js'
import { Measuring1795400000000 } from './1795400000000-measuring.js'
import { Plan1795500000000 } from './1795500000000-plan.js'
import { Disputes1795600000000 } from './1795600000000-disputes.js'
import { Subscriptions1795700000000 } from './1795700000000-subscriptions.js'
import { Series1795800000000 } from './1795800000000-series.js'
import { PlanEvents1795950000000 } from './1795950000000-plan-events.js'
import { NetworkRollup1796000000000 } from './1796000000000-network-rollup.js'
import { ZoneSize1796050000000 } from './1796050000000-zone-size.js'
import { SiteSimulated1796100000000 } from './1796100000000-site-simulated.js'
import { PlanCells1796150000000 } from './1796150000000-plan-cells.js'
import { CellIdLoadedLatency1796300000000 } from './1796300000000-cell-id-loaded-latency.js'
import { ProbeLedger1796400000000 } from './1796400000000-probe-ledger.js'
import { CoverageOperator1796500000000 } from './1796500000000-coverage-operator.js'
import { RosterVerdicts1796600000000 } from './1796600000000-roster-verdicts.js'
import { PresenceModels1796600000001 } from './1796600000001-presence-models.js'
import { Roster1796600000010 } from './1796600000010-roster.js'
import { MeasuredSites1796700000000 } from './1796700000000-measured-sites.js'
import { CurrentArea1796700000001 } from './1796700000001-current-area.js'
import { Accounts1796800000000 } from './1796800000000-accounts.js'
import { SignInAttempts1796800000001 } from './1796800000001-sign-in-attempts.js'
import { SecondFactor1796800000002 } from './1796800000002-second-factor.js'
import { DeviceNames1796800000003 } from './1796800000003-device-names.js'
import { AccountIdentity1796800000004 } from './1796800000004-account-identity.js'
import { ApiKeys1796900000000 } from './1796900000000-api-keys.js'
import { AuditLog1796900000001 } from './1796900000001-audit-log.js'
import { Retention1796900000002 } from './1796900000002-retention.js'
import { Scopes1797000000000 } from './1797000000000-scopes.js'
import { SecretKeys1797100000000 } from './1797100000000-secret-keys.js'
import { Passkeys1797100000001 } from './1797100000001-passkeys.js'
import { Platforms1797200000000 } from './1797200000000-platforms.js'
import { Programme1797200000001 } from './1797200000001-programme.js'
import { SessionOrigin1797400000000 } from './1797400000000-session-origin.js'
import { JobResults1797450000000 } from './1797450000000-job-results.js'

/** All migrations in the order in which they are applied. */
export const MIGRATIONS = [
  First1795000000000,
  Coverage1795100000000,
  Evidence1795200000000,
  Zones1795300000000,
  Measuring1795400000000,
  Plan1795500000000,
  Disputes1795600000000,
  Subscriptions1795700000000,
  Series1795800000000,
  PlanEvents1795950000000,
  NetworkRollup1796000000000,
  ZoneSize1796050000000,
  SiteSimulated1796100000000,
  PlanCells1796150000000,
  CellIdLoadedLatency1796300000000,
  ProbeLedger1796400000000,
  CoverageOperator1796500000000,
  RosterVerdicts1796600000000,
  PresenceModels1796600000001,
  Roster1796600000010,
  MeasuredSites1796700000000,
  CurrentArea1796700000001,
  Accounts1796800000000,
  SignInAttempts1796800000001,
  SecondFactor1796800000002,
  DeviceNames1796800000003,
  AccountIdentity1796800000004,
  ApiKeys1796900000000,
  AuditLog1796900000001,
  Retention1796900000002,
  Scopes1797000000000,
  SecretKeys1797100000000,
  Passkeys1797100000001,
  Platforms1797200000000,
  Programme1797200000001,
  SessionOrigin1797400000000,
  JobResults1797450000000,
]
