/** All that the page remembers, and how each act of its reader changes it. Pure: no browser, no server, no clock. */
import type { Lang } from '../language/language.js'
import type { MapView } from '../map/map-view.js'
import type { Overlay } from '../map/overlay-names.js'
import type { MapHit, SelectedItem } from '../map/selection.js'
import type { Theme } from '../map/theme.js'
import type { PageAddress, ViewState } from './page-address.js'
import type { ViewName } from './view-names.js'

/** The fields of the address, and what is gone when the page is loaded again. */
export interface PageState extends PageAddress {
  /** What lies where the map was last clicked, from the top down. */
  hits: readonly MapHit[]
  /** Whether areas have the colour of their classes. */
  areasColoured: boolean
  /** Where the line of a swipe stands, as a share of the map from its left. */
  swipeShare: number
  /** What each view kept when it was left: it is found again as it was. */
  savedViewStates: Readonly<Partial<Record<ViewName, ViewState>>>
  /** Whether the map still has to go to what was selected, once it is known where that is. */
  isFlightDue: boolean
  /** How often the list of runs was asked for again. */
  runsReload: number
  /** How often people changed the plan in this page. */
  planChanges: number
}

export type PageAction =
  | { type: 'setLanguage'; lang: Lang }
  | { type: 'setRule'; rule: string }
  | { type: 'setRun'; run: number }
  | { type: 'showNewestRun' }
  | { type: 'setThreshold'; threshold: number | null }
  | { type: 'setTheme'; theme: Theme }
  | { type: 'setSwipe'; run: number | null }
  | { type: 'moveSwipe'; share: number }
  | { type: 'setOverlays'; overlays: readonly Overlay[] }
  | { type: 'colourAreas'; on: boolean }
  /** The map was clicked; `hits` is not empty. */
  | { type: 'pick'; hits: readonly MapHit[] }
  /** Another of the things that lie where the map was clicked. */
  | { type: 'switchHit'; item: SelectedItem }
  /** `fly`: the map goes there as soon as it is known where that is. */
  | { type: 'select'; item: SelectedItem; fly: boolean }
  | { type: 'arrive' }
  | { type: 'deselect' }
  | { type: 'moveMap'; mapView: MapView }
  | { type: 'openView'; view: ViewName | null }
  | { type: 'setViewState'; viewState: ViewState }
  /** Opens a view at one of its items, named as the view names it. */
  | { type: 'openItem'; view: ViewName; itemState: ViewState }
  | { type: 'changePlan' }

export function pageStateOf(address: PageAddress): PageState {
  return {
    ...address,
    hits: [],
    // On at first: who opens the page sees cells and communes. The legend says what an area's colour means.
    areasColoured: true,
    swipeShare: 0.5,
    savedViewStates: {},
    isFlightDue: address.mapView === null,
    runsReload: 0,
    planChanges: 0,
  }
}

export function reducePage(state: PageState, action: PageAction): PageState {
  switch (action.type) {
    case 'setLanguage':
      return { ...state, lang: action.lang }
    case 'setRule':
      return { ...state, rule: action.rule, run: null, threshold: null }
    case 'setRun':
      return { ...state, run: action.run }
    case 'showNewestRun':
      return { ...state, run: null, runsReload: state.runsReload + 1 }
    case 'setThreshold':
      return { ...state, threshold: action.threshold }
    case 'setTheme':
      return { ...state, theme: action.theme }
    case 'setSwipe':
      return { ...state, swipe: action.run }
    case 'moveSwipe':
      return { ...state, swipeShare: action.share }
    case 'setOverlays':
      return { ...state, overlays: action.overlays }
    case 'colourAreas':
      return { ...state, areasColoured: action.on }
    case 'moveMap':
      return { ...state, mapView: action.mapView }
    case 'changePlan':
      return { ...state, planChanges: state.planChanges + 1 }
    default:
      return 'view' in action || action.type === 'setViewState'
        ? reduceView(state, action)
        : reduceSelection(state, action)
  }
}

type ViewAction = Extract<PageAction, { type: 'openView' | 'setViewState' | 'openItem' }>
type SelectionAction = Extract<PageAction, { type: 'pick' | 'switchHit' | 'select' | 'arrive' | 'deselect' }>

function reduceView(state: PageState, action: ViewAction): PageState {
  if (action.type === 'setViewState') return { ...state, viewState: action.viewState }
  const { view, viewState } = state
  const savedViewStates = view ? { ...state.savedViewStates, [view]: viewState } : state.savedViewStates
  const next = { ...state, view: action.view, savedViewStates }
  if (action.type === 'openView')
    return { ...next, viewState: (action.view && savedViewStates[action.view]) ?? {} }
  // A view that is open already keeps its filters.
  return { ...next, viewState: { ...(view === action.view && viewState), ...action.itemState } }
}

function reduceSelection(state: PageState, action: SelectionAction): PageState {
  switch (action.type) {
    case 'pick':
      return { ...state, hits: action.hits, selection: itemOf(action.hits[0]!), isFlightDue: false }
    case 'switchHit':
      return { ...state, selection: itemOf(action.item) }
    case 'select':
      return { ...state, hits: [], selection: action.item, isFlightDue: action.fly }
    case 'arrive':
      return { ...state, isFlightDue: false }
    case 'deselect':
      return { ...state, hits: [], selection: null }
  }
}

const itemOf = ({ kind, id }: SelectedItem): SelectedItem => ({ kind, id })
