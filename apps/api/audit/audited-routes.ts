/**
 * The routes whose use stands in the log although they change nothing, by method and path as Fastify knows them. What changes
 * something is recorded where it is written. A test compares this table with the routes of the OpenAPI document.
 */

export interface AuditedRoute {
  /** `read` and `export` are recorded before the answer, so that nothing is read that is not in the log. */
  kind: 'read' | 'export' | 'sign_in'
  action: string
  /** Recorded only if there is an answer, so that a name that nobody has, or no longer has, does not get into the log. */
  onlyIfFound?: true
}

export const AUDITED_ROUTES: Readonly<Record<string, AuditedRoute>> = {
  'POST /api/v1/session': { kind: 'sign_in', action: 'sign in' },
  'POST /api/v1/session/challenge': { kind: 'sign_in', action: 'ask for a passkey' },
  'DELETE /api/v1/session': { kind: 'sign_in', action: 'sign out' },
  'GET /api/v1/accounts': { kind: 'read', action: 'read accounts' },
  'GET /api/v1/accounts/:name/sessions': { kind: 'read', action: 'read sessions of an account' },
  'GET /api/v1/devices': { kind: 'read', action: 'read devices' },
  'GET /api/v1/keys': { kind: 'read', action: 'read api keys' },
  'GET /api/v1/log': { kind: 'read', action: 'read log' },
  'GET /api/v1/log/table.csv': { kind: 'export', action: 'export log' },
  'GET /api/v1/log/entries.ndjson': { kind: 'export', action: 'export log' },
  'GET /api/v1/personal-data/:name': { kind: 'export', action: 'export personal data', onlyIfFound: true },
  'GET /api/v1/quarantine': { kind: 'read', action: 'read quarantine' },
  'GET /api/v1/cells/:h3/probes/all': { kind: 'read', action: 'read probes of a cell' },
  'GET /api/v1/probes/:id/flags': { kind: 'read', action: 'read flags of a probe' },
  'GET /api/v1/subscriptions': { kind: 'read', action: 'read subscriptions' },
  'GET /api/v1/subscriptions/:id/deliveries': { kind: 'read', action: 'read deliveries' },
  'GET /api/v1/disputes': { kind: 'read', action: 'read disputes' },
  'GET /api/v1/disputes/:id': { kind: 'read', action: 'read a dispute' },
  'GET /api/v1/disputes/:id/documents/:number': { kind: 'read', action: 'read a document of a dispute' },
  'GET /api/v1/disputes/table.csv': { kind: 'export', action: 'export disputes' },
  'GET /api/v1/disputes/table.xlsx': { kind: 'export', action: 'export disputes' },
  'GET /api/v1/cells/:h3/series': { kind: 'read', action: 'read the series of a cell' },
  'GET /api/v1/areas/:code/series': { kind: 'read', action: 'read the series of an area' },
  'GET /api/v1/export/:file': { kind: 'export', action: 'export a collection' },
  'GET /api/v1/plan/table.csv': { kind: 'export', action: 'export the plan' },
  'GET /api/v1/plan/table.xlsx': { kind: 'export', action: 'export the plan' },
  'GET /api/v1/areas/table.csv': { kind: 'export', action: 'export figures' },
  'GET /api/v1/areas/table.xlsx': { kind: 'export', action: 'export figures' },
  'GET /api/v1/areas/:code/platforms.csv': { kind: 'export', action: 'export platforms' },
  'GET /api/v1/areas/:code/platforms.xlsx': { kind: 'export', action: 'export platforms' },
  'GET /api/v1/programme/sites.csv': { kind: 'export', action: 'export programme' },
  'GET /api/v1/programme/sites.xlsx': { kind: 'export', action: 'export programme' },
  'GET /api/v1/sites/:code/lines/history': { kind: 'read', action: 'read lines of a site' },
  'GET /api/v1/runs/:id/priorities.csv': { kind: 'export', action: 'export priorities' },
  'GET /api/v1/runs/:id/priorities.xlsx': { kind: 'export', action: 'export priorities' },
  'GET /api/v1/runs/:id/budget/:answer.csv': { kind: 'export', action: 'export a budget' },
  'GET /api/v1/runs/:id/budget/:answer.xlsx': { kind: 'export', action: 'export a budget' },
}

/** Routes that need a role, read, and show no personal data and no data of devices, with the reason. */
export const NOT_AUDITED: Readonly<Record<string, string>> = {
  'GET /api/v1/log/verification': 'says only whether the log is whole',
  'GET /api/v1/retention': 'shows numbers of days',
  'GET /api/v1/session/second-factor': 'shows people what is their own',
  'GET /api/v1/session/passkeys': 'shows people what is their own',
  'GET /api/v1/sessions': 'shows people what is their own',
  'GET /api/v1/sign-in-rules': 'shows rules for roles',
}
