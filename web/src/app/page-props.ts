/** What the parts of the page are given: its state, the way to change it, and what the server says to it. */
import type { Dispatch } from 'preact/hooks'
import type { Connection } from '../api/connection.js'
import type { Localizer } from '../language/language.js'
import type { PageData } from './page-data.js'
import type { PageAction, PageState } from './page-state.js'

export interface PageProps {
  words: Localizer
  connection: Connection
  state: PageState
  dispatch: Dispatch<PageAction>
  data: PageData
  /** Whether the server has not answered for a while. */
  isOffline: boolean
}
