/**
 * The tables in TypeORM's form: a test holds these and the migrations equal. Queries on the large tables (probe,
 * verdict, rollup) are handwritten SQL in the files of the store.
 */
import * as disputes from './disputes.js'
import * as keys from './keys.js'
import * as measuring from './measuring.js'
import * as people from './people.js'
import * as places from './places.js'
import * as plan from './plan.js'
import * as platforms from './platforms.js'
import * as programme from './programme.js'
import * as roster from './roster.js'
import * as runs from './runs.js'
import * as scopes from './scopes.js'
import * as subscriptions from './subscriptions.js'

/** Each file exports nothing but its tables. */
export const ENTITIES = [
  disputes,
  keys,
  measuring,
  people,
  places,
  plan,
  platforms,
  programme,
  roster,
  runs,
  scopes,
  subscriptions,
].flatMap((tables) => Object.values(tables))
