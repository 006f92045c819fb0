/** Props of the parts of the page: state, dispatch and the server's data. */
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
